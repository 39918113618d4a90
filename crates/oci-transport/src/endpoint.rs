//! Where requests go: scheme and authority, from configuration only.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::header::HeaderValue;
use http::uri::{Authority, PathAndQuery, Scheme};
use oci_auth::Region;

/// The scheme and authority that every request of a client goes to.
///
/// It is made from configuration only. An operation adds a relative path, which can change neither scheme nor authority, so no
/// model id and no value of a request can send a signature elsewhere.
///
/// ```
/// use oci_auth::Region;
/// use oci_transport::Endpoint;
///
/// let endpoint = Endpoint::inference(&Region::parse("us-chicago-1")?);
/// assert_eq!(endpoint.to_string(), "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com");
///
/// assert!(Endpoint::parse("http://127.0.0.1:8787").is_ok(), "plain http to this machine");
/// assert!(Endpoint::parse("http://192.0.2.1").is_err(), "and to no other");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    plain_http: PlainHttp,
    /// The region, of an endpoint that was composed from one.
    region: Option<Region>,
}

/// Where unencrypted requests may go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PlainHttp {
    /// Nowhere: the scheme is https.
    Never,
    /// To addresses of this machine, judged when the host name has been resolved.
    Loopback,
    /// Anywhere, because the caller said so.
    Anywhere,
}

impl Endpoint {
    /// The inference endpoint of Generative AI in a region, as the official SDKs compose it.
    #[must_use]
    pub fn inference(region: &Region) -> Self {
        Self::of(INFERENCE, region)
    }

    /// The endpoint of Generative AI's control plane in a region, as the official SDKs compose it. Vector stores are made there;
    /// API keys of the Generative AI service are not taken.
    #[must_use]
    pub fn control_plane(region: &Region) -> Self {
        Self::of(CONTROL_PLANE, region)
    }

    fn of(service: &str, region: &Region) -> Self {
        let host = region.host(service);
        let authority = host.parse().expect(
            "region rows hold letters, digits, hyphens and dots only, because the table is data",
        );
        let region = Some(region.clone());
        Self { scheme: Scheme::HTTPS, authority, plain_http: PlainHttp::Never, region }
    }

    /// Reads `https://host[:port]`, or `http://host[:port]` for a host of this machine.
    ///
    /// A host name is judged by the addresses that it resolves to when a connection is made, not by its spelling.
    ///
    /// # Errors
    /// [`EndpointError`] for anything else: another scheme, user information, a path, a query, a fragment, or plain http to an
    /// address of another machine.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let error = |reason| EndpointError { reason };
        if text.contains(['#', '?', '@', '\\'])
            || text.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(error(
                "user information, a query, a fragment or white space is not allowed",
            ));
        }
        let uri: Uri = text.parse().map_err(|_| error("it is not a URL"))?;
        let parts = uri.into_parts();
        let authority = parts
            .authority
            .filter(|authority| !authority.host().is_empty())
            .ok_or_else(|| error("it has no host"))?;
        if parts.path_and_query.is_some_and(|path| path.as_str() != "/") {
            return Err(error("a path is not allowed, operations add their own"));
        }
        let plain_http = match parts.scheme {
            Some(scheme) if scheme == Scheme::HTTPS => PlainHttp::Never,
            Some(scheme) if scheme == Scheme::HTTP => PlainHttp::Loopback,
            _ => return Err(error("the scheme is neither https nor http")),
        };
        if plain_http == PlainHttp::Loopback
            && literal_address(&authority).is_some_and(|address| !address.is_loopback())
        {
            return Err(error("plain http is for loopback addresses only"));
        }
        let scheme = if plain_http == PlainHttp::Never { Scheme::HTTPS } else { Scheme::HTTP };
        Ok(Self { scheme, authority, plain_http, region: None })
    }

    /// Reads an endpoint and lets plain http go to any address.
    ///
    /// Prompts and answers then cross the network in the clear, and whoever carries them can replay a request for five minutes.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse), addresses of other machines excepted.
    pub fn dangerously_allow_plain_http(text: &str) -> Result<Self, EndpointError> {
        let encrypted = text
            .strip_prefix("http://")
            .map_or_else(|| text.to_owned(), |rest| format!("https://{rest}"));
        let endpoint = Self::parse(&encrypted)?;
        if encrypted == text {
            return Ok(endpoint);
        }
        Ok(Self { scheme: Scheme::HTTP, plain_http: PlainHttp::Anywhere, ..endpoint })
    }

    /// The host, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Whether the host is this machine by its spelling: a loopback address or `localhost`.
    #[must_use]
    pub fn is_this_machine(&self) -> bool {
        self.host().eq_ignore_ascii_case("localhost")
            || literal_address(&self.authority).is_some_and(|address| address.is_loopback())
    }

    /// The region that the endpoint was composed from; `None` for one that was read from a URL.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The endpoint of another region, named by an OCID. `None` if it is the same one, is not in the table of regions, is of
    /// another realm, or if this endpoint was not composed from a region but chosen by its URL.
    pub(crate) fn moved(&self, region: &str) -> Option<Self> {
        let here = self.region.as_ref()?;
        let looks_right = (2..=40).contains(&region.len())
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let there = Region::parse(region).ok().filter(|_| looks_right)?;
        let is_inference = self.host() == here.host(INFERENCE);
        let service = if is_inference { INFERENCE } else { CONTROL_PLANE };
        (there.id() != here.id() && there.realm() == here.realm())
            .then(|| Self::of(service, &there))
    }

    /// The control plane of the same region; this endpoint if it was not composed from a region but chosen by its URL.
    pub(crate) fn to_control_plane(&self) -> Self {
        self.region.as_ref().map_or_else(|| self.clone(), Self::control_plane)
    }

    pub(crate) fn plain_http(&self) -> PlainHttp {
        self.plain_http
    }

    /// The URL of the root, which is what a connection is made to.
    pub(crate) fn origin(&self) -> Uri {
        self.url(PathAndQuery::from_static("/"))
    }

    /// What requests call it: the host, and the port unless it is that of the scheme.
    pub(crate) fn host_header(&self) -> HeaderValue {
        let usual = if self.plain_http == PlainHttp::Never { 443 } else { 80 };
        let is_usual = self.authority.port_u16().is_none_or(|port| port == usual);
        let name = if is_usual { self.host() } else { self.authority.as_str() };
        HeaderValue::from_str(name).expect("an authority is visible ASCII, because it was parsed")
    }

    /// The URL of an operation. `path` is relative to the authority and cannot change it.
    pub(crate) fn url(&self, path: PathAndQuery) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts)
            .expect("scheme, authority and path are all present, which is all that is required")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

fn literal_address(authority: &Authority) -> Option<IpAddr> {
    authority.host().trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Text that is no endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected an endpoint such as https://host or http://127.0.0.1:8787: {reason}")]
pub struct EndpointError {
    reason: &'static str,
}

const INFERENCE: &str = "inference.generativeai";
const CONTROL_PLANE: &str = "generativeai";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, reason: &str) {
        let error = Endpoint::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }

    #[test]
    fn only_scheme_host_and_port_are_taken() {
        for good in [
            "https://h.example",
            "https://h.example:8443/",
            "http://127.0.0.1:1",
            "http://[::1]:1",
            "http://localhost",
        ] {
            let endpoint = Endpoint::parse(good).unwrap();
            assert_eq!(endpoint.to_string(), good.trim_end_matches('/'));
        }
        check_refused("https://user:pass@h.example", "user information");
        check_refused("https://h.example@evil.example", "user information");
        check_refused("https://h.example/openai/v1", "a path is not allowed");
        check_refused("https://h.example?x", "a query");
        check_refused("https://h.example#x", "a fragment");
        check_refused("https://h.example\\@evil.example", "not allowed");
        check_refused("https://h.example\n", "white space");
        check_refused("ftp://h.example", "neither https nor http");
        check_refused("h.example", "neither https nor http");
        check_refused("/path", "it has no host");
        check_refused("https://", "not a URL");
        check_refused("https://:443", "it has no host");
    }

    #[test]
    fn plain_http_goes_to_this_machine_unless_allowed() {
        check_refused("http://192.0.2.7:80", "loopback addresses only");
        check_refused("http://[2001:db8::1]", "loopback addresses only");
        check_refused("http://169.254.169.254", "loopback addresses only");
        let allowed = Endpoint::dangerously_allow_plain_http("http://192.0.2.7:80").unwrap();
        assert_eq!(
            (allowed.to_string().as_str(), allowed.plain_http()),
            ("http://192.0.2.7:80", PlainHttp::Anywhere)
        );
        assert!(Endpoint::dangerously_allow_plain_http("http://u@192.0.2.7").is_err());
    }

    #[test]
    fn an_ocid_moves_an_endpoint_within_the_table_and_the_realm_only() {
        let chicago = Endpoint::inference(&Region::parse("us-chicago-1").unwrap());
        for (region, host) in [
            ("eu-frankfurt-1", "inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com"),
            ("fra", "inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com"),
        ] {
            assert_eq!(chicago.moved(region).unwrap().host(), host);
        }
        for region in [
            "us-chicago-1",
            "ord",
            "",
            "evil.example",
            "evil.example#",
            "us-nowhere-1",
            "US-ASHBURN-1",
            "us-langley-1",
            "a@b",
            "../..",
        ] {
            assert!(chicago.moved(region).is_none(), "{region}");
        }
        let chosen = Endpoint::parse("https://h.example").unwrap();
        assert!(chosen.moved("eu-frankfurt-1").is_none(), "whoever gave a URL means it");
    }

    #[test]
    fn no_path_changes_the_authority() {
        let endpoint = Endpoint::parse("https://h.example").unwrap();
        for path in ["/a", "//evil.example/a", "/@evil.example", "/%2f%2fevil.example"] {
            let url = endpoint.url(PathAndQuery::try_from(path).unwrap());
            assert_eq!(url.authority().unwrap(), "h.example", "{path}");
            assert_eq!(url.path(), path);
        }
    }

    #[test]
    fn requests_name_the_port_only_if_it_is_an_unusual_one() {
        for (url, host) in [
            ("https://h.example", "h.example"),
            ("https://h.example:443", "h.example"),
            ("https://h.example:80", "h.example:80"),
            ("http://localhost:80", "localhost"),
            ("http://[::1]:443", "[::1]:443"),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().host_header(), host, "{url}");
        }
    }

    #[test]
    fn the_control_plane_has_a_host_of_its_own() {
        let chicago = Endpoint::control_plane(&Region::parse("us-chicago-1").unwrap());
        assert_eq!(chicago.host(), "generativeai.us-chicago-1.oci.oraclecloud.com");
        let moved = chicago.moved("eu-frankfurt-1").unwrap();
        assert_eq!(moved.host(), "generativeai.eu-frankfurt-1.oci.oraclecloud.com");
    }
}
