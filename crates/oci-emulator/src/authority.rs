//! An invented tenancy's identity side: who is in it, its certificate authority, the key of its tokens.

mod certificates;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use crate::error::Error;
use crate::keys::{KeyPair, PublicKey};
use crate::random::hex;
use crate::sandbox::Sandbox;
pub(crate) use certificates::{Certificates, Subject};

/// An invented tenancy with everything that issues and checks its tokens; an emulator that has one serves them.
///
/// It holds an instance with a certificate, a resource with a key pair, a Kubernetes workload, a user and an
/// application of an identity domain.
/// Making one takes a few hundred milliseconds, for it makes three RSA keys; a clone is the same tenancy, so a
/// program with many emulators makes it once.
///
/// ```
/// use oci_emulator::{Authority, Emulator};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oci_emulator::Error> {
/// let authority = Authority::generate()?;
/// let emulator = Emulator::builder().authority(authority.clone()).start().await?;
///
/// // What an instance principal needs to know:
/// println!("OCI_METADATA_BASE_URL={}", emulator.metadata_url());
/// println!("federation endpoint  {}", emulator.federation_url());
/// assert!(authority.tenancy().starts_with("ocid1.tenancy."));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Authority(Arc<Parts>);

struct Parts {
    names: Names,
    certificates: Certificates,
    instance_key: Arc<KeyPair>,
    resource_key: KeyPair,
    token_key: RsaKeyPair,
    token_public: PublicKey,
    /// How many tokens there are.
    issued: AtomicU64,
}

/// The OCIDs and names of those who are in the tenancy.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) tenancy: String,
    pub(crate) compartment: String,
    pub(crate) user: String,
    pub(crate) instance: String,
    pub(crate) resource: String,
    pub(crate) cluster: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

impl Authority {
    /// Invents a tenancy and makes its keys, which takes a few hundred milliseconds.
    ///
    /// # Errors
    ///
    /// [`Error::KeyGeneration`] and [`Error::Certificate`] if the crypto library fails.
    pub fn generate() -> Result<Self, Error> {
        Self::for_names([ocid("tenancy"), ocid("compartment"), ocid("user")])
    }

    /// The same for the tenancy, the compartment and the user of a sandbox.
    ///
    /// # Errors
    ///
    /// As [`Authority::generate`].
    pub fn for_sandbox(sandbox: &Sandbox) -> Result<Self, Error> {
        let names = [sandbox.tenancy(), sandbox.compartment_id(), sandbox.user()];
        Self::for_names(names.map(str::to_owned))
    }

    fn for_names([tenancy, compartment, user]: [String; 3]) -> Result<Self, Error> {
        let token_key = KeyPair::generate()?;
        Ok(Self(Arc::new(Parts {
            names: Names {
                tenancy,
                compartment,
                user,
                instance: ocid("instance"),
                resource: ocid("fnfunc"),
                cluster: ocid("cluster"),
                client_id: hex(32),
                client_secret: format!("idcscs-emulator-{}", hex(32)),
            },
            certificates: Certificates::generate()?,
            instance_key: Arc::new(KeyPair::generate()?),
            resource_key: KeyPair::generate()?,
            token_public: token_key.public_key().clone(),
            token_key: RsaKeyPair::from_pkcs8(token_key.pkcs8_der())
                .map_err(|_| Error::KeyGeneration)?,
            issued: AtomicU64::new(0),
        })))
    }

    /// The tenancy, which the certificate of the instance names.
    pub fn tenancy(&self) -> &str {
        &self.names().tenancy
    }

    /// The compartment that the instance, the resource and the cluster are in.
    pub fn compartment_id(&self) -> &str {
        &self.names().compartment
    }

    /// The user of sessions, delegation tokens and token exchange.
    pub fn user(&self) -> &str {
        &self.names().user
    }

    /// The instance that the metadata service is of.
    pub fn instance_id(&self) -> &str {
        &self.names().instance
    }

    /// The resource of resource principals, a function.
    pub fn resource_id(&self) -> &str {
        &self.names().resource
    }

    /// The key pair of the resource, with which versions 2.1, 2.1.1 and 2.1.2 sign.
    pub fn resource_key(&self) -> &KeyPair {
        &self.0.resource_key
    }

    /// The Kubernetes cluster of the workload.
    pub fn cluster_id(&self) -> &str {
        &self.names().cluster
    }

    /// The certificate authority of the cluster in PEM, as it is mounted into each pod at `ca.crt`.
    pub fn cluster_ca_pem(&self) -> &str {
        self.0.certificates.cluster_ca_pem()
    }

    /// The id of the identity domain's application for token exchange.
    pub fn client_id(&self) -> &str {
        &self.names().client_id
    }

    /// The secret of that application.
    pub fn client_secret(&self) -> &str {
        &self.names().client_secret
    }

    pub(crate) fn names(&self) -> &Names {
        &self.0.names
    }

    pub(crate) fn certificates(&self) -> &Certificates {
        &self.0.certificates
    }

    /// The key that the instance's first certificate is for.
    pub(crate) fn instance_key(&self) -> Arc<KeyPair> {
        Arc::clone(&self.0.instance_key)
    }

    /// The key that tokens are verified with.
    pub(crate) fn token_public(&self) -> &PublicKey {
        &self.0.token_public
    }

    /// Signs the text of a token.
    pub(crate) fn sign(&self, text: &str) -> Result<Vec<u8>, Error> {
        let key = &self.0.token_key;
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| Error::KeyGeneration)?;
        Ok(signature)
    }

    /// A number for a new token, greater than those before.
    pub(crate) fn next_number(&self) -> u64 {
        self.0.issued.fetch_add(1, Ordering::Relaxed)
    }

    /// The number that the next token will have.
    pub(crate) fn numbers_given(&self) -> u64 {
        self.0.issued.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("tenancy", &self.tenancy()).finish_non_exhaustive()
    }
}

/// The region that the metadata service tells of.
///
/// The default is `us-chicago-1` of the realm `oc1`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Region {
    /// The identifier, for instance `us-chicago-1`.
    pub identifier: String,
    /// The short code, for instance `ord`, which is what `/instance/region` says.
    pub key: String,
    /// The realm, for instance `oc1`.
    pub realm: String,
    /// The second-level domain of the realm's endpoints, for instance `oraclecloud.com`.
    pub domain: String,
}

impl Default for Region {
    fn default() -> Self {
        let [identifier, key, realm, domain] =
            ["us-chicago-1", "ord", "oc1", "oraclecloud.com"].map(str::to_owned);
        Self { identifier, key, realm, domain }
    }
}

/// An OCID that nobody has.
fn ocid(kind: &str) -> String {
    format!("ocid1.{kind}.oc1..aaaaaaaaemulator{}", hex(22))
}
