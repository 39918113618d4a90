//! An emulator, somebody whom it knows, and a clock that stands still.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oci_emulator::{Builder, Emulator, Sandbox};
use serde_json::{Value, json};

use crate::http::{Answer, Connection};
use crate::signer::{Message, Signer};

pub(crate) const CHAT: &str = "/openai/v1/chat/completions";
pub(crate) const NATIVE: &str = "/20231130/actions/chat";

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) signer: Signer,
    pub(crate) sandbox: Sandbox,
    _folder: tempfile::TempDir,
}

/// The time at which all of it happens.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_788_688_081)
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(build: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        let builder = Emulator::builder().identity(sandbox.identity()).clock(now);
        let emulator = build(builder).start().await.unwrap();
        let pem = std::fs::read_to_string(sandbox.key_file()).unwrap();
        let signer = Signer::from_pem(&pem, sandbox.identity().key_id());
        Self { emulator, signer, sandbox, _folder: folder }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.emulator.address()).await
    }

    /// Sends a message as it is, over a connection of its own.
    pub(crate) async fn send(&self, message: &Message) -> Answer {
        self.connect().await.request(&message.to_bytes(), message.method == "HEAD").await
    }

    /// A signed POST with a compartment.
    pub(crate) fn post(&self, target: &str, body: &[u8]) -> Message {
        let mut message = Message::new("POST", target, body, now());
        message.set("opc-compartment-id", self.sandbox.compartment_id());
        self.signer.sign_usual(&mut message);
        message
    }

    /// A signed request without a body, with a compartment.
    pub(crate) async fn call(&self, method: &str, target: &str) -> Answer {
        self.call_with(method, target, None, &[]).await
    }

    /// A signed request with a compartment and more headers.
    pub(crate) async fn call_with(
        &self,
        method: &str,
        target: &str,
        document: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = document.map(Value::to_string).unwrap_or_default();
        let mut message = Message::new(method, target, body.as_bytes(), now());
        message.set("opc-compartment-id", self.sandbox.compartment_id());
        for (name, value) in headers {
            message.set(name, value);
        }
        self.signer.sign_usual(&mut message);
        self.send(&message).await
    }

    /// Sends a form, whose parts have a head and a content.
    pub(crate) async fn send_form(&self, target: &str, parts: &[(&str, &[u8])]) -> Answer {
        self.send(&self.form(target, parts)).await
    }

    /// A signed form.
    pub(crate) fn form(&self, target: &str, parts: &[(&str, &[u8])]) -> Message {
        let mut body = Vec::new();
        for (head, content) in parts {
            let head = format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(b"--edge--\r\n");
        let mut message = Message::new("POST", target, &body, now());
        message.set("content-type", "multipart/form-data; boundary=edge");
        message.set("opc-compartment-id", self.sandbox.compartment_id());
        self.signer.sign_usual(&mut message);
        message
    }

    /// Uploads a file for `user_data`; its id.
    pub(crate) async fn upload(&self, name: &str, content: &[u8]) -> String {
        let file = format!("name=\"file\"; filename=\"{name}\"");
        let parts: [(&str, &[u8]); 2] = [("name=\"purpose\"", b"user_data"), (&file, content)];
        let answer = self.send_form("/openai/v1/files", &parts).await;
        assert_eq!(answer.status, 200, "{}", answer.body());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Posts a JSON document and reads the answer.
    pub(crate) async fn ask(&self, target: &str, document: &Value) -> Answer {
        self.send(&self.post(target, document.to_string().as_bytes())).await
    }

    /// Asks "What is 2x2?" at chat completions.
    pub(crate) async fn ask_two_by_two(&self, stream: bool) -> Answer {
        self.ask(CHAT, &two_by_two(stream)).await
    }
}

/// The body of a native chat request.
pub(crate) fn chat_details(model: &str, request: Value) -> Value {
    let mut document = json!({
        "compartmentId": "ocid1.compartment.oc1..emulator",
        "servingMode": { "servingType": "ON_DEMAND", "modelId": model },
    });
    document["chatRequest"] = request;
    document
}

/// One object with the fields of both.
pub(crate) fn merged(mut document: Value, other: Value) -> Value {
    let Value::Object(other) = other else { panic!("an object") };
    document.as_object_mut().unwrap().extend(other);
    document
}

/// What a refusal says, which must be the service's envelope with the status for a code.
#[track_caller]
pub(crate) fn refusal(answer: &Answer) -> String {
    assert_eq!(answer.json()["code"], answer.status.to_string(), "{}", answer.body());
    answer.json()["message"].as_str().unwrap().to_owned()
}

pub(crate) fn two_by_two(stream: bool) -> Value {
    json!({
        "model": "openai.gpt-5.5",
        "messages": [{ "role": "user", "content": "What is 2x2?" }],
        "stream": stream,
    })
}
