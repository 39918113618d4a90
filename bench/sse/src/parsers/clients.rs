//! A parser that can be reached through its client only, over a transport that answers from memory.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use eventsource_client::{Client, ClientBuilder, ReconnectOptions, SSE};
use futures_core::Stream;
use http::{Request, Response};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture, TransportError};

use super::drain;
use crate::sink::Sink;

pub(super) fn eventsource_client<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    let client = ClientBuilder::for_url("http://localhost/")
        .expect("the address is a valid one")
        .reconnect(ReconnectOptions::reconnect(false).build())
        .build_with_transport(Memory(Arc::new(Mutex::new(std::mem::take(chunks)))));
    drain(client.stream(), |event| {
        if let Ok(SSE::Event(event)) = event {
            sink.data(event.data.as_bytes());
        }
    });
    sink
}

#[derive(Clone)]
struct Memory(Arc<Mutex<Vec<Bytes>>>);

impl HttpTransport for Memory {
    fn request(&self, _: Request<Option<Bytes>>) -> ResponseFuture {
        let mut chunks = self.0.lock().expect("nothing panics while it is held");
        let body: ByteStream = Box::pin(Body(std::mem::take(&mut *chunks).into_iter()));
        Box::pin(std::future::ready(Ok(Response::new(body))))
    }
}

struct Body(std::vec::IntoIter<Bytes>);

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}
