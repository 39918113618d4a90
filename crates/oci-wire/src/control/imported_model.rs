//! Models that were imported from elsewhere.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::secret::SecretText;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/importedModels`.
    pub struct CreateImportedModel {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// Who made the model.
        pub vendor: Option<String> = "vendor",
        /// The version of the model.
        pub version: Option<String> = "version",
        /// Where the model is.
        pub data_source: Option<ModelDataSource> = "dataSource",
        /// What it can do.
        pub capabilities: Option<Vec<ImportedModelCapability>> = "capabilities",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateImportedModel {
    /// An import.
    #[must_use]
    pub fn new(compartment_id: impl Into<String>, data_source: impl Into<ModelDataSource>) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            data_source: Some(data_source.into()),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/importedModels/{id}`; what is not set stays as it is.
    pub struct UpdateImportedModel {
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
    /// An imported model; times are in the form of RFC 3339.
    ///
    /// In a list `previous_state` is absent.
    pub struct ImportedModel {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// What it can do.
        pub capabilities: Option<Vec<ImportedModelCapability>> = "capabilities",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// Who made the model.
        pub vendor: Option<String> = "vendor",
        /// The version of the model.
        pub version: Option<String> = "version",
        /// Where it came from.
        pub data_source: Option<ModelDataSource> = "dataSource",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// How it was before the last change.
        pub previous_state: Option<Box<ImportedModel>> = "previousState",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/importedModels`: one page.
    pub struct ImportedModelCollection of ImportedModel
}

tagged! {
    /// Where a model is imported from, told apart by `sourceType`.
    pub enum ModelDataSource by "sourceType" {
        /// Object Storage.
        "OBJECT_STORAGE_OBJECT" => ObjectStorage(ObjectStorageObject),
        /// Hugging Face.
        "HUGGING_FACE_MODEL" => HuggingFace(HuggingFaceModel),
    }
}

object! { kept
    /// A model in Object Storage.
    pub struct ObjectStorageObject (tag "sourceType" = "OBJECT_STORAGE_OBJECT") {
        /// The namespace of Object Storage.
        pub namespace_name: Option<String> = "namespaceName",
        /// The bucket.
        pub bucket_name: Option<String> = "bucketName",
        /// How the names of the model's files begin.
        pub prefix_name: Option<String> = "prefixName",
        /// The region of the bucket, such as `us-ashburn-1`; that of the call when left out.
        pub region: Option<String> = "region",
    }
}

impl ObjectStorageObject {
    /// The files of a bucket whose names begin so.
    #[must_use]
    pub fn new(
        namespace_name: impl Into<String>,
        bucket_name: impl Into<String>,
        prefix_name: impl Into<String>,
    ) -> Self {
        Self {
            namespace_name: Some(namespace_name.into()),
            bucket_name: Some(bucket_name.into()),
            prefix_name: Some(prefix_name.into()),
            ..Self::default()
        }
    }
}

object! { kept
    /// A model on Hugging Face.
    pub struct HuggingFaceModel (tag "sourceType" = "HUGGING_FACE_MODEL") {
        /// Its name, such as `org/name`.
        pub model_id: Option<String> = "modelId",
        /// A token, for models that need one; `Debug` never shows it.
        pub access_token: Option<SecretText> = "accessToken",
        /// The branch of its repository.
        pub branch: Option<String> = "branch",
        /// The commit of its repository.
        pub commit: Option<String> = "commit",
    }
}

impl HuggingFaceModel {
    /// A public model on its default branch.
    #[must_use]
    pub fn new(model_id: impl Into<String>) -> Self {
        Self { model_id: Some(model_id.into()), ..Self::default() }
    }
}

open_enum! {
    /// What an imported model can do.
    pub enum ImportedModelCapability {
        /// Text from text.
        TextToText = "TEXT_TO_TEXT",
        /// Embeddings.
        Embedding = "EMBEDDING",
        /// Ranking of documents.
        Rerank = "RERANK",
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
