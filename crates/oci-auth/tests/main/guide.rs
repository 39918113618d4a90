//! `docs/auth.md` quotes errors and names variables: both are those of the code.

use std::collections::BTreeSet;

use oci_auth::{
    CredentialError, Credentials, ExchangeError, FederationError, HttpError, Issuer, Origin,
    ProviderError, SessionRefreshError, Setting, SignError,
};

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
    check("is not known, known are", home.load(&resource(["4.0", "", ""])));
    for signing in [
        (SignError::NotReady, "no token was fetched yet"),
        (SignError::Fetch(oci_auth::FetchError::new("x")), "no token could be fetched"),
    ] {
        assert!(signing.0.to_string().contains(signing.1), "{}", signing.0);
        check_quoted(signing.1);
    }
}

#[test]
fn errors_of_platforms_are_those_of_the_guide() {
    let home = Home::new(&entry("DEFAULT"));
    check("which Kubernetes sets in each pod", home.load(&[(AUTH_TYPE, "oke_workload_identity")]));
    check("needs delegation_token_file", home.load(&[("OCI_CLI_AUTH", "instance_obo_user")]));
    let auto = (AUTH_TYPE, "auto");
    let nobody = Home::new("");
    std::fs::remove_file(nobody.0.path().join(".oci/config")).unwrap();
    // The firmware of the machine that runs this test may be that of an instance.
    if let Err(error) = nobody.load(&[auto]) {
        assert!(error.to_string().contains("no credentials were found"), "{error}");
    }
    check_quoted("no credentials were found");
    // The way out of Cloud Shell that the guide gives.
    let shell = ("OCI_CLI_AUTH", "instance_obo_user");
    home.load(&[shell, (AUTH_TYPE, "api_key"), ("OCI_CONFIG_FILE", "~/.oci/config")]).unwrap();

    let issuer = Issuer::Authentication;
    for (error, phrase) in [
        (SessionRefreshError::Over.to_string(), "the session is over and cannot be refreshed"),
        (FederationError::Pair.to_string(), "the key does not belong to the certificate"),
        (ProviderError::NoRegion.to_string(), "names no usable region"),
        (ProviderError::NotToken.to_string(), "expected a security token, found other text"),
        (refused(issuer, 401), "the authentication service answered 401"),
        (refused(Issuer::Cluster, 403), "the token service of the cluster answered 403"),
        (refused(Issuer::Metadata, 404), "the metadata service answered 404"),
        (refused(Issuer::Resource, 404), "the service of the resource answered"),
        (unanswered(Issuer::Metadata), "no answer of the metadata service"),
        (unanswered(Issuer::Cluster), "no answer of the token service of the cluster"),
    ] {
        assert!(error.contains(phrase), "{error:?} does not say {phrase:?}");
        check_quoted(phrase);
    }
    let asked = Origin::Variable(AUTH_TYPE.to_owned());
    let error = CredentialError::NoNetwork { asked }.to_string();
    assert!(error.contains("and this program was built without what fetches them"), "{error}");
    check_quoted("and this program was built without what fetches them");
}

fn refused(issuer: Issuer, status: u16) -> String {
    let status = http::StatusCode::from_u16(status).unwrap();
    ExchangeError::Refused { issuer, status, code: None, clocks: None }.to_string()
}

fn unanswered(issuer: Issuer) -> String {
    let source = HttpError::connecting("x");
    ProviderError::NoAnswer { issuer, attempts: 1, source }.to_string()
}

#[test]
fn variables_of_the_guide_exist() {
    let mut known: BTreeSet<String> =
        Setting::ALL.into_iter().flat_map(|setting| setting.names(&["OCI_"])).collect();
    let resource =
        ["VERSION", "RPST", "PRIVATE_PEM", "PRIVATE_PEM_PASSPHRASE", "REGION"].map(String::from);
    known.extend(resource.map(|name| format!("OCI_RESOURCE_PRINCIPAL_{name}")));
    // The rest are said in pieces, or read in one place each.
    let platform = concat!(env!("CARGO_MANIFEST_DIR"), "/src/credentials/platform.rs");
    let platform = std::fs::read_to_string(platform).unwrap();
    let quoted = platform.split('"').skip(1).step_by(2).filter(|text| text.starts_with("OCI_"));
    known.extend(quoted.map(str::to_owned));
    known.extend(["OCI_REGION_METADATA".to_owned(), "OCI_RESOURCE_PRINCIPAL_".to_owned()]);
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
