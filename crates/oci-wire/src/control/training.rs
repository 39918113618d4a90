//! Training of models.

use crate::number::Number;
use crate::object::object;
use crate::tagged::tagged;

object! { kept
    /// How a model is trained.
    pub struct FineTuneDetails {
        /// From what.
        pub training_dataset: Option<Dataset> = "trainingDataset",
        /// The OCID of the cluster that it is trained on.
        pub dedicated_ai_cluster_id: Option<String> = "dedicatedAiClusterId",
        /// By which method; the model's own when left out.
        pub training_config: Option<TrainingConfig> = "trainingConfig",
    }
}

impl FineTuneDetails {
    /// A training with the model's own method.
    #[must_use]
    pub fn new(
        training_dataset: impl Into<Dataset>,
        dedicated_ai_cluster_id: impl Into<String>,
    ) -> Self {
        Self {
            training_dataset: Some(training_dataset.into()),
            dedicated_ai_cluster_id: Some(dedicated_ai_cluster_id.into()),
            ..Self::default()
        }
    }
}

tagged! {
    /// What a model is trained from, told apart by `datasetType`.
    pub enum Dataset by "datasetType" {
        /// A file in Object Storage.
        "OBJECT_STORAGE" => ObjectStorage(ObjectStorageDataset),
    }
}

impl Dataset {
    /// A file in Object Storage.
    #[must_use]
    pub fn object_storage(
        namespace: impl Into<String>,
        bucket: impl Into<String>,
        object: impl Into<String>,
    ) -> Self {
        Self::ObjectStorage(ObjectStorageDataset {
            namespace_name: Some(namespace.into()),
            bucket_name: Some(bucket.into()),
            object_name: Some(object.into()),
            ..ObjectStorageDataset::default()
        })
    }
}

object! { kept
    /// A file in Object Storage.
    pub struct ObjectStorageDataset (tag "datasetType" = "OBJECT_STORAGE") {
        /// The namespace of Object Storage.
        pub namespace_name: Option<String> = "namespaceName",
        /// The bucket.
        pub bucket_name: Option<String> = "bucketName",
        /// The name of the file.
        pub object_name: Option<String> = "objectName",
    }
}

tagged! {
    /// A method of training, told apart by `trainingConfigType`.
    pub enum TrainingConfig by "trainingConfigType" {
        /// LoRA.
        "LORA_TRAINING_CONFIG" => Lora(LoraTrainingConfig),
        /// T-Few.
        "TFEW_TRAINING_CONFIG" => TFew(TFewTrainingConfig),
        /// Training of the last layers.
        "VANILLA_TRAINING_CONFIG" => Vanilla(VanillaTrainingConfig),
    }
}

object! { kept
    /// LoRA: small matrices next to the weights are trained.
    pub struct LoraTrainingConfig (tag "trainingConfigType" = "LORA_TRAINING_CONFIG") {
        /// How often all examples are seen at most.
        pub total_training_epochs: Option<u64> = "totalTrainingEpochs",
        /// How large the first steps are.
        pub learning_rate: Option<Number> = "learningRate",
        /// How many examples a step sees.
        pub training_batch_size: Option<u64> = "trainingBatchSize",
        /// After how many rounds without gain the training ends.
        pub early_stopping_patience: Option<u64> = "earlyStoppingPatience",
        /// How much less loss is a gain.
        pub early_stopping_threshold: Option<Number> = "earlyStoppingThreshold",
        /// After how many steps the metrics are logged.
        pub log_model_metrics_interval_in_steps: Option<u64> = "logModelMetricsIntervalInSteps",
        /// The rank of the matrices.
        pub lora_r: Option<u64> = "loraR",
        /// How strongly they count.
        pub lora_alpha: Option<u64> = "loraAlpha",
        /// Which share of them is dropped at random.
        pub lora_dropout: Option<Number> = "loraDropout",
    }
}

object! { kept
    /// T-Few: added vectors are trained.
    pub struct TFewTrainingConfig (tag "trainingConfigType" = "TFEW_TRAINING_CONFIG") {
        /// How often all examples are seen at most.
        pub total_training_epochs: Option<u64> = "totalTrainingEpochs",
        /// How large the first steps are.
        pub learning_rate: Option<Number> = "learningRate",
        /// How many examples a step sees.
        pub training_batch_size: Option<u64> = "trainingBatchSize",
        /// After how many rounds without gain the training ends.
        pub early_stopping_patience: Option<u64> = "earlyStoppingPatience",
        /// How much less loss is a gain.
        pub early_stopping_threshold: Option<Number> = "earlyStoppingThreshold",
        /// After how many steps the metrics are logged.
        pub log_model_metrics_interval_in_steps: Option<u64> = "logModelMetricsIntervalInSteps",
    }
}

object! { kept
    /// The last layers are trained.
    pub struct VanillaTrainingConfig (tag "trainingConfigType" = "VANILLA_TRAINING_CONFIG") {
        /// How often all examples are seen at most.
        pub total_training_epochs: Option<u64> = "totalTrainingEpochs",
        /// How large the first steps are.
        pub learning_rate: Option<Number> = "learningRate",
        /// How many examples a step sees.
        pub training_batch_size: Option<u64> = "trainingBatchSize",
        /// After how many rounds without gain the training ends.
        pub early_stopping_patience: Option<u64> = "earlyStoppingPatience",
        /// How much less loss is a gain.
        pub early_stopping_threshold: Option<Number> = "earlyStoppingThreshold",
        /// After how many steps the metrics are logged.
        pub log_model_metrics_interval_in_steps: Option<u64> = "logModelMetricsIntervalInSteps",
        /// How many layers.
        pub num_of_last_layers: Option<u64> = "numOfLastLayers",
    }
}

tagged! {
    /// How well a training went, told apart by `modelMetricsType`.
    pub enum ModelMetrics by "modelMetricsType" {
        /// Of a model that generates text.
        "TEXT_GENERATION_MODEL_METRICS" => TextGeneration(TextGenerationModelMetrics),
        /// Of a model that chats.
        "CHAT_MODEL_METRICS" => Chat(ChatModelMetrics),
    }
}

object! { kept
    /// Metrics of a model that generates text.
    pub struct TextGenerationModelMetrics (tag "modelMetricsType" = "TEXT_GENERATION_MODEL_METRICS") {
        /// The share of right predictions, 0 to 1.
        pub final_accuracy: Option<Number> = "finalAccuracy",
        /// The loss at the end.
        pub final_loss: Option<Number> = "finalLoss",
    }
}

object! { kept
    /// Metrics of a model that chats.
    pub struct ChatModelMetrics (tag "modelMetricsType" = "CHAT_MODEL_METRICS") {
        /// The share of right predictions, 0 to 1.
        pub final_accuracy: Option<Number> = "finalAccuracy",
        /// The loss at the end.
        pub final_loss: Option<Number> = "finalLoss",
    }
}
