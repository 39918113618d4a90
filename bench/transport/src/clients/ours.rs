//! `oci-transport`, with an API key as a bearer token, and with signatures.

use oci_auth::{KeyId, PrivateKey, Secret, Signer, SigningKey};
use oci_transport::{ChatStream, Client, Endpoint};
use oci_wire::chat::{ChatRequest, Message};

use super::Chat;
use crate::answers::{KEY, MODEL, PROMPT};

#[derive(Clone)]
pub(crate) struct Bearer(Client);

fn client(server: &str, signer: Signer) -> Client {
    let endpoint = Endpoint::parse(server).expect("the server is on this machine");
    Client::builder(endpoint, signer).build().expect("nothing is set that could be wrong")
}

fn request(model: &str) -> ChatRequest {
    ChatRequest::new(model, [Message::user(PROMPT)])
}

impl Chat for Bearer {
    type Stream = ChatStream;

    fn new(server: &str) -> Self {
        let signer = Signer::bearer(&Secret::from(KEY));
        Self(client(server, signer.expect("the key is ASCII")))
    }

    async fn call(&self) -> usize {
        self.0.chat(&request(MODEL)).await.expect("the server answers").text().len()
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        self.0.chat_stream(&request(model)).await.expect("the server answers")
    }

    async fn next(stream: &mut Self::Stream) -> Option<usize> {
        let chunk = stream.next().await?.expect("the stream is complete");
        Some(chunk.text().map_or(0, str::len))
    }
}

/// The same with a signature of RSA with 2048 bits for each request.
#[derive(Clone)]
pub(crate) struct Signed(Bearer);

impl Chat for Signed {
    type Stream = ChatStream;

    fn new(server: &str) -> Self {
        let key = PrivateKey::from_pem(PEM, None).expect("the fixture is a key");
        let id = KeyId::verbatim("bench".to_owned()).expect("the id is ASCII");
        Self(Bearer(client(server, Signer::new(SigningKey::new(id, key)))))
    }

    async fn call(&self) -> usize {
        self.0.call().await
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        self.0.open(model).await
    }

    async fn next(stream: &mut Self::Stream) -> Option<usize> {
        Bearer::next(stream).await
    }
}

/// A key of the tests, known to everybody.
const PEM: &[u8] = include_bytes!("../../../../fixtures/keys/rsa2048_a.pkcs8.pem");
