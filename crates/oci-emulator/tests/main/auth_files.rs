//! The files and variables that a client finds its credentials by.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use oci_emulator::{Emulator, Error};

use crate::auth::{AUTHORITY, Tenancy, claims};
use crate::signer::{Message, Signer};
use crate::world::{CHAT, two_by_two};

const LIFE: Duration = Duration::from_secs(7200);

#[tokio::test]
async fn each_kind_has_variables_that_lead_to_credentials() {
    let tenancy = Tenancy::new().await;
    let (world, emulator) = (&tenancy.world, &tenancy.world.emulator);
    let all = world.sandbox.write_credentials(emulator, LIFE).unwrap();
    let all: HashMap<&str, HashMap<&str, &str>> = all
        .iter()
        .map(|one| {
            let pairs = one.variables.iter().map(|(name, value)| (*name, value.as_str()));
            (one.name, pairs.collect())
        })
        .collect();
    for (name, variables) in &all {
        let (auth, version) = name.split_once('-').unwrap_or((name, "2.2"));
        assert_eq!(variables["OCI_CLI_AUTH"], auth);
        if auth == "resource_principal" {
            assert_eq!(variables["OCI_RESOURCE_PRINCIPAL_VERSION"], version);
        }
        for value in variables.values().filter(|value| Path::new(value).is_absolute()) {
            assert!(Path::new(value).is_file(), "{name}: {value}");
        }
    }
    let instance = &all["instance_principal"];
    assert_eq!(instance["OCI_METADATA_BASE_URL"], emulator.metadata_url());
    assert_eq!(instance["OCI_CLI_FEDERATION_ENDPOINT"], emulator.federation_url());
    assert_eq!(all["instance_obo_user"]["OCI_METADATA_BASE_URL"], emulator.metadata_url());
    let port = emulator.cluster_address().unwrap().port().to_string();
    assert_eq!(all["oke_workload_identity"]["KUBERNETES_SERVICE_PORT_PROXYMUX"], port);
    assert_eq!(all.len(), 11);

    // A key and a token that go together open the service.
    let resource = &all["resource_principal"];
    let token = std::fs::read_to_string(resource["OCI_RESOURCE_PRINCIPAL_RPST"]).unwrap();
    let key = std::fs::read_to_string(resource["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]).unwrap();
    assert_eq!(claims(&token)["res_id"], AUTHORITY.resource_id());
    let body = two_by_two(false).to_string();
    let mut message = Message::new("POST", CHAT, body.as_bytes(), tenancy.now());
    message.set("opc-compartment-id", world.sandbox.compartment_id());
    Signer::from_pem(&key, &format!("ST${token}")).sign_usual(&mut message);
    assert_eq!(world.send(&message).await.status, 200);
    tenancy.advance(7200);
    message.set("date", &httpdate::fmt_http_date(tenancy.now()));
    Signer::from_pem(&key, &format!("ST${token}")).sign_usual(&mut message);
    assert_eq!(world.send(&message).await.status, 401);

    let config = std::fs::read_to_string(world.sandbox.config_file()).unwrap();
    assert!(config.starts_with("[DEFAULT]\n"));
    assert!(config.contains("\n[SESSION]\n") && config.contains("\n[DELEGATION]\n"));
}

#[tokio::test]
async fn nothing_is_overwritten_and_nothing_is_invented_without_an_authority() {
    let tenancy = Tenancy::new().await;
    let sandbox = &tenancy.world.sandbox;
    sandbox.write_credentials(&tenancy.world.emulator, LIFE).unwrap();
    let before = std::fs::read_to_string(sandbox.config_file()).unwrap();
    let error = sandbox.write_credentials(&tenancy.world.emulator, LIFE).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(sandbox.config_file()).unwrap(), before);

    let plain = Emulator::builder().start().await.unwrap();
    let error = sandbox.write_credentials(&plain, LIFE).unwrap_err();
    assert!(matches!(error, Error::NoAuthority), "{error}");
}
