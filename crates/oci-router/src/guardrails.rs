//! Guardrails: checks of a text or an image, which belong to no model.

use oci_wire::native::{
    ApplyGuardrailsDetails, ApplyGuardrailsResult, GuardrailConfigs, GuardrailsInput,
};

use crate::error::Error;
use crate::router::Router;

impl Router {
    /// Checks a text or an image for harmful content, personal data and prompt injection: those checks that are set.
    ///
    /// # Errors
    /// [`Error::NoCompartment`] if the client has none, and [`Error::Transport`] if the service refuses.
    pub async fn guardrails(
        &self,
        input: GuardrailsInput,
        checks: GuardrailConfigs,
    ) -> Result<ApplyGuardrailsResult, Error> {
        let compartment = self.client().compartment_id();
        let compartment =
            compartment.ok_or_else(|| Error::NoCompartment { model: "guardrails".to_owned() })?;
        let details = ApplyGuardrailsDetails::new(compartment, input, checks);
        Ok(self.client().apply_guardrails(&details).await?.into_inner())
    }
}
