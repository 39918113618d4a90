//! What is signed: the lines of the signing string, in the order of the official Python SDK.
//!
//! The scheme is draft-cavage-http-signatures-08 as Oracle's "Request Signatures" page describes it. The order of the lines is
//! free for the service; this one makes our signatures comparable with those of the official Python and Go SDKs, byte for byte.

use http::header::{HeaderMap, HeaderName};
use http::{Method, Request, Uri};

use crate::sign_error::SignError;

/// The parts of a request that are signed, exactly as they go on the wire.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) host: &'a str,
    pub(crate) path_and_query: &'a str,
    pub(crate) headers: &'a HeaderMap,
}

impl<'a> RequestParts<'a> {
    /// Parts given one by one: `host` is the value of the `Host` header, with the port if that header has one, and
    /// `path_and_query` the request target, percent-encoded as it is sent. An empty path is signed as `/`.
    #[must_use]
    pub fn new(
        method: &'a Method,
        host: &'a str,
        path_and_query: &'a str,
        headers: &'a HeaderMap,
    ) -> Self {
        Self { method, host, path_and_query, headers }
    }

    /// The parts of a request whose URI is absolute, as an HTTP client sends them.
    ///
    /// The host is the URI's authority without the default port of its scheme, which is what clients put into `Host`.
    ///
    /// # Errors
    /// [`SignError::Url`] for a URI without a host, with user information, in asterisk form, or whose authority differs from
    /// a `Host` header that is already set: such a request would not go on the wire as it was signed.
    pub fn of<B>(request: &'a Request<B>) -> Result<Self, SignError> {
        let uri = request.uri();
        let host = host_on_the_wire(uri)?;
        let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        if target == "*" {
            return Err(SignError::Url("the asterisk form cannot be signed"));
        }
        if let Some(preset) = single(request.headers(), &http::header::HOST)?
            && !preset.eq_ignore_ascii_case(host)
        {
            return Err(SignError::Url("its authority differs from the Host header that is set"));
        }
        Ok(Self {
            method: request.method(),
            host,
            path_and_query: target,
            headers: request.headers(),
        })
    }

    /// Whether the headers that describe the body are signed: for POST, PUT and PATCH, also when the body is empty.
    pub(crate) fn signs_body(&self) -> Result<bool, SignError> {
        match *self.method {
            Method::POST | Method::PUT | Method::PATCH => Ok(true),
            Method::GET | Method::HEAD | Method::DELETE => Ok(false),
            _ => Err(SignError::Method(self.method.clone())),
        }
    }
}

fn host_on_the_wire(uri: &Uri) -> Result<&str, SignError> {
    let authority = uri.authority().ok_or(SignError::Url("it has no host"))?;
    // `host:80` alone is the authority form of CONNECT, which no client sends for another method.
    if uri.scheme().is_none() {
        return Err(SignError::Url("it has no scheme"));
    }
    if authority.as_str().contains('@') {
        return Err(SignError::Url("user information in a URL is never sent"));
    }
    if authority.host().is_empty() {
        return Err(SignError::Url("it has no host"));
    }
    let default_port = match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    };
    match authority.port_u16() {
        Some(port) if Some(port) != default_port => Ok(authority.as_str()),
        _ => Ok(authority.host()),
    }
}

/// The one value of a header; `None` if the header is absent.
pub(crate) fn single<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h str>, SignError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(SignError::DuplicateHeader(name.clone()));
    }
    value.to_str().map(Some).map_err(|_| SignError::HeaderText(name.clone()))
}

/// The signing string and the list of what it covers, grown line by line.
pub(crate) struct SigningString {
    pub(crate) text: String,
    pub(crate) names: String,
}

impl SigningString {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), names: String::with_capacity(96) }
    }

    pub(crate) fn request_target(&mut self, method: &Method, path_and_query: &str) {
        self.begin("(request-target)");
        self.text.extend(method.as_str().chars().map(|letter| letter.to_ascii_lowercase()));
        self.text.push(' ');
        // `http://host?query` and `http://host` have an empty path, which clients send as `/`.
        if !path_and_query.starts_with('/') {
            self.text.push('/');
        }
        self.text.push_str(path_and_query);
    }

    pub(crate) fn header(&mut self, name: &HeaderName, value: &str) {
        self.begin(name.as_str());
        self.text.push_str(value);
    }

    /// Lines are joined by one line feed, without one at the end.
    fn begin(&mut self, name: &str) {
        if !self.names.is_empty() {
            self.text.push('\n');
            self.names.push(' ');
        }
        self.names.push_str(name);
        self.text.push_str(name);
        self.text.push_str(": ");
    }
}
