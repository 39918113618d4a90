//! One program for every machine, `cargo run -p locus-oci --example laptop_to_oke`; only the environment differs.
//!
//! On a laptop: `OCI_PROFILE=DEFAULT OCI_AUTH_TYPE=api_key`.
//! In a pod of OKE: `OCI_AUTH_TYPE=oke_workload_identity`, `OCI_REGION` and `OCI_COMPARTMENT_ID`, and neither profile nor key file.
//! On a compute instance: `OCI_AUTH_TYPE=instance_principal`; in OCI Functions: `OCI_AUTH_TYPE=resource_principal`.
#![allow(clippy::print_stdout)]

use locus::ClientBuilder;

/// The same for every environment.
pub(crate) async fn ask(builder: ClientBuilder) -> locus::Result<String> {
    let client = builder.connect().await?;
    let model = client.model("oci:openai.gpt-5.5");
    let answer = model.chat("What is 2x2?").system("You are a helpful assistant.").await?;
    Ok(answer.text().to_owned())
}

#[tokio::main]
async fn main() -> locus::Result<()> {
    println!("{}", ask(locus::Client::builder(locus::Env::process())).await?);
    Ok(())
}
