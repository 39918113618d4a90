//! Asks Object Storage for the namespace of the tenancy: signed by `oci-auth`, sent by hyper.
//!
//! `cargo run -p oci-auth --example with-hyper -- [ENDPOINT]`, where the endpoint is that of the region unless another is
//! given, such as `http://127.0.0.1:8787` of `locus emulate`. Credentials and region are looked for as `Credentials::from_env`
//! says: in variables such as `OCI_PROFILE`, then in `~/.oci/config`.

#![allow(clippy::print_stdout, reason = "a program of the terminal")]

use std::error::Error;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use oci_auth::{CredentialOptions, Credentials, EndpointTemplate, Env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let credentials = Credentials::from_env(&Env::process(), &CredentialOptions::default())?;
    let endpoint = match std::env::args().nth(1) {
        Some(endpoint) => endpoint,
        None => EndpointTemplate::OBJECT_STORAGE.expand(&credentials.region(None)?.value, &[])?,
    };
    for warning in credentials.warnings() {
        println!("warning: {warning}");
    }
    let signer = credentials.into_signer()?;

    let mut request = http::Request::get(format!("{endpoint}/n")).body(Bytes::new())?;
    signer.sign(&mut request)?;

    // hyper sends the URL as it stands and follows no redirects, so that what was signed is what is sent, to this host only.
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let answer = client.request(request.map(Full::new)).await?;

    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    println!("{status} {}", String::from_utf8_lossy(&body));
    Ok(())
}
