//! [`ServingMode`]: which model serves a native call.

use crate::object::{object, plain_slot};
use crate::tagged::tagged;

tagged! {
    /// Where a native call runs, told apart by `servingType`.
    pub enum ServingMode by "servingType" {
        /// On shared hardware, by the model's id.
        "ON_DEMAND" => OnDemand(OnDemandServingMode),
        /// On a dedicated AI cluster, by its endpoint.
        "DEDICATED" => Dedicated(DedicatedServingMode),
    }
}

impl ServingMode {
    /// Shared hardware; `model_id` is a name such as `xai.grok-4` or an OCID.
    #[must_use]
    pub fn on_demand(model_id: impl Into<String>) -> Self {
        Self::OnDemand(OnDemandServingMode {
            model_id: model_id.into(),
            ..OnDemandServingMode::default()
        })
    }

    /// A dedicated AI cluster; `endpoint_id` is the OCID of the endpoint.
    #[must_use]
    pub fn dedicated(endpoint_id: impl Into<String>) -> Self {
        Self::Dedicated(DedicatedServingMode {
            endpoint_id: endpoint_id.into(),
            ..DedicatedServingMode::default()
        })
    }

    /// The id of the model or of the endpoint; empty for an unknown mode.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::OnDemand(mode) => &mode.model_id,
            Self::Dedicated(mode) => &mode.endpoint_id,
            Self::Other(_) => "",
        }
    }
}

impl Default for ServingMode {
    fn default() -> Self {
        Self::OnDemand(OnDemandServingMode::default())
    }
}

plain_slot!(ServingMode);

object! { strict
    /// The serving mode `ON_DEMAND`.
    pub struct OnDemandServingMode (tag "servingType" = "ON_DEMAND") {
        /// The model's name or OCID.
        pub model_id: String = required "modelId",
    }
}

object! { strict
    /// The serving mode `DEDICATED`.
    pub struct DedicatedServingMode (tag "servingType" = "DEDICATED") {
        /// The OCID of the endpoint.
        pub endpoint_id: String = required "endpointId",
    }
}
