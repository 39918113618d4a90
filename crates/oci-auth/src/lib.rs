//! Request signing and credentials for Oracle Cloud Infrastructure.
//!
//! This crate turns a request into a signed one, and a profile of `~/.oci/config` into the key to sign with. It sends
//! nothing but requests for tokens, and those by a client of yours unless it is built with its own: use it with any HTTP client
//! whose requests are those of the [`http`] crate.
//!
//! ```text
//!  ~/.oci/config ── ConfigFile ── Profile ─┐
//!  OCI_* variables ────── Env ─────────────┼─► Credentials ──────► Signer ──► Snapshot
//!  key_file ────────── PrivateKey ─────────┘                                      │
//!  http::Request ── RequestParts ─┐                                               │
//!  body ────────── BodyDigest ────┴────────► sign(parts, digest, key, now) ◄──────┘
//!                                                    │
//!                                                    ▼
//!                                              SignedHeaders
//! ```
//!
//! [`sign`] is pure: no clock, no environment, no files, no sockets. It returns the headers to set, so a request is never left
//! half signed.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use http::{HeaderMap, Method};
//! use oci_auth::{BodyDigest, KeyId, PrivateKey, RequestParts, SigningKey, sign};
//!
//! # #[cfg(feature = "ring")]
//! # {
//! # let pem = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
//! let id = KeyId::api_key("ocid1.tenancy.oc1..aaaa", "ocid1.user.oc1..bbbb", "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f")?;
//! let key = SigningKey::new(id, PrivateKey::from_pem(pem, None)?);
//!
//! let preset = HeaderMap::new();
//! let parts = RequestParts::new(&Method::GET, "objectstorage.us-chicago-1.oraclecloud.com", "/n", &preset);
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
//! let signed = sign(&parts, &BodyDigest::EMPTY, &key, now)?;
//!
//! assert_eq!(
//!     signed.signing_string(),
//!     "date: Thu, 01 Jan 2026 00:00:00 GMT\n(request-target): get /n\nhost: objectstorage.us-chicago-1.oraclecloud.com",
//! );
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which credential do I need, and what do I set?
//!
//! | you have | set |
//! |---|---|
//! | an API key of a user, as the console or `oci setup config` makes it | nothing, if it is the profile `DEFAULT` of `~/.oci/config`; else `OCI_PROFILE`, `OCI_CONFIG_FILE` |
//! | the same without a file, such as in CI | `OCI_USER`, `OCI_TENANCY`, `OCI_FINGERPRINT`, `OCI_REGION`, and `OCI_KEY` or `OCI_KEY_FILE` |
//! | an API key of the Generative AI service (`sk-…`) | `OCI_GENAI_API_KEY`; it opens the inference endpoints of one region and nothing else |
//! | a session of `oci session authenticate` | `OCI_PROFILE` to its profile; or `OCI_SECURITY_TOKEN_FILE`, `OCI_KEY_FILE` and `OCI_REGION` |
//! | a function or another resource that is a principal of its own | `OCI_AUTH_TYPE=resource_principal`; the platform sets the rest, `OCI_RESOURCE_PRINCIPAL_*` |
//! | a compute instance that is one | `OCI_AUTH_TYPE=instance_principal` |
//! | a pod of an enhanced OKE cluster | `OCI_AUTH_TYPE=oke_workload_identity`, and its region |
//! | Cloud Shell | nothing, it sets `OCI_CLI_AUTH=instance_obo_user` and a profile |
//! | any of these, the first that is there | `OCI_AUTH_TYPE=auto` |
//!
//! [`Setting`] lists every name, [`Credentials::from_env`] the order.
//!
//! # What does this 401 mean?
//!
//! The service answers `NotAuthenticated` to everything that is wrong with a signature. What this crate can find out by itself
//! is an error before anything is sent: a key that is not that of the fingerprint, above all, and a session that has ended, which
//! `oci session authenticate` begins anew. What is left is, in the order of how often it is seen: the public key is not uploaded for this user, or was uploaded moments ago; the clock is more than five
//! minutes off; user or tenancy is another one; the request was changed between here and the service.
//!
//! # Who fetches tokens?
//!
//! The providers: [`InstancePrincipal`], [`WorkloadIdentity`], [`FetchedResourcePrincipal`], [`NestedResourcePrincipal`],
//! [`TokenExchange`], [`ScopedToken`], or one of your own ([`TokenProvider`]). Each says what to send and reads the answer; a
//! [`Network`] sends it, waits and makes keys. A [`TokenCache`] keeps what comes, one fetch for all who wait, and
//! [`Signer::tokens`] signs with it.
//!
//! # Features
//! - `ring` (default): RSA signatures and SHA-256 by `ring`. Without a backend, a key comes from
//!   [`PrivateKey::from_signer`] and a digest from [`BodyDigest::from_sha256`].
//! - `aws-lc-rs`: the same by `aws-lc-rs`, about twice as fast, as another value of `Backend`; it needs a C compiler.
//! - `encrypted-keys` (default): reads keys that are protected by a pass phrase.
//! - `http`: sends what the providers of tokens ask, with hyper and tokio: `HyperClient`, `SystemClock`. Any other client can
//!   do it ([`HttpClient`]).
//! - `session-keys`: makes the keys that tokens are asked for, with `aws-lc-rs`, because `ring` makes none: `GeneratedKeys`.
//! - `keys`: reads key files and computes fingerprints; a backend brings it along.
//! - `system` (default): what reads files, the process environment and the clock: [`Credentials`], [`Signer`],
//!   [`Env::process`].
//! - `tower`: a layer that signs what passes through it, `SignLayer`.
//!
//! # Secrets
//! Neither `Debug` nor an error of this crate shows a key, a pass phrase or a token. The `Authorization` header is marked as
//! sensitive, so that HTTP clients do not print it.

mod cache;
mod canonical;
#[cfg(feature = "ring")]
mod certificate;
#[cfg(all(feature = "ring", feature = "system"))]
mod credentials;
mod digest;
#[cfg(all(feature = "ring", feature = "system"))]
mod drive;
mod env;
#[cfg(feature = "ring")]
mod exchange;
#[cfg(feature = "ring")]
mod federation;
mod fetch_error;
#[cfg(all(feature = "ring", feature = "system"))]
mod http_client;
#[cfg(feature = "http")]
mod hyper_client;
mod key;
mod key_id;
#[cfg(all(feature = "ring", feature = "system"))]
mod network;
mod profile;
#[cfg(all(feature = "ring", feature = "system"))]
mod provider;
mod region;
#[cfg(all(feature = "ring", feature = "system"))]
mod resource_principal;
mod resource_principal_error;
mod secret;
#[cfg(all(feature = "ring", feature = "system"))]
mod session;
mod session_error;
#[cfg(feature = "keys")]
mod session_keys;
#[cfg(feature = "ring")]
mod session_refresh;
mod settings;
mod sign;
mod sign_error;
#[cfg(all(feature = "ring", feature = "system"))]
mod signer;
mod snapshot;
mod token;
#[cfg(all(feature = "ring", feature = "system"))]
mod token_pair;
#[cfg(feature = "tower")]
mod tower;

// The public interface is:
pub use cache::{Fetch, TokenCache, TokenProvider};
pub use canonical::RequestParts;
#[cfg(feature = "ring")]
pub use certificate::{CertificateError, InstanceCertificate};
#[cfg(all(feature = "ring", feature = "system"))]
pub use credentials::{
    ChainLink, CredentialChain, CredentialError, CredentialOptions, Credentials, Found,
    LinkOutcome, Origin, Warning,
};
pub use digest::BodyDigest;
pub use env::{Env, EnvError};
#[cfg(feature = "ring")]
pub use exchange::{Clocks, ExchangeError, Issuer};
#[cfg(feature = "ring")]
pub use federation::{FederationError, InstanceFederation};
pub use fetch_error::FetchError;
#[cfg(all(feature = "ring", feature = "system"))]
pub use http_client::{HttpClient, HttpError, Sending};
#[cfg(feature = "http")]
pub use hyper_client::{Hop, HyperClient, HyperClientBuilder, HyperClientError, SystemClock};
#[cfg(feature = "keys")]
pub use key::Backend;
pub use key::{
    Fingerprint, FingerprintError, KeyError, PrivateKey, RsaSigner, SigningFailed, SigningKey,
};
pub use key_id::{KeyId, KeyIdError};
#[cfg(all(feature = "ring", feature = "system"))]
pub use network::{Clock, Network, Sleep};
pub use profile::{ConfigFile, DEFAULT_PROFILE, Profile, ProfileError};
#[cfg(all(feature = "ring", feature = "system"))]
pub use provider::{
    DelegationToken, FetchedResourcePrincipal, InstancePrincipal, NestedResourcePrincipal,
    PodToken, ProviderError, ResourceIdentity, ScopedToken, TokenExchange, WorkloadIdentity,
};
pub use region::{EndpointTemplate, Region, RegionError, Regions, TemplateError};
pub use resource_principal_error::ResourcePrincipalError;
pub use secret::Secret;
#[cfg(all(feature = "ring", feature = "system"))]
pub use session::SessionFiles;
pub use session_error::SessionError;
#[cfg(feature = "session-keys")]
pub use session_keys::GeneratedKeys;
#[cfg(feature = "keys")]
pub use session_keys::{KeyToCome, SessionKeySource};
#[cfg(feature = "ring")]
pub use session_refresh::{SessionRefresh, SessionRefreshError};
pub use settings::{OCI_PREFIX, Setting};
pub use sign::{SignedHeaders, sign, sign_federation};
pub use sign_error::SignError;
#[cfg(all(feature = "ring", feature = "system"))]
pub use signer::Signer;
pub use snapshot::Snapshot;
pub use token::{TokenClaims, TokenError};
#[cfg(feature = "tower")]
pub use tower::{DigestBody, DigestBytes, SignFuture, SignLayer, SignLayerError, SignService};

#[cfg(all(doctest, feature = "ring", feature = "system"))]
#[doc = include_str!("../README.md")]
struct Readme;
