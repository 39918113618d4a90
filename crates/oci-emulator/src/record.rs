//! What was asked and how it was answered.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use crate::verify::Rejection;

/// A request as it came off the wire, and what became of it.
///
/// `Debug` shows no credentials: the values of `authorization`, `opc-obo-token` and `cookie` are left out.
/// The fields do hold what was sent, tokens included.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The request target as sent; in all but hostile requests a path with an optional query.
    pub path_and_query: String,
    /// The headers in their order, names in their own case, repeats included.
    pub headers: Vec<(String, String)>,
    /// The body; empty for an upload of more than 1 MiB, which is not held in memory.
    pub body: Bytes,
    /// The length of the body in bytes, whether it is here or not.
    pub body_length: u64,
    /// The SHA-256 digest of the body in base64, as `x-content-sha256` has it.
    pub body_sha256: String,
    /// Which connection it came over, counted from 0; equal numbers tell that one was used again.
    pub connection: u64,
    /// The `opc-request-id` of the answer.
    pub opc_request_id: String,
    /// The status of the answer; `None` as long as there is none.
    pub status: Option<u16>,
    /// Why it was answered with 401, or with 403 by the metadata service.
    pub rejection: Option<Rejection>,
    /// Who has signed: a key id, or whom a token is about. `None` for an API key, and for requests that were refused
    /// or are for credentials.
    pub caller: Option<String>,
    /// The user in whose name it was asked, by a delegation token.
    pub on_behalf_of: Option<String>,
    /// Whether the answer was sent to its end; false for one still under way, cut or abandoned.
    pub is_complete: bool,
}

impl RecordedRequest {
    /// The first value of a header, whose name is compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let is_secret = SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret));
                (name.as_str(), if is_secret { "[redacted]" } else { value.as_str() })
            })
            .collect();
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path_and_query", &self.path_and_query)
            .field("headers", &headers)
            .field("body", &format_args!("{} bytes", self.body_length))
            .field("connection", &self.connection)
            .field("opc_request_id", &self.opc_request_id)
            .field("status", &self.status)
            .field("rejection", &self.rejection)
            .field("caller", &self.caller)
            .field("on_behalf_of", &self.on_behalf_of)
            .field("is_complete", &self.is_complete)
            .finish()
    }
}

/// The latest requests, and a way to wait for a change among them.
#[derive(Debug)]
pub(crate) struct Records {
    kept: Mutex<Kept>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<RecordedRequest>,
    /// How many have been dropped from the front.
    dropped: usize,
    body_bytes: usize,
}

impl Records {
    pub(crate) fn new() -> Self {
        Self { kept: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Adds a request; the number names it in [`Self::update`].
    pub(crate) fn add(&self, request: RecordedRequest) -> usize {
        let mut kept = self.lock();
        kept.body_bytes += request.body.len();
        kept.requests.push_back(request);
        while kept.requests.len() > MAX_REQUESTS || kept.body_bytes > MAX_BODY_BYTES {
            let Some(oldest) = kept.requests.pop_front() else { break };
            kept.body_bytes -= oldest.body.len();
            kept.dropped += 1;
        }
        let number = kept.dropped + kept.requests.len() - 1;
        drop(kept);
        self.changed.send_replace(());
        number
    }

    /// How many were added, those that are no longer kept included.
    pub(crate) fn total(&self) -> usize {
        let kept = self.lock();
        kept.dropped + kept.requests.len()
    }

    /// Changes a request, if it is still kept.
    pub(crate) fn update(&self, number: usize, change: impl FnOnce(&mut RecordedRequest)) {
        let mut kept = self.lock();
        let index = number.checked_sub(kept.dropped);
        if let Some(request) = index.and_then(|index| kept.requests.get_mut(index)) {
            change(request);
        }
        drop(kept);
        self.changed.send_replace(());
    }

    /// The requests that are kept, oldest first.
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    /// Waits until the requests are as `condition` wants them.
    pub(crate) async fn wait_until(
        &self,
        mut condition: impl FnMut(&[RecordedRequest]) -> bool,
    ) -> Vec<RecordedRequest> {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            let requests = self.all();
            if condition(&requests) {
                return requests;
            }
            if changes.changed().await.is_err() {
                // Not before the records are gone, and with them the borrow that waits here.
                return requests;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Headers whose values are credentials.
const SECRET: &[&str] = &["authorization", "cookie", "opc-obo-token"];

/// An emulator that runs for days keeps this many requests.
const MAX_REQUESTS: usize = 1024;

/// And not more than this many bytes of bodies; one body always fits.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: Bytes) -> RecordedRequest {
        RecordedRequest {
            method: "POST".into(),
            path_and_query: "/".into(),
            headers: vec![
                ("Authorization".into(), "Signature s3cret".into()),
                ("Host".into(), "here".into()),
            ],
            body_length: body.len() as u64,
            body_sha256: String::new(),
            body,
            connection: 0,
            opc_request_id: String::new(),
            status: None,
            rejection: None,
            caller: None,
            on_behalf_of: None,
            is_complete: false,
        }
    }

    #[test]
    fn debug_shows_no_credentials() {
        let request = request(Bytes::from_static(b"prompt"));
        let shown = format!("{request:?}");
        assert!(
            shown.contains("[redacted]") && shown.contains("here") && shown.contains("6 bytes")
        );
        assert!(!shown.contains("s3cret") && !shown.contains("prompt"));
        assert_eq!(request.header("authorization"), Some("Signature s3cret"));
    }

    #[test]
    fn the_oldest_make_room_and_updates_find_the_right_one() {
        let records = Records::new();
        for _ in 0..MAX_REQUESTS + 5 {
            records.add(request(Bytes::new()));
        }
        let number = records.add(request(Bytes::new()));
        records.update(number, |request| request.status = Some(200));
        records.update(0, |request| request.status = Some(500));
        let all = records.all();
        assert_eq!(all.len(), MAX_REQUESTS);
        assert_eq!(records.total(), MAX_REQUESTS + 6, "those that made room count too");
        assert_eq!(all.last().unwrap().status, Some(200));
        assert_eq!(all.iter().filter(|request| request.status.is_some()).count(), 1);
    }

    #[test]
    fn bodies_are_bounded() {
        let records = Records::new();
        let body = Bytes::from(vec![0; 16 * 1024 * 1024]);
        for _ in 0..9 {
            records.add(request(body.clone()));
        }
        assert_eq!(records.all().len(), 4);
    }
}
