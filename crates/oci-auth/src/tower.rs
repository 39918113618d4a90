//! Signing as a layer of `tower`: each request is signed on its way to the service that sends it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use http::Request;
use pin_project::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::digest::BodyDigest;
use crate::sign_error::SignError;
use crate::signer::Signer;

/// Wraps services so that what they send is signed.
///
/// The layer signs and does nothing else: it does not retry, buffer, time out or look at answers. It belongs below layers that
/// send a request again, because the service refuses a date that is more than five minutes old; and nothing below it may change
/// the method, the URL, the body or a header that is signed.
///
/// Where the signer's token is fetched ([`Signer::tokens`]), the service is ready when the token is. A token that could not be
/// fetched fails the next call and not the service.
///
/// Bodies are bytes in memory ([`SignLayer::new`]), or whatever the caller can digest ([`SignLayer::with_digest`]).
///
/// ```
/// use oci_auth::{KeyId, PrivateKey, SignLayer, Signer, SigningKey};
/// use tower_layer::Layer as _;
///
/// # let pem = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
/// let id = KeyId::api_key("ocid1.tenancy.oc1..aaaa", "ocid1.user.oc1..bbbb", "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f")?;
/// let layer = SignLayer::new(Signer::new(SigningKey::new(id, PrivateKey::from_pem(pem, None)?)));
/// # struct Client;
/// let client = layer.layer(Client);
/// # drop(client);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SignLayer<D = DigestBytes> {
    signer: Signer,
    digest: D,
}

impl SignLayer {
    /// Signs requests whose bodies are bytes in memory: `Vec<u8>`, `String`, `Bytes` and the like.
    ///
    /// A client that wants another type of body, such as `Full<Bytes>`, gets it from a layer below that maps the request.
    #[must_use]
    pub fn new(signer: Signer) -> Self {
        Self { signer, digest: DigestBytes }
    }
}

impl<D> SignLayer<D> {
    /// Signs requests with any body whose digest `digest` knows, for instance from an extension of the request or from having
    /// read the file before; it may also answer [`BodyDigest::excluded`] for the operations that allow it.
    ///
    /// ```
    /// # use oci_auth::{BodyDigest, SignLayer, Signer};
    /// # fn stream<B>(signer: Signer) -> impl Clone {
    /// // Whoever makes the request knows the operation, and says in an extension what to sign of the body.
    /// SignLayer::with_digest(signer, |request: &http::Request<B>| {
    ///     request.extensions().get::<BodyDigest>().copied().unwrap_or(BodyDigest::EMPTY)
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn with_digest(signer: Signer, digest: D) -> Self {
        Self { signer, digest }
    }
}

impl<S, D: Clone> Layer<S> for SignLayer<D> {
    type Service = SignService<S, D>;

    fn layer(&self, inner: S) -> Self::Service {
        let (signer, digest) = (self.signer.clone(), self.digest.clone());
        SignService { inner, signer, digest, token: Awaited::default() }
    }
}

/// A service whose requests are signed before `inner` gets them. Made by [`SignLayer`].
#[derive(Clone, Debug)]
pub struct SignService<S, D = DigestBytes> {
    inner: S,
    signer: Signer,
    digest: D,
    token: Awaited,
}

impl<S, D, B> Service<Request<B>> for SignService<S, D>
where
    S: Service<Request<B>>,
    D: DigestBody<B>,
{
    type Response = S::Response;
    type Error = SignLayerError<S::Error>;
    type Future = SignFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        match self.token.poll(&self.signer, cx) {
            Poll::Ready(()) => self.inner.poll_ready(cx).map_err(SignLayerError::Service),
            Poll::Pending => Poll::Pending,
        }
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(error) = self.token.failure.take() {
            return SignFuture(State::Refused(error));
        }
        let digest = self.digest.digest(&request);
        SignFuture(match self.signer.sign_digest(&mut request, &digest) {
            Ok(()) => State::Sent(self.inner.call(request)),
            Err(error) => State::Refused(error),
        })
    }
}

/// The wait for the signer's token, and how it ended. A clone of a service waits for itself.
#[derive(Default)]
struct Awaited {
    /// Nobody locks it: the service stays `Sync`, whose future is not.
    waiting: Mutex<Option<Waiting>>,
    failure: Option<SignError>,
}

type Waiting = Pin<Box<dyn Future<Output = Option<SignError>> + Send>>;

impl Awaited {
    fn poll(&mut self, signer: &Signer, cx: &mut Context<'_>) -> Poll<()> {
        if !signer.waits() {
            return Poll::Ready(());
        }
        let waiting = self.waiting.get_mut().unwrap_or_else(PoisonError::into_inner);
        let wait = waiting.get_or_insert_with(|| {
            let signer = signer.clone();
            Box::pin(async move { signer.ready().await.err() })
        });
        match wait.as_mut().poll(cx) {
            Poll::Ready(failure) => {
                *waiting = None;
                self.failure = failure;
                Poll::Ready(())
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Clone for Awaited {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Awaited").field("failure", &self.failure).finish_non_exhaustive()
    }
}

/// The answer to come. Dropping it drops the call of the inner service.
#[pin_project]
#[derive(Debug)]
pub struct SignFuture<F>(#[pin] State<F>);

#[pin_project(project = StateProjection)]
#[derive(Debug)]
enum State<F> {
    Refused(SignError),
    Sent(#[pin] F),
}

impl<F, T, E> Future for SignFuture<F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, SignLayerError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().0.project() {
            StateProjection::Sent(answer) => answer.poll(cx).map_err(SignLayerError::Service),
            StateProjection::Refused(error) => {
                Poll::Ready(Err(SignLayerError::Sign(error.clone())))
            }
        }
    }
}

/// What to sign of a request's body. It is implemented by [`DigestBytes`] and by functions of the request.
pub trait DigestBody<B> {
    /// The digest to sign.
    fn digest(&self, request: &Request<B>) -> BodyDigest;
}

/// Digests bodies that are bytes in memory.
#[derive(Clone, Copy, Debug)]
pub struct DigestBytes;

impl<B: AsRef<[u8]>> DigestBody<B> for DigestBytes {
    fn digest(&self, request: &Request<B>) -> BodyDigest {
        BodyDigest::of(request.body().as_ref())
    }
}

impl<F, B> DigestBody<B> for F
where
    F: Fn(&Request<B>) -> BodyDigest,
{
    fn digest(&self, request: &Request<B>) -> BodyDigest {
        self(request)
    }
}

/// A request that was not answered.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignLayerError<E> {
    /// It could not be signed, and was not sent.
    #[error("the request was not sent")]
    Sign(#[source] SignError),
    /// The inner service failed.
    #[error("the signed request failed")]
    Service(#[source] E),
}
