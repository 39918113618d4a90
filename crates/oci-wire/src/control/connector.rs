//! Connectors, which bring files from Object Storage into a vector store.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/vectorStoreConnectors`.
    pub struct CreateConnector {
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// The vector store.
        pub vector_store_id: String = required "vectorStoreId",
        /// A name for people; it need not be unique.
        pub display_name: String = required "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// When files are fetched; only when asked for when left out.
        pub schedule_config: Option<ScheduleConfig> = "scheduleConfig",
        /// Where the files are.
        pub configuration: Option<ConnectorConfiguration> = "configuration",
        /// The OCID of a key in a vault, with which the data is encrypted.
        pub vault_secret_id: Option<String> = "vaultSecretId",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateConnector {
    /// A connector without a schedule.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        vector_store_id: impl Into<String>,
        display_name: impl Into<String>,
        configuration: impl Into<ConnectorConfiguration>,
    ) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            vector_store_id: vector_store_id.into(),
            display_name: display_name.into(),
            configuration: Some(configuration.into()),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/vectorStoreConnectors/{id}`; what is not set stays as it is.
    pub struct UpdateConnector {
        /// What it is for.
        pub description: Option<String> = "description",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// When files are fetched.
        pub schedule_config: Option<ScheduleConfig> = "scheduleConfig",
        /// Where the files are.
        pub configuration: Option<ConnectorConfiguration> = "configuration",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// A connector; times are in the form of RFC 3339.
    ///
    /// In a list `vault_secret_id` is absent.
    pub struct Connector {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The vector store.
        pub vector_store_id: Option<String> = "vectorStoreId",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// The OCID of its tenancy.
        pub tenant_id: Option<String> = "tenantId",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// The OCID of a key in a vault, with which the data is encrypted.
        pub vault_secret_id: Option<String> = "vaultSecretId",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// When files are fetched; only when asked for when left out.
        pub schedule_config: Option<ScheduleConfig> = "scheduleConfig",
        /// Where the files are.
        pub configuration: Option<ConnectorConfiguration> = "configuration",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/vectorStoreConnectors`: one page.
    pub struct ConnectorCollection of Connector
}

tagged! {
    /// Where a connector finds files, told apart by `type`.
    pub enum ConnectorConfiguration by "type" {
        /// In Object Storage.
        "OBJECT_STORAGE_FILES" => ObjectStorage(ObjectStorageFiles),
    }
}

impl ConnectorConfiguration {
    /// The files of buckets.
    #[must_use]
    pub fn object_storage(places: impl Into<Vec<ObjectStoragePlace>>) -> Self {
        Self::ObjectStorage(ObjectStorageFiles {
            storage_config_list: places.into(),
            ..ObjectStorageFiles::default()
        })
    }
}

object! { kept
    /// Files in Object Storage.
    pub struct ObjectStorageFiles (tag "type" = "OBJECT_STORAGE_FILES") {
        /// The places.
        pub storage_config_list: Vec<ObjectStoragePlace> = always "storageConfigList",
    }
}

object! { kept
    /// A bucket, or some of the names in it.
    pub struct ObjectStoragePlace {
        /// The namespace of Object Storage.
        pub namespace: Option<String> = "namespace",
        /// The bucket.
        pub bucket_name: Option<String> = "bucketName",
        /// How the names begin; all names when left out.
        pub prefix_list: Option<Vec<String>> = "prefixList",
    }
}

impl ObjectStoragePlace {
    /// A whole bucket.
    #[must_use]
    pub fn new(namespace: impl Into<String>, bucket_name: impl Into<String>) -> Self {
        Self {
            namespace: Some(namespace.into()),
            bucket_name: Some(bucket_name.into()),
            ..Self::default()
        }
    }
}

tagged! {
    /// When a connector runs, told apart by `configType`.
    pub enum ScheduleConfig by "configType" {
        /// At intervals.
        "INTERVAL" => Interval(IntervalSchedule),
        /// By a cron expression.
        "CRON" => Cron(CronSchedule),
    }
}

object! { kept
    /// At intervals.
    pub struct IntervalSchedule (tag "configType" = "INTERVAL") {
        /// Whether it is on.
        pub state: Option<ScheduleState> = "state",
        /// From when; at once when left out.
        pub time_start: Option<String> = "timeStart",
        /// Until when; without end when left out.
        pub time_end: Option<String> = "timeEnd",
        /// The unit.
        pub frequency: Option<ScheduleFrequency> = "frequency",
        /// How many units.
        pub interval: Option<u64> = "interval",
    }
}

impl IntervalSchedule {
    /// Every so many units.
    #[must_use]
    pub fn new(frequency: ScheduleFrequency, interval: u64) -> Self {
        Self { frequency: Some(frequency), interval: Some(interval), ..Self::default() }
    }
}

object! { kept
    /// By a cron expression.
    pub struct CronSchedule (tag "configType" = "CRON") {
        /// Whether it is on.
        pub state: Option<ScheduleState> = "state",
        /// From when; at once when left out.
        pub time_start: Option<String> = "timeStart",
        /// Until when; without end when left out.
        pub time_end: Option<String> = "timeEnd",
        /// The expression.
        pub cron_expression: Option<String> = "cronExpression",
    }
}

impl CronSchedule {
    /// By this expression.
    #[must_use]
    pub fn new(cron_expression: impl Into<String>) -> Self {
        Self { cron_expression: Some(cron_expression.into()), ..Self::default() }
    }
}

open_enum! {
    /// Whether a schedule is on.
    pub enum ScheduleState {
        /// It is on.
        Enabled = "ENABLED",
        /// It is off.
        Disabled = "DISABLED",
    }
}

open_enum! {
    /// The unit of an interval.
    pub enum ScheduleFrequency {
        /// Hours.
        Hourly = "HOURLY",
        /// Days.
        Daily = "DAILY",
    }
}
