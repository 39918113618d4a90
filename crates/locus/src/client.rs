//! The client that finds everything it needs by itself.

use std::path::PathBuf;
use std::sync::Arc;

use oci_auth::{Backend, CredentialError, Env, Found, Network, Setting, Signer, Warning};
use oci_router::{Explanation, IntoModel, Model, Router, Transport};
use oci_transport::control::{Control, SemanticStoreJobs};
use oci_transport::{
    Client as TransportClient, Containers, Conversations, Deadlines, Endpoint, Files, Proxy,
    RequestHook, RetryPolicy, Roots, VectorStores,
};
use oci_wire::native::{ApplyGuardrailsResult, GuardrailConfigs, GuardrailsInput};

use crate::error::{Error, Result};
use crate::identity::{Identity, Told, network};
use crate::log::RequestLog;

/// Reaches every model of OCI Generative AI. Clones are cheap and share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    router: Router,
    compartment_id: Option<Found<String>>,
    warnings: Vec<Warning>,
}

impl Client {
    /// A client from the environment of this process and the configuration file, as the [crate's page](crate) describes.
    ///
    /// Files are read; nothing is sent, except as [`ClientBuilder::build`] says.
    ///
    /// # Errors
    /// [`Error`] if there are no usable credentials or no region.
    pub fn from_env() -> Result<Self> {
        Self::builder(Env::process()).build()
    }

    /// A client that is told some of what it needs and finds the rest in an environment.
    pub fn builder(env: Env) -> ClientBuilder {
        ClientBuilder { env, ..ClientBuilder::default() }
    }

    /// A model by its id, such as `oci:openai.gpt-5.5`; the prefix may be left out. A model that was made otherwise, such as a
    /// [`ResponsesModel`](crate::ResponsesModel), is taken as it is, with a client of its own.
    ///
    /// Nothing is checked yet: an id without a route is an error of the call.
    #[must_use]
    pub fn model(&self, model: impl IntoModel) -> Model {
        self.router.model(model)
    }

    /// How a model would be reached, why, and in which compartment, in one line for people. Nothing is sent.
    ///
    /// [`Model::explain`] has the same as values.
    ///
    /// # Errors
    /// [`Error`] if the id has no route.
    pub fn explain(&self, model: impl IntoModel) -> Result<String> {
        let explanation: Explanation = self.model(model).explain()?;
        let compartment = match &self.compartment_id {
            Some(found) => format!("compartment {} ({})", found.value, found.origin),
            None => "the compartment is that of the API key".to_owned(),
        };
        Ok(format!("{explanation}, {compartment}"))
    }

    /// Checks a text or an image for harmful content, personal data and prompt injection: those checks that are set.
    ///
    /// # Errors
    /// [`Error`] if there is no compartment or the service refuses.
    pub async fn guardrails(
        &self,
        input: GuardrailsInput,
        checks: GuardrailConfigs,
    ) -> Result<ApplyGuardrailsResult> {
        Ok(self.router.guardrails(input, checks).await?)
    }

    /// The client below, one method for each operation of the service, without routing and translation.
    #[must_use]
    pub fn transport(&self) -> &TransportClient {
        self.router.client()
    }

    /// The files of the project: uploaded, listed, downloaded and deleted.
    #[must_use]
    pub fn files(&self) -> Files {
        self.transport().files()
    }

    /// The vector stores of the compartment, their files, and searches in them.
    #[must_use]
    pub fn vector_stores(&self) -> VectorStores {
        self.transport().vector_stores()
    }

    /// The conversations of the project and their items.
    #[must_use]
    pub fn conversations(&self) -> Conversations {
        self.transport().conversations()
    }

    /// The containers of the project, in which code runs, and their files.
    #[must_use]
    pub fn containers(&self) -> Containers {
        self.transport().containers()
    }

    /// The control plane of the region: projects, API keys, semantic stores, models, endpoints, clusters and the like.
    #[must_use]
    pub fn control(&self) -> Control {
        self.transport().control()
    }

    /// SQL from questions: what a semantic store does.
    #[must_use]
    pub fn semantic_store(&self, id: impl Into<String>) -> SemanticStoreJobs {
        self.transport().semantic_store(id)
    }

    /// The endpoint that requests go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.router.client().endpoint()
    }

    /// The compartment that calls are made in, and where it came from: the tenancy, unless another was named. `None` only with
    /// an API key of Generative AI, which brings its own.
    #[must_use]
    pub fn compartment_id(&self) -> Option<&Found<String>> {
        self.compartment_id.as_ref()
    }

    /// What works and should not stay as it is, such as a key file that others can read.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// What a [`Client`] is told; everything that is left out is found in the environment or has a default.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    env: Env,
    config_file: Option<PathBuf>,
    profile: Option<String>,
    signer: Option<Signer>,
    region: Option<String>,
    compartment_id: Option<String>,
    project: Option<String>,
    endpoint: Option<Endpoint>,
    deadlines: Deadlines,
    retry: RetryPolicy,
    transport: Option<Transport>,
    proxy: Option<Proxy>,
    roots: Roots,
    backend: Backend,
    hook: Option<Arc<dyn RequestHook>>,
    dry_run: bool,
    corrects_clock: bool,
}

impl ClientBuilder {
    /// The configuration file. Default: `OCI_CONFIG_FILE`, then `~/.oci/config`.
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config_file = Some(path.into());
        self
    }

    /// The profile of the configuration file. Default: `OCI_PROFILE`, then `DEFAULT`.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// What signs the requests, in the place of a profile or the environment. Region and compartment are then told or come from
    /// the environment; a file is not read.
    pub fn signer(mut self, signer: Signer) -> Self {
        self.signer = Some(signer);
        self
    }

    /// The region, such as `us-chicago-1`. Default: `OCI_REGION`, then the profile's.
    pub fn region(mut self, id: impl Into<String>) -> Self {
        self.region = Some(id.into());
        self
    }

    /// The compartment that calls are made in and billed to. Default: `OCI_COMPARTMENT_ID`, then `compartment_id` of the profile,
    /// then the tenancy, in which few policies allow it.
    pub fn compartment_id(mut self, ocid: impl Into<String>) -> Self {
        self.compartment_id = Some(ocid.into());
        self
    }

    /// The Generative AI project that calls belong to. Default: none.
    pub fn project(mut self, ocid: impl Into<String>) -> Self {
        self.project = Some(ocid.into());
        self
    }

    /// Another endpoint than the region's, such as that of the emulator; the region is then not needed.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// How long each step may take. Default: [`Deadlines::default`].
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// How often, and for how long, a call is tried again. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// One transport for all models, whatever their ids say. Default: `LOCUS_OCI_TRANSPORT`, then each model's own.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// A proxy between here and the service. Default: `HTTPS_PROXY`, then `ALL_PROXY`, without the hosts of `NO_PROXY`; each also
    /// in lower case.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// The certificate authorities to trust. Default: [`Roots::Platform`].
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }

    /// Signs with the service's time once a refusal has told that this machine's clock is more than five minutes off. Default:
    /// such a refusal is an error that shows both times.
    pub fn correct_clock(mut self) -> Self {
        self.corrects_clock = true;
        self
    }

    /// The library that signs. Default: [`Backend::RING`]. The feature `aws-lc-rs` adds one that signs about twice as fast.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Sends nothing: each request is built, signed and told to the [`hook`](Self::hook), and its call ends with
    /// [`ErrorKind::DryRun`](oci_transport::ErrorKind::DryRun).
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// What is told of every attempt. Default: a log on standard error if `OCI_LOG_REQUESTS` is `1`, with bodies if it is `body`,
    /// which hold prompts and answers; keys, tokens and signatures are in neither.
    pub fn hook(mut self, hook: Arc<dyn RequestHook>) -> Self {
        self.hook = Some(hook);
        self
    }

    /// Reads what was not told and makes the client.
    ///
    /// Nothing is sent, with one exception: where the platform is asked for an identity, such as by
    /// `OCI_AUTH_TYPE=instance_principal`, and region or compartment are set nowhere, the platform is asked for them, too. That
    /// takes milliseconds and blocks for 30 seconds at most; [`connect`](Self::connect) awaits it.
    ///
    /// # Errors
    /// [`Error`] naming the setting and where it came from.
    pub fn build(mut self) -> Result<Client> {
        let (mut identity, network) = self.identity()?;
        if let Some(network) = &network {
            identity.discover_blocking(&self.wanted(), network)?;
        }
        self.assemble(identity, network.as_ref())
    }

    /// The same for tasks: where the platform is asked, it is awaited.
    ///
    /// # Errors
    /// As for [`build`](Self::build).
    pub async fn connect(mut self) -> Result<Client> {
        let (mut identity, network) = self.identity()?;
        if let Some(network) = &network {
            identity.discover(&self.wanted(), network).await?;
        }
        self.assemble(identity, network.as_ref())
    }

    /// Who calls, and the network for tokens if any are fetched.
    fn identity(&mut self) -> Result<(Identity, Option<Network>)> {
        let told = Told {
            config_file: self.config_file.as_deref(),
            profile: self.profile.as_deref(),
            signer: self.signer.take(),
            backend: self.backend,
        };
        let identity = Identity::find(&self.env, told)?;
        // A proxy for the world outside must not hinder an emulator on this machine.
        if self.proxy.is_none() && !self.endpoint.as_ref().is_some_and(Endpoint::is_this_machine) {
            self.proxy = find_proxy(&self.env)?;
        }
        let network = || network(&self.roots, self.proxy.as_ref(), self.backend);
        let network = identity.fetches().then(network).transpose()?;
        let network = match network {
            Some(network) if self.corrects_clock => Some(network.correct_clock()),
            other => other,
        };
        Ok((identity, network))
    }

    /// What the platform is asked for if the environment does not say.
    fn wanted(&self) -> Vec<Setting> {
        let region = self.endpoint.is_none() && self.region.is_none();
        let compartment = self.compartment_id.is_none();
        let wanted = [(region, Setting::Region), (compartment, Setting::CompartmentId)];
        wanted.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, setting)| setting).collect()
    }

    fn assemble(self, identity: Identity, network: Option<&Network>) -> Result<Client> {
        let env = &self.env;
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => Endpoint::inference(&identity.region(env, self.region.as_deref())?),
        };
        let transport = match self.transport {
            Some(told) => Some(told),
            None => find_transport(env)?,
        };
        let hook = match self.hook {
            Some(told) => Some(told),
            None => RequestLog::find(env)?,
        };
        let compartment_id = identity.compartment_id(env, self.compartment_id.as_deref())?;
        let warnings = identity.warnings();
        let mut client = TransportClient::builder(endpoint, identity.into_signer(network)?)
            .deadlines(self.deadlines)
            .retry(self.retry)
            .roots(self.roots);
        if let Some(found) = &compartment_id {
            client = client.compartment_id(&found.value);
        }
        let client = if self.dry_run { client.dry_run() } else { client };
        let client = if self.corrects_clock { client.correct_clock() } else { client };
        let client = self.proxy.into_iter().fold(client, oci_transport::ClientBuilder::proxy);
        let client = hook.into_iter().fold(client, oci_transport::ClientBuilder::hook);
        let client = self.project.into_iter().fold(client, oci_transport::ClientBuilder::project);
        let router = Router::new(client.build()?);
        let router = transport.into_iter().fold(router, Router::over);
        Ok(Client { router, compartment_id, warnings })
    }
}

fn find_proxy(env: &Env) -> Result<Option<Proxy>> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let set = env.first(&names).map_err(CredentialError::from)?;
    let Some((name, url)) = set else { return Ok(None) };
    let without = env.first(&["NO_PROXY", "no_proxy"]).map_err(CredentialError::from)?;
    let without = without.map(|(_, hosts)| hosts);
    let proxy = Proxy::new(url, without);
    proxy.map(Some).map_err(|source| Error::Proxy { origin: name.to_owned(), source })
}

fn find_transport(env: &Env) -> Result<Option<Transport>> {
    let set = env.get(TRANSPORT).map_err(CredentialError::from)?;
    let found = set.map(str::parse).transpose();
    found.map_err(|source| Error::Transport { origin: TRANSPORT.to_owned(), source })
}

/// The variable that chooses one transport for all models.
const TRANSPORT: &str = "LOCUS_OCI_TRANSPORT";

/// The prefixes of the environment variables that this crate reads, the one that wins first.
pub const PREFIXES: [&str; 2] = ["LOCUS_OCI_", oci_auth::OCI_PREFIX];
