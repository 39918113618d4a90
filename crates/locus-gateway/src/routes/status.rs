//! `GET /` and `GET /status`: a page for people.

mod page;

use std::sync::Arc;

use axum::extract::{Request, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue,
    REFERRER_POLICY, WWW_AUTHENTICATE,
};
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode};

use super::answer::admit_operator;
use crate::app::App;
use crate::failure::Dialect;
use crate::reply::Body;

/// Names, ways, traffic, health and the latest failures. Whoever has no key sees that the gateway runs, and nothing else.
pub(crate) async fn status(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    show(&app, &request.into_parts().0, false)
}

/// The same page for a browser, which asks its user for the key: the password of HTTP's basic scheme (RFC 7617), with any name.
///
/// That scheme is taken here and nowhere else: what browsers add to a request unasked must not open a path that does something.
pub(crate) async fn status_with_key(
    State(app): State<Arc<App>>,
    request: Request,
) -> Response<Body> {
    let (mut parts, _) = request.into_parts();
    if let Some(bearer) = bearer_of_basic(&parts.headers) {
        parts.headers.insert(AUTHORIZATION, bearer);
    }
    show(&app, &parts, true)
}

fn show(app: &App, request: &Parts, asks_for_key: bool) -> Response<Body> {
    let live = app.live();
    let is_admitted = match admit_operator(app, &live, request) {
        Ok(()) => true,
        Err(_) if !live.keys.is_open() => false,
        Err(failure) => return failure.response(Dialect::OpenAi),
    };
    let mut response = Response::new(Body::whole(page::page(app, &live, is_admitted)));
    if !is_admitted && asks_for_key {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let challenge = HeaderValue::from_static("Basic realm=\"locus: the master key\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // No script runs here, whatever gets into the page.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// The key that a browser sends as a password, in the form that keys are looked for.
fn bearer_of_basic(headers: &HeaderMap) -> Option<HeaderValue> {
    let (scheme, pair) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(pair.trim()).ok()?).ok()?;
    let (_, key) = pair.split_once(':')?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {key}")).ok()?;
    bearer.set_sensitive(true);
    Some(bearer)
}
