//! Lists that come in pages, and what a deletion answers.

use crate::object::object;

/// A list of `$item`, with the ids by which the next page is asked for.
macro_rules! page {
    ($(#[$meta:meta])* pub struct $name:ident of $item:ty) => {
        crate::object::object! { kept
            $(#[$meta])*
            pub struct $name {
                /// `list`
                pub object: Option<String> = "object",
                /// The entries of this page.
                pub data: Vec<$item> = always "data",
                /// The id of the first entry.
                pub first_id: Option<String> = "first_id",
                /// The id of the last entry, which is `after` of the next page.
                pub last_id: Option<String> = "last_id",
                /// Whether there is a next page.
                pub has_more: Option<bool> = "has_more",
            }
        }

        impl $name {
            /// What `after` of the next page is; `None` when this is the last one.
            #[must_use]
            pub fn next_after(&self) -> Option<&str> {
                self.last_id.as_deref().filter(|_| self.has_more == Some(true))
            }
        }
    };
}

pub(crate) use page;

object! { kept
    /// What the service answers to a deletion.
    pub struct Deleted {
        /// What was deleted.
        pub id: Option<String> = "id",
        /// Its kind, such as `conversation.deleted`.
        pub object: Option<String> = "object",
        /// Whether it is gone.
        pub deleted: Option<bool> = "deleted",
    }
}
