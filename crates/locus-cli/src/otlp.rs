//! Spans of calls for a collector of OpenTelemetry: OTLP over plain HTTP, which collectors next to a program take.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::pin::Pin;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{Layer, Registry};

use crate::failure::Failure;

/// Where spans go. What was not sent yet goes out when it [ends](Self::end).
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends to a collector, whose path for spans is added to the address.
    pub(crate) fn to(collector: &str) -> Result<Self, Failure> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Post)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
            .build()
            .map_err(|error| Failure::io("cannot send spans", error))?;
        let resource = Resource::builder().with_service_name("locus").build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter);
        Ok(Self(provider.with_resource(resource).build()))
    }

    /// What takes the spans of calls of the service, which follow OpenTelemetry's conventions for generative AI.
    pub(crate) fn layer(&self) -> impl Layer<Registry> + use<> {
        let tracer = self.0.tracer("locus");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false);
        layer.with_filter(Targets::new().with_target("oci_transport", LevelFilter::INFO))
    }

    /// Sends what is left. It waits for the collector.
    pub(crate) fn end(&self) -> Result<(), Failure> {
        self.0.shutdown().map_err(|error| Failure::io("some spans are lost", error))
    }
}

/// A request and its answer on a connection of their own, on the thread that sends the spans.
#[derive(Debug)]
struct Post;

impl HttpClient for Post {
    fn send_bytes<'post, 'future>(
        &'post self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'post: 'future,
        Self: 'future,
    {
        Box::pin(async move { Ok(post(&request)?) })
    }
}

fn post(request: &Request<Bytes>) -> io::Result<Response<Bytes>> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(80);
    let address = (host, port).to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // By this version of HTTP the answer ends with the connection.
    let path = uri.path();
    let length = request.body().len();
    let mut head =
        format!("POST {path} HTTP/1.0\r\nhost: {host}:{port}\r\ncontent-length: {length}\r\n");
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
    }
    stream.write_all(&[head.as_bytes(), b"\r\n", request.body()].concat())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    let unreadable = || io::Error::new(io::ErrorKind::InvalidData, "expected an answer of HTTP");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(unreadable)?;
    let body = answer.split_off(end + 4);
    let status = answer.split(|byte| *byte == b' ').nth(1).ok_or_else(unreadable)?;
    let status = str::from_utf8(status).map_err(|_| unreadable())?;
    Response::builder().status(status).body(Bytes::from(body)).map_err(|_| unreadable())
}

/// A collector is near.
const PATIENCE: Duration = Duration::from_secs(5);

/// Collectors answer with a few bytes.
const LONGEST: u64 = 64 * 1024;
