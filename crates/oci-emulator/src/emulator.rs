//! The running emulator and its builder.

mod doors;
mod identity;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::access::ApiKey;
use crate::authority::{Authority, Region};
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::{Fault, Faults};
use crate::identity::{AuthService, Identities};
use crate::keys::Identity;
use crate::record::{RecordedRequest, Records};
use crate::server::{Service, Settings};
use crate::state::State;
use crate::verify::KnownKeys;
use doors::{Doors, accept, listen};

/// A running emulator; dropping it closes its port and every connection.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    cluster_address: Option<SocketAddr>,
    service: Arc<Service>,
    /// Both are `None` only while [`Emulator::shutdown`] is at work.
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Begins to describe an emulator.
    pub fn builder() -> Builder {
        Builder {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            identities: Vec::new(),
            api_keys: Vec::new(),
            authority: None,
            region: Region::default(),
            token_life: TOKEN_LIFE,
            cluster_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            auth_faults: Vec::new(),
            clock: Clock::system(),
            token_delay: Duration::ZERO,
            refuse_streams: HashSet::new(),
            zero_data_retention: false,
            fault: None,
        }
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is reached, for instance `http://127.0.0.1:40001`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes every following request go wrong, or none; [`Fault`] says which requests.
    ///
    /// Requests that are under way keep the fault that they began with.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.service.faults.set(fault);
    }

    /// Makes one request go wrong: the next that no earlier call has claimed.
    pub fn push_fault(&self, fault: Fault) {
        self.service.faults.push(fault);
    }

    /// Makes several requests go wrong in the same way, for instance a storm of 503s.
    pub fn push_faults(&self, fault: &Fault, count: usize) {
        for _ in 0..count {
            self.push_fault(fault.clone());
        }
    }

    /// Lets every answer go on that [`Fault::Stall`] or [`Fault::StallAfter`] holds at this moment.
    ///
    /// An answer is held from the moment that its request is on record, whether it has come to its stall by
    /// then or not.
    pub fn release(&self) {
        self.service.released.send_replace(());
    }

    /// The latest requests, oldest first: at most 1024 of them and 64 MiB of bodies.
    ///
    /// A request appears when its body has arrived, its status once it is answered.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.records.all()
    }

    /// How many requests have arrived so far, those that [`Emulator::requests`] no longer has included.
    pub fn request_count(&self) -> usize {
        self.service.records.total()
    }

    /// The requests among [`Emulator::requests`] that were refused with 401, each with the reason.
    pub fn rejections(&self) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.rejection.is_some());
        requests
    }

    /// Waits until the requests are as `condition` wants them, and returns them.
    ///
    /// It is asked once at the beginning and again after every change; put a time limit around it.
    pub async fn wait_until(
        &self,
        condition: impl FnMut(&[RecordedRequest]) -> bool,
    ) -> Vec<RecordedRequest> {
        self.service.records.wait_until(condition).await
    }

    /// Closes the port and every connection, answers under way included, and waits until that is done.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            // It fails only if the runtime is being shut down, which closes everything as well.
            let _ = task.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

/// Describes an emulator.
#[derive(Debug)]
#[must_use = "nothing runs before start"]
pub struct Builder {
    address: SocketAddr,
    identities: Vec<Identity>,
    api_keys: Vec<ApiKey>,
    authority: Option<Authority>,
    region: Region,
    token_life: Duration,
    cluster_address: SocketAddr,
    auth_faults: Vec<(AuthService, Fault)>,
    clock: Clock,
    token_delay: Duration,
    refuse_streams: HashSet<String>,
    zero_data_retention: bool,
    fault: Option<Fault>,
}

impl Builder {
    /// Where to listen. Default: 127.0.0.1 and a port that the system chooses.
    ///
    /// Only loopback addresses will do, since anybody who reaches the emulator can read what it says.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Adds somebody whose signatures are accepted. Default: nobody, so every request is refused.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// Adds a Generative AI API key that is accepted at the OpenAI-compatible bases. Default: none.
    pub fn api_key(mut self, key: ApiKey) -> Self {
        self.api_keys.push(key);
        self
    }

    /// Serves metadata, certificates and tokens of this tenancy, and accepts who signs with them. Default: no tenancy.
    ///
    /// A second port is opened, with TLS, for the token endpoint of the tenancy's cluster.
    pub fn authority(mut self, authority: Authority) -> Self {
        self.authority = Some(authority);
        self
    }

    /// The region that the metadata service tells of. Default: `us-chicago-1`.
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// How long tokens are good for, in whole seconds. Default: 20 minutes.
    ///
    /// The official SDKs renew a token up to five minutes before its end, so with less than that they never stop.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// Where the token endpoint of the cluster listens. Default: 127.0.0.1 and a port that the system chooses.
    ///
    /// Its certificate is for this address. The official Python SDK knows no other port than 12250.
    pub fn cluster_address(mut self, address: SocketAddr) -> Self {
        self.cluster_address = address;
        self
    }

    /// The fault that every request to one of the services for credentials meets from the start. Default: none.
    pub fn auth_fault(mut self, service: AuthService, fault: Fault) -> Self {
        self.auth_faults.push((service, fault));
        self
    }

    /// The service's idea of the time, for dates, skew and the lives of tokens; answers are dated by it. Default: the clock of the machine.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::from_fn(now);
        self
    }

    /// A pause before each token of a stream, so that a person sees it grow. Default: none.
    pub fn token_delay(mut self, delay: Duration) -> Self {
        self.token_delay = delay;
        self
    }

    /// Makes a dedicated endpoint refuse `isStream` in native chat, as some do. Default: none does.
    pub fn refuse_streams(mut self, endpoint_id: impl Into<String>) -> Self {
        self.refuse_streams.insert(endpoint_id.into());
        self
    }

    /// Keeps no responses, and refuses `previous_response_id`. Default: what is not sent with `store: false`
    /// is kept.
    pub fn zero_data_retention(mut self) -> Self {
        self.zero_data_retention = true;
        self
    }

    /// The fault that every request meets from the start. Default: none.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Opens the port and serves, on the Tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoopback`] and [`Error::Bind`] for the addresses, [`Error::TwoKeysForOneId`] for
    /// identities that contradict each other, [`Error::Certificate`] for want of randomness.
    pub async fn start(self) -> Result<Emulator, Error> {
        let mut keys = KnownKeys::default();
        for identity in &self.identities {
            keys.add(identity).map_err(|key_id| Error::TwoKeysForOneId { key_id })?;
        }
        let (main, address) = listen(self.address).await?;
        let mut doors = Doors { main, cluster: None };
        let (mut identities, mut cluster_address) = (None, None);
        if let Some(authority) = self.authority {
            let (listener, at) = listen(self.cluster_address).await?;
            let tls = authority.certificates().server_config(at.ip())?;
            doors.cluster = Some((listener, TlsAcceptor::from(tls)));
            cluster_address = Some(at);
            let (url, now) = (format!("http://{address}"), self.clock.now());
            let made = Identities::new(authority, self.region, self.token_life, url, now)?;
            for (service, fault) in self.auth_faults {
                made.faults(service).set(Some(fault));
            }
            identities = Some(made);
        }

        let faults = Faults::default();
        faults.set(self.fault);
        let settings = Settings {
            clock: self.clock,
            keys,
            api_keys: self.api_keys,
            token_delay: self.token_delay,
            refuse_streams: self.refuse_streams,
            zero_data_retention: self.zero_data_retention,
        };
        let service = Arc::new(Service {
            settings,
            faults,
            records: Records::new(),
            state: State::default(),
            identities,
            released: watch::Sender::new(()),
        });
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(doors, Arc::clone(&service), stopped));
        Ok(Emulator { address, cluster_address, service, stop: Some(stop), task: Some(task) })
    }
}

/// What tokens of instances and resources usually live for, as far as users can tell.
const TOKEN_LIFE: Duration = Duration::from_secs(20 * 60);
