//! Model discovery: which model is served where, and which parameters it takes.

use crate::control::model::ModelCapability;
use crate::control::page::collection;
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;

object! { kept
    /// A model, and where it is served.
    pub struct DiscoveredModel {
        /// Its id.
        pub model_id: Option<String> = "modelId",
        /// Who made the model.
        pub vendor: Option<String> = "vendor",
        /// What it can do.
        pub capabilities: Vec<ModelCapability> = always "capabilities",
        /// Over which APIs it is served, such as `CHAT`.
        pub api_capability: Option<Vec<String>> = "apiCapability",
        /// From what it makes what.
        pub modality_support: Option<Vec<ModalitySupport>> = "modalitySupport",
        /// Whether it runs at Oracle.
        pub model_access: Option<ModelAccess> = "modelAccess",
        /// The parameters it takes.
        pub parameters: Option<Vec<ModelParameter>> = "parameters",
        /// Where it is served.
        pub availability: Option<Vec<Availability>> = "availability",
    }
}

collection! {
    /// The answer of `GET /20231130/modelDiscovery`: one page.
    pub struct ModelDiscoveryCollection of DiscoveredModel
}

open_enum! {
    /// Where a model runs.
    pub enum ModelAccess {
        /// At Oracle.
        Hosted = "HOSTED",
        /// At its vendor; Oracle passes calls on.
        Proxy = "PROXY",
    }
}

object! { kept
    /// From what a model makes what.
    pub struct ModalitySupport {
        /// From what.
        pub input: Option<Modality> = "input",
        /// What.
        pub output: Option<Modality> = "output",
    }
}

open_enum! {
    /// A kind of content.
    pub enum Modality {
        /// Sound.
        Audio = "AUDIO",
        /// Video.
        Video = "VIDEO",
        /// Text.
        Text = "TEXT",
        /// Images.
        Image = "IMAGE",
    }
}

object! { kept
    /// A parameter of a model.
    pub struct ModelParameter {
        /// Its name.
        pub name: Option<String> = "name",
        /// Its kind, such as `float`.
        pub kind: Option<String> = "type",
        /// The least value.
        pub minimum: Option<Number> = "minimum",
        /// The greatest value.
        pub maximum: Option<Number> = "maximum",
        /// The value when it is left out.
        pub default_value: Option<String> = "defaultValue",
        /// What it does.
        pub description: Option<String> = "description",
    }
}

object! { kept
    /// Where a model is served; times are in the form of RFC 3339.
    pub struct Availability {
        /// The realm, such as `oc1`.
        pub realm: Option<String> = "realm",
        /// The region, such as `us-chicago-1`.
        pub region: Option<String> = "region",
        /// How.
        pub serving_modes: Option<Vec<ServingKind>> = "servingModes",
        /// Since or from when it is not to be used any more.
        pub time_deprecated: Option<String> = "timeDeprecated",
        /// When it stops being served on shared hardware.
        pub time_on_demand_retired: Option<String> = "timeOnDemandRetired",
        /// When it stops being served on dedicated clusters.
        pub time_dedicated_retired: Option<String> = "timeDedicatedRetired",
        /// Ids of models to use in its place.
        pub supported_replacements: Option<Vec<String>> = "supportedReplacements",
    }
}

open_enum! {
    /// How a model is served.
    pub enum ServingKind {
        /// On shared hardware.
        OnDemand = "ON_DEMAND",
        /// On dedicated clusters.
        Dedicated = "DEDICATED",
    }
}
