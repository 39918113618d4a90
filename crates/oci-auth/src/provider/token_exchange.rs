//! Token exchange: what another issuer says about a workload, exchanged at an identity domain for a token of OCI.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, Uri};
use zeroize::Zeroizing;

use super::instance::session_key;
use super::{ProviderError, snapshot};
use crate::cache::{Fetch, TokenProvider};
use crate::drive::{Exchange, Patience};
use crate::exchange::{self, Ending, ExchangeError, Issuer};
use crate::federation::FederationError;
use crate::network::Network;
use crate::secret::Secret;
use crate::sign_error::SignError;

/// Exchanges the token of another issuer, such as that of a CI system, at an identity domain: workload identity federation.
///
/// What comes is a user principal session token (UPST) by default, or the token of a resource
/// ([`for_resource`](Self::for_resource)).
///
/// ```no_run
/// # fn make(network: oci_auth::Network) -> Option<oci_auth::Signer> {
/// use std::time::SystemTime;
///
/// use oci_auth::{Secret, Signer, TokenCache, TokenExchange};
///
/// let provider = TokenExchange::new(network, "https://idcs-0123.identity.oraclecloud.com", "client", Secret::from("secret"))
///     .subject_file("/var/run/ci/token");
/// let signer = Signer::tokens(TokenCache::new(provider, SystemTime::now));
/// # Some(signer)
/// # }
/// ```
#[derive(Clone)]
pub struct TokenExchange(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    network: Network,
    domain: String,
    client_id: String,
    client_secret: Secret,
    subject: Subject,
    wanted: Wanted,
}

/// Where the token of the other issuer comes from.
#[derive(Clone)]
enum Subject {
    File(PathBuf),
    Function(Arc<dyn Fn() -> Option<Secret> + Send + Sync>),
}

#[derive(Clone)]
enum Wanted {
    User,
    Resource { kind: String, minutes: Option<u32> },
}

impl TokenExchange {
    /// An exchange at an identity domain, such as `https://idcs-0123.identity.oraclecloud.com`, by a client that the domain knows.
    pub fn new(
        network: Network,
        domain: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: Secret,
    ) -> Self {
        Self(Arc::new(Inner {
            network,
            domain: domain.into(),
            client_id: client_id.into(),
            client_secret,
            subject: Subject::Function(Arc::new(|| None)),
            wanted: Wanted::User,
        }))
    }

    /// The token of the other issuer, in a file that is read for each exchange.
    #[must_use]
    pub fn subject_file(self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self.with(|inner| inner.subject = Subject::File(path))
    }

    /// The token of the other issuer, which is asked for at each exchange; `None` is an error. It must not wait.
    #[must_use]
    pub fn subject(self, read: impl Fn() -> Option<Secret> + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.subject = Subject::Function(Arc::new(read)))
    }

    /// Asks for the token of a resource of this type, for so many minutes if they are given, rather than for that of a user.
    #[must_use]
    pub fn for_resource(self, kind: impl Into<String>, minutes: Option<u32>) -> Self {
        let kind = kind.into();
        self.with(|inner| inner.wanted = Wanted::Resource { kind, minutes })
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }
}

impl TokenProvider for TokenExchange {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let subject = inner.subject.read()?;
            let network = &inner.network;
            let key = session_key(network).await?;
            let uri = exchange::address(inner.domain.trim_end_matches('/'), PATH);
            let exchange = DomainExchange {
                uri: uri.ok_or(ExchangeError::Endpoint)?,
                body: inner
                    .form(&subject, key.public_key_der().ok_or(FederationError::NoPublicKey)?),
                authorization: inner.authorization()?,
                ending: Ending { issuer: Issuer::Domain, key: key.fingerprint() },
            };
            let token =
                network.drive(&*network.service, &exchange, Patience::AUTHENTICATION).await?;
            snapshot(&token, key, None)
        })
    }
}

impl Subject {
    fn read(&self) -> Result<Secret, ProviderError> {
        let text = match self {
            Self::Function(read) => read().ok_or(ProviderError::NotToken)?,
            Self::File(path) => {
                let text = fs::read_to_string(path).map(Zeroizing::new);
                let text = text.map_err(|error| ProviderError::File {
                    path: path.clone(),
                    kind: error.kind(),
                })?;
                Secret::from(text.trim())
            }
        };
        if text.expose().is_empty() { Err(ProviderError::NotToken) } else { Ok(text) }
    }
}

impl Inner {
    fn form(&self, subject: &Secret, public: &[u8]) -> Zeroizing<Vec<u8>> {
        let public = STANDARD.encode(public);
        let kind = match self.wanted {
            Wanted::User => "urn:oci:token-type:oci-upst",
            Wanted::Resource { .. } => "urn:oci:token-type:oci-rpst",
        };
        let mut form = Form::default();
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.add("requested_token_type", kind);
        form.add("subject_token", subject.expose());
        form.add("subject_token_type", "jwt");
        form.add("public_key", &public);
        if let Wanted::Resource { kind, minutes } = &self.wanted {
            form.add("res_type", kind);
            if let Some(minutes) = minutes {
                form.add("rpst_exp", &minutes.to_string());
            }
        }
        form.0
    }

    fn authorization(&self) -> Result<HeaderValue, SignError> {
        let pair = Zeroizing::new(format!("{}:{}", self.client_id, self.client_secret.expose()));
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(&*pair)))
            .map_err(|_| SignError::HeaderText(AUTHORIZATION))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// A body of type `application/x-www-form-urlencoded` (WHATWG URL section 5.2).
#[derive(Default)]
struct Form(Zeroizing<Vec<u8>>);

impl Form {
    fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(b'&');
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                    self.0.push(byte);
                }
                b' ' => self.0.push(b'+'),
                other => self.0.extend_from_slice(format!("%{other:02X}").as_bytes()),
            }
        }
    }
}

/// The request of an identity domain, which a client's secret stands for rather than a signature.
struct DomainExchange {
    uri: Uri,
    body: Zeroizing<Vec<u8>>,
    authorization: HeaderValue,
    ending: Ending,
}

impl Exchange for DomainExchange {
    type Output = Secret;
    type Error = ExchangeError;

    fn issuer(&self) -> Issuer {
        Issuer::Domain
    }

    fn next_request(&self, _: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = Request::new(self.body.to_vec());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        headers.insert(AUTHORIZATION, self.authorization.clone());
        Ok(request)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Secret, ExchangeError> {
        self.ending.token(response, now)
    }
}

/// Shows the domain and the client; secret and tokens are redacted.
impl fmt::Debug for TokenExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenExchange")
            .field("domain", &self.0.domain)
            .field("client_id", &self.0.client_id)
            .finish_non_exhaustive()
    }
}

const PATH: &str = "/oauth2/v1/token";
const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";

#[cfg(test)]
mod tests {
    use super::super::world::{Reply, World, chain, token};
    use super::*;

    fn exchange(world: &World, domain: &str) -> TokenExchange {
        let secret = Secret::from("hunter2&=");
        TokenExchange::new(world.network(), domain, "client", secret)
            .subject(|| Some(Secret::from("a.b+c/=.d")))
    }

    #[tokio::test(start_paused = true)]
    async fn the_request_is_the_form_of_the_official_sdk() {
        let world = World::new(|_, _| Reply::token(&token("t", 1200, 'b')));
        exchange(&world, "https://idcs-1.identity.oraclecloud.com/").fetch().await.unwrap();
        let sent = world.sent().pop().unwrap();
        assert_eq!(sent.uri, "https://idcs-1.identity.oraclecloud.com/oauth2/v1/token");
        assert_eq!(sent.header("content-type"), "application/x-www-form-urlencoded;charset=UTF-8");
        assert_eq!(sent.header("authorization"), "Basic Y2xpZW50Omh1bnRlcjImPQ==");
        assert!(sent.headers["authorization"].is_sensitive() && !sent.is_direct);
        let body = String::from_utf8(sent.body).unwrap();
        let (start, public) = body.split_once("&public_key=").unwrap();
        assert_eq!(
            start,
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
             &requested_token_type=urn%3Aoci%3Atoken-type%3Aoci-upst\
             &subject_token=a.b%2Bc%2F%3D.d&subject_token_type=jwt"
        );
        assert!(public.starts_with("MIIBI") && !public.contains(['+', '/', '=']), "{public}");
        assert_eq!(world.keys(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_token_of_a_resource_is_asked_for_by_its_type() {
        let world = World::new(|_, _| Reply::token(&token("t", 1200, 'b')));
        let exchange = exchange(&world, "https://h.example").for_resource("my type", Some(15));
        exchange.fetch().await.unwrap();
        let body = String::from_utf8(world.sent()[0].body.clone()).unwrap();
        assert!(body.contains("=urn%3Aoci%3Atoken-type%3Aoci-rpst&"), "{body}");
        assert!(body.ends_with("&res_type=my+type&rpst_exp=15"), "{body}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_or_missing_is_told_without_secrets() {
        let world = World::new(|_, _| {
            Reply::new(401, r#"{"error":"invalid_client","error_description":"hunter2"}"#)
        });
        let error = exchange(&world, "https://h.example").fetch().await.unwrap_err();
        let text = chain(&error);
        assert!(
            text.contains("the identity domain answered 401 Unauthorized (invalid_client)"),
            "{text}"
        );
        assert!(error.hint().contains("client id and secret"), "{}", error.hint());
        assert!(!format!("{text} {error:?}").contains("hunter2"), "{text}");

        let shown = format!("{:?}", exchange(&world, "https://h.example"));
        assert!(shown.contains("h.example") && !shown.contains("hunter2"), "{shown}");
        let nobody = exchange(&world, "https://h.example").subject(|| None).fetch().await;
        assert!(matches!(nobody, Err(ProviderError::NotToken)), "{nobody:?}");
        let missing = exchange(&world, "https://h.example").subject_file("/nowhere/token");
        assert!(matches!(missing.fetch().await, Err(ProviderError::File { .. })));
        let elsewhere = exchange(&world, "h.example/path").fetch().await.unwrap_err();
        assert!(chain(&elsewhere).contains("expected an endpoint"), "{elsewhere:?}");
        assert_eq!(world.sent().len(), 1);
    }
}
