//! The gateway on loopback, in front of the emulator.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/attacks.rs"]
mod attacks;
#[path = "main/budgets.rs"]
mod budgets;
#[path = "main/chat.rs"]
mod chat;
#[path = "main/clients.rs"]
mod clients;
#[path = "main/config.rs"]
mod config;
#[path = "main/cors.rs"]
mod cors;
#[path = "main/dialects.rs"]
mod dialects;
#[path = "main/http.rs"]
mod http;
#[path = "main/keys.rs"]
mod keys;
#[path = "main/lifecycle.rs"]
mod lifecycle;
#[path = "main/litellm.rs"]
mod litellm;
#[path = "main/models.rs"]
mod models;
#[path = "main/moderations.rs"]
mod moderations;
#[path = "main/resources.rs"]
mod resources;
#[path = "main/responses.rs"]
mod responses;
#[path = "main/routing.rs"]
mod routing;
#[cfg(feature = "redis")]
#[path = "main/store.rs"]
mod store;
#[path = "main/texts.rs"]
mod texts;
#[path = "main/vectors.rs"]
mod vectors;

use std::net::SocketAddr;

use locus::{Endpoint, Env};
use locus_gateway::{Config, Gateway, GatewayBuilder};
use oci_emulator::{Emulator, Sandbox};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use http::{Answer, post};

/// An emulator, and a gateway in front of it.
struct Desk {
    _folder: tempfile::TempDir,
    sandbox: Sandbox,
    emulator: Emulator,
    gateway: Gateway,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Desk {
    /// A gateway that serves every id.
    async fn open() -> Self {
        Self::with(|env| Config::from_env(env).unwrap(), |gateway| gateway).await
    }

    /// A gateway with a configuration file.
    async fn with_file(yaml: &str) -> Self {
        Self::with(|env| Config::parse(yaml, env).unwrap(), |gateway| gateway).await
    }

    async fn with(
        config: impl FnOnce(Env) -> Config,
        change: impl FnOnce(GatewayBuilder) -> GatewayBuilder,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
        let config = redirected(config(Env::default()), &sandbox, &emulator);
        let gateway = change(Gateway::builder(config)).build().unwrap();
        let server = gateway.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        Self { _folder: folder, sandbox, emulator, gateway, address, stop: Some(stop), served }
    }

    async fn chat(&self, body: &str) -> Answer {
        post(self.address, "/v1/chat/completions", body).await
    }

    /// Tells the gateway to end, and waits until it has.
    async fn end(mut self) {
        drop(self.stop.take());
        self.served.await.unwrap();
    }
}

/// The same configuration with the emulator as the service.
fn redirected(config: Config, sandbox: &Sandbox, emulator: &Emulator) -> Config {
    let env = Env::from_pairs([
        ("OCI_CONFIG_FILE", sandbox.config_file().to_str().unwrap()),
        ("OCI_COMPARTMENT_ID", sandbox.compartment_id()),
    ]);
    config.redirected(Endpoint::parse(&emulator.url()).unwrap(), env)
}

/// A request for an answer to a question, whole.
fn question(model: &str) -> String {
    format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"What is 2x2?"}}]}}"#)
}

/// The same as a stream.
fn streamed(model: &str) -> String {
    question(model).replacen('{', r#"{"stream":true,"#, 1)
}
