//! The form in which the last answer has to come.

use oci_router::wire::chat::ResponseFormat;
use oci_router::{JsonSchema, Misfit, Schema, Warning};
use serde::de::DeserializeOwned;

/// A form, and how to tell whether a text has it.
pub(crate) struct Output {
    schema: Schema,
    check: fn(&Schema, &str) -> Result<(), Misfit>,
}

impl Output {
    pub(crate) fn of<T: DeserializeOwned + JsonSchema>() -> Self {
        let check = |schema: &Schema, text: &str| schema.read::<T>(text).map(drop);
        Self { schema: Schema::strict_of::<T>(), check }
    }

    pub(crate) fn name(&self) -> &str {
        self.schema.name()
    }

    pub(crate) fn format(&self) -> ResponseFormat {
        self.schema.to_response_format()
    }

    /// What the type says and the form does not.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = Warning> {
        let losses = self.schema.losses().iter().cloned();
        losses.map(|mut loss| {
            loss.path = format!("response_format.json_schema.schema.{}", loss.path);
            Warning::Request(loss)
        })
    }

    /// What is wrong with a text, for the model to read.
    pub(crate) fn problem(&self, text: &str) -> Option<String> {
        let misfit = (self.check)(&self.schema, text).err()?;
        let (detail, schema) = (misfit.detail(), self.schema.json().get());
        Some(format!(
            "That answer cannot be used: {detail}. Answer again, with nothing but JSON that follows this schema: {schema}"
        ))
    }
}
