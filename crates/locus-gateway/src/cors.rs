//! Calls of pages in a browser, for the origins that the operator names.
//!
//! Keys are in headers that a page sets itself; cookies and other credentials of the browser mean nothing here and are not allowed.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, Request, StatusCode};
use hyper::body::Incoming;
use tower_service::Service as _;

use crate::app::App;
use crate::config::Origins;

/// Answers a request, and says which page may read the answer.
pub(crate) async fn answer(
    app: Arc<App>,
    mut router: Router,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let live = app.live();
    if live.origins.is_empty() {
        return router.call(request).await;
    }
    let origin = allowed(&live.origins, request.headers());
    let asks = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if request.method() == Method::OPTIONS && asks => permitted(request.headers()),
        _ => router.call(request).await?,
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    Ok(response)
}

/// The origin of a page that may call.
fn allowed(origins: &Origins, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    origins.allow(origin.to_str().ok()?).then(|| origin.clone())
}

/// The answer to the browser's question whether a page may send a request.
fn permitted(asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, DELETE");
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        // None of them reaches the service, so any of them may come.
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

const EXPOSED: &str = "opc-request-id, request-id, retry-after, x-request-id, x-locus-attempts, x-locus-cost, x-locus-deployment, x-locus-losses, x-litellm-attempted-fallbacks, x-litellm-attempted-retries, x-litellm-call-id, x-litellm-model-group, x-litellm-model-id, x-litellm-response-cost";
