//! NL2SQL: questions become SQL, through a semantic store (`/20260325/semanticStores/{id}/…`, on the inference host).
//!
//! The stores themselves are in [`crate::control`].

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::{DefinedTags, JobState};
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST …/actions/generateSqlFromNl`.
    pub struct GenerateSqlDetails {
        /// What it is for.
        pub description: Option<String> = "description",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// The question.
        pub input_natural_language_query: String = required "inputNaturalLanguageQuery",
        /// The model; that of the store when left out.
        pub model_id: Option<String> = "modelId",
        /// Whether the call waits for the SQL.
        pub completion_mode: Option<CompletionMode> = "completionMode",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl GenerateSqlDetails {
    /// A question to the model of the store.
    #[must_use]
    pub fn new(input_natural_language_query: impl Into<String>) -> Self {
        Self {
            input_natural_language_query: input_natural_language_query.into(),
            ..Self::default()
        }
    }
}

open_enum! {
    /// Whether a call waits.
    pub enum CompletionMode {
        /// It answers when the SQL is there.
        WaitForCompletion = "WAIT_FOR_COMPLETION",
        /// It answers at once; the SQL is fetched later.
        BackgroundJob = "BACKGROUND_JOB",
    }
}

object! { kept
    /// The making of SQL; times are in the form of RFC 3339.
    pub struct GenerateSqlJob {
        /// The OCID.
        pub id: Option<String> = "id",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of the store.
        pub semantic_store_id: Option<String> = "semanticStoreId",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// When it was asked for.
        pub time_accepted: Option<String> = "timeAccepted",
        /// When it began.
        pub time_started: Option<String> = "timeStarted",
        /// When it ended.
        pub time_finished: Option<String> = "timeFinished",
        /// How it is.
        pub lifecycle_state: Option<JobState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// The question.
        pub input_natural_language_query: Option<String> = "inputNaturalLanguageQuery",
        /// The model.
        pub model_id: Option<String> = "modelId",
        /// The SQL, when it is there.
        pub job_output: Option<JobOutput> = "jobOutput",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

impl GenerateSqlJob {
    /// The SQL, when it is there.
    #[must_use]
    pub fn sql(&self) -> Option<&str> {
        match self.job_output.as_ref()? {
            JobOutput::Inline(output) => output.content.as_deref(),
            JobOutput::Other(_) => None,
        }
    }
}

tagged! {
    /// What a job made, told apart by `jobOutputLocation`.
    pub enum JobOutput by "jobOutputLocation" {
        /// In the answer.
        "INLINE" => Inline(InlineJobOutput),
    }
}

object! { kept
    /// SQL in the answer.
    pub struct InlineJobOutput (tag "jobOutputLocation" = "INLINE") {
        /// The SQL.
        pub content: Option<String> = "content",
    }
}

object! { strict
    /// The body of `POST …/actions/enrich`, which describes schemas anew.
    pub struct EnrichDetails {
        /// What it is for.
        pub description: Option<String> = "description",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// The same as in the configuration; Oracle calls it deprecated.
        pub enrichment_job_type: Option<EnrichmentKind> = "enrichmentJobType",
        /// What is described.
        pub enrichment_job_configuration: Option<EnrichmentJobConfiguration> = "enrichmentJobConfiguration",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl EnrichDetails {
    /// A job.
    #[must_use]
    pub fn new(enrichment_job_configuration: impl Into<EnrichmentJobConfiguration>) -> Self {
        Self {
            enrichment_job_configuration: Some(enrichment_job_configuration.into()),
            ..Self::default()
        }
    }
}

tagged! {
    /// What is described, told apart by `enrichmentJobType`.
    pub enum EnrichmentJobConfiguration by "enrichmentJobType" {
        /// All of a schema.
        "FULL_BUILD" => Full(FullBuild),
        /// Some of a schema.
        "PARTIAL_BUILD" => Partial(PartialBuild),
        /// What changed.
        "DELTA_REFRESH" => Delta(DeltaRefresh),
    }
}

object! { kept
    /// All of a schema.
    pub struct FullBuild (tag "enrichmentJobType" = "FULL_BUILD") {
        /// The schema.
        pub schema_name: Option<String> = "schemaName",
    }
}

impl FullBuild {
    /// All of this schema.
    #[must_use]
    pub fn new(schema_name: impl Into<String>) -> Self {
        Self { schema_name: Some(schema_name.into()), ..Self::default() }
    }
}

object! { kept
    /// Some of a schema.
    pub struct PartialBuild (tag "enrichmentJobType" = "PARTIAL_BUILD") {
        /// The schema.
        pub schema_name: Option<String> = "schemaName",
        /// What of it.
        pub database_objects: Vec<DatabaseObject> = always "databaseObjects",
    }
}

impl PartialBuild {
    /// Some of this schema.
    #[must_use]
    pub fn new(
        schema_name: impl Into<String>,
        database_objects: impl Into<Vec<DatabaseObject>>,
    ) -> Self {
        Self {
            schema_name: Some(schema_name.into()),
            database_objects: database_objects.into(),
            ..Self::default()
        }
    }
}

object! { kept
    /// What changed in a schema since it was last described.
    pub struct DeltaRefresh (tag "enrichmentJobType" = "DELTA_REFRESH") {
        /// The schema.
        pub schema_name: Option<String> = "schemaName",
        /// A schedule, which Oracle calls deprecated.
        pub delta_refresh_schedule: Option<RawJson> = "deltaRefreshSchedule",
    }
}

impl DeltaRefresh {
    /// What changed in this schema.
    #[must_use]
    pub fn new(schema_name: impl Into<String>) -> Self {
        Self { schema_name: Some(schema_name.into()), ..Self::default() }
    }
}

object! { kept
    /// Something in a schema.
    pub struct DatabaseObject {
        /// What it is for.
        pub description: Option<String> = "description",
        /// Its kind.
        pub kind: Option<DatabaseObjectKind> = "type",
        /// Its full name, such as `SH.SALES`.
        pub name: Option<String> = "name",
    }
}

impl DatabaseObject {
    /// A thing of that kind and full name.
    #[must_use]
    pub fn new(kind: DatabaseObjectKind, name: impl Into<String>) -> Self {
        Self { kind: Some(kind), name: Some(name.into()), ..Self::default() }
    }
}

open_enum! {
    /// A kind of thing in a schema.
    pub enum DatabaseObjectKind {
        /// A view.
        View = "VIEW",
        /// A table.
        Table = "TABLE",
        /// An annotation.
        Annotation = "ANNOTATION",
        /// A comment.
        Comment = "COMMENT",
    }
}

open_enum! {
    /// How much is described.
    pub enum EnrichmentKind {
        /// All.
        FullBuild = "FULL_BUILD",
        /// Some.
        PartialBuild = "PARTIAL_BUILD",
        /// What changed.
        DeltaRefresh = "DELTA_REFRESH",
    }
}

object! { kept
    /// The description of schemas; times are in the form of RFC 3339.
    ///
    /// In a list the configuration, the description and the end are absent.
    pub struct EnrichmentJob {
        /// The OCID.
        pub id: Option<String> = "id",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of the store.
        pub semantic_store_id: Option<String> = "semanticStoreId",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// How much is described.
        pub enrichment_job_type: Option<EnrichmentKind> = "enrichmentJobType",
        /// What is described.
        pub enrichment_job_configuration: Option<EnrichmentJobConfiguration> = "enrichmentJobConfiguration",
        /// The model that describes.
        pub model_id: Option<String> = "modelId",
        /// When it was asked for.
        pub time_accepted: Option<String> = "timeAccepted",
        /// When it began.
        pub time_started: Option<String> = "timeStarted",
        /// When it ended.
        pub time_finished: Option<String> = "timeFinished",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// How far it is, 0 to 100.
        pub percent_complete: Option<Number> = "percentComplete",
        /// How it is.
        pub lifecycle_state: Option<JobState> = "lifecycleState",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET …/enrichmentJobs`: one page.
    pub struct EnrichmentJobCollection of EnrichmentJob
}
