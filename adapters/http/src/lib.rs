//! Requests that other clients make for the OpenAI-compatible API, signed and sent by locus.
//!
//! What a host crate would send itself goes through the pipeline of `locus` instead: signed in each attempt, with compartment,
//! deadlines, retries and proxy as the client has them. Only that API is reached in this way; models that are on the native API only
//! are not, see `locus::Client::model`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Request, Response, Uri};
use locus::transport::{Client, RawAnswer, RawRequest};
use serde_json::{Value, json};

/// Sends requests for the OpenAI-compatible API. Clones share the connections.
#[derive(Clone, Debug)]
pub struct OpenAiHttp {
    client: Client,
    base_url: String,
}

/// A request that could not be sent, or an answer that broke off.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request is for somebody else, who must not get a signature.
    #[error("expected a request below {expected}, found one for {found}")]
    Elsewhere {
        /// The base URL.
        expected: String,
        /// Scheme and host of the request.
        found: String,
    },
    /// The call failed, without an answer of the service.
    #[error(transparent)]
    Call(#[from] locus::transport::Error),
}

impl OpenAiHttp {
    /// Requests through this client.
    #[must_use]
    pub fn new(client: &locus::Client) -> Self {
        let client = client.transport().clone();
        let base_url = format!("{}/openai/v1", client.endpoint());
        Self { client, base_url }
    }

    /// What the host crate has to be told as its base URL.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sends a request. A refusal of the service is an answer, with the body in OpenAI's shape whatever shape it had.
    ///
    /// Of the headers those go on that say something about the request; a key is replaced by the signature.
    ///
    /// # Errors
    /// [`Error`] if there is no answer.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        let (parts, body) = request.into_parts();
        self.check(&parts.uri)?;
        let mut raw = RawRequest::new(parts.method, parts.uri.path());
        for (name, value) in
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        {
            raw = raw.query(name, value);
        }
        for (name, value) in &parts.headers {
            let passes = ["accept", "content-type"].contains(&name.as_str())
                || name.as_str().starts_with("openai-");
            if let Some(value) = value.to_str().ok().filter(|_| passes) {
                raw = raw.header(name.as_str(), value);
            }
        }
        if !body.is_empty() {
            raw = raw.body(body);
        }
        match self.client.raw(&raw).await {
            Ok(answer) => {
                let (status, headers) = (answer.status(), answer.headers().clone());
                Ok(response(status, headers, Body(Content::Live(Box::new(answer)))))
            }
            Err(error) => match error.status() {
                Some(status) => {
                    let mut headers = HeaderMap::new();
                    headers.insert(http::header::CONTENT_TYPE, JSON);
                    if let Some(id) = error.opc_request_id().and_then(|id| id.parse().ok()) {
                        headers.insert("opc-request-id", id);
                    }
                    let body = in_openais_shape(&error);
                    Ok(response(status, headers, Body(Content::Whole(Some(body)))))
                }
                None => Err(error.into()),
            },
        }
    }

    /// A signature goes to one host: everything else is refused.
    fn check(&self, uri: &Uri) -> Result<(), Error> {
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let found = format!("{scheme}://{authority}");
        let host = self.base_url.trim_end_matches("/openai/v1");
        if found == host && uri.path().starts_with("/openai/v1/") {
            return Ok(());
        }
        Err(Error::Elsewhere { expected: self.base_url.clone(), found })
    }
}

fn response(status: http::StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    // The body is handed on as it was decoded.
    response.headers_mut().remove(http::header::CONTENT_ENCODING);
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    response
}

/// The body of a refusal, which clients of OpenAI read in one shape only.
fn in_openais_shape(error: &locus::transport::Error) -> Bytes {
    let raw = error.raw_body();
    let is_openais = serde_json::from_slice::<Value>(raw)
        .is_ok_and(|body| body.pointer("/error/message").is_some_and(Value::is_string));
    if is_openais {
        return raw.clone();
    }
    let message = error.service_message().map_or_else(|| error.to_string(), str::to_owned);
    let body = json!({"error": {
        "message": message, "type": "oci_error", "param": error.param(), "code": error.code(),
    }});
    Bytes::from(body.to_string())
}

/// The body of an answer, as a stream of its pieces.
pub struct Body(Content);

enum Content {
    Live(Box<RawAnswer>),
    Whole(Option<Bytes>),
}

impl Body {
    /// The whole body.
    ///
    /// # Errors
    /// [`Error`] if it breaks off or is longer than the client's limit.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        match self.0 {
            Content::Live(answer) => Ok(answer.bytes().await?),
            Content::Whole(bytes) => Ok(bytes.unwrap_or_default()),
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Content::Live(answer) => {
                Pin::new(&mut **answer).poll_next(cx).map(|piece| piece.map(|piece| Ok(piece?)))
            }
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(Ok)),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Content::Live(_) => "Body(live)",
            Content::Whole(_) => "Body(whole)",
        })
    }
}

const JSON: http::HeaderValue = http::HeaderValue::from_static("application/json");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_goes_to_one_host_and_one_api() {
        let env = locus::Env::from_pairs([("OCI_GENAI_API_KEY", "sk-test")]);
        let endpoint = locus::Endpoint::parse("https://a.example:8443").unwrap();
        let http =
            OpenAiHttp::new(&locus::Client::builder(env).endpoint(endpoint).build().unwrap());
        assert_eq!(http.base_url(), "https://a.example:8443/openai/v1");
        let check = |url: &str| http.check(&url.parse().unwrap()).is_ok();
        assert!(check("https://a.example:8443/openai/v1/chat/completions?x=1"));
        for url in [
            "http://a.example:8443/openai/v1/models",
            "https://a.example/openai/v1/models",
            "https://b.example:8443/openai/v1/models",
            "https://user@a.example:8443/openai/v1/models",
            "https://a.example:8443/20231130/actions/chat",
            "/openai/v1/models",
        ] {
            assert!(!check(url), "{url}");
        }
    }
}
