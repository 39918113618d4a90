//! Who may call, and how much.

mod file;
mod limits;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

pub use file::{ClientKey, KeyFile, KeyFileError};
pub(crate) use limits::Grant;

use crate::config::Config;
use crate::error::Error;
use crate::failure::Failure;
use limits::Limits;

/// Who may call. Without any key whoever reaches the gateway, which then is for this machine only.
#[derive(Default)]
pub(crate) struct Keys {
    master: Option<KeyDigest>,
    /// Whether there is a file of keys, which may have none as yet.
    has_file: bool,
    clients: HashMap<[u8; 32], Arc<Client>>,
}

/// A client with a key of its own.
pub(crate) struct Client {
    key: ClientKey,
    limits: Limits,
}

/// Who calls.
#[derive(Clone)]
pub(crate) enum Caller {
    /// Somebody on this machine, or the holder of the master key: everything is allowed.
    Operator,
    /// The holder of a key of the file.
    Client(Arc<Client>),
}

impl Keys {
    /// The keys of a configuration. A client whose key has not changed since `before` keeps what it has used of its limits.
    pub(crate) fn new(config: &Config, before: Option<&Self>) -> Result<Self, Error> {
        let master = config.master_key.as_ref().map(|key| KeyDigest::of(key.reveal()));
        let Some(path) = config.keys_file.as_deref() else {
            return Ok(Self { master, ..Self::default() });
        };
        let clients = clients(path, before)
            .map_err(|source| Error::Keys { path: path.to_owned(), source })?;
        Ok(Self { master, has_file: true, clients })
    }

    pub(crate) fn is_open(&self) -> bool {
        self.master.is_none() && !self.has_file
    }

    /// Checks the key of a request, whatever header of the common APIs it is in.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        if self.is_open() {
            return Ok(Caller::Operator);
        }
        let Some(given) = given(headers) else {
            return Err(refused("no key, expected one in `Authorization: Bearer` or `x-api-key`"));
        };
        let given = KeyDigest::of(given);
        if self.master.as_ref().is_some_and(|master| master.is(&given)) {
            return Ok(Caller::Operator);
        }
        // What the table's order and hashing could tell by timing is of a digest, which nobody can steer.
        match self.clients.get(&given.0) {
            Some(client) if !client.key.has_expired() => Ok(Caller::Client(Arc::clone(client))),
            Some(_) => Err(refused("the key has expired")),
            None => Err(refused("the key is not valid here")),
        }
    }
}

fn clients(
    path: &Path,
    before: Option<&Keys>,
) -> Result<HashMap<[u8; 32], Arc<Client>>, KeyFileError> {
    let file = KeyFile::read(path)?;
    let mut clients = HashMap::new();
    for key in file.keys() {
        let digest = key.digest()?;
        let known = before.and_then(|before| before.clients.get(&digest));
        let client = match known.filter(|known| known.key == *key) {
            Some(known) => Arc::clone(known),
            None => Arc::new(Client { limits: Limits::new(key), key: key.clone() }),
        };
        clients.insert(digest, client);
    }
    Ok(clients)
}

impl Caller {
    /// Whether a name may be asked for.
    pub(crate) fn may_ask_for(&self, model: &str) -> bool {
        match self {
            Self::Operator => true,
            Self::Client(client) => client.key.allows(model),
        }
    }

    /// Takes a call out of the limits, with about so many tokens. What it really took is settled when the grant ends.
    pub(crate) fn take(&self, model: &str, tokens: u64) -> Result<Grant, Failure> {
        let Self::Client(client) = self else { return Ok(Grant::unlimited()) };
        if !client.key.allows(model) {
            let message = "the key does not allow this model";
            return Err(Failure::new(StatusCode::FORBIDDEN, "model_not_allowed", message)
                .with_hint("GET /v1/models lists those that it allows"));
        }
        Grant::take(client, tokens)
    }

    /// The id of the key, for logs.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Operator => "",
            Self::Client(client) => client.key.id(),
        }
    }

    pub(crate) fn is_operator(&self) -> bool {
        matches!(self, Self::Operator)
    }
}

/// The SHA-256 of a key. Digests are compared, in constant time, so that neither the length nor a common beginning of a guess can
/// be timed.
struct KeyDigest([u8; 32]);

impl KeyDigest {
    fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The key of a request: OpenAI's header, else Anthropic's, Azure's or Google's.
fn given(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let other = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    bearer
        .or_else(|| ["x-api-key", "api-key", "x-goog-api-key"].into_iter().find_map(other))
        .filter(|key| !key.is_empty())
}

fn refused(message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, "invalid_api_key", message)
}

#[cfg(test)]
mod tests;
