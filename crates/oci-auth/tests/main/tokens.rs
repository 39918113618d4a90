//! A signer whose tokens a provider of one's own fetches. No sockets and no waiting: the clock and the answers are set by the test.

use std::error::Error as _;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use oci_auth::{
    Fetch, KeyId, PrivateKey, RsaSigner, SignError, Signer, SigningFailed, SigningKey, Snapshot,
    TokenCache, TokenProvider,
};
use tokio::task::JoinSet;

use crate::at_once;

/// Brings tokens in order, and fails when there are no more.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tokens: Mutex<Vec<(&'static str, u64)>>,
    fetches: AtomicUsize,
    now: Mutex<u64>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sealed(&'static str);

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the vault is sealed by {}", self.0)
    }
}

impl std::error::Error for Sealed {}

impl TokenProvider for Vault {
    type Error = Sealed;

    fn fetch(&self) -> Fetch<Sealed> {
        self.0.fetches.fetch_add(1, Ordering::SeqCst);
        let mut tokens = self.0.tokens.lock().unwrap();
        let next = if tokens.is_empty() { None } else { Some(tokens.remove(0)) };
        let token = next.map(|(name, end)| {
            let key = PrivateKey::from_signer(Constant);
            let id = KeyId::security_token(name).unwrap();
            Snapshot::new(SigningKey::new(id, key), Some(at(end)))
        });
        // Pending once, as whatever comes from a network is.
        let mut is_first = true;
        Box::pin(std::future::poll_fn(move |cx| {
            if std::mem::take(&mut is_first) {
                cx.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(token.clone().ok_or(Sealed("ada")))
        }))
    }
}

struct Constant;

impl RsaSigner for Constant {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<(), SigningFailed> {
        Ok(())
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

impl Vault {
    pub(crate) fn signer(&self, tokens: &[(&'static str, u64)]) -> Signer {
        self.0.tokens.lock().unwrap().extend(tokens);
        let world = self.clone();
        Signer::tokens(TokenCache::new(self.clone(), move || at(*world.0.now.lock().unwrap())))
    }

    /// Later, with more tokens.
    #[cfg(feature = "tower")]
    pub(crate) fn go_on(&self, tokens: &[(&'static str, u64)], now: u64) {
        self.0.tokens.lock().unwrap().extend(tokens);
        *self.0.now.lock().unwrap() = now;
    }

    pub(crate) fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }
}

fn id(snapshot: &Snapshot) -> &str {
    snapshot.key().unwrap().id().as_str()
}

#[tokio::test]
async fn a_token_is_fetched_when_it_is_needed_and_kept() {
    let vault = Vault::default();
    let signer = vault.signer(&[("one", 1000), ("two", 3000)]);
    assert_eq!((signer.is_bearer(), vault.fetches()), (false, 0));
    assert_eq!(signer.snapshot().unwrap_err(), SignError::NotReady);
    let mut request = http::Request::get("https://h.example/x").body("").unwrap();
    assert_eq!(signer.sign(&mut request).unwrap_err(), SignError::NotReady);
    assert!(request.headers().is_empty() && vault.fetches() == 0);

    assert_eq!(id(&signer.ready().await.unwrap()), "ST$one");
    assert_eq!(id(&at_once(signer.ready()).unwrap()), "ST$one");
    assert_eq!(id(&signer.clone().snapshot().unwrap()), "ST$one");
    signer.sign(&mut request).unwrap();
    assert_eq!(vault.fetches(), 1);

    *vault.0.now.lock().unwrap() = 1000;
    assert_eq!(signer.snapshot().unwrap_err(), SignError::NotReady, "it has ended");
    assert_eq!(id(&signer.ready().await.unwrap()), "ST$two");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all() {
    let vault = Vault::default();
    let signer = vault.signer(&[("one", 1000), ("two", 1000), ("two", 1000)]);
    let first = signer.ready().await.unwrap();
    let second = signer.refresh_after(&first).await.unwrap().unwrap();
    let late = at_once(signer.refresh_after(&first)).unwrap().unwrap();
    assert_eq!((id(&second), id(&late)), ("ST$two", "ST$two"));
    assert_eq!(vault.fetches(), 2);
    let again = signer.refresh_after(&second).await.unwrap();
    assert!(again.is_none(), "the provider brings the same token: sending again is in vain");
}

#[tokio::test]
async fn a_thousand_callers_wait_for_one_fetch() {
    let vault = Vault::default();
    let signer = vault.signer(&[("one", 1000), ("two", 1000)]);
    let mut callers = JoinSet::new();
    for _ in 0..1000 {
        let signer = signer.clone();
        callers.spawn(async move { signer.ready().await.unwrap() });
    }
    let first = callers.join_all().await;
    assert_eq!((first.len(), vault.fetches()), (1000, 1));

    // A storm of 401s.
    let mut callers = JoinSet::new();
    for refused in first {
        let signer = signer.clone();
        callers.spawn(async move { signer.refresh_after(&refused).await.unwrap().unwrap() });
    }
    let second = callers.join_all().await;
    assert!(second.len() == 1000 && second.iter().all(|other| id(other) == "ST$two"));
    assert_eq!(vault.fetches(), 2);
}

#[tokio::test]
async fn a_failure_is_told_with_the_error_of_the_provider() {
    let vault = Vault::default();
    let signer = vault.signer(&[]);
    let error = signer.ready().await.unwrap_err();
    assert_eq!(error.to_string(), "no token could be fetched");
    assert_eq!(error.source().unwrap().to_string(), "the vault is sealed by ada");
    let SignError::Fetch(failure) = &error else { panic!("expected Fetch, found {error:?}") };
    assert_eq!(failure.get_ref().downcast_ref::<Sealed>(), Some(&Sealed("ada")));
    assert_eq!(error.clone(), error);
    // Nothing is asked again at once, and the error is that of the last time.
    assert_ne!(at_once(signer.ready()).unwrap_err(), SignError::NotReady);
    assert_eq!(vault.fetches(), 1);
}
