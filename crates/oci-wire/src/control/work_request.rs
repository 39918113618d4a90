//! Work requests: operations that go on after their call was answered.
//!
//! The id comes in the header `opc-work-request-id` of the answer that started one.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::JobState;
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;

object! { kept
    /// An operation that goes on; times are in the form of RFC 3339.
    pub struct WorkRequest {
        /// What it does, such as `CREATE_MODEL`: one of a list that grows with Oracle's API.
        pub operation_type: Option<String> = "operationType",
        /// How it is.
        pub status: Option<JobState> = "status",
        /// The OCID.
        pub id: Option<String> = "id",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// What it changes.
        pub resources: Vec<WorkRequestResource> = always "resources",
        /// How far it is, 0 to 100.
        pub percent_complete: Option<Number> = "percentComplete",
        /// When it was asked for.
        pub time_accepted: Option<String> = "timeAccepted",
        /// When it began.
        pub time_started: Option<String> = "timeStarted",
        /// When it ended.
        pub time_finished: Option<String> = "timeFinished",
    }
}

collection! {
    /// The answer of `GET /20231130/workRequests`: one page.
    pub struct WorkRequestCollection of WorkRequest
}

object! { kept
    /// Something that a work request changes.
    pub struct WorkRequestResource {
        /// Its kind, such as `semanticStore`.
        pub entity_type: Option<String> = "entityType",
        /// What is done to it.
        pub action_type: Option<WorkRequestAction> = "actionType",
        /// Its OCID or another id.
        pub identifier: Option<String> = "identifier",
        /// Its path.
        pub entity_uri: Option<String> = "entityUri",
        /// More about it.
        pub metadata: Option<BTreeMap<String, String>> = "metadata",
    }
}

open_enum! {
    /// What is done to something.
    pub enum WorkRequestAction {
        /// It was made.
        Created = "CREATED",
        /// It was changed.
        Updated = "UPDATED",
        /// It was deleted.
        Deleted = "DELETED",
        /// It is worked on.
        InProgress = "IN_PROGRESS",
        /// It is read only.
        Related = "RELATED",
        /// It failed.
        Failed = "FAILED",
    }
}

object! { kept
    /// Why a work request failed.
    pub struct WorkRequestError {
        /// The code, such as `InternalError`.
        pub code: Option<String> = "code",
        /// The reason.
        pub message: Option<String> = "message",
        /// When, in the form of RFC 3339.
        pub timestamp: Option<String> = "timestamp",
    }
}

collection! {
    /// The answer of `GET /20231130/workRequests/{id}/errors`: one page.
    pub struct WorkRequestErrorCollection of WorkRequestError
}

object! { kept
    /// A line of the log of a work request.
    pub struct WorkRequestLogEntry {
        /// The line.
        pub message: Option<String> = "message",
        /// When, in the form of RFC 3339.
        pub timestamp: Option<String> = "timestamp",
    }
}

collection! {
    /// The answer of `GET /20231130/workRequests/{id}/logs`: one page.
    pub struct WorkRequestLogCollection of WorkRequestLogEntry
}
