//! Life signs, counters, and what is said about paths that are none.

use std::sync::Arc;

use axum::extract::{Request, State};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::absent::hint;
use super::answer::admit_operator;
use crate::app::{App, Phase};
use crate::failure::{Dialect, Failure};
use crate::metrics::OPEN_METRICS;
use crate::reply::Body;

/// Whether the process answers. No model is called: that would cost money.
pub(crate) async fn alive() -> Response<Body> {
    json_response(StatusCode::OK, &json!("I'm alive!"))
}

/// Whether new calls are welcome.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response<Body> {
    let is_ready = app.phase() == Phase::Serving;
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let text = if is_ready { "healthy" } else { "shutting down" };
    let version = env!("CARGO_PKG_VERSION");
    let answer = match &app.live().store {
        None => json!({"status": text, "locus_version": version}),
        // A gateway without its store is still of use to keys without limits, and no other one is better off.
        Some(store) => {
            json!({"status": text, "locus_version": version, "store": store.condition()})
        }
    };
    json_response(status, &answer)
}

/// Counters for Prometheus, for who has the key.
pub(crate) async fn metrics(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let live = app.live();
    if let Err(failure) = admit_operator(&app, &live, &request.into_parts().0) {
        return failure.response(Dialect::OpenAi);
    }
    let mut response = Response::new(Body::whole(app.metrics.page()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
    response
}

pub(crate) async fn not_found(request: Request) -> Response<Body> {
    let path: String = request.uri().path().chars().take(200).collect();
    let message = format!("there is no {} {path} here", request.method());
    let failure = Failure::new(StatusCode::NOT_FOUND, "not_found", message);
    let failure = match hint(&path) {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    };
    failure.response(Dialect::of(request.headers()))
}

pub(crate) async fn method_not_allowed(request: Request) -> Response<Body> {
    let message = format!("{} is not for this path", request.method());
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        .response(Dialect::of(request.headers()))
}

pub(super) fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::whole(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
