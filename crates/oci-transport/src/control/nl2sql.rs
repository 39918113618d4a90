//! NL2SQL: what is asked of a semantic store, at the inference host (`/20260325`).

use http::Method;
use oci_wire::nl2sql::{
    EnrichDetails, EnrichmentJob, EnrichmentJobCollection, GenerateSqlDetails, GenerateSqlJob,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::control::filter::Filter;
use crate::control::kinds::sealed::Page;
use crate::control::resources::{matching, pages, with_token};
use crate::control::waiting::{Standing, Waiting};
use crate::error::Error;
use crate::operation::{Operation, signed};
use crate::path::Path;
use crate::resources::Items;

/// What one semantic store does: it makes SQL from questions, and describes its schemas.
#[derive(Clone, Debug)]
pub struct SemanticStoreJobs {
    client: Client,
    store: String,
}

impl SemanticStoreJobs {
    pub(super) fn new(client: Client, store: String) -> Self {
        Self { client, store }
    }

    /// Makes SQL from a question: waits for it, or leaves it to [`sql_ready`](Self::sql_ready), as its
    /// [`completion_mode`](GenerateSqlDetails::completion_mode) says.
    ///
    /// # Errors
    /// As for [`Client::chat`], and [`ErrorKind::Identity`](crate::ErrorKind::Identity) for an API key: nothing is sent then.
    pub async fn generate_sql(
        &self,
        details: &GenerateSqlDetails,
        if_match: Option<&str>,
    ) -> Result<Answer<GenerateSqlJob>, Error> {
        let path = self.path()?.then("actions").then("generateSqlFromNl").build()?;
        let call = Call { path, ..Call::json(&GENERATE_SQL, &self.store, details)? };
        self.client.whole(with_token(matching(call, if_match)?, None)?, is_sql_job).await
    }

    /// The making of SQL.
    ///
    /// # Errors
    /// As for [`generate_sql`](Self::generate_sql).
    pub async fn sql_job(&self, id: &str) -> Result<Answer<GenerateSqlJob>, Error> {
        let path = self.path()?.then("generateSqlFromNlJobs").id("job", id)?.build()?;
        self.client.whole(Call::at(&SQL_JOB, path).about(id), is_sql_job).await
    }

    /// Waits until SQL is made.
    ///
    /// # Errors
    /// As for [`Resources::settled`](crate::control::Resources::settled).
    pub async fn sql_ready(&self, id: &str, waiting: &Waiting) -> Result<GenerateSqlJob, Error> {
        let what = format!("job {id}");
        let ask = async || self.sql_job(id).await.map(Answer::into_inner);
        let found = waiting.until(&what, ask, sql_standing).await?;
        sql_standing(&found).failure(&what).map_or(Ok(()), Err)?;
        Ok(found)
    }

    /// Describes schemas anew.
    ///
    /// # Errors
    /// As for [`generate_sql`](Self::generate_sql).
    pub async fn enrich(
        &self,
        details: &EnrichDetails,
        if_match: Option<&str>,
    ) -> Result<Answer<EnrichmentJob>, Error> {
        let path = self.path()?.then("actions").then("enrich").build()?;
        let call = Call { path, ..Call::json(&ENRICH, &self.store, details)? };
        self.client.whole(with_token(matching(call, if_match)?, None)?, is_enrichment).await
    }

    /// One page of the descriptions.
    ///
    /// # Errors
    /// As for [`generate_sql`](Self::generate_sql).
    pub async fn enrichments(
        &self,
        filter: &Filter,
    ) -> Result<Answer<EnrichmentJobCollection>, Error> {
        let path = self.path()?.then("enrichmentJobs");
        let path = filter.write(path, self.client.compartment_id()).build()?;
        self.client.whole(Call::at(&ENRICHMENTS, path).about(&self.store), Page::is_page).await
    }

    /// All descriptions, page after page.
    pub fn all_enrichments(&self, from: Filter) -> Items<EnrichmentJob, Filter> {
        let store = self.clone();
        let ask = move |filter: Filter| {
            let store = store.clone();
            async move { store.enrichments(&filter).await }
        };
        pages(from, ask)
    }

    /// How far a description is.
    ///
    /// # Errors
    /// As for [`generate_sql`](Self::generate_sql).
    pub async fn enrichment(&self, id: &str) -> Result<Answer<EnrichmentJob>, Error> {
        let path = self.one(id)?.build()?;
        self.client.whole(Call::at(&ENRICHMENT, path).about(id), is_enrichment).await
    }

    /// Waits until schemas are described.
    ///
    /// # Errors
    /// As for [`Resources::settled`](crate::control::Resources::settled).
    pub async fn enriched(&self, id: &str, waiting: &Waiting) -> Result<EnrichmentJob, Error> {
        let what = format!("job {id}");
        let ask = async || self.enrichment(id).await.map(Answer::into_inner);
        let found = waiting.until(&what, ask, enrichment_standing).await?;
        enrichment_standing(&found).failure(&what).map_or(Ok(()), Err)?;
        Ok(found)
    }

    /// Calls a description off.
    ///
    /// # Errors
    /// As for [`generate_sql`](Self::generate_sql), and 412 `NoEtagMatch` if it is another version by now.
    pub async fn cancel_enrichment(
        &self,
        id: &str,
        if_match: Option<&str>,
    ) -> Result<Answer<EnrichmentJob>, Error> {
        let path = self.one(id)?.then("actions").then("cancel").build()?;
        let call = Call::at(&CANCEL_ENRICHMENT, path).about(id);
        self.client.whole(with_token(matching(call, if_match)?, None)?, is_enrichment).await
    }

    fn path(&self) -> Result<Path, Error> {
        Path::new(STORES).id("semantic store", &self.store)
    }

    fn one(&self, id: &str) -> Result<Path, Error> {
        self.path()?.then("enrichmentJobs").id("job", id)
    }
}

fn is_sql_job(job: &GenerateSqlJob) -> bool {
    job.id.is_some() || job.job_output.is_some()
}

fn is_enrichment(job: &EnrichmentJob) -> bool {
    job.id.is_some()
}

fn sql_standing(job: &GenerateSqlJob) -> Standing<'_> {
    Standing::of_job(job.lifecycle_state.as_ref(), None, job.lifecycle_details.as_deref())
}

fn enrichment_standing(job: &EnrichmentJob) -> Standing<'_> {
    let percent = job.percent_complete.map(oci_wire::Number::as_f64);
    Standing::of_job(job.lifecycle_state.as_ref(), percent, job.lifecycle_details.as_deref())
}

const STORES: &str = "/20260325/semanticStores";

static GENERATE_SQL: Operation = signed("job that makes SQL", Method::POST, STORES);
static SQL_JOB: Operation = signed("job that makes SQL", Method::GET, STORES);
static ENRICH: Operation = signed("job that describes schemas", Method::POST, STORES);
static ENRICHMENTS: Operation = signed("list of such jobs", Method::GET, STORES);
static ENRICHMENT: Operation = signed("job that describes schemas", Method::GET, STORES);
static CANCEL_ENRICHMENT: Operation = signed("job that describes schemas", Method::POST, STORES);
