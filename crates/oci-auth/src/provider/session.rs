//! Sessions that are refreshed at the authentication service before they end, and followed when their files change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use http::{Request, Response};

use super::{ProviderError, snapshot};
use crate::cache::{Fetch, TokenCache, TokenProvider};
use crate::drive::{Exchange, Patience};
use crate::exchange::Issuer;
use crate::network::Network;
use crate::secret::Secret;
use crate::session::Session;
use crate::session_error::SessionError;
use crate::session_refresh::{SessionRefresh, SessionRefreshError};
use crate::sign_error::SignError;
use crate::snapshot::Snapshot;

/// A session in use: what its files hold, and what has come of it since.
#[derive(Debug)]
pub(crate) struct RefreshedSession {
    session: Arc<Session>,
    cache: TokenCache<Refresher>,
    line: Arc<Line>,
    network: Network,
}

/// The tokens of one session, each the refreshment of the one before.
#[derive(Debug, Default)]
struct Line(Mutex<Tokens>);

#[derive(Debug, Default)]
struct Tokens {
    /// What the files held last. Another token there begins another line.
    file: Option<Snapshot>,
    /// The newest.
    newest: Option<Snapshot>,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RefreshedSession {
    /// `endpoint` is that of the authentication service.
    pub(crate) fn new(session: Arc<Session>, network: Network, endpoint: String) -> Self {
        let line = Arc::<Line>::default();
        let refresher = Refresher {
            network: network.clone(),
            endpoint,
            line: Arc::clone(&line),
            session: Arc::clone(&session),
        };
        let clock = Arc::clone(&network.clock);
        let cache = TokenCache::new(refresher, move || clock.now());
        Self { session, cache, line, network }
    }

    /// The token that is at hand, if it has not ended.
    pub(crate) fn held(&self) -> Result<Snapshot, SignError> {
        let trouble = self.follow().err();
        self.cache.held().ok_or_else(|| trouble.map_or(SignError::NotReady, SignError::from))
    }

    /// The token to sign with now.
    pub(crate) async fn ready(&self) -> Result<Snapshot, SignError> {
        // Files that cannot be used do no harm while there is a token of before.
        match (self.follow(), self.cache.held()) {
            (Err(trouble), None) => Err(trouble.into()),
            _ => self.cache.snapshot().await.map_err(fetch_error),
        }
    }

    /// Another token than the one that was refused: that of the files if it is new, else one that is asked for.
    pub(crate) async fn refresh_after(
        &self,
        refused: &Snapshot,
    ) -> Result<Option<Snapshot>, SignError> {
        if let Ok(Some(found)) = self.session.refresh_after(refused, self.network.clock.now()) {
            self.take_up(&mut self.line.lock(), found);
        }
        let found = self.cache.refresh_after(refused).await.map_err(fetch_error)?;
        Ok(Some(found).filter(|found| !found.is_same_as(refused)))
    }

    /// Takes up what stands in the files, if they have changed.
    fn follow(&self) -> Result<(), SessionError> {
        // Read under the lock, or an older token could be met after a newer one was written.
        let mut tokens = self.line.lock();
        if tokens.file.is_some() && self.session.is_unchanged() {
            return Ok(());
        }
        let found = self.session.current(self.network.clock.now())?;
        self.take_up(&mut tokens, found);
        Ok(())
    }

    fn take_up(&self, tokens: &mut Tokens, found: Snapshot) {
        let is_known =
            |known: &Option<Snapshot>| known.as_ref().is_some_and(|known| known.is_same_as(&found));
        if !is_known(&tokens.file) && !is_known(&tokens.newest) {
            tokens.file = Some(found.clone());
            tokens.newest = Some(found.clone());
            self.cache.adopt(found);
        }
    }
}

fn fetch_error(error: ProviderError) -> SignError {
    SignError::Fetch(crate::FetchError::new(error))
}

/// Asks for a token that ends later than the newest.
#[derive(Clone, Debug)]
struct Refresher {
    network: Network,
    endpoint: String,
    line: Arc<Line>,
    session: Arc<Session>,
}

impl TokenProvider for Refresher {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let this = self.clone();
        Box::pin(async move {
            let newest = this.line.lock().newest.clone().ok_or(ProviderError::NotToken)?;
            let exchange = SessionRefresh::new(&this.endpoint, &newest)?;
            let network = &this.network;
            let token =
                network.drive(&*network.service, &exchange, Patience::AUTHENTICATION).await?;
            let key = newest.key().map(|key| key.key.share()).ok_or(ProviderError::NotToken)?;
            let found = snapshot(&token, key, None)?;
            Ok(this.keep(&newest, found, &token))
        })
    }
}

impl Refresher {
    /// Puts a token into the old one's place and returns the one to use: if another session was begun in the files meanwhile,
    /// that one's.
    fn keep(&self, old: &Snapshot, new: Snapshot, token: &Secret) -> Snapshot {
        let mut tokens = self.line.lock();
        match &tokens.newest {
            Some(newest) if !newest.is_same_as(old) => return newest.clone(),
            _ => tokens.newest = Some(new.clone()),
        }
        // A token that cannot be written is good all the same; the next one is written again.
        if self.session.files().writes_back() && self.session.files().write_token(token).is_ok() {
            tokens.file = Some(new.clone());
        }
        new
    }
}

impl Exchange for SessionRefresh {
    type Output = Secret;
    type Error = SessionRefreshError;

    fn issuer(&self) -> Issuer {
        Issuer::Authentication
    }

    fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        Self::next_request(self, now)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Secret, SessionRefreshError> {
        Self::handle_response(self, response, now)
    }
}

#[cfg(test)]
mod tests;
