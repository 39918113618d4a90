//! Asks Object Storage for the namespace of the tenancy: signed by `oci-auth`, sent by reqwest.
//!
//! `cargo run -- [ENDPOINT]`, where the endpoint is that of the profile's region unless another is given, such as
//! `http://127.0.0.1:8787` of `locus emulate`. The profile comes from `OCI_CONFIG_FILE` or `~/.oci/config`.

use std::error::Error;

use oci_auth::{CredentialOptions, Credentials, Env};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let credentials = Credentials::from_env(&Env::process(), &CredentialOptions::default())?;
    let endpoint = match std::env::args().nth(1) {
        Some(endpoint) => endpoint,
        None => {
            let region = credentials.region(None)?.value;
            // Object Storage is older than the template with `.oci.` in its host names.
            format!("https://objectstorage.{}.{}", region.id(), region.domain())
        }
    };
    let signer = credentials.into_signer()?;

    let mut request = http::Request::get(format!("{endpoint}/n")).body(Vec::new())?;
    signer.sign(&mut request)?;

    // What was signed is what is sent: a redirect would carry the signature to another host.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client.execute(request.try_into()?).await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}
