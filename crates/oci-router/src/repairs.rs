//! What models were found to refuse, so that the next call does not ask again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use oci_wire::repair::Repair;

use crate::transport::Transport;

/// The changes that calls to each model need, shared by all clones of a router.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repairs(Arc<Mutex<Known>>);

/// By transport and model.
type Known = HashMap<(Transport, String), Vec<Repair>>;

impl Repairs {
    /// The changes that were found to be needed.
    pub(crate) fn of(&self, transport: Transport, model: &str) -> Vec<Repair> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return Vec::new();
        }
        known.get(&(transport, model.to_owned())).cloned().unwrap_or_default()
    }

    /// Keeps a change with which a call was accepted.
    pub(crate) fn learn(&self, transport: Transport, model: &str, repair: &Repair) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let repairs = known.entry((transport, model.to_owned())).or_default();
        if !repairs.contains(repair) {
            repairs.push(repair.clone());
        }
    }
}
