//! A proxy between here and the service.

use std::fmt;

use http::Uri;
use http::header::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;

use crate::endpoint::{Endpoint, PlainHttp};

/// An HTTP proxy that opens tunnels (`CONNECT`), and the hosts that are reached without it.
///
/// The proxy carries encrypted bytes: it sees the host of the service, and neither signature nor prompt. It is used for https
/// endpoints only, never for this machine.
///
/// ```
/// use oci_transport::Proxy;
///
/// let proxy = Proxy::new("http://proxy.example:3128", Some("localhost,.internal.example"))?;
/// assert_eq!(format!("{proxy:?}"), "Proxy(http://proxy.example:3128)");
/// assert!(Proxy::new("socks5://proxy.example", None).is_err());
/// # Ok::<(), oci_transport::ProxyError>(())
/// ```
#[derive(Clone)]
pub struct Proxy {
    url: Uri,
    matcher: std::sync::Arc<Matcher>,
}

impl Proxy {
    /// Reads `http://[user:password@]host[:port]`, or `host:port`, and the list of `NO_PROXY`: host names with their subdomains,
    /// addresses and networks (`10.0.0.0/8`) divided by commas, or `*` for all.
    ///
    /// # Errors
    /// [`ProxyError`] for anything else, a proxy that is itself spoken to over TLS or SOCKS included. It does not show the value,
    /// which may hold a password.
    pub fn new(url: &str, no_proxy: Option<&str>) -> Result<Self, ProxyError> {
        let with_scheme =
            if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let uri: Uri = with_scheme.parse().map_err(|_| ProxyError { reason: "it is not a URL" })?;
        if uri.scheme_str() != Some("http") {
            return Err(ProxyError { reason: "its scheme is not http" });
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(ProxyError { reason: "it has no host" });
        }
        let matcher =
            Matcher::builder().https(with_scheme).no(no_proxy.unwrap_or_default()).build();
        Ok(Self { url: uri, matcher: std::sync::Arc::new(matcher) })
    }

    /// The tunnel to use for an endpoint: the proxy's address and what it wants to be told about who asks.
    pub(crate) fn tunnel(&self, endpoint: &Endpoint) -> Option<(Uri, Option<HeaderValue>)> {
        if endpoint.plain_http() != PlainHttp::Never || endpoint.is_this_machine() {
            return None;
        }
        self.hop(&endpoint.url(http::uri::PathAndQuery::from_static("/")))
    }

    /// The way to an https address, for another client than this crate's that should take it: the address of the proxy, and what
    /// the proxy wants to be told about who asks. `None` if the address is reached without it.
    #[must_use]
    pub fn hop(&self, target: &Uri) -> Option<(Uri, Option<HeaderValue>)> {
        let intercept = self.matcher.intercept(target)?;
        Some((intercept.uri().clone(), intercept.basic_auth().cloned()))
    }
}

/// Without user and password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        write!(f, "Proxy(http://{}{port})", self.url.host().unwrap_or_default())
    }
}

/// Text that names no proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a proxy such as http://proxy.example:3128: {reason}")]
pub struct ProxyError {
    reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::parse(url).unwrap()
    }

    #[test]
    fn debug_and_errors_show_no_password() {
        let proxy = Proxy::new("http://ada:hunter2@proxy.example:3128", None).unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(http://proxy.example:3128)");
        for wrong in
            ["https://ada:hunter2@p", "socks5://ada:hunter2@p", "http://ada:hunter2@", "http://a b"]
        {
            let error = Proxy::new(wrong, None).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn user_and_password_are_sent_to_the_proxy() {
        let proxy = Proxy::new("http://ada:hunter2@proxy.example:3128", None).unwrap();
        let (url, auth) = proxy.tunnel(&endpoint("https://h.example")).unwrap();
        assert_eq!(url.authority().unwrap().port_u16(), Some(3128));
        assert_eq!(auth.unwrap(), "Basic YWRhOmh1bnRlcjI=");
    }

    #[track_caller]
    fn check(no_proxy: &str, host: &str, tunnelled: bool) {
        let proxy = Proxy::new("proxy.example:3128", Some(no_proxy)).unwrap();
        let found = proxy.tunnel(&endpoint(&format!("https://{host}"))).is_some();
        assert_eq!(found, tunnelled, "{no_proxy:?} {host}");
    }

    #[test]
    fn hosts_of_the_list_are_reached_without_it() {
        check("", "h.example", true);
        check("h.example", "h.example", false);
        check("example", "h.example", false);
        check(".h.example, other.example", "a.h.example", false);
        check("h.example", "xh.example", true);
        check("10.0.0.0/8", "10.1.2.3", false);
        check("10.0.0.0/8", "11.1.2.3", true);
        check("*", "h.example", false);
    }

    #[test]
    fn this_machine_is_never_reached_through_it() {
        for host in ["localhost", "127.0.0.1:8443", "[::1]"] {
            check("", host, false);
        }
        let proxy = Proxy::new("proxy.example:3128", None).unwrap();
        assert!(proxy.tunnel(&endpoint("http://127.0.0.1:8787")).is_none());
    }
}
