//! The signer that a program holds: who signs, the clock, and requests of the `http` crate.

mod tokens;

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use http::Request;

use crate::cache::{TokenCache, TokenProvider};
use crate::digest::BodyDigest;
use crate::key::SigningKey;
use crate::network::Network;
use crate::provider::RefreshedSession;
use crate::resource_principal::ResourcePrincipal;
use crate::secret::Secret;
use crate::session::{Session, SessionFiles};
use crate::sign_error::SignError;
use crate::snapshot::Snapshot;
use tokens::Tokens;

/// Signs requests with one identity. Clones are cheap and share the key, which is parsed once.
///
/// ```no_run
/// use oci_auth::{Credentials, Env};
///
/// let credentials = Credentials::from_env(&Env::process(), &Default::default())?;
/// let signer = credentials.into_signer()?;
/// let mut request = http::Request::get("https://objectstorage.us-chicago-1.oraclecloud.com/n").body("")?;
/// signer.sign(&mut request)?;
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Signer(Source);

#[derive(Clone, Debug)]
enum Source {
    /// What never changes.
    Fixed(Snapshot),
    /// Files or variables of the platform, of which it writes the files anew.
    Resource(Arc<ResourcePrincipal>),
    /// The same, with tokens that are also refreshed.
    Refreshed(Arc<RefreshedSession>),
    /// Files that the command line writes anew.
    Session(Arc<Session>),
    /// Tokens that are fetched.
    Tokens(Arc<dyn Tokens>),
}

impl Signer {
    /// A signer with this key.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self(Source::Fixed(Snapshot::new(key, None)))
    }

    /// Authenticates by an API key of the Generative AI service, which is sent as a bearer token. Nothing is signed then, and a
    /// request is never both signed and sent with such a key.
    ///
    /// # Errors
    /// [`SignError::HeaderText`] if the key is empty or holds anything but visible ASCII.
    pub fn bearer(api_key: &Secret) -> Result<Self, SignError> {
        Ok(Self(Source::Fixed(Snapshot::bearer(api_key)?)))
    }

    /// Signs with the token and the key of a session, such as `oci session authenticate` begins.
    ///
    /// The files are read when the first request is signed, and again when one of them has changed, so that a session that is
    /// refreshed or begun anew elsewhere goes on here.
    #[must_use]
    pub fn session(files: SessionFiles) -> Self {
        Self(Source::Session(Arc::new(Session::new(files))))
    }

    /// The same, and refreshes the session at the authentication service before its token ends, for the 24 hours that the service
    /// allows. `endpoint` is that of its region ([`EndpointTemplate::AUTH`](crate::EndpointTemplate::AUTH)). New tokens are kept
    /// in memory, unless [`SessionFiles::write_back`] asks for more; one that somebody else puts into the file wins.
    ///
    /// Whoever sends requests awaits [`ready`](Self::ready) before each, which is when it is refreshed.
    #[must_use]
    pub fn refreshed_session(
        files: SessionFiles,
        network: &Network,
        endpoint: impl Into<String>,
    ) -> Self {
        Self::of_refreshed(Arc::new(Session::new(files)), network, endpoint.into())
    }

    pub(crate) fn of_refreshed(session: Arc<Session>, network: &Network, endpoint: String) -> Self {
        let session = RefreshedSession::new(session, network.clone(), endpoint);
        Self(Source::Refreshed(Arc::new(session)))
    }

    /// Signs with tokens that a provider fetches, such as one of your own.
    ///
    /// Whoever sends requests awaits [`ready`](Self::ready) before each, as the clients of this workspace and `SignLayer` do. What signs without
    /// waiting ([`sign`](Self::sign), [`snapshot`](Self::snapshot)) uses the token that is at hand, and fails if
    /// there is none or it has ended.
    #[must_use]
    pub fn tokens<P>(cache: TokenCache<P>) -> Self
    where
        P: TokenProvider + 'static,
        P::Error: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        Self(Source::Tokens(Arc::new(cache)))
    }

    pub(crate) fn of_resource(principal: Arc<ResourcePrincipal>) -> Self {
        Self(Source::Resource(principal))
    }

    pub(crate) fn of_session(session: Arc<Session>) -> Self {
        Self(Source::Session(session))
    }

    /// Whether an API key of the Generative AI service is sent, and nothing is signed.
    #[must_use]
    pub fn is_bearer(&self) -> bool {
        matches!(&self.0, Source::Fixed(snapshot) if snapshot.key().is_none())
    }

    /// Whether a token is fetched, so that [`ready`](Self::ready) may wait.
    #[cfg(feature = "tower")]
    pub(crate) fn waits(&self) -> bool {
        matches!(self.0, Source::Tokens(_) | Source::Refreshed(_))
    }

    /// What to sign the next request with. It waits only where a token is fetched, and for one fetch together with all others
    /// who do; [`TokenCache`] says when that is. It can be dropped at any time without harm to them.
    ///
    /// ```
    /// # async fn send(signer: &oci_auth::Signer, mut request: http::Request<&str>) -> Result<(), oci_auth::SignError> {
    /// use std::time::SystemTime;
    ///
    /// use oci_auth::BodyDigest;
    ///
    /// let digest = BodyDigest::of(request.body().as_bytes());
    /// let identity = signer.ready().await?;
    /// identity.sign(&mut request, &digest, SystemTime::now())?;
    /// # let is_refused = |_: &http::Request<&str>| true;
    /// // Sent, and answered with 401:
    /// if is_refused(&request) && let Some(other) = signer.refresh_after(&identity).await? {
    ///     other.sign(&mut request, &digest, SystemTime::now())?;
    ///     // Sent once more, and not again if it is refused again.
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`SignError::Fetch`] if no token could be fetched, else as for [`snapshot`](Self::snapshot).
    pub async fn ready(&self) -> Result<Snapshot, SignError> {
        match &self.0 {
            Source::Refreshed(session) => session.ready().await,
            Source::Tokens(tokens) => tokens.ready().await.map_err(SignError::Fetch),
            Source::Fixed(_) | Source::Resource(_) | Source::Session(_) => self.snapshot(),
        }
    }

    /// What requests are signed with at present, without waiting for anything but files.
    ///
    /// # Errors
    /// [`SignError::NotReady`] if a token has to be fetched first, which [`ready`](Self::ready) does;
    /// [`SignError::Session`] or [`SignError::ResourcePrincipal`] if the files of one cannot be used.
    pub fn snapshot(&self) -> Result<Snapshot, SignError> {
        match &self.0 {
            Source::Fixed(snapshot) => Ok(snapshot.clone()),
            Source::Resource(principal) => Ok(principal.current(SystemTime::now())?),
            Source::Refreshed(session) => session.held(),
            Source::Session(session) => Ok(session.current(SystemTime::now())?),
            Source::Tokens(tokens) => tokens.held().ok_or(SignError::NotReady),
        }
    }

    /// What to sign with after a request that `refused` signed was answered with 401; `None` if there is nothing else, so that
    /// sending the request again is in vain.
    ///
    /// The files of a session or of a resource principal are read again whatever their dates say, unless another request has had another token read.
    /// A token that is fetched is fetched once for all whom one token was refused.
    ///
    /// # Errors
    /// As for [`ready`](Self::ready).
    pub async fn refresh_after(&self, refused: &Snapshot) -> Result<Option<Snapshot>, SignError> {
        match &self.0 {
            Source::Fixed(_) => Ok(None),
            Source::Resource(principal) => Ok(principal.refresh_after(refused, SystemTime::now())?),
            Source::Refreshed(session) => session.refresh_after(refused).await,
            Source::Session(session) => Ok(session.refresh_after(refused, SystemTime::now())?),
            Source::Tokens(tokens) => {
                let found = tokens.refresh_after(refused).await.map_err(SignError::Fetch)?;
                Ok(Some(found).filter(|found| !found.is_same_as(refused)))
            }
        }
    }

    /// Signs a request whose body is in memory, at the time of the system's clock.
    ///
    /// A request that was signed before is signed afresh: its old date, digest and signature are replaced.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign<B: AsRef<[u8]>>(&self, request: &mut Request<B>) -> Result<(), SignError> {
        let digest = BodyDigest::of(request.body().as_ref());
        self.sign_digest(request, &digest)
    }

    /// Signs a request whose body was digested elsewhere, or is left out of the signature.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign_digest<B>(
        &self,
        request: &mut Request<B>,
        body: &BodyDigest,
    ) -> Result<(), SignError> {
        match &self.0 {
            Source::Fixed(snapshot) => snapshot.sign(request, body, SystemTime::now()),
            _ => self.snapshot()?.sign(request, body, SystemTime::now()),
        }
    }

    /// Signs the call that exchanges a certificate for a token at the authentication service, whose form leaves the host
    /// unsigned.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign_federation<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
    ) -> Result<(), SignError> {
        let digest = BodyDigest::of(request.body().as_ref());
        self.snapshot()?.sign_federation(request, &digest, SystemTime::now())
    }
}
