//! Containers in which code runs, and their files.

use crate::object::object;
use crate::resources::page::page;
use crate::responses::{NetworkPolicy, Skill};

object! { strict
    /// The body of `POST …/containers`.
    ///
    /// On OCI a container ends after 20 minutes without use and has no network, says Oracle's documentation.
    pub struct CreateContainer {
        /// Its name.
        pub name: String = required "name",
        /// When it ends.
        pub expires_after: Option<ContainerExpiry> = "expires_after",
        /// Files that are put into it.
        pub file_ids: Option<Vec<String>> = "file_ids",
        /// Its memory: `1g`, `4g`, `16g` or `64g`.
        pub memory_limit: Option<String> = "memory_limit",
        /// What it may reach.
        pub network_policy: Option<NetworkPolicy> = "network_policy",
        /// Skills that are put into it.
        pub skills: Option<Vec<Skill>> = "skills",
    }
}

impl CreateContainer {
    /// A container under a name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

object! { kept
    /// When a container ends.
    pub struct ContainerExpiry {
        /// From when it is counted: `last_active_at`.
        pub anchor: Option<String> = "anchor",
        /// How many minutes after.
        pub minutes: Option<u32> = "minutes",
    }
}

impl ContainerExpiry {
    /// So many minutes after it was last used.
    #[must_use]
    pub fn minutes(minutes: u32) -> Self {
        Self {
            anchor: Some("last_active_at".to_owned()),
            minutes: Some(minutes),
            ..Self::default()
        }
    }
}

object! { kept
    /// A container.
    pub struct Container {
        /// The id.
        pub id: Option<String> = "id",
        /// `container`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// Its name.
        pub name: Option<String> = "name",
        /// How it is, such as `running`.
        pub status: Option<String> = "status",
        /// When it ends.
        pub expires_after: Option<ContainerExpiry> = "expires_after",
        /// When it was last used, in seconds since 1970.
        pub last_active_at: Option<u64> = "last_active_at",
        /// Its memory.
        pub memory_limit: Option<String> = "memory_limit",
        /// What it may reach.
        pub network_policy: Option<NetworkPolicy> = "network_policy",
    }
}

page! {
    /// Containers.
    pub struct ContainerList of Container
}

object! { strict
    /// The JSON body of `POST …/containers/{id}/files`, which copies an uploaded file.
    ///
    /// The same operation takes a form with the part `file` instead.
    pub struct CreateContainerFile {
        /// The uploaded file.
        pub file_id: String = required "file_id",
    }
}

impl CreateContainerFile {
    /// A copy of an uploaded file.
    #[must_use]
    pub fn new(file_id: impl Into<String>) -> Self {
        Self { file_id: file_id.into(), ..Self::default() }
    }
}

object! { kept
    /// A file in a container.
    pub struct ContainerFile {
        /// The id.
        pub id: Option<String> = "id",
        /// `container.file`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// Its size.
        pub bytes: Option<u64> = "bytes",
        /// The container.
        pub container_id: Option<String> = "container_id",
        /// Its path.
        pub path: Option<String> = "path",
        /// Who made it: `user` or `assistant`.
        pub source: Option<String> = "source",
    }
}

page! {
    /// Files in a container.
    pub struct ContainerFileList of ContainerFile
}
