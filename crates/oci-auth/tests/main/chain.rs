//! The chain takes the first identity that is there, says of each link what came of it, and never falls back.

use oci_auth::{
    ChainLink, CredentialChain, CredentialError, CredentialOptions, Credentials, Env, LinkOutcome,
    Origin,
};

use crate::credentials::{Home, check_error, entry};
use crate::fixture;

/// A machine that is no instance and no pod, whatever this test runs on: its chain ends before those links, or has none of them.
fn chain(home: &Home, more: &[(&str, &str)]) -> CredentialChain {
    let mut pairs = vec![("HOME", home.0.path().to_str().unwrap())];
    pairs.extend(more);
    CredentialChain::from_env(&Env::from_pairs(pairs), &CredentialOptions::default())
}

fn empty() -> Home {
    let home = Home::new("");
    std::fs::remove_file(home.0.path().join(".oci/config")).unwrap();
    home
}

/// The link that is used, those before it that are not there, and none of those after it.
#[track_caller]
fn check(chain: CredentialChain, used: &str) -> Credentials {
    let links = chain.explain();
    assert_eq!(links.len(), 7);
    let at = links.iter().position(ChainLink::is_used).unwrap();
    assert_eq!(links[at].name(), used, "{links:?}");
    for (index, link) in links.iter().enumerate() {
        let is_right = match link.outcome() {
            LinkOutcome::Absent(why) => index < at && !why.is_empty(),
            LinkOutcome::NotTried => index > at,
            _ => index == at,
        };
        assert!(is_right, "{index} {link}");
    }
    chain.into_credentials().unwrap()
}

#[test]
fn the_first_that_is_there_is_used_in_the_documented_order() {
    let home = Home::new(&entry("DEFAULT"));
    let key = fixture("keys/rsa2048_a.pkcs8.pem");
    let metadata = ("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2");
    let pod = [
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
        ("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_STRING", "e30.e30.x"),
    ];
    let resource = [
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.1"),
        ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", "https://db.example"),
        ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT", "https://auth.example"),
        ("OCI_RESOURCE_PRINCIPAL_RESOURCE_ID", "ocid1.database.oc1..d"),
        ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", key.to_str().unwrap()),
    ];
    let variables = [
        ("OCI_USER", "ocid1.user.oc1..u"),
        ("OCI_TENANCY", "ocid1.tenancy.oc1..t"),
        ("OCI_FINGERPRINT", "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f"),
        ("OCI_KEY_FILE", key.to_str().unwrap()),
    ];
    let mut set = vec![metadata];
    let found = check(chain(&empty(), &set), "instance principal");
    assert!(found.fetches());
    assert_eq!(*found.origin(), Origin::Chain);
    set.extend(pod);
    check(chain(&empty(), &set), "workload identity");
    set.extend(resource);
    check(chain(&empty(), &set), "resource principal");
    let found = check(chain(&home, &set), "profile");
    assert_eq!(found.user(), Some("ocid1.user.oc1..uDEFAULT"));
    set.extend(variables);
    let found = check(chain(&home, &set), "variables");
    assert_eq!(found.user(), Some("ocid1.user.oc1..u"));
    set.push(("OCI_AUTH_TYPE", "instance_principal"));
    check(chain(&home, &set), "what is asked for");
    check(chain(&home, &[("OCI_GENAI_API_KEY", "sk-x")]), "API key of Generative AI");
}

#[test]
fn auto_is_the_chain() {
    let home = Home::new(&entry("DEFAULT"));
    let found = home.load(&[("OCI_AUTH_TYPE", "AUTO")]).unwrap();
    assert_eq!(found.user(), Some("ocid1.user.oc1..uDEFAULT"));
    check(chain(&home, &[("OCI_AUTH_TYPE", "auto")]), "profile");
    let profile = Home::new(&(entry("DEFAULT") + "authentication_type=auto\n"));
    check_error(profile.load(&[]), "authentication type auto (profile DEFAULT of ");
}

/// The version alone is set in pods, for the official Go SDK.
#[test]
fn a_version_without_its_variables_is_no_resource() {
    let set = [
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"),
        ("OCI_RESOURCE_PRINCIPAL_REGION", "ord"),
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
        ("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_STRING", "e30.e30.x"),
    ];
    let found = check(chain(&empty(), &set), "workload identity");
    assert_eq!(found.region(None).unwrap().value.id(), "us-chicago-1");
}

/// The leaf of a nested resource knows where both are.
#[test]
fn a_nested_resource_is_where_its_leaf_is() {
    let key = fixture("keys/rsa2048_a.pkcs8.pem");
    let set = [
        ("OCI_RESOURCE_PRINCIPAL_VERSION", "3.0"),
        ("OCI_RESOURCE_PRINCIPAL_VERSION_FOR_LEAF_RESOURCE", "2.2"),
        ("OCI_RESOURCE_PRINCIPAL_RPST_FOR_LEAF_RESOURCE", "e30.e30.x"),
        ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_FOR_LEAF_RESOURCE", key.to_str().unwrap()),
        ("OCI_RESOURCE_PRINCIPAL_REGION_FOR_LEAF_RESOURCE", "ord"),
        ("OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE", "https://db.example/t"),
    ];
    let found = check(chain(&empty(), &set), "resource principal");
    let region = found.region(None).unwrap();
    assert_eq!(region.value.id(), "us-chicago-1");
    assert!(region.origin.to_string().ends_with("_FOR_LEAF_RESOURCE"), "{}", region.origin);
    for (index, lacking) in
        [(1, "VERSION_FOR_LEAF_RESOURCE"), (2, "RPST_FOR_LEAF"), (3, "PRIVATE_PEM_FOR_LEAF")]
    {
        let mut some = set.to_vec();
        some.remove(index);
        let error = chain(&empty(), &some).into_credentials().unwrap_err().to_string();
        assert!(error.contains(lacking) && error.contains("which the platform sets"), "{error}");
    }
}

#[test]
fn what_is_there_and_broken_ends_the_chain() {
    let home = Home::new(&entry("DEFAULT").replace("key.pem", "missing.pem"));
    let metadata = ("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2");
    let chain = chain(&home, &[metadata, ("OCI_RESOURCE_PRINCIPAL_RPST", "hunter2")]);
    let shown: Vec<String> = chain.explain().iter().map(ToString::to_string).collect();
    assert_eq!(shown[0], "what is asked for: not there, OCI_AUTH_TYPE asks for no kind");
    assert_eq!(shown[1], "API key of Generative AI: not there, OCI_GENAI_API_KEY is not set");
    assert!(shown[3].starts_with("profile: cannot be used, cannot read key_file"), "{shown:?}");
    assert!(shown[3].contains("missing.pem"), "{shown:?}");
    assert_eq!(
        shown[4..],
        [
            "resource principal: not tried",
            "workload identity: not tried",
            "instance principal: not tried",
        ]
    );
    assert!(!format!("{shown:?} {chain:?}").contains("hunter2"));
    let error = chain.into_credentials().unwrap_err();
    assert!(matches!(error, CredentialError::KeyFile { .. }), "{error:?}");
}

#[test]
fn half_a_set_of_variables_is_not_skipped() {
    let home = Home::new(&entry("DEFAULT"));
    let chain = chain(&home, &[("OCI_USER", "ocid1.user.oc1..u")]);
    let failed =
        chain.explain().iter().find(|link| matches!(link.outcome(), LinkOutcome::Failed(_)));
    assert_eq!(failed.unwrap().name(), "variables");
    chain.into_credentials().unwrap_err();
}
