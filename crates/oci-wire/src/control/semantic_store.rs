//! Semantic stores: what NL2SQL knows about the schemas of a database.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/semanticStores`.
    pub struct CreateSemanticStore {
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// A name for people; it need not be unique.
        pub display_name: String = required "displayName",
        /// Whether annotations and comments of the database are read.
        pub is_user_defined_semantics_enabled: Option<bool> = "isUserDefinedSemanticsEnabled",
        /// The model that describes the schemas.
        pub model_selection: Option<ModelChoice> = "modelSelection",
        /// The connections to the database.
        pub data_source: Option<DataSource> = "dataSource",
        /// When the descriptions are made anew.
        pub refresh_schedule: Option<RefreshSchedule> = "refreshSchedule",
        /// The schemas.
        pub schemas: Option<Schemas> = "schemas",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateSemanticStore {
    /// A store with the service's model and schedule.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        display_name: impl Into<String>,
        data_source: impl Into<DataSource>,
        schemas: impl Into<Schemas>,
    ) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            display_name: display_name.into(),
            data_source: Some(data_source.into()),
            schemas: Some(schemas.into()),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/semanticStores/{id}`; what is not set stays as it is.
    pub struct UpdateSemanticStore {
        /// What it is for.
        pub description: Option<String> = "description",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// The model that describes the schemas.
        pub model_selection: Option<ModelChoice> = "modelSelection",
        /// Whether annotations and comments of the database are read.
        pub is_user_defined_semantics_enabled: Option<bool> = "isUserDefinedSemanticsEnabled",
        /// When the descriptions are made anew.
        pub refresh_schedule: Option<RefreshSchedule> = "refreshSchedule",
        /// The schemas.
        pub schemas: Option<Schemas> = "schemas",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// A semantic store; times are in the form of RFC 3339.
    pub struct SemanticStore {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// Whether annotations and comments of the database are read.
        pub is_user_defined_semantics_enabled: Option<bool> = "isUserDefinedSemanticsEnabled",
        /// The connections to the database.
        pub data_source: Option<DataSource> = "dataSource",
        /// The model that describes the schemas.
        pub model_selection: Option<ModelChoice> = "modelSelection",
        /// When the descriptions are made anew.
        pub refresh_schedule: Option<RefreshSchedule> = "refreshSchedule",
        /// The schemas.
        pub schemas: Option<Schemas> = "schemas",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/semanticStores`: one page.
    pub struct SemanticStoreCollection of SemanticStore
}

tagged! {
    /// The way to a database, told apart by `connectionType`.
    pub enum DataSource by "connectionType" {
        /// Connections of OCI Database Tools.
        "DATABASE_TOOLS_CONNECTION" => DatabaseTools(DatabaseToolsSource),
    }
}

impl DataSource {
    /// Connections of OCI Database Tools, by OCID: one that queries run over, one that schemas are read over.
    #[must_use]
    pub fn database_tools(querying: impl Into<String>, enrichment: impl Into<String>) -> Self {
        Self::DatabaseTools(DatabaseToolsSource {
            querying_connection_id: Some(querying.into()),
            enrichment_connection_id: Some(enrichment.into()),
            ..DatabaseToolsSource::default()
        })
    }
}

object! { kept
    /// Connections of OCI Database Tools.
    pub struct DatabaseToolsSource (tag "connectionType" = "DATABASE_TOOLS_CONNECTION") {
        /// The OCID of the connection that queries run over.
        pub querying_connection_id: Option<String> = "queryingConnectionId",
        /// The OCID of the connection that schemas are read over.
        pub enrichment_connection_id: Option<String> = "enrichmentConnectionId",
    }
}

tagged! {
    /// The schemas of a store, told apart by `connectionType`.
    pub enum Schemas by "connectionType" {
        /// Of a connection of OCI Database Tools.
        "DATABASE_TOOLS_CONNECTION" => DatabaseTools(DatabaseToolsSchemas),
    }
}

impl Schemas {
    /// Schemas by name, of a connection of OCI Database Tools.
    #[must_use]
    pub fn database_tools(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let schema = |name: String| SchemaItem { name: Some(name), ..SchemaItem::default() };
        Self::DatabaseTools(DatabaseToolsSchemas {
            schemas: names.into_iter().map(|name| schema(name.into())).collect(),
            ..DatabaseToolsSchemas::default()
        })
    }
}

object! { kept
    /// Schemas of a connection of OCI Database Tools.
    pub struct DatabaseToolsSchemas (tag "connectionType" = "DATABASE_TOOLS_CONNECTION") {
        /// The schemas.
        pub schemas: Vec<SchemaItem> = always "schemas",
    }
}

object! { kept
    /// A schema.
    pub struct SchemaItem {
        /// Its name.
        pub name: Option<String> = "name",
    }
}

tagged! {
    /// The model of a store, told apart by `modelSelectionType`.
    pub enum ModelChoice by "modelSelectionType" {
        /// The service's choice.
        "DEFAULT" => Default(DefaultModel),
        /// A model by its id.
        "CUSTOM" => Custom(CustomModel),
    }
}

object! { kept
    /// The service's choice.
    pub struct DefaultModel (tag "modelSelectionType" = "DEFAULT") {
    }
}

object! { kept
    /// A model by its id.
    pub struct CustomModel (tag "modelSelectionType" = "CUSTOM") {
        /// The id.
        pub model_id: Option<String> = "modelId",
    }
}

impl CustomModel {
    /// This model.
    #[must_use]
    pub fn new(model_id: impl Into<String>) -> Self {
        Self { model_id: Some(model_id.into()), ..Self::default() }
    }
}

tagged! {
    /// When descriptions are made anew, told apart by `type`.
    pub enum RefreshSchedule by "type" {
        /// Once.
        "ON_CREATE" => OnCreate(RefreshOnCreate),
        /// Not at all.
        "NONE" => Never(NoRefresh),
        /// Again and again.
        "INTERVAL" => Interval(RefreshInterval),
    }
}

object! { kept
    /// Once, when the store is made.
    pub struct RefreshOnCreate (tag "type" = "ON_CREATE") {
    }
}

object! { kept
    /// Only when asked for.
    pub struct NoRefresh (tag "type" = "NONE") {
    }
}

object! { kept
    /// Again and again.
    pub struct RefreshInterval (tag "type" = "INTERVAL") {
        /// The time between, in the form of ISO 8601, such as `PT6H`.
        pub value: Option<String> = "value",
    }
}

impl RefreshInterval {
    /// So often, in the form of ISO 8601, such as `PT6H`.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..Self::default() }
    }
}
