//! The one seam between the providers of tokens and the network.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};

/// Sends a request that is complete, and returns the whole answer whatever its status.
///
/// `HyperClient` (feature `http`) is one. Another can stand in for it: any HTTP client whose requests are those of the `http`
/// crate, or a function of a test.
///
/// It must send method, URL, headers and body as they are, because most of these requests are signed. It must not follow
/// redirects and need not retry: the providers do, with a signature made anew. It must end by itself, with an error after a
/// minute or so, and bound what it reads.
///
/// ```
/// use oci_auth::{HttpClient, HttpError, Sending};
///
/// /// Refuses to send anything.
/// struct Offline;
///
/// impl HttpClient for Offline {
///     fn send(&self, _: http::Request<Vec<u8>>) -> Sending {
///         Box::pin(async { Err(HttpError::connecting("there is no network here")) })
///     }
/// }
/// ```
pub trait HttpClient: Send + Sync {
    /// Sends one request. Dropping the future cancels it.
    fn send(&self, request: Request<Vec<u8>>) -> Sending;
}

/// An answer to come.
pub type Sending = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, HttpError>> + Send>>;

impl<F> HttpClient for F
where
    F: Fn(Request<Vec<u8>>) -> Sending + Send + Sync,
{
    fn send(&self, request: Request<Vec<u8>>) -> Sending {
        self(request)
    }
}

/// A request that got no answer.
#[derive(Clone)]
pub struct HttpError {
    is_connecting: bool,
    source: Arc<dyn Error + Send + Sync>,
}

impl HttpError {
    /// No connection was made: nothing was sent.
    pub fn connecting(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { is_connecting: true, source: Arc::from(source.into()) }
    }

    /// The connection broke after it was made, or nothing came in time.
    pub fn sending(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { is_connecting: false, source: Arc::from(source.into()) }
    }

    /// Whether no connection was made.
    #[must_use]
    pub fn is_connecting(&self) -> bool {
        self.is_connecting
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("is_connecting", &self.is_connecting)
            .field("source", &self.source)
            .finish()
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_connecting { "no connection was made" } else { "no answer came" })
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
