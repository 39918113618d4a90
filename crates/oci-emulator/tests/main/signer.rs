//! A signer straight from Oracle's description, which shares nothing with the product's.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, rand, signature};

/// A private key and the key id that goes with it.
pub(crate) struct Signer {
    pub(crate) key_id: String,
    key: signature::RsaKeyPair,
}

impl Signer {
    /// Loads a key file as the sandbox writes it, or a key as the metadata service has it.
    pub(crate) fn from_pem(pem: &str, key_id: &str) -> Self {
        let body: String = pem
            .lines()
            .skip_while(|line| !line.starts_with("-----BEGIN "))
            .skip(1)
            .take_while(|line| !line.starts_with("-----END "))
            .collect();
        let der = STANDARD.decode(body).unwrap();
        let key = if pem.starts_with("-----BEGIN RSA") {
            signature::RsaKeyPair::from_der(&der).unwrap()
        } else {
            signature::RsaKeyPair::from_pkcs8(&der).unwrap()
        };
        Self { key_id: key_id.to_owned(), key }
    }

    /// The signature over the lines that `list` names.
    pub(crate) fn signature(&self, message: &Message, list: &str) -> String {
        let lines: Vec<String> = list
            .split(' ')
            .map(str::to_ascii_lowercase)
            .map(|name| match name.as_str() {
                "(request-target)" => {
                    format!("{name}: {} {}", message.method.to_lowercase(), message.target)
                }
                _ => format!("{name}: {}", message.header(&name).unwrap_or_default()),
            })
            .collect();
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &signature::RSA_PKCS1_SHA256,
                &rand::SystemRandom::new(),
                lines.join("\n").as_bytes(),
                &mut signature,
            )
            .unwrap();
        STANDARD.encode(signature)
    }

    /// Signs what the official Python SDK signs.
    pub(crate) fn sign_usual(&self, message: &mut Message) {
        let list = message.usual_list();
        self.sign(message, list);
    }

    /// Adds the `authorization` header.
    pub(crate) fn sign(&self, message: &mut Message, list: &str) {
        let signature = self.signature(message, list);
        let key_id = &self.key_id;
        message.set(
            "authorization",
            &format!(
                "Signature algorithm=\"rsa-sha256\",headers=\"{list}\",keyId=\"{key_id}\",\
                 signature=\"{signature}\",version=\"1\""
            ),
        );
    }
}

/// A request before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A request with all that a signature needs, not signed yet.
    pub(crate) fn new(method: &str, target: &str, body: &[u8], now: SystemTime) -> Self {
        let mut message = Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: body.to_vec(),
        };
        message.set("date", &httpdate::fmt_http_date(now));
        message.set("host", "127.0.0.1:1");
        if matches!(method, "POST" | "PUT" | "PATCH") {
            message.set("content-length", &body.len().to_string());
            message.set("content-type", "application/json");
            let digest = digest::digest(&digest::SHA256, body);
            message.set("x-content-sha256", &STANDARD.encode(digest));
        }
        message
    }

    /// The list that the official Python SDK signs for this method.
    pub(crate) fn usual_list(&self) -> &'static str {
        match self.method.as_str() {
            "POST" | "PUT" | "PATCH" => {
                "date (request-target) host content-length content-type x-content-sha256"
            }
            _ => "date (request-target) host",
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// The bytes for the wire.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}
