//! Credentials that the program has itself, where the environment is not to decide: `cargo run -p locus-oci --example credentials`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use locus::auth::{KeyId, PrivateKey, Signer, SigningKey};
use locus::{Client, Endpoint, Env, Region};

/// Who calls: an API key of a user.
pub(crate) struct Identity<'a> {
    pub(crate) user: &'a str,
    pub(crate) fingerprint: &'a str,
    pub(crate) tenancy: &'a str,
    pub(crate) key_file: &'a Path,
    pub(crate) compartment: &'a str,
}

/// Each part told, in the place of an environment.
pub(crate) async fn from_parts(
    identity: &Identity<'_>,
    endpoint: Endpoint,
) -> Result<String, Box<dyn Error>> {
    let key_file = identity.key_file.to_string_lossy();
    let told = Env::from_pairs([
        ("OCI_USER", identity.user),
        ("OCI_FINGERPRINT", identity.fingerprint),
        ("OCI_TENANCY", identity.tenancy),
        ("OCI_KEY_FILE", &key_file),
        ("OCI_COMPARTMENT_ID", identity.compartment),
    ]);
    ask(&Client::builder(told).endpoint(endpoint).build()?).await
}

/// A signer of one's own; nothing is looked for.
pub(crate) async fn from_signer(
    identity: &Identity<'_>,
    endpoint: Endpoint,
) -> Result<String, Box<dyn Error>> {
    let key = PrivateKey::from_pem(&std::fs::read(identity.key_file)?, None)?;
    let id = KeyId::api_key(identity.tenancy, identity.user, identity.fingerprint)?;
    let client = Client::builder(Env::default())
        .signer(Signer::new(SigningKey::new(id, key)))
        .compartment_id(identity.compartment)
        .endpoint(endpoint);
    ask(&client.build()?).await
}

/// A profile of a configuration file.
pub(crate) async fn from_profile(
    file: &Path,
    profile: &str,
    endpoint: Endpoint,
) -> Result<String, Box<dyn Error>> {
    let client = Client::builder(Env::default()).config_file(file).profile(profile);
    ask(&client.endpoint(endpoint).build()?).await
}

async fn ask(client: &Client) -> Result<String, Box<dyn Error>> {
    Ok(client.model("oci/xai.grok-4").chat("Hey! How's it going?").await?.text().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [region, user, fingerprint, tenancy, key_file, compartment] = arguments.as_slice() else {
        return Err("expected region, user, fingerprint, tenancy, key file and compartment".into());
    };
    let key_file = Path::new(key_file);
    let identity = Identity { user, fingerprint, tenancy, key_file, compartment };
    let endpoint = Endpoint::inference(&Region::parse(region)?);
    println!("{}", from_parts(&identity, endpoint.clone()).await?);
    println!("{}", from_signer(&identity, endpoint.clone()).await?);
    let home = std::env::home_dir().ok_or("expected a home folder")?;
    println!("{}", from_profile(&home.join(".oci/config"), "DEFAULT", endpoint).await?);
    Ok(())
}
