//! Waiting for what goes on after its call was answered.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use oci_wire::control::{JobState, LifecycleState};
use oci_wire::resources::VectorStoreStatus;
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{Error, ErrorKind, Timeout};

/// How long is waited for something that goes on at the service, and how often it is asked for.
///
/// The first question is asked at once, then with waits that double from `shortest` to `longest`. Dropping the future ends the
/// waiting and leaves the work to the service.
///
/// ```
/// use std::time::Duration;
/// use oci_transport::control::Waiting;
///
/// let waiting = Waiting::new(Duration::from_secs(600))
///     .on_progress(|progress| eprintln!("{} {:?}", progress.state, progress.percent));
/// # let _ = waiting;
/// ```
#[derive(Clone)]
#[must_use = "it says how to wait and waits for nothing"]
pub struct Waiting {
    timeout: Duration,
    shortest: Duration,
    longest: Duration,
    on_progress: Option<OnProgress>,
}

type OnProgress = Arc<dyn Fn(&Progress<'_>) + Send + Sync>;

/// How far something is that is waited for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The service's word for it, such as `IN_PROGRESS`.
    pub state: &'a str,
    /// From 0 to 100, where the service tells it.
    pub percent: Option<f64>,
    /// How long has been waited.
    pub elapsed: Duration,
}

impl Waiting {
    /// Waits at most so long. Default: 20 minutes, as the official Python SDK waits.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, ..Self::default() }
    }

    /// The waits between two questions. Default: 1 s to 30 s, as in the official Python SDK.
    pub fn every(mut self, shortest: Duration, longest: Duration) -> Self {
        (self.shortest, self.longest) = (shortest, longest.max(shortest));
        self
    }

    /// What is told after each question, the last one included. It is called in the task that waits, so it should be quick.
    pub fn on_progress(mut self, tell: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(tell));
        self
    }

    /// Asks until the answer stands still.
    pub(crate) async fn until<T, F>(
        &self,
        what: &str,
        ask: impl Fn() -> F,
        standing: impl Fn(&T) -> Standing<'_>,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let start = Instant::now();
        let end = start.checked_add(self.timeout).unwrap_or_else(|| start + FAR);
        let passed = || {
            let limit = self.timeout;
            let message = format!("{what} is not done within {limit:?}; the service goes on");
            Error::new(ErrorKind::Timeout(Timeout::Total), message)
        };
        let mut wait = self.shortest;
        loop {
            let found = timeout_at(end, ask()).await.map_err(|_| passed())??;
            let now = standing(&found);
            if let Some(tell) = &self.on_progress {
                let (state, percent) = (now.state.unwrap_or("unknown"), now.percent);
                tell(&Progress { state, percent, elapsed: start.elapsed() });
            }
            if now.phase != Phase::Going {
                return Ok(found);
            }
            timeout_at(end, sleep(wait)).await.map_err(|_| passed())?;
            wait = (wait * 2).min(self.longest);
        }
    }
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20 * 60),
            shortest: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            on_progress: None,
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("timeout", &self.timeout)
            .field("shortest", &self.shortest)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// How a resource or a job is.
#[derive(Clone, Copy, Debug)]
#[expect(unnameable_types, reason = "it is a part of a sealed trait")]
pub struct Standing<'a> {
    pub(super) phase: Phase,
    pub(super) state: Option<&'a str>,
    pub(super) percent: Option<f64>,
    pub(super) details: Option<&'a str>,
}

/// Whether it is worth asking again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    Going,
    Done,
    Failed,
}

impl<'a> Standing<'a> {
    /// That of a resource. One without a state is there, and that is all.
    pub(super) fn of(state: Option<&'a LifecycleState>, details: Option<&'a str>) -> Self {
        let phase = match state {
            Some(state) if state.is_changing() => Phase::Going,
            Some(LifecycleState::Failed) => Phase::Failed,
            _ => Phase::Done,
        };
        Self { phase, state: state.map(LifecycleState::as_str), percent: None, details }
    }

    /// That of a vector store or a batch of files. Whatever is neither being filled nor complete is of no use.
    pub(crate) fn of_store(status: Option<&'a VectorStoreStatus>) -> Self {
        let phase = match status {
            Some(VectorStoreStatus::InProgress) => Phase::Going,
            Some(VectorStoreStatus::Completed) => Phase::Done,
            _ => Phase::Failed,
        };
        let state = status.map(VectorStoreStatus::as_str);
        Self { phase, state, percent: None, details: None }
    }

    /// That of a job. Whatever is neither going on nor a success is none.
    pub(super) fn of_job(
        state: Option<&'a JobState>,
        percent: Option<f64>,
        details: Option<&'a str>,
    ) -> Self {
        let phase = match state {
            Some(state) if state.is_running() => Phase::Going,
            Some(JobState::Succeeded) => Phase::Done,
            _ => Phase::Failed,
        };
        Self { phase, state: state.map(JobState::as_str), percent, details }
    }

    /// The failure that this is, if it is one.
    pub(crate) fn failure(&self, what: &str) -> Option<Error> {
        let state = self.state.unwrap_or("without a state");
        let failed = || Error::failed(format!("{what} is {state}"), None, self.details);
        (self.phase == Phase::Failed).then(failed)
    }
}

/// Later than anybody waits, and early enough to be added to any instant.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
