//! What the exchanges with the authentication service have in common.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use serde_json::Value;

/// The address of an operation; `None` if the endpoint is more or less than scheme and authority.
pub(crate) fn address(endpoint: &str, path: &'static str) -> Option<Uri> {
    let mut parts = endpoint.parse::<Uri>().ok()?.into_parts();
    let before = parts.path_and_query.replace(PathAndQuery::from_static(path));
    if before.is_some_and(|before| before.as_str() != "/") || parts.authority.is_none() {
        return None;
    }
    Uri::from_parts(parts).ok()
}

/// A request that is not signed yet.
pub(crate) fn post(address: &Uri, body: Vec<u8>) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = address.clone();
    for name in [ACCEPT, CONTENT_TYPE] {
        request.headers_mut().insert(name, HeaderValue::from_static("application/json"));
    }
    request
}

/// A text in an answer.
pub(crate) fn text<'a>(answer: Option<&'a Value>, name: &str) -> Option<&'a str> {
    answer?.get(name)?.as_str()
}

/// The code of an error. The codes of the service are single words; anything else may be anything.
pub(crate) fn code(answer: Option<&Value>) -> Option<String> {
    let is_code = |code: &&str| {
        (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text(answer, "code").filter(is_code).map(str::to_owned)
}
