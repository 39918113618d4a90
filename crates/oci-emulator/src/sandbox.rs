//! A throwaway folder with a config file, a key and invented OCIDs.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::access::ApiKey;
use crate::error::Error;
use crate::keys::{Identity, KeyPair};
use crate::random::hex;

/// A profile like one from `oci setup config`, whose key the emulator can be told to know.
///
/// The files stay when the value is dropped; the folder is the caller's, best a temporary one.
#[derive(Debug)]
pub struct Sandbox {
    config_file: PathBuf,
    key_file: PathBuf,
    tenancy: String,
    user: String,
    fingerprint: String,
    compartment_id: String,
    identity: Identity,
    api_key: ApiKey,
}

impl Sandbox {
    /// Makes a key and writes `config` and `key.pem` into `dir`, which is made if it is missing.
    ///
    /// On Unix both files are readable by their owner only, as the official SDKs want it.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if a file cannot be written or is there already (so that a real profile can
    /// never be lost), [`Error::KeyGeneration`] if no key can be made.
    pub fn create(dir: &Path) -> Result<Self, Error> {
        let dir = std::path::absolute(dir).map_err(|source| file_error(dir, source))?;
        fs::create_dir_all(&dir).map_err(|source| file_error(&dir, source))?;
        let key = KeyPair::generate()?;
        let [tenancy, user, compartment_id] = ["tenancy", "user", "compartment"]
            .map(|kind| format!("ocid1.{kind}.oc1..aaaaaaaaemulator{}", hex(22)));

        let key_file = dir.join("key.pem");
        let fingerprint = key.fingerprint().to_string();
        // Oracle's console asks people to append this line, so every reader must cope with it.
        write_new(&key_file, &format!("{}OCI_API_KEY\n", key.private_key_pem().as_str()))?;
        let config_file = dir.join("config");
        write_new(
            &config_file,
            &format!(
                "[DEFAULT]\nuser={user}\nfingerprint={fingerprint}\ntenancy={tenancy}\nregion={REGION}\nkey_file={}\n",
                key_file.display(),
            ),
        )?;
        let identity = Identity::api_key(&tenancy, &user, &key);
        let api_key = ApiKey::generate();
        Ok(Self {
            config_file,
            key_file,
            tenancy,
            user,
            fingerprint,
            compartment_id,
            identity,
            api_key,
        })
    }

    /// The config file, an absolute path.
    pub fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// The private key, an absolute path.
    pub fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// The one profile in the config file.
    pub fn profile(&self) -> &'static str {
        "DEFAULT"
    }

    /// The invented tenancy.
    pub fn tenancy(&self) -> &str {
        &self.tenancy
    }

    /// The invented user.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The fingerprint of the key, as the profile gives it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The region of the profile, `us-chicago-1`.
    pub fn region(&self) -> &'static str {
        REGION
    }

    /// An invented compartment.
    pub fn compartment_id(&self) -> &str {
        &self.compartment_id
    }

    /// What to tell the emulator, so that it knows requests signed with this profile.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// An invented Generative AI API key, which is in no file; the emulator has to be told of it too.
    pub fn api_key(&self) -> &ApiKey {
        &self.api_key
    }
}

pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| file_error(path, source))
}

pub(crate) fn file_error(path: &Path, source: io::Error) -> Error {
    Error::File { path: path.to_owned(), source }
}

/// Oracle's documentation uses this region in most examples of the service.
const REGION: &str = "us-chicago-1";
