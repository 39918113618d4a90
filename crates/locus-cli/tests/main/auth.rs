//! `locus auth`: who calls, and why.

use std::process::Output;
use std::time::Duration;

use oci_emulator::{Authority, Credentials, Emulator, Sandbox};
use serde_json::Value;

use crate::{locus, run, stderr, stdout};

/// A tenancy with every kind of credentials.
pub(crate) struct Cloud {
    home: tempfile::TempDir,
    emulator: Emulator,
    kinds: Vec<Credentials>,
}

impl Cloud {
    async fn new() -> Self {
        Self::living(Duration::from_secs(3600)).await
    }

    /// The same with tokens of this life.
    pub(crate) async fn living(life: Duration) -> Self {
        let home = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(&home.path().join(".oci")).unwrap();
        let authority = Authority::for_sandbox(&sandbox).unwrap();
        let builder = Emulator::builder().identity(sandbox.identity()).authority(authority);
        let emulator = builder.start().await.unwrap();
        let kinds = sandbox.write_credentials(&emulator, life).unwrap();
        Self { home, emulator, kinds }
    }

    /// The command in the environment of one kind.
    async fn auth(&self, kind: &str, args: &[&str]) -> Output {
        self.run(kind, &[&["auth"], args].concat()).await
    }

    pub(crate) async fn doctor(&self, kind: &str) -> Output {
        let url = self.emulator.url();
        self.run(kind, &["doctor", "--json", "--retries", "0", "--endpoint", &url]).await
    }

    async fn run(&self, kind: &str, args: &[&str]) -> Output {
        let kind = self.kinds.iter().find(|found| found.name == kind);
        let mut command = locus(self.home.path());
        command.args(args).env("OCI_SDK_AUTH_CLIENT_REGION_URL", self.emulator.url());
        if let Some(kind) = kind {
            command.envs(kind.variables.iter().map(|(name, value)| (name, value)));
        }
        run(command).await
    }
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_place_is_told_with_what_is_there() {
    let cloud = Cloud::new().await;
    let output = cloud.auth("none", &["explain", "--json"]).await;
    let places = lines(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    let used: Vec<_> = places.iter().filter(|place| place["outcome"] == "used").collect();
    assert_eq!((used.len(), &used[0]["place"]), (1, &"profile".into()), "{places:?}");
    let first = &places[0];
    assert_eq!(first["outcome"], "absent");
    assert!(first["why"].as_str().unwrap().contains("OCI_AUTH_TYPE"), "{first}");
    assert_eq!(places.last().unwrap()["outcome"], "not tried");

    let text = cloud.auth("none", &["explain"]).await;
    assert!(stdout(&text).lines().all(|line| line.chars().count() <= 100), "{}", stdout(&text));

    let broken = cloud.auth("none", &["explain", "--profile", "NOBODY"]).await;
    assert_eq!(broken.status.code(), Some(3));
    assert!(stdout(&broken).contains("failed     profile"), "{}", stdout(&broken));
}

#[tokio::test]
async fn a_user_is_told_without_a_call() {
    let cloud = Cloud::new().await;
    let output = cloud.auth("none", &["session", "--json"]).await;
    let told = &lines(&output)[0];
    assert!(told["user"].as_str().unwrap().starts_with("ocid1.user."), "{told}");
    assert!(told["expires_at"].is_null(), "a key does not end");
    assert!(cloud.emulator.requests().is_empty());
    let refused = cloud.auth("none", &["session", "--refresh"]).await;
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
}

#[tokio::test]
async fn the_token_of_an_instance_is_fetched_and_its_end_told() {
    let cloud = Cloud::new().await;
    let output = cloud.auth("instance_principal", &["session", "--json"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let told = &lines(&output)[0];
    assert!(told["expires_at"].as_u64().is_some(), "{told}");
    assert!(!cloud.emulator.requests().is_empty());
}

/// The official command line does the same with `oci session refresh`.
#[tokio::test]
async fn a_session_is_refreshed_and_its_file_written() {
    let cloud = Cloud::new().await;
    let file = cloud.home.path().join(".oci/session_token");
    let token = || std::fs::read_to_string(&file).unwrap();
    let before = token();
    let output = cloud.auth("security_token", &["session"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("ends         in "), "{}", stdout(&output));
    assert_eq!(token(), before, "it is only read");

    let output = cloud.auth("security_token", &["session", "--refresh"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("refreshed    yes"), "{}", stdout(&output));
    assert_ne!(token(), before, "the new one took its place");
    let again = cloud.auth("security_token", &["session"]).await;
    assert!(again.status.success(), "{}", stderr(&again));
}
