//! Models: those of the service, and those that were trained from them.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::control::training::{FineTuneDetails, ModelMetrics};
use crate::object::object;
use crate::open_enum::open_enum;

object! { strict
    /// The body of `POST /20231130/models`, which trains a model.
    pub struct CreateModel {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// Who made the model.
        pub vendor: Option<String> = "vendor",
        /// The version of the model.
        pub version: Option<String> = "version",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of the model that is trained.
        pub base_model_id: String = required "baseModelId",
        /// How it is trained.
        pub fine_tune_details: Option<FineTuneDetails> = "fineTuneDetails",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateModel {
    /// A training.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        base_model_id: impl Into<String>,
        fine_tune_details: FineTuneDetails,
    ) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            base_model_id: base_model_id.into(),
            fine_tune_details: Some(fine_tune_details),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/models/{id}`; what is not set stays as it is.
    pub struct UpdateModel {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// Who made the model.
        pub vendor: Option<String> = "vendor",
        /// The version of the model.
        pub version: Option<String> = "version",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// A model; times are in the form of RFC 3339.
    ///
    /// In a list `description`, `time_updated` and `previous_state` are absent.
    pub struct Model {
        /// The OCID.
        pub id: Option<String> = "id",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// What it can do.
        pub capabilities: Vec<ModelCapability> = always "capabilities",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// Who made the model.
        pub vendor: Option<String> = "vendor",
        /// The version of the model.
        pub version: Option<String> = "version",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// The OCID of the model that it was trained from.
        pub base_model_id: Option<String> = "baseModelId",
        /// Whether it is of the service or was trained.
        pub kind: Option<ModelKind> = "type",
        /// How it was trained.
        pub fine_tune_details: Option<FineTuneDetails> = "fineTuneDetails",
        /// How well the training went.
        pub model_metrics: Option<ModelMetrics> = "modelMetrics",
        /// Whether a model of the service stays for long.
        pub is_long_term_supported: Option<bool> = "isLongTermSupported",
        /// Since or from when it is not to be used any more.
        pub time_deprecated: Option<String> = "timeDeprecated",
        /// When it stops being served on shared hardware.
        pub time_on_demand_retired: Option<String> = "timeOnDemandRetired",
        /// When it stops being served on dedicated clusters.
        pub time_dedicated_retired: Option<String> = "timeDedicatedRetired",
        /// How it was before the last change.
        pub previous_state: Option<Box<Model>> = "previousState",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/models`: one page.
    pub struct ModelCollection of Model
}

open_enum! {
    /// Where a model is from.
    pub enum ModelKind {
        /// The service.
        Base = "BASE",
        /// A training.
        Custom = "CUSTOM",
    }
}

open_enum! {
    /// What a model can do; `capability` of the lists.
    pub enum ModelCapability {
        /// Text from a prompt.
        TextGeneration = "TEXT_GENERATION",
        /// Summaries.
        TextSummarization = "TEXT_SUMMARIZATION",
        /// Embeddings.
        TextEmbeddings = "TEXT_EMBEDDINGS",
        /// It can be trained.
        FineTune = "FINE_TUNE",
        /// Conversations.
        Chat = "CHAT",
        /// Ranking of documents.
        TextRerank = "TEXT_RERANK",
        /// Images from text.
        TextToImage = "TEXT_TO_IMAGE",
        /// Images from images and text.
        ImageTextToImage = "IMAGE_TEXT_TO_IMAGE",
        /// Text from images and text.
        ImageTextToText = "IMAGE_TEXT_TO_TEXT",
        /// Video from images and text.
        ImageTextToVideo = "IMAGE_TEXT_TO_VIDEO",
        /// Images from images.
        ImageToImage = "IMAGE_TO_IMAGE",
        /// Conversations by voice.
        Realtime = "REALTIME",
        /// Sound from sound.
        AudioToAudio = "AUDIO_TO_AUDIO",
        /// Text from sound.
        AudioToText = "AUDIO_TO_TEXT",
        /// Sound from text.
        TextToAudio = "TEXT_TO_AUDIO",
        /// Video from text.
        TextToVideo = "TEXT_TO_VIDEO",
        /// Text from sound and text.
        AudioTextToText = "AUDIO_TEXT_TO_TEXT",
        /// Translation of sound.
        AudioTranslation = "AUDIO_TRANSLATION",
        /// Text from video and text.
        VideoTextToText = "VIDEO_TEXT_TO_TEXT",
    }
}
