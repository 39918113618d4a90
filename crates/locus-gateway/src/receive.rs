//! The body of a request, within limits of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::failure::Failure;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The size of a body.
    pub(crate) bytes: usize,
    /// How long it may send nothing, in a head or a body.
    pub(crate) patience: Duration,
}

/// Reads the whole body.
pub(crate) async fn body(request: &Parts, body: Body, limits: Limits) -> Result<Bytes, Failure> {
    let Limits { bytes: limit, patience } = limits;
    let told = request.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let told = told.and_then(|length| length.parse::<u64>().ok());
    if told.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let mut body = body;
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let frame = match timeout(patience, body.frame()).await {
            Err(_) => return Err(too_slow(patience)),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Failure::bad_request("the body ended early")),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(too_large(limit));
        }
        // Most bodies come in one piece, which is then not copied.
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.reserve(told.and_then(|told| usize::try_from(told).ok()).unwrap_or_default());
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

fn too_large(limit: usize) -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request_too_large",
        format!("the body is larger than {limit} bytes"),
    )
}

fn too_slow(patience: Duration) -> Failure {
    Failure::new(
        StatusCode::REQUEST_TIMEOUT,
        "request_timeout",
        format!("nothing of the body came for {} s", patience.as_secs()),
    )
}
