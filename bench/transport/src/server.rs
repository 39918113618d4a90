//! The server: hyper, one thread, the same bytes for every client.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpSocket;
use tokio::sync::watch;

use crate::answers;

/// Serves on a free port of loopback for as long as the process lives, after telling the port.
///
/// # Errors
/// If no socket can be opened.
pub async fn serve(tell: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    // Thousands of streams are opened at once.
    let listener = socket.listen(4096)?;
    tell(listener.local_addr()?);
    let answers = Arc::new(Answers {
        whole: answers::whole(),
        events: answers::events(),
        bearer: format!("Bearer {}", answers::KEY),
        released: watch::channel(0).0,
    });
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        let answers = Arc::clone(&answers);
        let service = service_fn(move |request| {
            let answers = Arc::clone(&answers);
            async move { Ok::<_, Infallible>(answers.answer(request).await) }
        });
        // What becomes of a connection is the client's business; it checks what it received.
        let serving = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(connection), service);
        tokio::spawn(serving);
    }
}

struct Answers {
    whole: Bytes,
    events: Vec<Bytes>,
    bearer: String,
    /// Counts the releases of held streams.
    released: watch::Sender<u64>,
}

#[derive(Deserialize)]
struct Asked {
    model: String,
    #[serde(default)]
    stream: bool,
}

type Body = BoxBody<Bytes, Infallible>;

impl Answers {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        if request.uri().path() == RELEASE {
            self.released.send_modify(|count| *count += 1);
            return response(StatusCode::OK, "text/plain", Full::new(Bytes::new()).boxed());
        }
        let is_known = request.headers().get(header::AUTHORIZATION).is_some_and(|value| {
            value.as_bytes() == self.bearer.as_bytes()
                || value.as_bytes().starts_with(b"Signature ")
        });
        let body =
            request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let asked = serde_json::from_slice::<Asked>(&body);
        match asked {
            Ok(asked) if is_known && asked.stream => {
                let events = self.events(asked.model == answers::HELD);
                let frames = events.map(|event| Ok(Frame::data(event)));
                response(StatusCode::OK, "text/event-stream", BoxBody::new(StreamBody::new(frames)))
            }
            Ok(_) if is_known => {
                response(StatusCode::OK, "application/json", Full::new(self.whole.clone()).boxed())
            }
            _ => response(StatusCode::UNAUTHORIZED, "text/plain", Full::new(Bytes::new()).boxed()),
        }
    }

    /// One HTTP chunk for each event, as servers of models do it.
    fn events(self: Arc<Self>, is_held: bool) -> impl Stream<Item = Bytes> + Send + Sync {
        let mut released = self.released.subscribe();
        let first = self.events.first().cloned();
        let held = stream::once(async move {
            if is_held {
                // An error would mean that the server is gone.
                _ = released.changed().await;
            }
        });
        let rest = (1..self.events.len()).map(move |at| self.events[at].clone());
        stream::iter(first).chain(held.flat_map(move |()| stream::iter(rest.clone())))
    }
}

fn response(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    response
}

/// The path that lets all held streams go on.
pub(crate) const RELEASE: &str = "/release";
