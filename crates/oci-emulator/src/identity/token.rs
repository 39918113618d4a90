//! Tokens: JSON Web Tokens (RFC 7519) signed with RS256, which say who has the key that they name.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Map, Value, json};

use crate::authority::Authority;
use crate::error::Error;
use crate::keys::PublicKey;
use crate::random::hex;
use crate::verify::Rejection;

/// What a token is good for; its name is the claim `ttype`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// That a user lets an instance act in the user's name.
    Delegation,
    /// Of an identity provider outside of OCI.
    External,
    Instance,
    Resource,
    /// What a service says of a resource of its own, to be exchanged for a token of the resource.
    ResourceProof,
    Scoped,
    ServiceAccount,
    /// What goes with [`Kind::ResourceProof`]: that the service is who it says.
    ServiceProof,
    Session,
    User,
    Workload,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Delegation => "obo",
            Self::External => "external",
            Self::Instance => "x509",
            Self::Resource => "res",
            Self::ResourceProof => "rpt",
            Self::Scoped => "scoped",
            Self::ServiceAccount => "sa",
            Self::ServiceProof => "spst",
            Self::Session => "login",
            Self::User => "upst",
            Self::Workload => "workload",
        }
    }

    fn named(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

const ALL: &[Kind] = &[
    Kind::Delegation,
    Kind::External,
    Kind::Instance,
    Kind::Resource,
    Kind::ResourceProof,
    Kind::Scoped,
    Kind::ServiceAccount,
    Kind::ServiceProof,
    Kind::Session,
    Kind::User,
    Kind::Workload,
];

/// A token that is yet to be made.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    /// The claim `sub`.
    pub(crate) subject: String,
    /// The claims that only this kind has.
    pub(crate) claims: Map<String, Value>,
    /// The key that its bearer signs with; `None` for a token that is only shown.
    pub(crate) key: Option<PublicKey>,
    /// How long it is good for; `None` for as long as the emulator was told.
    pub(crate) life: Option<Duration>,
}

impl Draft {
    pub(crate) fn new(kind: Kind, subject: &str) -> Self {
        let (subject, claims) = (subject.to_owned(), Map::new());
        Self { kind, subject, claims, key: None, life: None }
    }

    /// Binds it to a key.
    pub(crate) fn with_key(mut self, key: PublicKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets its life in place of the usual one.
    pub(crate) fn with_life(mut self, life: Duration) -> Self {
        self.life = Some(life);
        self
    }

    /// Adds a claim.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Writes and signs it.
    pub(crate) fn mint(
        &self,
        authority: &Authority,
        from: SystemTime,
        life: Duration,
    ) -> Result<String, Error> {
        let from = unix_seconds(from);
        let mut claims = self.claims.clone();
        // Tokens from elsewhere name their issuer themselves.
        claims.entry("iss").or_insert_with(|| "authService.oracle.com".into());
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("sub", self.subject.as_str().into());
        put("ttype", self.kind.name().into());
        put("aud", "oci".into());
        put("tenant", authority.tenancy().into());
        put("iat", from.into());
        put("exp", (from + life.as_secs()).into());
        put("jti", format!("{:016x}-{}", authority.next_number(), hex(16)).into());
        if let Some(key) = &self.key {
            // Oracle's tokens hold the key as JSON within a text.
            put("jwk", jwk(key)?.to_string().into());
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = json!({ "alg": "RS256", "kid": "asw_emulator", "typ": "JWT" });
        let signed = format!("{}.{}", part(&head), part(&Value::Object(claims)));
        let signature = URL_SAFE_NO_PAD.encode(authority.sign(&signed)?);
        Ok(format!("{signed}.{signature}"))
    }
}

/// A token of this authority, neither expired nor revoked.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    claims: Map<String, Value>,
}

impl Token {
    /// Reads and checks one; tokens with a number below `revoked_below` are refused.
    pub(crate) fn read(
        text: &str,
        authority: &Authority,
        now: SystemTime,
        revoked_below: u64,
    ) -> Result<Self, Rejection> {
        let bad = |problem| move || Rejection::Token(problem);
        let (signed, signature) = text.rsplit_once('.').ok_or_else(bad("is no JWT"))?;
        let (head, claims) = signed.split_once('.').ok_or_else(bad("is no JWT"))?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| bad("is no JWT")())?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let head = object(head).ok_or_else(bad("is no JWT"))?;
        if head.get("alg").and_then(Value::as_str) != Some("RS256") {
            return Err(Rejection::Token("has another algorithm than RS256"));
        }
        let key = authority.token_public().pkcs1_der();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| bad("was not issued here")())?;

        let claims = object(claims).ok_or_else(bad("has no claims"))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let kind = text("ttype").and_then(Kind::named).ok_or_else(bad("is of no known kind"))?;
        let number = text("jti").and_then(|id| u64::from_str_radix(id.get(..16)?, 16).ok());
        let expiry = claims.get("exp").and_then(Value::as_u64);
        let (number, expiry) = number.zip(expiry).ok_or_else(bad("has no claims"))?;
        if number < revoked_below {
            return Err(Rejection::TokenRevoked);
        }
        if expiry <= unix_seconds(now) {
            return Err(Rejection::TokenExpired);
        }
        Ok(Self { kind, claims })
    }

    /// The same token if it is of this kind.
    pub(crate) fn of_kind(self, kind: Kind) -> Result<Self, Rejection> {
        if self.kind == kind {
            return Ok(self);
        }
        Err(Rejection::TokenKind { expected: kind.name(), found: self.kind.name() })
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// A claim that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.claims.get(name).and_then(Value::as_u64)
    }

    /// Whom it is about.
    pub(crate) fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// The key that its bearer signs with.
    pub(crate) fn key(&self) -> Result<PublicKey, Rejection> {
        let key = || {
            let jwk: Value = serde_json::from_str(self.text("jwk")?).ok()?;
            let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
            PublicKey::from_components(&number("n")?, &number("e")?).ok()
        };
        key().ok_or(Rejection::Token("is bound to no key"))
    }
}

/// A JSON Web Key (RFC 7517).
fn jwk(key: &PublicKey) -> Result<Value, Error> {
    let (n, e) = key.components()?;
    Ok(json!({
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": key.fingerprint(),
        "n": URL_SAFE_NO_PAD.encode(n),
        "e": URL_SAFE_NO_PAD.encode(e),
    }))
}

/// Whole seconds since 1970, which is how tokens count.
pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::keys::KeyPair;

    static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::generate().unwrap());

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_788_688_081)
    }

    fn minted(draft: &Draft) -> String {
        draft.mint(&AUTHORITY, now(), Duration::from_secs(60)).unwrap()
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = Token::read(text, &AUTHORITY, now(), 0).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_minted_is_read() {
        let key = KeyPair::generate().unwrap().public_key().clone();
        let draft = Draft::new(Kind::Session, "me").with_key(key.clone()).with("sess_exp", 7);
        let token = Token::read(&minted(&draft), &AUTHORITY, now(), 0).unwrap();
        assert_eq!((token.kind, token.subject()), (Kind::Session, "me"));
        assert_eq!((token.key().unwrap(), token.number("sess_exp")), (key, Some(7)));
        assert_eq!(token.text("tenant"), Some(AUTHORITY.tenancy()));
        assert!(token.clone().of_kind(Kind::Session).is_ok());
        let error = token.of_kind(Kind::Instance).unwrap_err().to_string();
        assert_eq!(error, "expected a token of kind x509, found login");
    }

    #[test]
    fn it_ends_with_the_second_that_it_names() {
        let token = minted(&Draft::new(Kind::External, "me"));
        let at = |seconds| Token::read(&token, &AUTHORITY, now() + Duration::from_secs(seconds), 0);
        assert!(at(59).is_ok());
        assert_eq!(at(60).unwrap_err(), Rejection::TokenExpired);
    }

    #[test]
    fn earlier_tokens_are_revoked_and_later_ones_are_not() {
        let before = minted(&Draft::new(Kind::External, "me"));
        let limit = AUTHORITY.numbers_given();
        let after = minted(&Draft::new(Kind::External, "me"));
        let read = |text: &str| Token::read(text, &AUTHORITY, now(), limit);
        assert_eq!(read(&before).unwrap_err(), Rejection::TokenRevoked);
        assert!(read(&after).is_ok());
    }

    #[test]
    fn what_is_not_from_here_is_refused() {
        let token = minted(&Draft::new(Kind::External, "me"));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (head, claims) = signed.split_once('.').unwrap();
        for text in ["", "a", "a.b", "a.b.c", "{}.{}.{}", &format!("{signed}.=")] {
            refused(text, "is no JWT");
        }
        refused(&format!("{head}.{}.{signature}", "e30"), "was not issued here");
        let other = Authority::generate().unwrap();
        let foreign = Draft::new(Kind::External, "me").mint(&other, now(), Duration::from_secs(60));
        refused(&foreign.unwrap(), "was not issued here");
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        refused(&format!("{none}.{claims}."), "another algorithm");
        let unbound = Token::read(&token, &AUTHORITY, now(), 0).unwrap();
        assert_eq!(unbound.key().unwrap_err().to_string(), "the token is bound to no key");
    }

    #[test]
    fn kinds_have_names_of_their_own() {
        for kind in ALL {
            assert_eq!(Kind::named(kind.name()), Some(*kind));
        }
        assert_eq!(Kind::named("other"), None);
    }
}
