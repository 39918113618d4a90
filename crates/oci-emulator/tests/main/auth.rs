//! An emulator with an authority, and what a client of it has to do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oci_emulator::{Authority, Builder, KeyPair, PublicKey, Rejection};
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde_json::{Value, json};

use crate::http::Answer;
use crate::signer::{Message, Signer};
use crate::world::{CHAT, World, now, two_by_two};

/// Made once, since it takes a while.
pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::generate().unwrap());

/// A key that some token is bound to.
pub(crate) static SESSION: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate().unwrap());

/// An emulator whose clock stands until it is moved.
pub(crate) struct Tenancy {
    pub(crate) world: World,
    seconds: Arc<AtomicU64>,
}

/// What the metadata service has for an instance.
pub(crate) struct Material {
    pub(crate) certificate: String,
    pub(crate) intermediate: String,
    pub(crate) key: String,
}

/// How a federation call names its certificate.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// As the official Python SDK does.
    Sha1,
    /// As the official Go SDK does.
    Sha256,
}

impl Tenancy {
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(build: impl FnOnce(Builder) -> Builder) -> Self {
        let seconds = Arc::new(AtomicU64::new(0));
        let moved = Arc::clone(&seconds);
        let clock = move || now() + Duration::from_secs(moved.load(Ordering::Relaxed));
        let world =
            World::with(|builder| build(builder.authority(AUTHORITY.clone()).clock(clock))).await;
        Self { world, seconds }
    }

    /// The time as the service has it.
    pub(crate) fn now(&self) -> SystemTime {
        now() + Duration::from_secs(self.seconds.load(Ordering::Relaxed))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A GET of metadata, as it should be.
    pub(crate) fn metadata(&self, path: &str) -> Message {
        let mut message = Message::new("GET", &format!("/opc/v2/{path}"), b"", self.now());
        message.set("authorization", "Bearer Oracle");
        message
    }

    pub(crate) async fn read_metadata(&self, path: &str) -> String {
        let answer = self.world.send(&self.metadata(path)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body());
        answer.body()
    }

    pub(crate) async fn material(&self) -> Material {
        Material {
            certificate: self.read_metadata("identity/cert.pem").await,
            intermediate: self.read_metadata("identity/intermediate.pem").await,
            key: self.read_metadata("identity/key.pem").await,
        }
    }

    /// A federation call for [`SESSION`], signed by the key of the certificate.
    pub(crate) fn federation(&self, material: &Material, form: Form) -> Message {
        let mut body = json!({
            "certificate": bare(&material.certificate),
            "intermediateCertificates": [bare(&material.intermediate)],
            "publicKey": bare_key(SESSION.public_key()),
        });
        if let Form::Sha256 = form {
            body["fingerprintAlgorithm"] = "SHA256".into();
        }
        self.federation_with(material, form, &body)
    }

    /// The same with another body.
    pub(crate) fn federation_with(&self, material: &Material, form: Form, body: &Value) -> Message {
        let mut message = Message::new("POST", "/v1/x509", body.to_string().as_bytes(), self.now());
        let signer = material.signer(form);
        signer.sign(&mut message, FEDERATION_HEADERS);
        message
    }

    /// A token of the instance, by way of metadata and federation.
    pub(crate) async fn federate(&self) -> String {
        let material = self.material().await;
        token(&self.world.send(&self.federation(&material, Form::Sha1)).await)
    }

    /// A signed request to the authentication service or to one for resources.
    pub(crate) fn signed(&self, signer: &Signer, method: &str, path: &str, body: &str) -> Message {
        let mut message = Message::new(method, path, body.as_bytes(), self.now());
        signer.sign_usual(&mut message);
        message
    }

    /// A chat, signed with a token and [`SESSION`].
    pub(crate) fn chat(&self, token: &str) -> Message {
        let body = two_by_two(false).to_string();
        let mut message = Message::new("POST", CHAT, body.as_bytes(), self.now());
        message.set("opc-compartment-id", self.world.sandbox.compartment_id());
        bearer(token).sign_usual(&mut message);
        message
    }

    /// What became of such a chat.
    pub(crate) async fn ask_as(&self, token: &str) -> u16 {
        self.world.send(&self.chat(token)).await.status
    }

    /// Sends what has to be refused, and says why it was.
    pub(crate) async fn refusal(&self, message: &Message) -> Rejection {
        let answer = self.world.send(message).await;
        assert_eq!(answer.status, 401, "{}", answer.body());
        self.last_rejection()
    }

    #[track_caller]
    pub(crate) fn last_rejection(&self) -> Rejection {
        let request = self.world.emulator.requests().pop().unwrap();
        request.rejection.expect("a rejection")
    }
}

impl Material {
    pub(crate) fn signer(&self, form: Form) -> Signer {
        let der = STANDARD.decode(bare(&self.certificate)).unwrap();
        let (name, algorithm) = match form {
            Form::Sha1 => ("fed-x509", &SHA1_FOR_LEGACY_USE_ONLY),
            Form::Sha256 => ("fed-x509-sha256", &SHA256),
        };
        let digest = digest::digest(algorithm, &der);
        let pairs: Vec<String> = digest
            .as_ref()
            .iter()
            .map(|byte| match form {
                Form::Sha1 => format!("{byte:02X}"),
                Form::Sha256 => format!("{byte:02x}"),
            })
            .collect();
        let key_id = format!("{}/{name}/{}", AUTHORITY.tenancy(), pairs.join(":"));
        Signer::from_pem(&self.key, &key_id)
    }
}

/// Signs as the bearer of a token that is bound to [`SESSION`].
pub(crate) fn bearer(token: &str) -> Signer {
    Signer::from_pem(SESSION.private_key_pem().as_str(), &format!("ST${token}"))
}

/// The token of an answer.
#[track_caller]
pub(crate) fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body());
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// The claims of a token.
#[track_caller]
pub(crate) fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A PEM block without its first and last line and without line breaks.
pub(crate) fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// The same for a public key.
pub(crate) fn bare_key(key: &PublicKey) -> String {
    STANDARD.encode(key.spki_der())
}

/// What a federation call signs: all but the host.
pub(crate) const FEDERATION_HEADERS: &str =
    "date (request-target) content-length content-type x-content-sha256";
