//! MCP over HTTP: what the protocol's library wants sent, over the connections of the facade.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyDataStream, BodyExt as _, Limited};
use locus::auth::{Secret, Signer};
use locus::transport::{Body, HttpService};
use locus::{Client, Endpoint, Env};
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    HttpStatusError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::{Error as EventError, Sse, SseStream};

use crate::failure::chain;

/// Sends to one server. Certificates, proxies and the rule that only this machine is spoken to without TLS are those of calls.
#[derive(Clone)]
pub(super) struct Http(Arc<dyn HttpService>);

impl Http {
    /// The server at an address such as `https://host/mcp`.
    pub(super) fn to(url: &str, env: &Env) -> Result<Self, String> {
        let parts = url.parse::<Uri>().map_err(|error| error.to_string())?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err("expected an address such as https://host/mcp".to_owned());
        };
        let endpoint = Endpoint::parse(&format!("{scheme}://{authority}"));
        let endpoint = endpoint.map_err(|error| error.to_string())?;
        // Nothing of the account goes to that server: of the environment only the way out is read, and a signature is never asked for.
        let proxies = PROXIES.iter().filter_map(|name| Some((*name, env.get(name).ok()??)));
        let nobody = Signer::bearer(&Secret::from("nobody")).map_err(|error| error.to_string())?;
        let client = Client::builder(Env::from_pairs(proxies)).signer(nobody).endpoint(endpoint);
        let client = client.build().map_err(|error| error.to_string())?;
        Ok(Self(client.transport().http_service()))
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, Failed> {
        self.0.send(request).await.map_err(|error| StreamableHttpError::Client(Unsent::new(&error)))
    }
}

type Failed = StreamableHttpError<Unsent>;

impl StreamableHttpClient for Http {
    type Error = Unsent;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let is_call = matches!(message, ClientJsonRpcMessage::Request(_));
        let has_session = session_id.is_some();
        let body = Bytes::from(serde_json::to_vec(&message)?);
        let head = Head { session_id, auth_header, custom_headers, last_event_id: None };
        let response = self.send(head.request(Method::POST, &uri, body)?).await?;
        let (status, headers) = (response.status(), response.headers());
        let given = header(headers, &SESSION_ID);
        let kind = header(headers, &CONTENT_TYPE).unwrap_or_default();
        match status {
            StatusCode::ACCEPTED | StatusCode::NO_CONTENT => {
                return Ok(StreamableHttpPostResponse::Accepted);
            }
            StatusCode::NOT_FOUND if has_session => {
                return Err(StreamableHttpError::SessionExpired);
            }
            _ => {}
        }
        if status.is_success() && kind.starts_with(EVENTS) {
            return Ok(StreamableHttpPostResponse::Sse(events(response.into_body()), given));
        }
        let refused = status_error(status, headers);
        let body = Limited::new(response.into_body(), LONGEST).collect().await;
        let body = body.map_err(|error| StreamableHttpError::Client(Unsent::new(&*error)))?;
        match serde_json::from_slice::<ServerJsonRpcMessage>(&body.to_bytes()) {
            // An error of the protocol says more than the status that it came with.
            Ok(answer @ ServerJsonRpcMessage::Error(_)) => {
                Ok(StreamableHttpPostResponse::Json(answer, given))
            }
            Ok(answer) if status.is_success() => {
                Ok(StreamableHttpPostResponse::Json(answer, given))
            }
            _ if !status.is_success() => Err(refused.into()),
            // Some servers answer with an empty body to what wants no answer.
            Err(_) if !is_call => Ok(StreamableHttpPostResponse::Accepted),
            _ => Err(StreamableHttpError::UnexpectedContentType(Some(kind))),
        }
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session_id: Arc<str>,
        auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failed> {
        let session_id = Some(session_id);
        let head = Head { session_id, auth_header, custom_headers, last_event_id: None };
        let response = self.send(head.request(Method::DELETE, &uri, Bytes::new())?).await?;
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => {
                Err(StreamableHttpError::ServerDoesNotSupportDeleteSession)
            }
            status if status.is_success() => Ok(()),
            status => Err(status_error(status, response.headers()).into()),
        }
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<Sse, EventError>>, Failed> {
        let head = Head { session_id, auth_header, custom_headers, last_event_id };
        let response = self.send(head.request(Method::GET, &uri, Bytes::new())?).await?;
        let kind = header(response.headers(), &CONTENT_TYPE);
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => Err(StreamableHttpError::ServerDoesNotSupportSse),
            status if !status.is_success() => Err(status_error(status, response.headers()).into()),
            _ if kind.as_ref().is_some_and(|kind| kind.starts_with(EVENTS)) => {
                Ok(events(response.into_body()))
            }
            _ => Err(StreamableHttpError::UnexpectedContentType(kind)),
        }
    }
}

/// The headers of a request.
struct Head {
    session_id: Option<Arc<str>>,
    auth_header: Option<String>,
    custom_headers: HashMap<HeaderName, HeaderValue>,
    last_event_id: Option<String>,
}

impl Head {
    fn request(self, method: Method, uri: &str, body: Bytes) -> Result<Request<Bytes>, Failed> {
        let value = |text: &str| {
            HeaderValue::from_str(text).map_err(|_| {
                let what =
                    Cow::Borrowed("expected visible ASCII in a header, found something else");
                StreamableHttpError::UnexpectedServerResponse(what)
            })
        };
        let uri =
            uri.parse::<Uri>().map_err(|error| StreamableHttpError::Client(Unsent::new(&error)))?;
        let mut request = Request::new(body);
        let headers = request.headers_mut();
        headers.extend(self.custom_headers);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        if method == Method::POST {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(id) = &self.session_id {
            headers.insert(SESSION_ID, value(id)?);
        }
        if let Some(id) = &self.last_event_id {
            headers.insert(LAST_EVENT_ID, value(id)?);
        }
        if let Some(token) = &self.auth_header {
            let mut token = value(&format!("Bearer {token}"))?;
            token.set_sensitive(true);
            headers.insert(AUTHORIZATION, token);
        }
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        Ok(request)
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn status_error(status: StatusCode, headers: &HeaderMap) -> HttpStatusError {
    HttpStatusError::new(status.as_u16(), header(headers, &RETRY_AFTER))
}

/// The events of a body, each of a bounded size: the library would keep whatever comes until a blank line.
fn events(body: Body) -> BoxStream<'static, Result<Sse, EventError>> {
    let mut size = EventSize::default();
    let bytes = BodyDataStream::new(body).map(move |piece| {
        let piece = piece.map_err(|error| Unsent::new(&*error))?;
        size.grow(&piece).map(|()| piece)
    });
    SseStream::from_bytes_stream(bytes).boxed()
}

/// How long the present event is.
#[derive(Default)]
struct EventSize {
    event: usize,
    line: usize,
}

impl EventSize {
    fn grow(&mut self, piece: &[u8]) -> Result<(), Unsent> {
        for byte in piece {
            self.event += 1;
            match byte {
                b'\n' if self.line == 0 => self.event = 0,
                b'\n' => self.line = 0,
                // Whatever ends lines, it is no part of them.
                b'\r' => {}
                _ => self.line += 1,
            }
            if self.event > LONGEST {
                return Err(Unsent(format!("an event is longer than {LONGEST} bytes")));
            }
        }
        Ok(())
    }
}

/// Why nothing came back, with its causes.
#[derive(Debug)]
pub(super) struct Unsent(String);

impl Unsent {
    fn new(error: &dyn StdError) -> Self {
        Self(chain("", error))
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Unsent {}

/// What the facade reads to find the way out.
const PROXIES: &[&str] =
    &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// The headers of MCP's streamable HTTP, "Session Management" and "Resumability and Redelivery".
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

const EVENTS: &str = "text/event-stream";

/// Bytes of a message: as many as the library takes over a pipe.
const LONGEST: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_never_ends_is_given_up() {
        let mut size = EventSize::default();
        let line = [b'x'; 1024];
        for _ in 0..LONGEST / 1024 {
            size.grow(&line).unwrap();
        }
        assert!(size.grow(b"x").is_err());
        let mut size = EventSize::default();
        for _ in 0..LONGEST / 512 {
            size.grow(&line).unwrap();
            size.grow(b"\r\n\r\n").unwrap();
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        let to = |url| Http::to(url, &Env::default()).err();
        assert_eq!(to("http://127.0.0.1:1/mcp"), None);
        assert_eq!(to("https://mcp.example.com/mcp?x=1"), None);
        assert!(to("http://192.0.2.1/mcp").unwrap().contains("loopback"));
        assert!(to("/mcp").unwrap().contains("https://host/mcp"));
        assert!(to("https://me:secret@host/mcp").is_some());
    }
}
