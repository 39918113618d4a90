//! Which entries of a list of the control plane are asked for.

use crate::path::Path;

/// Which entries of a list are asked for, in which order, and which page of them.
///
/// A member that the list does not know is refused or ignored by the service.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filter {
    /// The compartment. Default: the client's, where the list takes one.
    pub compartment_id: Option<String>,
    /// One state, such as `ACTIVE`. Default: all.
    pub lifecycle_state: Option<String>,
    /// The whole name for people. Default: all.
    pub display_name: Option<String>,
    /// One OCID. Default: all.
    pub id: Option<String>,
    /// How many entries a page has at most. Default: the service's.
    pub limit: Option<u32>,
    /// The page, by what [`opc_next_page`](crate::Answer::opc_next_page) of the one before says. Default: the first.
    pub page: Option<String>,
    /// `timeCreated`, `displayName` or `lifecycleState`. Default: the service's, `timeCreated`.
    pub sort_by: Option<String>,
    /// `ASC` or `DESC`. Default: the service's.
    pub sort_order: Option<String>,
    /// Parameters that only this list has, such as `capability`, in order; a name may come twice.
    pub more: Vec<(String, String)>,
}

impl Filter {
    /// Adds a parameter that only this list has.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.more.push((name.into(), value.into()));
        self
    }

    /// Writes it, in the compartment that is said here, else in `compartment`.
    pub(super) fn write(&self, path: Path, compartment: Option<&str>) -> Path {
        let limit = self.limit.map(|limit| limit.to_string());
        let path = path
            .query("compartmentId", self.compartment_id.as_deref().or(compartment))
            .query("lifecycleState", self.lifecycle_state.as_deref())
            .query("displayName", self.display_name.as_deref())
            .query("id", self.id.as_deref())
            .query("limit", limit.as_deref())
            .query("page", self.page.as_deref())
            .query("sortOrder", self.sort_order.as_deref())
            .query("sortBy", self.sort_by.as_deref());
        self.more.iter().fold(path, |path, (name, value)| path.query(name, Some(value)))
    }

    /// Makes it begin at a page; `false` if it begins there already.
    pub(super) fn go_on(&mut self, page: &str) -> bool {
        let before = self.page.replace(page.to_owned());
        before != self.page
    }
}
