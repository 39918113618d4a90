//! The tests of `oci-transport` against the emulator and servers of their own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/alpn.rs"]
mod alpn;
#[path = "main/calls.rs"]
mod calls;
#[path = "main/captures.rs"]
mod captures;
#[path = "main/coding.rs"]
mod coding;
#[path = "main/control.rs"]
mod control;
#[path = "main/faults.rs"]
mod faults;
#[path = "main/gotchas.rs"]
mod gotchas;
#[path = "main/identities.rs"]
mod identities;
#[path = "main/kept.rs"]
mod kept;
#[path = "main/log.rs"]
mod log;
#[path = "main/matrix.rs"]
mod matrix;
#[path = "main/operations.rs"]
mod operations;
#[path = "main/places.rs"]
mod places;
#[path = "main/raw.rs"]
mod raw;
#[path = "main/resources.rs"]
mod resources;
#[path = "main/retries.rs"]
mod retries;
#[path = "main/service.rs"]
mod service;
#[path = "main/tls.rs"]
mod tls;
#[path = "main/uploads.rs"]
mod uploads;
#[path = "main/versions.rs"]
mod versions;
#[path = "main/ways.rs"]
mod ways;

use oci_auth::{CredentialOptions, Credentials, Env, Signer};
use oci_emulator::{Emulator, Sandbox};
use oci_transport::{Client, ClientBuilder, Endpoint, RetryPolicy};
use oci_wire::chat::{ChatRequest, Message};

/// A running emulator and an identity that it knows.
struct Service {
    emulator: Emulator,
    signer: Signer,
    compartment: String,
    _folder: tempfile::TempDir,
}

impl Service {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        let builder = Emulator::builder().identity(sandbox.identity());
        Self::start_with(builder, sandbox, folder).await
    }

    async fn start_with(
        builder: oci_emulator::Builder,
        sandbox: Sandbox,
        folder: tempfile::TempDir,
    ) -> Self {
        let emulator = builder.start().await.unwrap();
        let options =
            CredentialOptions { config_file: Some(sandbox.config_file()), ..Default::default() };
        let signer =
            Credentials::from_env(&Env::default(), &options).unwrap().into_signer().unwrap();
        Self { emulator, signer, compartment: sandbox.compartment_id().to_owned(), _folder: folder }
    }

    /// A client that tells every failure at once.
    fn builder(&self) -> ClientBuilder {
        let endpoint = Endpoint::parse(&self.emulator.url()).unwrap();
        Client::builder(endpoint, self.signer.clone())
            .compartment_id(&self.compartment)
            .retry(RetryPolicy::NEVER)
    }

    fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

fn request() -> ChatRequest {
    ChatRequest::new("openai.gpt-5.5", [Message::user("What is 2x2?")])
}

/// The text of a streamed answer, or what came before the error.
async fn text(client: &Client) -> (String, Option<oci_transport::Error>) {
    let mut text = String::new();
    let mut stream = match client.chat_stream(&request()).await {
        Ok(stream) => stream,
        Err(error) => return (text, Some(error)),
    };
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => text.push_str(chunk.text().unwrap_or_default()),
            Err(error) => return (text, Some(error)),
        }
    }
    (text, None)
}
