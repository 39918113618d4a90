//! The services that hand out credentials: metadata, federation, sessions, resources, workloads, exchanges.

mod certificate;
mod federation;
mod grant;
mod metadata;
mod oauth;
mod operation;
mod resource;
mod session;
mod step;
mod token;
mod workload;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::authority::{Authority, Region};
use crate::body::Body;
use crate::error::Error;
use crate::fault::{Fault, Faults, fail_early, reshape};
use crate::keys::{KeyPair, PublicKey};
use crate::reply::Reply;
use crate::sabotage::Sabotage;
use crate::script::{Broken, Held};
use crate::server::Service;
use crate::stream;
use crate::verify::Rejection;
use crate::wire::RawHead;
use certificate::Certificate;
pub use grant::TokenKind;
pub(crate) use operation::{Door, Operation};
pub(crate) use resource::parent_url;
pub use step::{AuthService, ParseAuthServiceError};
pub(crate) use token::Token;
use token::{Draft, Kind};

/// An authority at work in one emulator.
#[derive(Debug)]
pub(crate) struct Identities {
    pub(crate) authority: Authority,
    pub(crate) region: Region,
    token_life: Duration,
    /// Where the emulator is reached, for addresses within answers.
    pub(crate) url: String,
    certificate: Mutex<Certificate>,
    revoked_below: AtomicU64,
    /// In the order of [`AuthService::ALL`].
    faults: [Faults; AuthService::ALL.len()],
}

/// A request to one of these services.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) head: &'a RawHead,
    pub(crate) body: &'a Body,
    pub(crate) now: SystemTime,
    pub(crate) service: &'a Service,
    pub(crate) identities: &'a Identities,
}

/// What is granted: tokens to be made, and the answer that is written around them.
struct Granted {
    drafts: Vec<Draft>,
    write: Write,
}

/// Writes an answer around tokens.
type Write = Box<dyn FnOnce(&[String]) -> Reply + Send>;

impl Granted {
    /// An answer without tokens.
    fn page(reply: Reply) -> Self {
        Self { drafts: Vec::new(), write: Box::new(|_| reply) }
    }

    /// The usual answer with one, `{"token":"…"}`.
    fn token(draft: Draft) -> Self {
        Self::tokens(vec![draft], |tokens| {
            let token = tokens.first().map_or("", String::as_str);
            Reply::json(200, &serde_json::json!({ "token": token }))
        })
    }

    /// An answer that is written around tokens.
    fn tokens(drafts: Vec<Draft>, write: impl FnOnce(&[String]) -> Reply + Send + 'static) -> Self {
        Self { drafts, write: Box::new(write) }
    }
}

/// An answer that grants nothing, and why if it is about credentials.
#[derive(Debug)]
struct Refusal {
    reply: Reply,
    /// Boxed, since it is large and rare.
    rejection: Option<Box<Rejection>>,
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self { reply: Reply::not_authenticated(), rejection: Some(Box::new(rejection)) }
    }
}

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self { reply, rejection: None }
    }
}

impl Identities {
    pub(crate) fn new(
        authority: Authority,
        region: Region,
        token_life: Duration,
        url: String,
        now: SystemTime,
    ) -> Result<Self, Error> {
        let certificate =
            Mutex::new(Certificate::issue(&authority, authority.instance_key(), now)?);
        Ok(Self {
            authority,
            region,
            token_life,
            url,
            certificate,
            revoked_below: AtomicU64::new(0),
            faults: std::array::from_fn(|_| Faults::default()),
        })
    }

    /// What goes wrong at one of the services.
    pub(crate) fn faults(&self, service: AuthService) -> &Faults {
        let found = AuthService::ALL.iter().zip(&self.faults).find(|(other, _)| **other == service);
        let (_, faults) = found.expect("a queue, because ALL has every service");
        faults
    }

    /// Reads a token that is good at this moment.
    pub(crate) fn read(&self, token: &str, now: SystemTime) -> Result<Token, Rejection> {
        Token::read(token, &self.authority, now, self.revoked_below.load(Ordering::Relaxed))
    }

    /// Refuses every token that there is by now.
    pub(crate) fn revoke_tokens(&self) {
        self.revoked_below.store(self.authority.numbers_given(), Ordering::Relaxed);
    }

    /// Puts a certificate for another key in the place of the one there is, which is refused from now on.
    pub(crate) fn rotate_certificate(&self, key: KeyPair, now: SystemTime) -> Result<(), Error> {
        let certificate = Certificate::issue(&self.authority, key.into(), now)?;
        *self.certificate.lock().unwrap_or_else(PoisonError::into_inner) = certificate;
        Ok(())
    }

    /// Makes a token outside of any request.
    pub(crate) fn issue(
        &self,
        kind: TokenKind<'_>,
        life: Option<Duration>,
        now: SystemTime,
    ) -> Result<String, Error> {
        let mut draft = kind.draft(&self.authority, now);
        draft.life = life.or(draft.life);
        self.mint(&draft, now)
    }

    fn mint(&self, draft: &Draft, now: SystemTime) -> Result<String, Error> {
        draft.mint(&self.authority, now, draft.life.unwrap_or(self.token_life))
    }

    /// The user of the delegation token, if the request has one, which then has to be signed as well.
    pub(crate) fn delegating_user(
        &self,
        head: &RawHead,
        signed_headers: &[String],
        now: SystemTime,
    ) -> Result<Option<String>, Rejection> {
        let Some(token) = head.value(DELEGATION) else { return Ok(None) };
        if !signed_headers.iter().any(|name| name == DELEGATION) {
            return Err(Rejection::NotSigned(DELEGATION.to_owned()));
        }
        let token = self.read(token, now)?.of_kind(Kind::Delegation)?;
        Ok(Some(token.subject().to_owned()))
    }

    /// Answers a request to one of these services.
    pub(crate) async fn answer(
        &self,
        operation: Operation<'_>,
        asked: &Asked<'_>,
        held: &mut Held,
        sabotage: &Sabotage,
    ) -> Result<(Reply, Option<Rejection>), Broken> {
        let granted = match operation.grant(asked) {
            Ok(granted) => granted,
            Err(refusal) => {
                return Ok((refusal.reply, refusal.rejection.map(|rejection| *rejection)));
            }
        };
        let fault = self.faults(operation.service()).next();
        if let Some(fault) = &fault
            && let Some(reply) = fail_early(fault, held, sabotage).await?
        {
            return Ok((reply, None));
        }
        let Ok(tokens) = self.mint_all(&granted.drafts, asked.now, fault.as_ref()) else {
            return Ok((Reply::oracle_error(500, "InternalServerError", "no token"), None));
        };
        let reply = stream::befallen((granted.write)(&tokens), fault.as_ref());
        if fault == Some(Fault::Rotate) {
            let key = tokio::task::spawn_blocking(KeyPair::generate).await;
            let rotated = key
                .map_err(|_| Error::KeyGeneration)
                .flatten()
                .and_then(|key| self.rotate_certificate(key, asked.now));
            if rotated.is_err() {
                return Ok((Reply::oracle_error(500, "InternalServerError", "no key"), None));
            }
        }
        Ok((reshape(reply, fault.as_ref()), None))
    }

    fn mint_all(
        &self,
        drafts: &[Draft],
        now: SystemTime,
        fault: Option<&Fault>,
    ) -> Result<Vec<String>, Error> {
        let mint = |draft: &Draft| match fault {
            Some(Fault::ExpiredToken) => {
                let life = draft.life.unwrap_or(self.token_life);
                draft.mint(&self.authority, now.checked_sub(life).unwrap_or(now), life)
            }
            Some(Fault::GarbageToken) => Ok("no.token.at-all".to_owned()),
            Some(Fault::ForeignToken) => {
                // Nobody but the authority has this key.
                let draft = draft.clone().with_key(self.authority.token_public().clone());
                self.mint(&draft, now)
            }
            _ => self.mint(draft, now),
        };
        drafts.iter().map(mint).collect()
    }
}

impl Asked<'_> {
    /// The body as a JSON object.
    fn document(&self) -> Result<Map<String, Value>, Refusal> {
        let is_json = self.head.value("content-type").is_some_and(crate::server::is_json);
        if !is_json {
            let message = "expected content-type application/json";
            return Err(Reply::oracle_error(415, "UnsupportedMediaType", message).into());
        }
        serde_json::from_slice(&self.body.bytes).map_err(|_| {
            let message = "expected a JSON object";
            Reply::oracle_error(400, "CannotParseRequest", message).into()
        })
    }
}

/// A member that has to be a text.
fn required<'a>(document: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    document.get(name).and_then(Value::as_str).ok_or_else(|| {
        let message = format!("expected the member {name}, a text");
        Reply::oracle_error(400, "InvalidParameter", &message).into()
    })
}

/// The public key that a token is to be bound to.
fn public_key(text: &str) -> Result<PublicKey, Refusal> {
    PublicKey::from_base64(text)
        .map_err(|error| Reply::oracle_error(400, "InvalidParameter", &error.to_string()).into())
}

/// The header of a delegation token.
const DELEGATION: &str = "opc-obo-token";
