//! Drives an exchange over the network: sends, and sends again where that is right, signed anew.

use std::time::{Duration, SystemTime};

use http::{Request, Response, StatusCode};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::exchange::{Clocks, ExchangeError, Issuer};
use crate::http_client::{HttpClient, HttpError};
use crate::network::Network;
use crate::provider::ProviderError;
use crate::sign_error::SignError;

/// One request and its answer, without anybody who sends it.
pub(crate) trait Exchange: Sync {
    /// What the answer brings.
    type Output: Send;
    /// Why it brings nothing.
    type Error: Into<ProviderError>;

    /// Who is asked.
    fn issuer(&self) -> Issuer;

    /// The request to send, signed at this time.
    fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError>;

    /// What the answer brings.
    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Self::Output, Self::Error>;
}

/// How often, and for how long, an exchange is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    attempts: u32,
    /// Attempts at a connection: a machine that is not there does not appear within seconds.
    connections: u32,
    total: Duration,
    /// Refusals beside those of a server that failed.
    also: &'static [StatusCode],
}

impl Patience {
    /// Of the official Python SDK for its federation calls.
    pub(crate) const AUTHENTICATION: Self =
        Self { attempts: 3, connections: 3, total: Duration::from_secs(100), also: &[] };

    /// Of the official Python SDK for regions and certificates: 404 passes by itself after the instance was started, because its
    /// identity appears late. Without a connection it is tried less often than there, 8 times 10 seconds: no metadata service, no instance.
    pub(crate) const METADATA: Self = Self {
        attempts: 8,
        connections: 2,
        total: Duration::from_secs(180),
        also: &[StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS],
    };

    /// One attempt at a connection, for an address that has an alternative.
    pub(crate) const METADATA_OR_ELSEWHERE: Self = Self { connections: 1, ..Self::METADATA };

    /// Of the official Python SDK for its calls of services.
    pub(crate) const SERVICE: Self = Self {
        attempts: 8,
        connections: 8,
        total: Duration::from_secs(600),
        also: &[StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS],
    };

    fn allows(&self, failure: &ProviderError, attempts: u32, elapsed: Duration) -> bool {
        let (most, is_passing) = match failure {
            ProviderError::NoAnswer { source, .. } if source.is_connecting() => {
                (self.connections, true)
            }
            ProviderError::NoAnswer { .. } => (self.attempts, true),
            _ => {
                let status = failure.status();
                let is_passing = status.is_some_and(|status| {
                    self.also.contains(&status)
                        || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
                });
                (self.attempts, is_passing)
            }
        };
        is_passing && attempts < most && elapsed < self.total
    }
}

impl Network {
    /// Sends the request of an exchange, again where its failure may pass, and returns what it brings.
    pub(crate) async fn drive<E: Exchange>(
        &self,
        client: &dyn HttpClient,
        exchange: &E,
        patience: Patience,
    ) -> Result<E::Output, ProviderError> {
        let began = self.clock.now();
        let mut clocks: Option<Clocks> = None;
        let mut attempts = 1;
        loop {
            let failure = match self.attempt(client, exchange, clocks).await {
                Ok(output) => return Ok(output),
                Err(failure) => failure,
            };
            if let Some(found) = failure.clocks()
                && self.corrects_clock
                && clocks.is_none()
            {
                clocks = Some(found);
                attempts += 1;
                continue;
            }
            // A clock that was set back must not make it longer.
            let elapsed = self.clock.now().duration_since(began).unwrap_or(patience.total);
            if !patience.allows(&failure, attempts, elapsed) {
                return Err(failure.after(attempts));
            }
            self.clock.sleep(pause(attempts)).await;
            attempts += 1;
        }
    }

    async fn attempt<E: Exchange>(
        &self,
        client: &dyn HttpClient,
        exchange: &E,
        clocks: Option<Clocks>,
    ) -> Result<E::Output, ProviderError> {
        let now = self.clock.now();
        let now = clocks.map_or(now, |clocks| clocks.correct(now));
        let request = exchange.next_request(now)?;
        let sent = client.send(request).await;
        let response = sent.map_err(|source| no_answer(exchange.issuer(), source))?;
        exchange.handle_response(&response, self.clock.now()).map_err(Into::into)
    }
}

fn no_answer(issuer: Issuer, source: HttpError) -> ProviderError {
    ProviderError::NoAnswer { issuer, attempts: 1, source }
}

/// 1 second, then 2, 4 and so on up to 30, and up to one more: the figures of the official Python SDK.
fn pause(attempts: u32) -> Duration {
    let doubled = Duration::from_secs(1 << attempts.saturating_sub(1).min(5));
    doubled.min(LONGEST_PAUSE) + Duration::from_secs_f64(fraction())
}

/// A number from 0 up to 1, so that programs that failed together do not come back together.
fn fraction() -> f64 {
    let mut bytes = [0; 4];
    // Without random numbers the pause is the shortest, which harms nobody.
    let _ = SystemRandom::new().fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// The id of a request in the form of the official SDKs; `None` if the system has no random numbers.
pub(crate) fn request_id() -> Option<String> {
    let mut bytes = [0; 48];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let part = |index: usize| hex.get(index * 32..(index + 1) * 32);
    Some(format!("{}/{}/{}", part(0)?, part(1)?, part(2)?))
}

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl From<ExchangeError> for ProviderError {
    fn from(error: ExchangeError) -> Self {
        Self::Exchange { attempts: 1, source: error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_those_of_the_official_sdk() {
        for (attempts, least) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (60, 30)] {
            let found = pause(attempts);
            let least = Duration::from_secs(least);
            assert!((least..least + Duration::from_secs(1)).contains(&found), "{found:?}");
        }
    }

    #[test]
    fn request_ids_have_three_parts() {
        let id = request_id().unwrap();
        let parts: Vec<&str> = id.split('/').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [32; 3]);
        assert!(parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }
}
