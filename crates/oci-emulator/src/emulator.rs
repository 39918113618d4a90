//! The running emulator and its builder.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::access::ApiKey;
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::{Fault, Faults};
use crate::keys::Identity;
use crate::record::{RecordedRequest, Records};
use crate::server::{self, Service, Settings};
use crate::state::State;
use crate::verify::KnownKeys;

/// A running emulator; dropping it closes its port and every connection.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
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

    /// Makes every following request for inference go wrong, or none.
    ///
    /// Requests that are under way keep the fault that they began with.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.service.faults.set(fault);
    }

    /// Makes one request for inference go wrong: the next that no earlier call has claimed.
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

    /// The service's idea of the time, for dates and skew. Default: the clock of the machine.
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

    /// The fault that every request for inference meets from the start. Default: none.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Opens the port and serves, on the Tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// [`Error::NotLoopback`] and [`Error::Bind`] for the address, [`Error::TwoKeysForOneId`] for
    /// identities that contradict each other.
    pub async fn start(self) -> Result<Emulator, Error> {
        let address = self.address;
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback { address });
        }
        let mut keys = KnownKeys::default();
        for identity in &self.identities {
            keys.add(identity).map_err(|key_id| Error::TwoKeysForOneId { key_id })?;
        }
        let bind_error = |source| Error::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;

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
            released: watch::Sender::new(()),
        });
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(listener, Arc::clone(&service), stopped));
        Ok(Emulator { address, service, stop: Some(stop), task: Some(task) })
    }
}

/// Takes connections until told to stop; dropping it drops them all.
async fn accept(listener: TcpListener, service: Arc<Service>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(server::serve(Arc::clone(&service), stream, number));
                    number += 1;
                }
                // The client is gone again, or the process has no file descriptor to spare for now.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// More wait in the system's queue; below the usual limit of 1024 file descriptors for a process.
const MAX_CONNECTIONS: usize = 512;

/// Long enough not to spin while descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
