//! Files and variables with which each kind of client finds its credentials, as their platforms set them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::authority::Authority;
use crate::emulator::Emulator;
use crate::error::Error;
use crate::identity::TokenKind;
use crate::keys::KeyPair;
use crate::sandbox::{Sandbox, file_error, write_new};

/// The variables of one kind of credentials, for an emulator with [an authority](crate::Builder::authority).
///
/// A program that reads them from its environment calls the emulator as that kind.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Credentials {
    /// The kind, as `OCI_CLI_AUTH` names it; with a version after a dash for resource principals other than 2.2.
    pub name: &'static str,
    /// Names and values. Where a client has no variable for an address, that of the one that has is set.
    pub variables: Vec<(&'static str, String)>,
}

impl Sandbox {
    /// Writes keys, tokens and two profiles, `SESSION` and `DELEGATION`, into the folder of the sandbox, and tells
    /// the variables of each kind of credentials.
    ///
    /// The tokens in files are good for `life`; nobody renews them, as a platform would.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthority`], [`Error::KeyGeneration`], and [`Error::File`] if a file cannot be written or is there
    /// already.
    pub fn write_credentials(
        &self,
        emulator: &Emulator,
        life: Duration,
    ) -> Result<Vec<Credentials>, Error> {
        let authority = emulator.authority().ok_or(Error::NoAuthority)?;
        let files = Files::write(self, emulator, authority, life)?;
        let profile = |auth: &str, profile: &str| {
            vec![
                ("OCI_CLI_AUTH", auth.to_owned()),
                ("OCI_CONFIG_FILE", shown(self.config_file())),
                ("OCI_CLI_PROFILE", profile.to_owned()),
                ("OCI_PROFILE", profile.to_owned()),
            ]
        };
        let instance = instance(emulator);
        let mut delegation = profile("instance_obo_user", DELEGATION);
        delegation.extend(instance.clone().into_iter().skip(1));
        delegation.push(("OCI_CLI_DELEGATION_TOKEN_FILE", shown(&files.delegation)));
        let mut all = vec![
            ("api_key", profile("api_key", self.profile())),
            ("security_token", profile("security_token", SESSION)),
            ("instance_principal", instance),
            ("instance_obo_user", delegation),
            ("oke_workload_identity", files.workload(self, emulator)),
        ];
        all.extend(files.resource(self, emulator, authority));
        Ok(all.into_iter().map(|(name, variables)| Credentials { name, variables }).collect())
    }
}

/// What was written.
struct Files {
    delegation: PathBuf,
    service_account: PathBuf,
    cluster_ca: PathBuf,
    resource_token: PathBuf,
    resource_key: PathBuf,
}

impl Files {
    fn write(
        sandbox: &Sandbox,
        emulator: &Emulator,
        authority: &Authority,
        life: Duration,
    ) -> Result<Self, Error> {
        let folder = sandbox.config_file().parent().unwrap_or_else(|| Path::new("."));
        let write = |name: &str, text: &str| -> Result<PathBuf, Error> {
            let path = folder.join(name);
            write_new(&path, text).map(|()| path)
        };
        let token = |kind| emulator.issue_token_for(kind, life);
        let session = KeyPair::generate()?;
        let session_key = write("session_key.pem", session.private_key_pem().as_str())?;
        let session_token = token(TokenKind::Session(session.public_key()))?;
        let session_token = write("session_token", &session_token)?;
        let resource = authority.resource_key();
        let files = Self {
            delegation: write("delegation_token", &token(TokenKind::Delegation)?)?,
            service_account: write("service_account_token", &token(TokenKind::ServiceAccount)?)?,
            cluster_ca: write("cluster_ca.crt", authority.cluster_ca_pem())?,
            resource_token: write("rpst", &token(TokenKind::Resource(resource.public_key()))?)?,
            resource_key: write("resource_key.pem", resource.private_key_pem().as_str())?,
        };
        let profiles = format!(
            "\n[{SESSION}]\nfingerprint={}\nkey_file={}\nsecurity_token_file={}\n\
             \n[{DELEGATION}]\nauthentication_type=instance_principal\ndelegation_token_file={}\n",
            session.fingerprint(),
            session_key.display(),
            session_token.display(),
            files.delegation.display(),
        );
        append(sandbox.config_file(), &profiles)?;
        Ok(files)
    }

    /// What is mounted into a pod and set in it.
    fn workload(&self, sandbox: &Sandbox, emulator: &Emulator) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("OCI_CLI_AUTH", "oke_workload_identity".to_owned()),
            ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", shown(&self.cluster_ca)),
            ("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", shown(&self.service_account)),
            ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2".to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_REGION", sandbox.region().to_owned()),
        ];
        if let Some(address) = emulator.cluster_address() {
            variables.push(("KUBERNETES_SERVICE_HOST", address.ip().to_string()));
            // Only the official TypeScript SDK reads the port; the others take 12250.
            variables.push(("KUBERNETES_SERVICE_PORT_PROXYMUX", address.port().to_string()));
        }
        variables
    }

    /// What each version of resource principals finds.
    fn resource(
        &self,
        sandbox: &Sandbox,
        emulator: &Emulator,
        authority: &Authority,
    ) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
        let version = |version: &str| {
            vec![
                ("OCI_CLI_AUTH", "resource_principal".to_owned()),
                ("OCI_RESOURCE_PRINCIPAL_VERSION", version.to_owned()),
            ]
        };
        let endpoints = [
            ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", emulator.url()),
            ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT", emulator.url()),
        ];
        let region = ("OCI_RESOURCE_PRINCIPAL_REGION", sandbox.region().to_owned());
        let key = ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", shown(&self.resource_key));
        let id = ("OCI_RESOURCE_PRINCIPAL_RESOURCE_ID", authority.resource_id().to_owned());
        let tenancy = ("OCI_RESOURCE_PRINCIPAL_TENANCY_ID", authority.tenancy().to_owned());
        let context = ("OCI_RESOURCE_PRINCIPAL_SECURITY_CONTEXT", "emulator".to_owned());

        let mut by_token = version("2.2");
        by_token.push(("OCI_RESOURCE_PRINCIPAL_RPST", shown(&self.resource_token)));
        by_token.extend([key.clone(), region.clone()]);
        let mut by_instance = version("1.1");
        by_instance.extend(instance(emulator).into_iter().skip(1).chain(endpoints.clone()));
        let by_key = |name: &str| {
            let mut variables = version(name);
            variables.extend(endpoints.clone());
            variables.extend([region.clone(), key.clone(), id.clone()]);
            variables
        };
        let (mut with_tenancy, mut with_context) = (by_key("2.1.1"), by_key("2.1.2"));
        with_tenancy.push(tenancy.clone());
        with_context.extend([tenancy, context]);
        let mut nested = version("3.0");
        nested.extend([
            ("OCI_RESOURCE_PRINCIPAL_VERSION_FOR_LEAF_RESOURCE", "2.2".to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_RPST_FOR_LEAF_RESOURCE", shown(&self.resource_token)),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_FOR_LEAF_RESOURCE", key.1.clone()),
            ("OCI_RESOURCE_PRINCIPAL_REGION_FOR_LEAF_RESOURCE", region.1.clone()),
            ("OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE", emulator.parent_token_url(2)),
            ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT_FOR_PARENT_RESOURCE", emulator.url()),
        ]);
        vec![
            ("resource_principal", by_token),
            ("resource_principal-1.1", by_instance),
            ("resource_principal-2.1", by_key("2.1")),
            ("resource_principal-2.1.1", with_tenancy),
            ("resource_principal-2.1.2", with_context),
            ("resource_principal-3.0", nested),
        ]
    }
}

/// What takes the place of an instance's network.
fn instance(emulator: &Emulator) -> Vec<(&'static str, String)> {
    vec![
        ("OCI_CLI_AUTH", "instance_principal".to_owned()),
        ("OCI_METADATA_BASE_URL", emulator.metadata_url()),
        // The official command line has a variable for the whole address, the official Go SDK for the host.
        ("OCI_CLI_FEDERATION_ENDPOINT", emulator.federation_url()),
        ("OCI_SDK_AUTH_CLIENT_REGION_URL", emulator.url()),
    ]
}

fn append(path: &Path, text: &str) -> Result<(), Error> {
    fs::OpenOptions::new()
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| file_error(path, source))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The profile of a session; it inherits user and tenancy from `DEFAULT`, as profiles do.
const SESSION: &str = "SESSION";

/// The profile of Cloud Shell.
const DELEGATION: &str = "DELEGATION";
