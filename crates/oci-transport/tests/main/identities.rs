//! One program, and whatever the environment says it signs with.

use std::path::Path;

use oci_auth::{CredentialOptions, Credentials, Env};
use oci_emulator::{Emulator, Identity, Sandbox};
use oci_transport::{Client, Endpoint, RetryPolicy};

use crate::request;

/// The program, which knows nothing of identities.
async fn run(emulator: &Emulator, env: &Env) -> Result<String, oci_transport::Error> {
    let credentials = Credentials::from_env(env, &CredentialOptions::default()).unwrap();
    let compartment = credentials.compartment_id(None).unwrap().value;
    let endpoint = Endpoint::parse(&emulator.url()).unwrap();
    let builder = Client::builder(endpoint, credentials.into_signer().unwrap());
    let client = builder.compartment_id(&compartment).retry(RetryPolicy::NEVER).build().unwrap();
    Ok(client.chat(&request()).await?.text().to_owned())
}

/// The files that the environments name.
struct World {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        std::fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
        Self { folder, sandbox }
    }

    fn environments(&self) -> [(&'static str, Env); 4] {
        let token_file = self.folder.path().join("token");
        let [token_file, key_file] =
            [&token_file, self.sandbox.key_file()].map(|path: &Path| path.to_str().unwrap());
        let key = std::fs::read_to_string(key_file).unwrap();
        let resource = |token, key| {
            vec![
                ("OCI_AUTH_TYPE", "resource_principal"),
                ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"),
                ("OCI_RESOURCE_PRINCIPAL_RPST", token),
                ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", key),
            ]
        };
        let user = vec![
            ("OCI_AUTH_TYPE", "api_key"),
            ("OCI_USER", self.sandbox.user()),
            ("OCI_TENANCY", self.sandbox.tenancy()),
            ("OCI_FINGERPRINT", self.sandbox.fingerprint()),
            ("OCI_KEY_FILE", key_file),
        ];
        let session = vec![
            ("OCI_AUTH_TYPE", "session_token"),
            ("OCI_SECURITY_TOKEN_FILE", token_file),
            ("OCI_KEY_FILE", key_file),
        ];
        [
            ("an API key", user),
            ("a session", session),
            ("a resource, by files", resource(token_file, key_file)),
            ("a resource, by values", resource(TOKEN, &key)),
        ]
        .map(|(name, mut variables)| {
            variables.push(("OCI_COMPARTMENT_ID", self.sandbox.compartment_id()));
            (name, Env::from_pairs(variables))
        })
    }
}

#[tokio::test]
async fn the_same_program_runs_with_each_identity() {
    let world = World::new();
    let user = world.sandbox.identity();
    let bearer = Identity::new(format!("ST${TOKEN}"), user.public_key().clone());
    let emulator = Emulator::builder().identity(user).identity(bearer).start().await.unwrap();
    for (name, env) in world.environments() {
        let answer = run(&emulator, &env).await;
        assert!(answer.as_ref().is_ok_and(|text| !text.is_empty()), "{name}: {answer:?}");
    }
    assert!(emulator.rejections().is_empty());
}

#[tokio::test]
async fn a_token_that_the_service_does_not_know_is_sent_once_and_not_shown() {
    let world = World::new();
    let user = world.sandbox.identity();
    let emulator = Emulator::builder().identity(user).start().await.unwrap();
    for (sent, (name, env)) in world.environments().into_iter().enumerate().skip(1) {
        let error = run(&emulator, &env).await.unwrap_err();
        assert!(error.is_auth() && !format!("{error} {error:?}").contains(TOKEN), "{name}");
        assert_eq!(emulator.rejections().len(), sent, "{name}: the files hold no other token");
    }
}

/// A token that says nothing about itself, which the service alone can judge.
const TOKEN: &str = "e30.e30.c2ln";
