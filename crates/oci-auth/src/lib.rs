//! Request signing and credentials for Oracle Cloud Infrastructure.
//!
//! This crate turns a request into a signed one, and a profile of `~/.oci/config` into the key to sign with. It does not send
//! anything: use it with any HTTP client whose requests are those of the [`http`] crate.
//!
//! ```text
//!  ~/.oci/config ── ConfigFile ── Profile ─┐
//!  OCI_* variables ────── Env ─────────────┼─► Credentials ───────────────► Signer
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
//! # Features
//! - `ring` (default): RSA signatures, SHA-256 and the reading of keys. Without it, a key comes from
//!   [`PrivateKey::from_signer`] and a digest from [`BodyDigest::from_sha256`].
//! - `system` (default): what reads files, the process environment and the clock: [`Credentials`], [`Signer`],
//!   [`Env::process`].
//!
//! # Secrets
//! Neither `Debug` nor an error of this crate shows a key, a pass phrase or a token. The `Authorization` header is marked as
//! sensitive, so that HTTP clients do not print it.

mod canonical;
#[cfg(all(feature = "ring", feature = "system"))]
mod credentials;
mod digest;
mod env;
mod key;
mod key_id;
mod profile;
mod region;
mod secret;
mod settings;
mod sign;
#[cfg(all(feature = "ring", feature = "system"))]
mod signer;

// The public interface is:
pub use canonical::RequestParts;
#[cfg(all(feature = "ring", feature = "system"))]
pub use credentials::{CredentialError, CredentialOptions, Credentials, Found, Origin, Warning};
pub use digest::BodyDigest;
pub use env::{Env, EnvError};
#[cfg(feature = "keys")]
pub use key::Backend;
pub use key::{
    Fingerprint, FingerprintError, KeyError, PrivateKey, RsaSigner, SigningFailed, SigningKey,
};
pub use key_id::{KeyId, KeyIdError};
pub use profile::{ConfigFile, DEFAULT_PROFILE, Profile, ProfileError};
pub use region::{EndpointTemplate, Region, RegionError, Regions, TemplateError};
pub use secret::Secret;
pub use settings::{OCI_PREFIX, Setting};
pub use sign::{SignError, SignedHeaders, sign, sign_federation};
#[cfg(all(feature = "ring", feature = "system"))]
pub use signer::Signer;

#[cfg(all(doctest, feature = "ring", feature = "system"))]
#[doc = include_str!("../README.md")]
struct Readme;
