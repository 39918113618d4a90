//! Who may call a gateway without keys: programs of this machine, and no page of the web.
//!
//! A page in a browser can send requests to 127.0.0.1, and with a name that resolves to it (DNS rebinding) even read the answers.
//! It cannot choose the headers `Host`, `Origin` and `Sec-Fetch-Site`, and it cannot send JSON elsewhere without asking first.

use std::net::IpAddr;

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode};

use crate::config::Origins;
use crate::failure::Failure;

/// Refuses a request that a page of the web could have sent, unless the operator has named its origin.
pub(crate) fn check_local(request: &Parts, origins: &Origins) -> Result<(), Failure> {
    let headers = &request.headers;
    let hosts = headers.get_all(HOST).iter().map(|value| value.to_str().unwrap_or_default());
    let target = request.uri.authority().map(Authority::as_str);
    let mut hosts = hosts.chain(target).peekable();
    if hosts.peek().is_none() || !hosts.all(is_local_authority) {
        return Err(forbidden(
            "without a key only requests to this machine by its own names are taken",
            "call 127.0.0.1 or localhost, or set general_settings.master_key",
        ));
    }
    let is_known = |origin: &str| is_local_origin(origin) || origins.allow(origin);
    if !headers.get_all(ORIGIN).iter().all(|value| value.to_str().is_ok_and(is_known)) {
        return Err(forbidden(
            "without a key no requests of pages of the web are taken",
            "set general_settings.master_key and send it",
        ));
    }
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"none" | b"same-origin")
        && !headers.contains_key(ORIGIN)
    {
        return Err(forbidden(
            "without a key no requests of pages of the web are taken",
            "set general_settings.master_key and send it",
        ));
    }
    if request.method == Method::POST && !is_json(headers) {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "expected a body of type application/json",
        ));
    }
    Ok(())
}

/// `host[:port]` with a host of this machine. 0.0.0.0 is one: LiteLLM prints it, so its users call it.
fn is_local_authority(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    // User information has no business in a Host header.
    !authority.as_str().contains('@') && is_local_host(authority.host())
}

fn is_local_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

fn is_local_origin(origin: &str) -> bool {
    let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(is_local_authority)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn forbidden(message: &str, hint: &str) -> Failure {
    Failure::new(StatusCode::FORBIDDEN, "not_local", message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], expected: u16) {
        let mut request = http::Request::post("/v1/chat/completions");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let status = check_local(&parts, &Origins::default())
            .map_or_else(|failure| failure.status.as_u16(), |()| 200);
        assert_eq!(status, expected, "{headers:?}");
    }

    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    #[test]
    fn names_of_this_machine_pass() {
        for host in [
            "localhost:4000",
            "127.0.0.1:4000",
            "127.1.2.3",
            "[::1]:4000",
            "LOCALHOST",
            "0.0.0.0:1",
        ] {
            check(&[("host", host), JSON], 200);
        }
    }

    #[test]
    fn other_names_do_not() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil@127.0.0.1",
            "127.0.0.1@evil.example",
            "2130706433",
            "0x7f000001",
            "127.1",
            "[::ffff:10.0.0.1]",
            "10.0.0.1",
            "",
            "127.0.0.1/..",
        ] {
            check(&[("host", host), JSON], 403);
        }
        check(&[JSON], 403);
        check(&[("host", "localhost"), ("host", "evil.example"), JSON], 403);
    }

    #[test]
    fn pages_of_the_web_do_not() {
        let host = ("host", "localhost:4000");
        for origin in ["https://evil.example", "null", "file://", "http://localhost.evil.example"] {
            check(&[host, ("origin", origin), JSON], 403);
        }
        check(&[host, ("origin", "http://localhost:5173"), JSON], 200);
        check(&[host, ("sec-fetch-site", "cross-site"), JSON], 403);
        check(&[host, ("sec-fetch-site", "same-origin"), JSON], 200);
    }

    #[test]
    fn only_json_is_taken() {
        let host = ("host", "localhost");
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
            check(&[host, ("content-type", kind)], 415);
        }
        check(&[host], 415);
        check(&[host, ("content-type", "application/vnd.x+json")], 200);
    }
}
