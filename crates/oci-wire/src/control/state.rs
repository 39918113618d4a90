//! The states of resources and of jobs, and when waiting for them ends.

use crate::open_enum::open_enum;

open_enum! {
    /// How a resource is; not every kind of resource knows every state.
    pub enum LifecycleState {
        /// It is being made.
        Creating = "CREATING",
        /// It can be used.
        Active = "ACTIVE",
        /// It is switched off.
        Inactive = "INACTIVE",
        /// It is being changed.
        Updating = "UPDATING",
        /// It is being deleted.
        Deleting = "DELETING",
        /// It is gone.
        Deleted = "DELETED",
        /// It could not be made or changed; `lifecycle_details` says why.
        Failed = "FAILED",
        /// It runs, but someone has to look at it; `lifecycle_details` says why.
        NeedsAttention = "NEEDS_ATTENTION",
    }
}

impl LifecycleState {
    /// Whether the service is still at work on the resource, so that asking again makes sense.
    ///
    /// A state that is unknown to this crate counts as settled: waiting for it could last for ever.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        matches!(self, Self::Creating | Self::Updating | Self::Deleting)
    }
}

open_enum! {
    /// How a job is: a work request, a run of a connector, the making of SQL.
    pub enum JobState {
        /// It waits for its turn.
        Accepted = "ACCEPTED",
        /// It runs.
        InProgress = "IN_PROGRESS",
        /// It waits for something else.
        Waiting = "WAITING",
        /// It failed.
        Failed = "FAILED",
        /// It is done.
        Succeeded = "SUCCEEDED",
        /// It is being given up.
        Canceling = "CANCELING",
        /// It was given up.
        Canceled = "CANCELED",
    }
}

impl JobState {
    /// Whether the job is still going on, so that asking again makes sense.
    ///
    /// A state that is unknown to this crate counts as an end: waiting for it could last for ever.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Accepted | Self::InProgress | Self::Waiting | Self::Canceling)
    }
}
