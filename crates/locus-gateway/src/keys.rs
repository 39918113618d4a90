//! Who may call, and how much.

mod budget;
#[cfg(feature = "sqlite")]
mod database;
mod file;
mod limits;
mod store;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

pub use file::{ClientKey, KeyFile, KeyFileError};
pub(crate) use limits::{Estimate, Grant};
pub use store::{KeyStore, Spent};

use crate::clock::unix_seconds;
use crate::config::{Config, KeysAt};
use crate::error::Error;
use crate::failure::Failure;
use crate::price::Price;
use crate::shared::{SharedKey, Store};
use budget::Budget;
use limits::{Counts, Limits, Share};

/// Who may call. Without any key whoever reaches the gateway, which then is for this machine only.
#[derive(Default)]
pub(crate) struct Keys {
    master: Option<KeyDigest>,
    /// Where keys are kept, of which there may be none as yet.
    store: Option<KeyStore>,
    clients: HashMap<[u8; 32], Arc<Client>>,
    /// Whether a store decides what is spent, and what is written down here is for the books.
    is_shared: bool,
}

/// A client with a key of its own.
pub(crate) struct Client {
    key: ClientKey,
    /// What this gateway counts: limits, and what was spent here. Where a store decides, the latter is for the books.
    counts: Counts,
    /// Where gateways count together, for a key that has limits.
    shared: Option<Arc<SharedKey>>,
    /// What this gateway may admit by itself in an outage of the store, and the number of that outage.
    alone: Mutex<Option<(u64, Arc<Share>)>>,
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
    ///
    /// With a store, what limits keys have is counted there.
    pub(crate) fn new(
        config: &Config,
        before: Option<&Self>,
        shared: Option<&Arc<Store>>,
    ) -> Result<Self, Error> {
        let master = config.master_key.as_ref().map(|key| KeyDigest::of(key.reveal()));
        let Some(at) = &config.keys_at else { return Ok(Self { master, ..Self::default() }) };
        let failed = |source| Error::Keys { path: at.path().to_owned(), source };
        let store = open(at).map_err(failed)?;
        let clients = clients(&store, before, shared).map_err(failed)?;
        Ok(Self { master, store: Some(store), clients, is_shared: shared.is_some() })
    }

    /// Whether a key has something to count.
    pub(crate) fn have_limits(&self) -> bool {
        self.clients.values().any(|client| client.key.has_limits())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.master.is_none() && self.store.is_none()
    }

    /// The same, for when nobody can do anything about a failure but read of it.
    pub(crate) fn save_or_warn(&self) {
        match self.save() {
            Ok(()) => {}
            // Replicas often have keys that they can read only.
            Err(error) if self.is_shared => {
                tracing::debug!(target: "locus_gateway", %error, "what keys have spent is only in the store");
            }
            Err(error) => {
                tracing::warn!(target: "locus_gateway", %error, "what keys have spent is not saved");
            }
        }
    }

    /// Writes down what was spent since the last time. It waits for the disk.
    pub(crate) fn save(&self) -> Result<(), KeyFileError> {
        let Some(store) = &self.store else { return Ok(()) };
        let now = unix_seconds();
        let clients = || self.clients.values();
        let unsaved = clients().filter_map(|client| {
            Some((client.key.id().to_owned(), client.counts.budget.unsaved(now)?))
        });
        let unsaved: BTreeMap<String, Spent> = unsaved.collect();
        if unsaved.is_empty() {
            return Ok(());
        }
        let result = store.spend(&unsaved);
        for client in clients() {
            let id = client.key.id();
            match &result {
                Ok(all) => {
                    all.get(id).into_iter().for_each(|all| client.counts.budget.saved(*all, now));
                }
                Err(_) => {
                    unsaved
                        .get(id)
                        .into_iter()
                        .for_each(|more| client.counts.budget.returned(*more, now));
                }
            }
        }
        result.map(drop)
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

fn open(at: &KeysAt) -> Result<KeyStore, KeyFileError> {
    match at {
        KeysAt::File(path) => Ok(KeyStore::file(path)),
        #[cfg(feature = "sqlite")]
        KeysAt::Database(path) => KeyStore::database(path),
        #[cfg(not(feature = "sqlite"))]
        KeysAt::Database(_) => Err(KeyFileError::Database {
            message: "this program was built without the feature sqlite".to_owned(),
        }),
    }
}

fn clients(
    store: &KeyStore,
    before: Option<&Keys>,
    shared: Option<&Arc<Store>>,
) -> Result<HashMap<[u8; 32], Arc<Client>>, KeyFileError> {
    let spent = store.spent()?;
    let now = unix_seconds();
    let mut clients = HashMap::new();
    for key in store.keys()? {
        let digest = key.digest()?;
        let known = before.and_then(|before| before.clients.get(&digest));
        let client = match known.filter(|known| known.key == key && known.is_counted_by(shared)) {
            Some(known) => Arc::clone(known),
            None => {
                // Other limits, and the same purse.
                let spending = known.map(|known| Arc::clone(known.counts.budget.spending()));
                let is_new = spending.is_none();
                let budget = Budget::new(&key, spending.unwrap_or_default());
                if is_new && let Some(spent) = spent.get(key.id()) {
                    budget.saved(*spent, now);
                }
                let shared = shared.filter(|_| key.has_limits()).map(|shared| {
                    let known = budget.spent(now);
                    SharedKey::new(shared, &digest, key.terms(), known.dollars, known.since)
                });
                let counts = Counts { limits: Limits::new(&key), budget };
                Arc::new(Client { key, counts, shared, alone: Mutex::default() })
            }
        };
        clients.insert(digest, client);
    }
    Ok(clients)
}

impl Client {
    /// Whether it is counted where it is to be.
    fn is_counted_by(&self, store: Option<&Arc<Store>>) -> bool {
        match (&self.shared, store) {
            (Some(shared), Some(store)) => shared.is_of(store),
            (None, Some(_)) => !self.key.has_limits(),
            (shared, None) => shared.is_none(),
        }
    }
}

impl Caller {
    /// Whether a name may be asked for.
    pub(crate) fn may_ask_for(&self, model: &str) -> bool {
        match self {
            Self::Operator => true,
            Self::Client(client) => client.key.allows(model),
        }
    }

    /// Takes a call out of the limits. What it really took is settled when it is over.
    ///
    /// `price` is what a model costs, which only a key with a budget asks for.
    pub(crate) async fn take(
        &self,
        model: &str,
        estimate: Estimate,
        price: impl FnOnce() -> Option<Price>,
    ) -> Result<Grant, Failure> {
        let Self::Client(client) = self else { return Ok(Grant::unlimited(estimate)) };
        if !client.key.allows(model) {
            let message = "the key does not allow this model";
            return Err(Failure::new(StatusCode::FORBIDDEN, "model_not_allowed", message)
                .with_hint("GET /v1/models lists those that it allows"));
        }
        let price = if client.counts.budget.is_limited() { price() } else { None };
        Grant::take(client, estimate, price).await
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

/// The key of a request: OpenAI's header, else Anthropic's, Azure's, Google's or LiteLLM's, in which it may be as in OpenAI's.
fn given(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = |value| {
        let (scheme, key): (&str, &str) = str::split_once(value, ' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    };
    let litellm = || text("x-litellm-api-key").map(|value| bearer(value).unwrap_or(value));
    text(AUTHORIZATION.as_str())
        .and_then(bearer)
        .or_else(|| ["x-api-key", "api-key", "x-goog-api-key"].into_iter().find_map(text))
        .or_else(litellm)
        .filter(|key| !key.is_empty())
}

fn refused(message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, "invalid_api_key", message)
}

#[cfg(test)]
mod tests;
