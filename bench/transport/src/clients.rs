//! The clients, each behind the same few calls.

mod async_openai;
mod genai;
mod hyper;
mod ours;
mod parser;
mod reqwest;

use std::future::Future;

use crate::measure::Measured;

/// A client of chat completions.
pub(crate) trait Chat: Clone + Send + Sync + 'static {
    type Stream: Send + 'static;

    /// Whether it reads bodies without looking into them; it then gives their bytes for text.
    const IS_BLIND: bool = false;

    /// A client of the server at a URL such as `http://127.0.0.1:8080`.
    fn new(server: &str) -> Self;

    /// Asks for an answer and returns the length of its text.
    fn call(&self) -> impl Future<Output = usize> + Send;

    /// Asks a model for a stream.
    fn open(&self, model: &'static str) -> impl Future<Output = Self::Stream> + Send;

    /// The length of the text of the next chunk.
    fn next(stream: &mut Self::Stream) -> impl Future<Output = Option<usize>> + Send;
}

/// Runs a measurement for the client of this name.
pub(crate) async fn with(name: &str, measured: Measured<'_>) -> String {
    match name {
        "hyper, bytes only" => measured.run::<hyper::Blind>().await,
        "hyper" => measured.run::<hyper::Hyper>().await,
        "reqwest" => measured.run::<reqwest::Reqwest>().await,
        "async-openai" => measured.run::<async_openai::AsyncOpenai>().await,
        "genai" => measured.run::<genai::Genai>().await,
        "oci-transport" => measured.run::<ours::Bearer>().await,
        "oci-transport, signed" => measured.run::<ours::Signed>().await,
        _ => panic!("no client is called `{name}`"),
    }
}
