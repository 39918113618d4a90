//! The client: one endpoint, one identity, one pool of connections.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::HeaderValue;
use http::{Request, Response, Uri};
use hyper::rt::{Read, Write};
use oci_auth::Signer;
use tower_layer::Layer;
use tower_service::Service;

use crate::breaker::{Breaker, BreakerPolicy};
use crate::build_error::BuildError;
use crate::call::Budget;
use crate::clock::SigningClock;
use crate::deadlines::Deadlines;
use crate::endpoint::{Endpoint, PlainHttp};
use crate::error::Home;
use crate::hook::RequestHook;
use crate::http_version::HttpVersion;
use crate::proxy::Proxy;
use crate::random::RequestIds;
use crate::retry::RetryPolicy;
use crate::service::{Body, DryRun, HttpService};
use crate::tls::{Roots, client_config};
use crate::way::{Given, Layers, Start, Transport, Way};

/// A client of the Generative AI service. Clones are cheap and share the connections.
///
/// ```no_run
/// use oci_auth::{CredentialOptions, Credentials, Env, Region};
/// use oci_transport::{Client, Endpoint};
/// use oci_wire::chat::{ChatRequest, Message};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::from_env(&Env::process(), &CredentialOptions::default())?;
/// let compartment = credentials.compartment_id(None).ok_or("set OCI_COMPARTMENT_ID")?.value;
/// let client = Client::builder(Endpoint::inference(&Region::parse("us-chicago-1")?), credentials.into_signer()?)
///     .compartment_id(compartment)
///     .build()?;
/// let answer = client.chat(&ChatRequest::new("openai.gpt-5.5", [Message::user("What is 2x2?")])).await?;
/// println!("{}", answer.text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
    /// What the operations of one call spend from; each has its own otherwise.
    budget: Option<Arc<Budget>>,
}

pub(crate) struct Inner {
    pub(crate) service: Arc<dyn HttpService>,
    pub(crate) endpoint: Endpoint,
    pub(crate) signer: Signer,
    pub(crate) clock: SigningClock,
    pub(crate) deadlines: Deadlines,
    pub(crate) retry: RetryPolicy,
    pub(crate) breaker: Breaker,
    pub(crate) ids: RequestIds,
    pub(crate) body_limit: usize,
    pub(crate) compartment_id: Option<HeaderValue>,
    pub(crate) project: Option<HeaderValue>,
    pub(crate) home: Arc<Home>,
    way: Way,
    /// The clients for other hosts that were made of this one.
    others: Mutex<HashMap<String, Client>>,
    pub(crate) hook: Option<Arc<dyn RequestHook>>,
}

impl Client {
    /// A builder for a client that sends to this endpoint and signs with this identity.
    pub fn builder(endpoint: Endpoint, signer: Signer) -> ClientBuilder {
        ClientBuilder {
            endpoint,
            signer,
            clock: SigningClock::default(),
            deadlines: Deadlines::default(),
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
            proxy: None,
            roots: Roots::default(),
            http_version: HttpVersion::default(),
            body_limit: DEFAULT_BODY_LIMIT,
            given: None,
            layers: Layers::default(),
            hook: None,
            compartment_id: None,
            project: None,
        }
    }

    /// The endpoint that requests go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// The proxy that requests go through; `None` if they go straight to the endpoint.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        let proxy = self.inner.way.proxy.as_ref();
        proxy.filter(|proxy| proxy.tunnel(&self.inner.endpoint).is_some())
    }

    /// What sends the requests, for others to the same endpoint that are no calls of the service: they go out as they are, without
    /// a signature, retries and deadlines, except that for a connection.
    #[must_use]
    pub fn http_service(&self) -> Arc<dyn HttpService> {
        self.inner.service.clone()
    }

    /// The compartment that calls are made in, if one was set.
    #[must_use]
    pub fn compartment_id(&self) -> Option<&str> {
        self.inner.home.compartment_id.as_deref()
    }

    /// A client whose operations are parts of one call: together they spend the retries of one [`RetryPolicy`] and the time of
    /// one [`Deadlines::total`], counted from now. For what repairs a request or falls back to another operation.
    #[must_use]
    pub fn one_call(&self) -> Self {
        let budget = Budget::new(&self.inner.retry, &self.inner.deadlines);
        Self { inner: self.inner.clone(), budget: Some(budget) }
    }

    /// The same client for another region, named by a part of an OCID, such as that of an endpoint of a dedicated AI cluster.
    ///
    /// It stays where it is unless the region is in the table of regions and of the same realm, and unless its own endpoint was
    /// composed from a region: an endpoint that was given by its URL is where all requests go.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        self.inner.endpoint.moved(region).map_or_else(|| self.clone(), |endpoint| self.at(endpoint))
    }

    /// The same client for the control plane of its region, where what is kept beside inference is managed.
    ///
    /// A client whose endpoint was given by its URL stays there: such an endpoint, the emulator for one, serves both.
    #[must_use]
    pub fn control_plane(&self) -> Self {
        self.at(self.inner.endpoint.to_control_plane())
    }

    /// The same client for another endpoint, with connections of its own. The certificate authorities are not read again.
    fn at(&self, endpoint: Endpoint) -> Self {
        if endpoint.host() == self.inner.endpoint.host() {
            return self.clone();
        }
        let mut others = self.inner.others.lock().unwrap_or_else(PoisonError::into_inner);
        let other = others
            .entry(endpoint.host().to_owned())
            .or_insert_with(|| Self { inner: Arc::new(self.inner.beside(endpoint)), budget: None });
        Self { inner: other.inner.clone(), budget: self.budget.clone() }
    }

    /// The budget of the present call.
    pub(crate) fn budget(&self) -> Arc<Budget> {
        let fresh = || Budget::new(&self.inner.retry, &self.inner.deadlines);
        self.budget.clone().unwrap_or_else(fresh)
    }
}

impl Inner {
    /// The same for another endpoint.
    fn beside(&self, endpoint: Endpoint) -> Self {
        let home = Home {
            host: endpoint.host().to_owned(),
            compartment_id: self.home.compartment_id.clone(),
            has_api_key: self.home.has_api_key,
        };
        Self {
            service: self.way.to(&endpoint),
            endpoint,
            signer: self.signer.clone(),
            clock: self.clock.clone(),
            deadlines: self.deadlines,
            retry: self.retry,
            breaker: Breaker::new(self.breaker.policy()),
            body_limit: self.body_limit,
            compartment_id: self.compartment_id.clone(),
            project: self.project.clone(),
            home: Arc::new(home),
            way: self.way.clone(),
            others: Mutex::default(),
            ids: RequestIds::new(),
            hook: self.hook.clone(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.inner.endpoint)
            .field("signer", &self.inner.signer)
            .finish_non_exhaustive()
    }
}

/// Options of a [`Client`]; everything is checked in [`build`](Self::build).
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    endpoint: Endpoint,
    signer: Signer,
    clock: SigningClock,
    deadlines: Deadlines,
    retry: RetryPolicy,
    breaker: BreakerPolicy,
    proxy: Option<Proxy>,
    roots: Roots,
    http_version: HttpVersion,
    body_limit: usize,
    given: Option<Given>,
    layers: Layers,
    hook: Option<Arc<dyn RequestHook>>,
    compartment_id: Option<String>,
    project: Option<String>,
}

impl ClientBuilder {
    /// The compartment that calls are made in and billed to, sent as `opc-compartment-id`. Default: none, which the service
    /// refuses for signed calls that name no project either.
    pub fn compartment_id(mut self, ocid: impl Into<String>) -> Self {
        self.compartment_id = Some(ocid.into());
        self
    }

    /// The Generative AI project that calls belong to, sent as `OpenAI-Project`. Default: none.
    pub fn project(mut self, ocid: impl Into<String>) -> Self {
        self.project = Some(ocid.into());
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

    /// When a model that keeps failing is left alone for a while. Default: [`BreakerPolicy::default`].
    pub fn breaker(mut self, policy: BreakerPolicy) -> Self {
        self.breaker = policy;
        self
    }

    /// A proxy between here and the service. Default: none; this crate reads no environment.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// The certificate authorities to trust. Default: [`Roots::Platform`].
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }

    /// The version of HTTP to speak. Default: [`HttpVersion::Http1`].
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.http_version = version;
        self
    }

    /// What sends the requests in place of hyper; roots, proxy, version and connect deadline are then its own business.
    pub fn service(mut self, service: impl HttpService) -> Self {
        self.given = Some(Given::Service(Arc::new(service)));
        self
    }

    /// What makes the connections in place of TCP and TLS: through a tunnel of one's own, over a socket of this machine, or in
    /// memory. It is called with the URL of the endpoint's root and has [`Deadlines::connect`] to answer. Roots and proxy are then
    /// its own business, and so is that plain http stays on this machine. It replaces a [`service`](Self::service), and speaks
    /// HTTP/1.1 only.
    ///
    /// It is a service of `tower` from a URL to what hyper reads and writes, as the connectors of hyper's clients are.
    pub fn connector<C>(mut self, connector: C) -> Self
    where
        C: Service<Uri> + Clone + Send + Sync + 'static,
        C::Response: Read + Write + Send + Unpin + 'static,
        C::Error: Into<Box<dyn StdError + Send + Sync>>,
        C::Future: Send + 'static,
    {
        self.given = Some(Given::connector(connector));
        self
    }

    /// Puts a layer of `tower` around what sends the requests, whatever that is; one that is added later is around those before.
    ///
    /// Every attempt passes through it, complete and signed, so it must not change method, URL, body or a header that is signed.
    /// Retries and deadlines are kept above it. An error of its own counts as [`Network`](crate::ErrorKind::Network), or, if it was
    /// not ready, as [`Connect`](crate::ErrorKind::Connect), which is tried again.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Transport> + Send + Sync + 'static,
        L::Service:
            Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        <L::Service as Service<Request<Body>>>::Future: Send,
    {
        self.layers.push(layer);
        self
    }

    /// Signs with the service's time once a refusal (401) has told that this machine's clock is more than five minutes off, and
    /// sends that request once more. Default: such a refusal is an error, whose hint shows both times, because a wrong clock is
    /// better set right: certificates and tokens are judged by it too.
    pub fn correct_clock(mut self) -> Self {
        self.clock = SigningClock::corrected();
        self
    }

    /// Sends nothing: each request is built, signed and told to the [`hook`](Self::hook), and its call ends with
    /// [`ErrorKind::DryRun`](crate::ErrorKind::DryRun). For a look at what a call would send.
    pub fn dry_run(self) -> Self {
        self.service(DryRun)
    }

    /// What is told of every attempt, for a log of requests. Default: nothing.
    pub fn hook(mut self, hook: Arc<dyn RequestHook>) -> Self {
        self.hook = Some(hook);
        self
    }

    /// The largest answer that is held in memory, in bytes; streams are bounded event by event instead. Default: 64 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Makes the client. Nothing is sent and no connection is made yet.
    ///
    /// # Errors
    /// [`BuildError`] naming the option that cannot be used.
    pub fn build(self) -> Result<Client, BuildError> {
        let start = match self.given {
            Some(Given::Connector(_)) if self.http_version != HttpVersion::Http1 => {
                return Err(BuildError::new("connector", "it is for HTTP/1.1 only"));
            }
            Some(given) => Start::Given(given),
            None => {
                // Nothing is encrypted on the way to plain http, so the system's certificates, which take a while to read,
                // are left unread.
                let plain = self.endpoint.plain_http() != PlainHttp::Never;
                let roots = match self.roots {
                    Roots::Platform if plain => &Roots::Bundled,
                    _ => &self.roots,
                };
                Start::Tls(Box::new(client_config(roots)?))
            }
        };
        let way = Way {
            start,
            layers: self.layers,
            proxy: self.proxy,
            version: self.http_version,
            connect: self.deadlines.connect,
        };
        let header = |field: &'static str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                HeaderValue::from_str(text)
                    .map(Some)
                    .map_err(|_| BuildError::new(field, "it is no OCID"))
            }
            Some(_) => Err(BuildError::new(field, "expected an OCID, found other text")),
        };
        let inner = Inner {
            service: way.to(&self.endpoint),
            hook: self.hook,
            deadlines: self.deadlines,
            retry: self.retry,
            body_limit: self.body_limit,
            compartment_id: header("compartment_id", &self.compartment_id)?,
            project: header("project", &self.project)?,
            home: Arc::new(Home {
                host: self.endpoint.host().to_owned(),
                compartment_id: self.compartment_id,
                has_api_key: self.signer.is_bearer(),
            }),
            breaker: Breaker::new(self.breaker),
            ids: RequestIds::new(),
            endpoint: self.endpoint,
            signer: self.signer,
            clock: self.clock,
            way,
            others: Mutex::default(),
        };
        Ok(Client { inner: Arc::new(inner), budget: None })
    }
}

/// An answer with the images of a multimodal model stays well below this.
const DEFAULT_BODY_LIMIT: usize = 64 * 1024 * 1024;
