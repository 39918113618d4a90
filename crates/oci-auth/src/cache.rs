//! One token for all callers: fetched once, before it ends, by whoever asks for it.

mod flight;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::snapshot::Snapshot;
use flight::{Flight, Waiting};

/// Fetches tokens for a [`TokenCache`].
pub trait TokenProvider: Send + Sync {
    /// Why a token could not be fetched. All who waited get a clone.
    type Error: Clone + Send;

    /// Fetches a token, whatever was fetched before.
    ///
    /// The future must end by itself, with an error after some minutes at most. It is dropped when nobody waits for it any more.
    fn fetch(&self) -> Fetch<Self::Error>;
}

/// A token to come.
pub type Fetch<E> = Pin<Box<dyn Future<Output = Result<Snapshot, E>> + Send>>;

/// Keeps a token, and fetches the next one before it ends.
///
/// There is no task in the background and no runtime: a fetch goes on while a caller waits for it, and it belongs to all of
/// them. If the one that began it is dropped, another takes over; if all are, it is given up.
///
/// - A token that has not ended is served at once. Shortly before its end the first caller fetches the next one, while all
///   others are still served the old one, and so is that caller if it fails.
/// - Without a valid token all callers wait for one fetch, and all get its error. A token that has ended when it arrives, because
///   a clock is wrong, is served for 30 seconds all the same, rather than fetched anew by each call.
/// - After a failure nothing is fetched for 1 second, then 2, 4 and so on up to 30. Without a valid token the last error is
///   answered meanwhile.
/// - [`refresh_after`](Self::refresh_after) is the one way to force a fetch, and it does so once for all requests that one token
///   signed.
///
/// ```
/// use std::time::SystemTime;
///
/// use oci_auth::{Fetch, KeyId, PrivateKey, Secret, SigningKey, Snapshot, TokenCache, TokenClaims, TokenProvider};
///
/// /// Asks a service of one's own for tokens.
/// struct Vault;
///
/// impl TokenProvider for Vault {
///     type Error = String;
///
///     fn fetch(&self) -> Fetch<String> {
///         Box::pin(async {
///             let (token, key) = ask().await?;
///             let ends = TokenClaims::read(&token).map_err(|error| error.to_string())?.expires_at();
///             let id = KeyId::security_token(token.expose()).map_err(|error| error.to_string())?;
///             Ok(Snapshot::new(SigningKey::new(id, key), ends))
///         })
///     }
/// }
/// # async fn ask() -> Result<(Secret, PrivateKey), String> { Err("no vault".to_owned()) }
///
/// let cache = TokenCache::new(Vault, SystemTime::now);
/// # let sign = async |request: &mut http::Request<()>, body: oci_auth::BodyDigest| {
/// let snapshot = cache.snapshot().await?;
/// snapshot.sign(request, &body, SystemTime::now()).map_err(|error| error.to_string())?;
/// // If the answer is a 401, once:
/// let snapshot = cache.refresh_after(&snapshot).await?;
/// # Ok::<(), String>(())
/// # };
/// ```
pub struct TokenCache<P: TokenProvider> {
    provider: P,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    state: Mutex<State<P::Error>>,
}

struct State<E> {
    held: Option<Held>,
    flight: Option<Arc<Flight<E>>>,
    failure: Option<Failure<E>>,
}

/// The token that is served.
struct Held {
    snapshot: Snapshot,
    /// From when on the next one is fetched; `None` for one without an end.
    refresh_at: Option<SystemTime>,
    /// From when on it is not served.
    ends_at: Option<SystemTime>,
}

impl Held {
    fn new(snapshot: Snapshot, now: SystemTime) -> Self {
        if snapshot.expires_at().is_some_and(|end| end <= now) {
            // It tells of a clock that is wrong. Asking again at once would bring the same.
            let pause = now.checked_add(LONGEST_PAUSE);
            return Self { snapshot, refresh_at: pause, ends_at: pause };
        }
        let (refresh_at, ends_at) = (refresh_at(&snapshot, now), snapshot.expires_at());
        Self { snapshot, refresh_at, ends_at }
    }

    fn is_valid(&self, now: SystemTime) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// What went wrong last.
struct Failure<E> {
    error: E,
    at: SystemTime,
    /// How many in a row.
    count: u32,
}

/// What is to be done for a caller.
enum Step<'c, P: TokenProvider> {
    Serve(Snapshot),
    Refuse(P::Error),
    Wait(Waiting<'c, P>),
}

impl<P: TokenProvider> TokenCache<P> {
    /// A cache that is empty. Nothing is fetched before a caller asks.
    pub fn new(provider: P, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        let state = State { held: None, flight: None, failure: None };
        Self { provider, clock: Box::new(clock), state: Mutex::new(state) }
    }

    /// The token to sign with now. It can be dropped at any time without harm to other callers.
    ///
    /// # Errors
    /// That of the provider, if there is no valid token.
    pub async fn snapshot(&self) -> Result<Snapshot, P::Error> {
        match self.step() {
            Step::Serve(snapshot) => Ok(snapshot),
            Step::Refuse(error) => Err(error),
            Step::Wait(waiting) => {
                waiting.await.or_else(|error| self.lock().valid((self.clock)()).ok_or(error))
            }
        }
    }

    /// Another token than the one that the service refused.
    ///
    /// However many requests one token signed, it is fetched once; who comes later gets what was fetched.
    ///
    /// # Errors
    /// That of the provider. The refused token is kept, since a 401 may have other reasons.
    pub async fn refresh_after(&self, refused: &Snapshot) -> Result<Snapshot, P::Error> {
        match self.step_after(refused) {
            Step::Serve(snapshot) => Ok(snapshot),
            Step::Refuse(error) => Err(error),
            Step::Wait(waiting) => waiting.await,
        }
    }

    /// The token that is at hand, if it has not ended. Nothing is fetched.
    #[cfg(all(feature = "ring", feature = "system"))]
    pub(crate) fn held(&self) -> Option<Snapshot> {
        self.lock().valid((self.clock)())
    }

    /// Serves a token that came from elsewhere. A fetch that is under way goes on, and what it brings is served then.
    #[cfg(all(feature = "ring", feature = "system"))]
    pub(crate) fn adopt(&self, snapshot: Snapshot) {
        let now = (self.clock)();
        let mut state = self.lock();
        state.held = Some(Held::new(snapshot, now));
        state.failure = None;
    }

    fn step(&self) -> Step<'_, P> {
        let now = (self.clock)();
        let mut state = self.lock();
        let is_busy = state.flight.is_some() || state.failure(now).is_some();
        match state.valid(now) {
            Some(snapshot) if is_busy || !state.is_due(now) => Step::Serve(snapshot),
            _ => self.fetch(&mut state, now),
        }
    }

    fn step_after(&self, refused: &Snapshot) -> Step<'_, P> {
        let now = (self.clock)();
        let mut state = self.lock();
        match state.valid(now).filter(|held| !held.is_same_as(refused)) {
            Some(other) => Step::Serve(other),
            None => self.fetch(&mut state, now),
        }
    }

    /// Takes part in the fetch that is under way, or begins one, unless it is too soon after the last.
    fn fetch(&self, state: &mut State<P::Error>, now: SystemTime) -> Step<'_, P> {
        if state.flight.is_none()
            && let Some(failure) = state.failure(now)
        {
            return Step::Refuse(failure.error.clone());
        }
        let flight =
            state.flight.get_or_insert_with(|| Arc::new(Flight::new(self.provider.fetch())));
        Step::Wait(Waiting::new(self, Arc::clone(flight)))
    }

    /// Takes over what a flight brought. It ends for those who come now; those who wait read its outcome.
    fn land(&self, outcome: &Result<Snapshot, P::Error>) {
        let now = (self.clock)();
        let mut state = self.lock();
        state.flight = None;
        match outcome {
            Ok(snapshot) => {
                state.held = Some(Held::new(snapshot.clone(), now));
                state.failure = None;
            }
            Err(error) => {
                let count = state.failure.as_ref().map_or(0, |failure| failure.count);
                let count = count.saturating_add(1);
                state.failure = Some(Failure { error: error.clone(), at: now, count });
            }
        }
    }

    /// Gives a flight up that nobody waits for.
    fn give_up(&self, flight: &Arc<Flight<P::Error>>) {
        let mut state = self.lock();
        // Somebody may have joined in the meantime, with this lock held.
        if flight.is_alone() {
            state.flight.take_if(|current| Arc::ptr_eq(current, flight));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<P::Error>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> State<E> {
    fn valid(&self, now: SystemTime) -> Option<Snapshot> {
        self.held.as_ref().filter(|held| held.is_valid(now)).map(|held| held.snapshot.clone())
    }

    fn is_due(&self, now: SystemTime) -> bool {
        let refresh_at = self.held.as_ref().and_then(|held| held.refresh_at);
        refresh_at.is_some_and(|at| at <= now)
    }

    /// The last failure, if it is too recent to try again.
    fn failure(&self, now: SystemTime) -> Option<&Failure<E>> {
        self.failure.as_ref().filter(|failure| {
            let exponent = failure.count.saturating_sub(1).min(5);
            let pause = FIRST_PAUSE.saturating_mul(1 << exponent).min(LONGEST_PAUSE);
            // A clock that was set back must not make the pause longer.
            now.duration_since(failure.at).is_ok_and(|elapsed| elapsed < pause)
        })
    }
}

/// Shows the token that is served, redacted, and not the provider, which may hold secrets.
impl<P: TokenProvider> fmt::Debug for TokenCache<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.lock().held.as_ref().map(|held| held.snapshot.clone());
        f.debug_struct("TokenCache").field("snapshot", &held).finish_non_exhaustive()
    }
}

/// Five minutes before the end, or half of the life of a shorter token, and up to a fifth of that later: programs that were
/// started together do not ask together. The fraction comes from the token, which is another one for each of them.
fn refresh_at(snapshot: &Snapshot, now: SystemTime) -> Option<SystemTime> {
    let end = snapshot.expires_at()?;
    let life = end.duration_since(now).unwrap_or_default();
    let window = (life / 2).min(LONGEST_WINDOW);
    let text = snapshot.key().map_or("", |key| key.id().as_str());
    let fraction = text
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)) % 1000);
    end.checked_sub(window - window / 5 * fraction / 1000)
}

/// As the official Go SDK does; that for Python waits until the last minute.
const LONGEST_WINDOW: Duration = Duration::from_secs(300);

/// The pauses of the official SDKs between attempts at the authentication service.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
