//! `docs/auth.md` quotes errors and names variables: both are those of the code.

use std::collections::BTreeSet;

use oci_auth::{CredentialError, Credentials, Setting, SignError};

use crate::credentials::{Home, check_error, entry};
use crate::fixture;
use crate::sessions::token;

fn guide() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/auth.md")).unwrap()
}

/// The error says it, and the guide quotes it.
#[track_caller]
fn check(phrase: &str, found: Result<Credentials, CredentialError>) {
    check_error(found, phrase);
    check_quoted(phrase);
}

#[track_caller]
fn check_quoted(phrase: &str) {
    assert!(guide().contains(&format!("`{phrase}`")), "docs/auth.md does not quote {phrase:?}");
}

const AUTH_TYPE: &str = "OCI_AUTH_TYPE";
const RESOURCE: (&str, &str) = (AUTH_TYPE, "resource_principal");

fn resource(values: [&str; 3]) -> [(&str, &str); 4] {
    let [version, token, key] = values;
    [
        RESOURCE,
        ("OCI_RESOURCE_PRINCIPAL_VERSION", version),
        ("OCI_RESOURCE_PRINCIPAL_RPST", token),
        ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", key),
    ]
}

#[test]
fn errors_of_profiles_and_variables_are_those_of_the_guide() {
    let home = Home::new(&entry("DEFAULT"));
    let file = |name: &str| home.0.path().join(".oci").join(name);
    check("which belong together", Home::new("").load(&[("OCI_USER", "ocid1.user.oc1..a")]));
    check("are set and cannot be combined", home.load(&[("OCI_USER", "ocid1.user.oc1..a")]));
    let error = home.load(&[]).unwrap().region(None).unwrap_err().to_string();
    assert!(error.contains("no region is set"), "{error}");
    check_quoted("no region is set");

    for (key, phrase) in [
        ("rsa2048_b.pkcs8.pem", "has the fingerprint"),
        ("rsa2048_b.pkcs8.pem", "names the key"),
        (
            "rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem",
            "the key is encrypted and no pass phrase is set",
        ),
        ("rsa2048_a.pkcs1.literal_backslash_n.pem", "line break after the first line"),
    ] {
        std::fs::copy(fixture(&format!("keys/{key}")), file("key.pem")).unwrap();
        check(phrase, home.load(&[]));
    }
    std::fs::remove_file(file("config")).unwrap();
    check("no configuration file at", home.load(&[]));
}

#[test]
fn errors_of_tokens_are_those_of_the_guide() {
    let home = Home::new("");
    let [right, other] = ["rsa2048_a", "rsa2048_b"]
        .map(|name| fixture(&format!("keys/{name}.pkcs8.pem")).to_str().unwrap().to_owned());
    let [valid, ended] = [3600, -60].map(|seconds| token(seconds, &[]));
    check("ended on", home.load(&resource(["2.2", &ended, &right])));
    check("does not belong to the token", home.load(&resource(["2.2", &valid, &other])));
    check("cannot use the token", home.load(&resource(["2.2", "rpst", &right])));
    check("which the platform sets", home.load(&[RESOURCE]));
    check("resource_principal 1.1", home.load(&resource(["1.1", "", ""])));
    check("is not supported yet", home.load(&resource(["1.1", "", ""])));
    for signing in [
        (SignError::NotReady, "no token was fetched yet"),
        (SignError::Fetch(oci_auth::FetchError::new("x")), "no token could be fetched"),
    ] {
        assert!(signing.0.to_string().contains(signing.1), "{}", signing.0);
        check_quoted(signing.1);
    }
}

#[test]
fn what_the_guide_says_is_not_built_is_refused_by_name() {
    let home = Home::new(&entry("DEFAULT"));
    for name in ["instance_principal", "oke_workload_identity"] {
        check(&format!("authentication type {name}"), home.load(&[(AUTH_TYPE, name)]));
    }
    let shell = ("OCI_CLI_AUTH", "instance_obo_user");
    check("authentication type instance_obo_user", home.load(&[shell]));
    // The way out that the guide gives.
    home.load(&[shell, (AUTH_TYPE, "api_key"), ("OCI_CONFIG_FILE", "~/.oci/config")]).unwrap();
}

#[test]
fn variables_of_the_guide_exist() {
    let mut known: BTreeSet<String> =
        Setting::ALL.into_iter().flat_map(|setting| setting.names(&["OCI_"])).collect();
    let resource =
        ["VERSION", "RPST", "PRIVATE_PEM", "PRIVATE_PEM_PASSPHRASE", "REGION"].map(String::from);
    known.extend(resource.map(|name| format!("OCI_RESOURCE_PRINCIPAL_{name}")));
    let guide = guide();
    let named: BTreeSet<&str> = guide
        .split(|char: char| !(char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_'))
        .filter(|word| word.starts_with("OCI_") && word.len() > 4)
        .collect();
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(known.contains(name), "docs/auth.md names {name}, which nothing reads");
    }
}
