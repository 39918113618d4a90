//! What only some kinds of resources have.

use http::Method;
use oci_wire::control::{
    AllocatableGpuCollection, AllocatableGpus, ApiKey, Connector, CreateFileSync,
    DedicatedAiCluster, DiscoveredModel, FileSync, FileSyncStats, IngestionLog,
    IngestionLogCollection, ModelDiscoveryCollection, RenewApiKey, SetApiKeyState, WorkRequest,
    WorkRequestError, WorkRequestErrorCollection, WorkRequestLogCollection, WorkRequestLogEntry,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::control::Control;
use crate::control::filter::Filter;
use crate::control::kinds::sealed::{Kind as _, Page};
use crate::control::resources::{Resources, at, deletion, is_there, matching, pages};
use crate::control::waiting::Waiting;
use crate::error::Error;
use crate::operation::{Operation, signed};
use crate::path::Path;
use crate::resources::Items;

impl Resources<ApiKey> {
    /// Gives one key of an API key a new secret, which is in this answer and nowhere else. The old one ends with its time.
    ///
    /// # Errors
    /// As for [`update`](Self::update).
    pub async fn renew(
        &self,
        id: &str,
        details: &RenewApiKey,
        if_match: Option<&str>,
    ) -> Result<Answer<ApiKey>, Error> {
        self.client().whole(self.action(id, "renew", details, if_match)?, is_there).await
    }

    /// Switches one key of an API key on or off, or revokes it for good.
    ///
    /// # Errors
    /// As for [`update`](Self::update).
    pub async fn set_state(
        &self,
        id: &str,
        state: &SetApiKeyState,
        if_match: Option<&str>,
    ) -> Result<Answer<ApiKey>, Error> {
        self.client().whole(self.action(id, "setstate", state, if_match)?, is_there).await
    }
}

impl Resources<DedicatedAiCluster> {
    /// One page of the GPUs that could still be allocated. It takes `capacityReservationId` and `computeShape`, too.
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn allocatable_gpus(
        &self,
        filter: &Filter,
    ) -> Result<Answer<AllocatableGpuCollection>, Error> {
        let path = Path::new("/20231130/dedicatedAiClusters/allocatableGpus");
        let path = filter.write(path, self.client().compartment_id());
        self.client().whole(at(&ALLOCATABLE_GPUS, path)?, Page::is_page).await
    }

    /// All of them, page after page.
    pub fn all_allocatable_gpus(&self, from: Filter) -> Items<AllocatableGpus, Filter> {
        let clusters = self.clone();
        let ask = move |filter: Filter| {
            let clusters = clusters.clone();
            async move { clusters.allocatable_gpus(&filter).await }
        };
        pages(from, ask)
    }
}

impl Resources<Connector> {
    /// How many files a connector has brought, left out and failed on.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn stats(&self, id: &str) -> Result<Answer<FileSyncStats>, Error> {
        let path = self.one(id)?.then("stats").build()?;
        let is_stats =
            |stats: &FileSyncStats| stats.time_generated.is_some() || stats.extra.is_empty();
        self.client().whole(Call::at(&CONNECTOR_STATS, path).about(id), is_stats).await
    }

    /// One page of what a connector did with each file. It takes `status`, too.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn ingestion_logs(
        &self,
        id: &str,
        filter: &Filter,
    ) -> Result<Answer<IngestionLogCollection>, Error> {
        self.below(id, "ingestionLogs", filter).await
    }

    /// All of it, page after page.
    pub fn all_ingestion_logs(&self, id: &str, from: Filter) -> Items<IngestionLog, Filter> {
        self.all_below::<IngestionLogCollection>(id, "ingestionLogs", from)
    }
}

impl Resources<FileSync> {
    /// Starts a run of a connector.
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn create(&self, details: &CreateFileSync) -> Result<Answer<FileSync>, Error> {
        self.client().whole(self.post(details)?, is_there).await
    }

    /// Calls a run off.
    ///
    /// # Errors
    /// As for [`list`](Self::list), and 412 `NoEtagMatch` if it is another version by now.
    pub async fn cancel(&self, id: &str, if_match: Option<&str>) -> Result<Answer<()>, Error> {
        let call = deletion(FileSync::rows(), self.one(id)?, id)?;
        self.client().done(matching(call, if_match)?).await
    }

    /// One page of what a run did with each file.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn ingestion_logs(
        &self,
        id: &str,
        filter: &Filter,
    ) -> Result<Answer<IngestionLogCollection>, Error> {
        self.below(id, "ingestionLogs", filter).await
    }

    /// All of it, page after page.
    pub fn all_ingestion_logs(&self, id: &str, from: Filter) -> Items<IngestionLog, Filter> {
        self.all_below::<IngestionLogCollection>(id, "ingestionLogs", from)
    }
}

impl Resources<WorkRequest> {
    /// One page of why a work request failed.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn errors(
        &self,
        id: &str,
        filter: &Filter,
    ) -> Result<Answer<WorkRequestErrorCollection>, Error> {
        self.below(id, "errors", filter).await
    }

    /// All of it, page after page.
    pub fn all_errors(&self, id: &str, from: Filter) -> Items<WorkRequestError, Filter> {
        self.all_below::<WorkRequestErrorCollection>(id, "errors", from)
    }

    /// One page of the log of a work request.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn logs(
        &self,
        id: &str,
        filter: &Filter,
    ) -> Result<Answer<WorkRequestLogCollection>, Error> {
        self.below(id, "logs", filter).await
    }

    /// All of it, page after page.
    pub fn all_logs(&self, id: &str, from: Filter) -> Items<WorkRequestLogEntry, Filter> {
        self.all_below::<WorkRequestLogCollection>(id, "logs", from)
    }

    /// Waits until a work request has ended, and tells why if it ended in failure.
    ///
    /// # Errors
    /// As for [`settled`](Self::settled); the message of [`ErrorKind::Failed`](crate::ErrorKind::Failed) has the first reason that
    /// the service gives.
    pub async fn wait(&self, id: &str, waiting: &Waiting) -> Result<WorkRequest, Error> {
        let what = format!("work request {id}");
        let ask = async || self.get(id).await.map(Answer::into_inner);
        let found = waiting.until(&what, ask, WorkRequest::standing).await?;
        let Some(failed) = found.standing().failure(&what) else { return Ok(found) };
        // That it failed is known; a list of reasons that cannot be had must not hide it.
        let reasons = self.errors(id, &Filter::default()).await.ok();
        let reason = reasons.and_then(|reasons| reasons.into_inner().items.into_iter().next());
        Err(reason.map_or(failed, |reason| {
            let state = found.standing().state.unwrap_or("without a state");
            let what = format!("{what} is {state}");
            Error::failed(what, reason.code.as_deref(), reason.message.as_deref())
        }))
    }
}

impl Control {
    /// One page of the models that can be used, with where and how. The compartment is the client's unless the filter says
    /// another; it takes `realm`, `region`, `modelId`, `servingMode`, `apiCapability`, `capability`, `modelAccess`,
    /// `isDeprecated`, `isOnDemandRetired` and `isDedicatedRetired`, too.
    ///
    /// # Errors
    /// As for [`Resources::list`].
    pub async fn discover_models(
        &self,
        filter: &Filter,
    ) -> Result<Answer<ModelDiscoveryCollection>, Error> {
        let path = filter.write(Path::new(MODEL_DISCOVERY.path), self.client.compartment_id());
        self.client.whole(at(&MODEL_DISCOVERY, path)?, Page::is_page).await
    }

    /// All of them, page after page.
    pub fn all_discovered_models(&self, from: Filter) -> Items<DiscoveredModel, Filter> {
        let control = self.clone();
        let ask = move |filter: Filter| {
            let control = control.clone();
            async move { control.discover_models(&filter).await }
        };
        pages(from, ask)
    }
}

static MODEL_DISCOVERY: Operation =
    signed("list of usable models", Method::GET, "/20231130/modelDiscovery");
static CONNECTOR_STATS: Operation =
    signed("statistics of a connector", Method::GET, "/20231130/vectorStoreConnectors");
static ALLOCATABLE_GPUS: Operation = signed(
    "list of allocatable GPUs",
    Method::GET,
    "/20231130/dedicatedAiClusters/allocatableGpus",
);
