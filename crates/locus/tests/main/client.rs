//! A client finds its settings where the documentation says, and calls with them.

use std::path::Path;

use locus::{Client, ClientBuilder, Endpoint, Env, Error};
use oci_emulator::{Emulator, Sandbox};

/// A home folder whose configuration file is that of a sandbox.
struct Home {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let oci = folder.path().join(".oci");
        std::fs::create_dir(&oci).unwrap();
        let sandbox = Sandbox::create(&oci).unwrap();
        Self { folder, sandbox }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn builder(&self, more: &[(&str, &str)]) -> ClientBuilder {
        let mut pairs = vec![("HOME", self.path().to_str().unwrap())];
        pairs.extend(more);
        Client::builder(Env::from_pairs(pairs))
    }

    fn host(&self, more: &[(&str, &str)]) -> String {
        self.builder(more).build().unwrap().endpoint().host().to_owned()
    }

    fn compartment(&self, more: &[(&str, &str)]) -> String {
        self.builder(more).build().unwrap().compartment_id().unwrap().value.clone()
    }

    /// Adds lines to the configuration file.
    fn add(&self, lines: &str) {
        let path = self.sandbox.config_file();
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, text + lines).unwrap();
    }
}

#[tokio::test]
async fn a_chat_needs_nothing_but_the_configuration_file() {
    let home = Home::new();
    let emulator = Emulator::builder().identity(home.sandbox.identity()).start().await.unwrap();
    let client =
        home.builder(&[]).endpoint(Endpoint::parse(&emulator.url()).unwrap()).build().unwrap();
    let answer = client.model("oci:openai.gpt-5.5").chat("What is 2x2?").await.unwrap();
    assert!(answer.text().contains('4'), "{}", answer.text());
    let sent = &emulator.requests()[0].headers;
    let compartment =
        sent.iter().find(|(name, _)| name == "opc-compartment-id").map(|(_, value)| value.as_str());
    assert_eq!(
        compartment,
        Some(home.sandbox.tenancy()),
        "the tenancy, since no compartment was named"
    );
}

#[test]
fn region_builder_then_environment_then_profile() {
    let home = Home::new();
    let host = |region: &str| format!("inference.generativeai.{region}.oci.oraclecloud.com");
    assert_eq!(home.host(&[]), host(home.sandbox.region()));
    assert_eq!(home.host(&[("OCI_CLI_REGION", "uk-london-1")]), host("uk-london-1"));
    assert_eq!(
        home.host(&[("OCI_CLI_REGION", "x"), ("OCI_REGION", "eu-frankfurt-1")]),
        host("eu-frankfurt-1")
    );
    assert_eq!(
        home.host(&[("OCI_REGION", "x"), ("LOCUS_OCI_REGION", "sa-saopaulo-1")]),
        host("sa-saopaulo-1")
    );
    let told = home.builder(&[("LOCUS_OCI_REGION", "x")]).region("uk-london-1").build().unwrap();
    assert_eq!(told.endpoint().host(), host("uk-london-1"));
}

#[test]
fn compartment_builder_then_environment_then_profile_then_tenancy() {
    let home = Home::new();
    assert_eq!(home.compartment(&[]), home.sandbox.tenancy());
    home.add("compartment_id = ocid1.compartment.oc1..profile\n");
    assert_eq!(home.compartment(&[]), "ocid1.compartment.oc1..profile");
    let set = [("OCI_COMPARTMENT_ID", "ocid1.compartment.oc1..env")];
    assert_eq!(home.compartment(&set), "ocid1.compartment.oc1..env");
    let told = home.builder(&set).compartment_id("ocid1.compartment.oc1..told").build().unwrap();
    assert_eq!(told.compartment_id().unwrap().value, "ocid1.compartment.oc1..told");
}

#[track_caller]
fn check_error(result: locus::Result<Client>, message: &str, hint: &str) -> Error {
    let error = result.map(|client| client.endpoint().to_string()).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
    assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
    error
}

#[test]
fn what_is_missing_or_wrong_is_named_with_its_origin() {
    let home = Home::new();
    check_error(
        home.builder(&[("OCI_REGION", "us-chicgo-1")]).build(),
        "from OCI_REGION",
        "us-chicago-1",
    );
    check_error(home.builder(&[]).region("mars-1").build(), "as given", "us-chicago-1");
    check_error(
        home.builder(&[]).compartment_id("a b").build(),
        "compartment_id cannot be used",
        "leave it out",
    );
    check_error(home.builder(&[("OCI_PROFILE", "WORK")]).build(), "configuration file", "profiles");
    let text = std::fs::read_to_string(home.sandbox.config_file()).unwrap();
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("region"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(home.sandbox.config_file(), without).unwrap();
    check_error(home.builder(&[]).build(), "no region is set", "OCI_REGION");
}

#[tokio::test]
async fn an_error_of_the_service_keeps_status_code_and_request_id() {
    let home = Home::new();
    let emulator = Emulator::builder().start().await.unwrap();
    let client =
        home.builder(&[]).endpoint(Endpoint::parse(&emulator.url()).unwrap()).build().unwrap();
    let error = Error::from(client.model("oci:openai.gpt-5.5").chat("hi").await.unwrap_err());
    let transport = error.transport().unwrap();
    assert!(transport.is_auth(), "the emulator does not know this key");
    assert_eq!(transport.code(), Some("NotAuthenticated"));
    assert!(transport.opc_request_id().is_some_and(|id| id.len() >= 32));
}

#[test]
fn a_proxy_is_read_or_refused_by_the_name_of_its_variable() {
    let home = Home::new();
    home.builder(&[("https_proxy", "proxy.example:3128"), ("NO_PROXY", "x.example")])
        .build()
        .unwrap();
    let wrong = [("ALL_PROXY", "socks5://ada:hunter2@proxy.example")];
    let error = check_error(home.builder(&wrong).build(), "(from ALL_PROXY)", "unset");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    let here = Endpoint::parse("http://127.0.0.1:8787").unwrap();
    home.builder(&wrong).endpoint(here).build().unwrap();
}

#[tokio::test]
async fn one_environment_holds_for_every_transport() {
    let home = Home::new();
    let emulator = Emulator::builder().identity(home.sandbox.identity()).start().await.unwrap();
    for (transport, path) in [
        ("v1", "/openai/v1/chat/completions"),
        ("responses", "/openai/v1/responses"),
        ("sdk", "/20231130/actions/chat"),
    ] {
        let set = [
            ("OCI_PROFILE", "DEFAULT"),
            ("OCI_AUTH_TYPE", "api_key"),
            ("OCI_COMPARTMENT_ID", "ocid1.compartment.oc1..env"),
            ("LOCUS_OCI_TRANSPORT", transport),
        ];
        let endpoint = Endpoint::parse(&emulator.url()).unwrap();
        let client = home.builder(&set).endpoint(endpoint).build().unwrap();
        client.model("oci:xai.grok-4").chat("hi").await.unwrap();
        let sent = emulator.requests().pop().unwrap();
        assert_eq!(sent.path_and_query, path);
        let named = sent.headers.iter().any(|(_, value)| value == "ocid1.compartment.oc1..env")
            || String::from_utf8_lossy(&sent.body).contains("ocid1.compartment.oc1..env");
        assert!(named, "{transport}: the compartment of the environment");
        let region = [("OCI_REGION", "uk-london-1"), ("LOCUS_OCI_TRANSPORT", transport)];
        assert!(home.host(&region).contains("uk-london-1"), "{transport}");
    }
    let wrong = home.builder(&[("LOCUS_OCI_TRANSPORT", "carrier-pigeon")]).build();
    check_error(wrong, "from LOCUS_OCI_TRANSPORT", "unset");
}
