//! Runs of a connector, their numbers and what became of each file.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::JobState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::open_enum::open_enum;

object! { strict
    /// The body of `POST /20231130/vectorStoreConnectorFileSyncs`, which starts a run.
    pub struct CreateFileSync {
        /// The OCID of the connector.
        pub vector_store_connector_id: String = required "vectorStoreConnectorId",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateFileSync {
    /// A run.
    #[must_use]
    pub fn new(vector_store_connector_id: impl Into<String>) -> Self {
        Self { vector_store_connector_id: vector_store_connector_id.into(), ..Self::default() }
    }
}

object! { kept
    /// A run of a connector; times are in the form of RFC 3339.
    pub struct FileSync {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// The OCID of the connector.
        pub vector_store_connector_id: Option<String> = "vectorStoreConnectorId",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// The OCID of its tenancy.
        pub tenant_id: Option<String> = "tenantId",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// How it is.
        pub lifecycle_state: Option<JobState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// When it began.
        pub time_started: Option<String> = "timeStarted",
        /// When it ended.
        pub time_ended: Option<String> = "timeEnded",
        /// How many seconds it took.
        pub duration_in_seconds: Option<u64> = "durationInSeconds",
        /// What started it.
        pub trigger_type: Option<FileSyncTrigger> = "triggerType",
        /// Its numbers.
        pub stats: Option<FileSyncStats> = "stats",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/vectorStoreConnectorFileSyncs`: one page.
    pub struct FileSyncCollection of FileSync
}

open_enum! {
    /// What started a run.
    pub enum FileSyncTrigger {
        /// A call.
        Manual = "MANUAL",
        /// The schedule.
        Scheduled = "SCHEDULED",
    }
}

object! { kept
    /// The answer of `GET /20231130/vectorStoreConnectors/{id}/actions/stats`, and the numbers of one run.
    pub struct FileSyncStats {
        /// When they were counted.
        pub time_generated: Option<String> = "timeGenerated",
        /// Files that were added.
        pub created: Option<FileSyncStatistics> = "created",
        /// Files that were replaced.
        pub updated: Option<FileSyncStatistics> = "updated",
        /// Files that were removed.
        pub deleted: Option<FileSyncStatistics> = "deleted",
        /// Files of which only the attributes changed.
        pub metadata_updated: Option<FileSyncStatistics> = "metadataUpdated",
        /// Files that were left out.
        pub ignored: Option<FileSyncStatistics> = "ignored",
        /// Files of a kind that cannot be read.
        pub unsupported: Option<FileSyncStatistics> = "unsupported",
        /// Files that are worked on.
        pub in_progress: Option<FileSyncStatistics> = "inProgress",
        /// Files that failed.
        pub failed: Option<FileSyncStatistics> = "failed",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

object! { kept
    /// A number of files.
    pub struct FileSyncStatistics {
        /// All together.
        pub total_files_synced: Option<u64> = "totalFilesSynced",
        /// By kind of file.
        pub sync_stats_by_file_type: Option<BTreeMap<String, u64>> = "syncStatsByFileType",
    }
}

object! { kept
    /// What became of one file.
    ///
    /// In the list of one run `vector_store_connector_file_sync_id` is absent.
    pub struct IngestionLog {
        /// The id of the file.
        pub file_id: Option<String> = "fileId",
        /// The OCID of the run.
        pub vector_store_connector_file_sync_id: Option<String> = "vectorStoreConnectorFileSyncId",
        /// Where the file was.
        pub file_path: Option<String> = "filePath",
        /// Its size.
        pub file_size_in_bytes: Option<u64> = "fileSizeInBytes",
        /// Into how many chunks it was cut.
        pub total_chunks_created: Option<u64> = "totalChunksCreated",
        /// How many seconds it took.
        pub duration_in_seconds: Option<u64> = "durationInSeconds",
        /// What became of it.
        pub status: Option<IngestionStatus> = "status",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET …/ingestionLogs`, of a connector or of one run: one page.
    pub struct IngestionLogCollection of IngestionLog
}

open_enum! {
    /// What became of a file.
    pub enum IngestionStatus {
        /// It is in the vector store.
        Completed = "COMPLETED",
        /// It was given up.
        Cancelled = "CANCELLED",
        /// It failed.
        Failed = "FAILED",
        /// It waits.
        Queued = "QUEUED",
        /// It is worked on.
        InProgress = "IN_PROGRESS",
    }
}
