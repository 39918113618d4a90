//! Fields that many collections have, read off the official Python SDK 2.189.0.

use crate::schema::{Field, Kind, optional, required};

pub(super) const COMPARTMENT: Field = required("compartmentId", Kind::Text);
pub(super) const DEFINED_TAGS: Field = optional("definedTags", Kind::Map(&Kind::Map(&Kind::Any)));
pub(super) const DESCRIPTION: Field = optional("description", Kind::Text);
pub(super) const DISPLAY_NAME: Field = optional("displayName", Kind::Text);
pub(super) const FREEFORM_TAGS: Field = optional("freeformTags", Kind::Map(&Kind::Text));

/// The body of each `changeCompartment`.
pub(super) const MOVE: &[Field] = &[COMPARTMENT];

/// A whole number that is not negative.
pub(super) const COUNT: Kind = Kind::Integer(0, i64::MAX);
