//! One call: what it sends, and what its attempts share.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};
use http::uri::PathAndQuery;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::deadlines::Deadlines;
use crate::error::{Error, ErrorKind, Timeout};
use crate::operation::{Effect, Operation};
use crate::resources::Measured;
use crate::retry::RetryPolicy;

/// What an operation sends.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) path: PathAndQuery,
    /// The model, or the id of what is asked for; empty if there is none.
    pub(crate) model: &'a str,
    /// `None` for a request without a body, or with one that is not in memory.
    pub(crate) body: Option<Bytes>,
    /// A body that is read from a file while it is sent.
    pub(crate) upload: Option<Arc<Measured>>,
    /// Headers beyond those that every request has.
    pub(crate) headers: HeaderMap,
    /// Whether the answer is read as a whole and may come compressed.
    pub(crate) takes_gzip: bool,
}

impl<'a> Call<'a> {
    /// A call with a body of JSON.
    pub(crate) fn json<T: serde::Serialize>(
        operation: &'static Operation,
        model: &'a str,
        value: &T,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(value).map_err(|source| {
            Error::new(ErrorKind::Request, "the request cannot be written as JSON")
                .with_source(source)
        })?;
        let path = PathAndQuery::from_static(operation.path);
        Ok(Self { body: Some(Bytes::from(body)), model, ..Self::at(operation, path) })
    }

    /// A call without a body.
    pub(crate) fn at(operation: &'static Operation, path: PathAndQuery) -> Self {
        let headers = HeaderMap::new();
        let (model, body, upload) = ("", None, None);
        Self { operation, path, model, body, upload, headers, takes_gzip: false }
    }

    pub(crate) fn about(self, model: &'a str) -> Self {
        Self { model, ..self }
    }

    /// What it does to the service when it is sent twice.
    pub(crate) fn effect(&self) -> Effect {
        if self.headers.contains_key(&OPC_RETRY_TOKEN) {
            return Effect::Nothing;
        }
        self.operation.effect()
    }
}

/// What all attempts of a call spend from, and all calls of a [`Client::one_call`](crate::Client::one_call).
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) start: Instant,
    retries_left: AtomicU32,
    /// When the call is over, whatever it is doing.
    end: Option<Instant>,
}

impl Budget {
    pub(crate) fn new(policy: &RetryPolicy, deadlines: &Deadlines) -> Arc<Self> {
        let start = Instant::now();
        Arc::new(Self {
            start,
            retries_left: AtomicU32::new(policy.retries),
            end: deadlines.total.and_then(|total| start.checked_add(total)),
        })
    }

    /// Takes one more attempt, if there is one.
    pub(crate) fn take_retry(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        self.retries_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(crate) fn deadline(&self, deadlines: Deadlines) -> Deadline {
        Deadline { deadlines, end: self.end }
    }
}

/// How long each step of a call may still take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) deadlines: Deadlines,
    pub(crate) end: Option<Instant>,
}

impl Deadline {
    /// When a step that begins now has to be done, and which deadline that is.
    pub(crate) fn of(&self, step: Timeout, now: Instant) -> (Instant, Timeout) {
        let limit = match step {
            Timeout::Connect => self.deadlines.connect,
            Timeout::FirstByte => self.deadlines.first_byte,
            Timeout::Idle => self.deadlines.idle,
            Timeout::Total => return (self.end.unwrap_or(now + FAR), step),
        };
        let at = now + limit.min(FAR);
        match self.end {
            Some(end) if end < at => (end, Timeout::Total),
            _ => (at, step),
        }
    }

    /// Runs a step; a deadline that passes is an error of its own.
    pub(crate) async fn within<F: Future>(
        &self,
        step: Timeout,
        future: F,
    ) -> Result<F::Output, Error> {
        let mut future = pin!(future);
        let mut timer = pin!(None::<Sleep>);
        let mut waits_for = step;
        let waited = poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            // What is ready at once, as most pieces of a body are, needs no timer.
            if timer.is_none() {
                let (at, which) = self.of(step, Instant::now());
                waits_for = which;
                timer.set(Some(sleep_until(at)));
            }
            timer.as_mut().as_pin_mut().map_or(Poll::Pending, |timer| timer.poll(cx).map(|()| None))
        });
        waited.await.ok_or_else(|| self.passed(waits_for))
    }

    /// The error of a deadline that passed.
    pub(crate) fn passed(&self, which: Timeout) -> Error {
        let message = match which {
            Timeout::Connect => format!("no connection within {:?}", self.deadlines.connect),
            Timeout::FirstByte => format!("no answer within {:?}", self.deadlines.first_byte),
            Timeout::Idle => format!("nothing received for {:?}", self.deadlines.idle),
            Timeout::Total => {
                format!("not done within {:?}", self.deadlines.total.unwrap_or_default())
            }
        };
        Error::new(ErrorKind::Timeout(which), message)
    }
}

/// By which the service knows a request that it has seen within 24 hours, as Oracle's documentation says.
pub(crate) const OPC_RETRY_TOKEN: HeaderName = HeaderName::from_static("opc-retry-token");

pub(crate) const JSON: &str = "application/json";
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// Later than any call lasts, and early enough to be added to any instant.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
