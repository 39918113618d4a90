//! Resource principals, which the platform hands over through variables, found where they are asked for.

use std::time::{Duration, UNIX_EPOCH};

use oci_auth::{BodyDigest, Origin};

use crate::credentials::{Home, check_error, entry};
use crate::sessions::{key_id, token};
use crate::{at_once, fixture};

/// What a platform sets for a function: two files, and the region by its short name.
struct Platform {
    home: Home,
    token: String,
    variables: Vec<(&'static str, String)>,
}

impl Platform {
    fn new(seconds: i64) -> Self {
        let home = Home::new(
            &(entry("DEFAULT")
                + "region=uk-london-1\n[R]\nauthentication_type=resource_principal\n"),
        );
        let claims = [
            ("res_tenant", "ocid1.tenancy.oc1..fn"),
            ("res_compartment", "ocid1.compartment.oc1..fn"),
            ("tenant", "ocid1.tenancy.oc1..other"),
        ];
        let token = token(seconds, &claims);
        let path = |name: &str| home.0.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("rpst"), format!("{token}\n")).unwrap();
        std::fs::copy(fixture("keys/rsa2048_a.pkcs8.pem"), path("pem")).unwrap();
        let variables = vec![
            ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2".to_owned()),
            ("OCI_RESOURCE_PRINCIPAL_RPST", path("rpst")),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", path("pem")),
            ("OCI_RESOURCE_PRINCIPAL_REGION", "ord".to_owned()),
        ];
        Self { home, token, variables }
    }

    fn load(
        &self,
        more: &[(&str, &str)],
    ) -> Result<oci_auth::Credentials, oci_auth::CredentialError> {
        let mut variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        variables.extend(more);
        self.home.load(&variables)
    }
}

const ASKED: (&str, &str) = ("OCI_AUTH_TYPE", "resource_principal");

#[test]
fn a_resource_signs_with_its_token_where_it_is_asked_for() {
    let platform = Platform::new(3600);
    for asked in [ASKED, ("OCI_CLI_AUTH", "RESOURCE_PRINCIPAL"), ("OCI_PROFILE", "R")] {
        let found = platform.load(&[asked]).unwrap();
        assert_eq!((found.user(), found.fingerprint()), (None, None));
        assert_eq!(found.tenancy(), Some("ocid1.tenancy.oc1..fn"));
        let compartment = found.compartment_id(None).unwrap();
        assert_eq!(compartment.value, "ocid1.compartment.oc1..fn");
        assert_eq!(compartment.origin, Origin::Token);
        assert!(found.origin().to_string().contains("OCI_RESOURCE_PRINCIPAL_RPST"));

        let signer = found.into_signer().unwrap();
        assert_eq!(key_id(&signer), format!("ST${}", platform.token));
        let mut request = http::Request::post("https://h.example/x").body("{}").unwrap();
        signer.sign(&mut request).unwrap();
        assert!(!format!("{request:?} {signer:?}").contains(&platform.token));
        let first = signer.snapshot().unwrap();
        assert!(at_once(signer.refresh_after(&first)).unwrap().is_none());
    }
    // The variables alone ask for nothing: whoever sets a profile means that profile.
    assert_eq!(platform.load(&[]).unwrap().user(), Some("ocid1.user.oc1..uDEFAULT"));
}

#[test]
fn a_resource_needs_no_configuration_file() {
    let platform = Platform::new(3600);
    std::fs::remove_file(platform.home.0.path().join(".oci/config")).unwrap();
    let found = platform.load(&[ASKED]).unwrap();
    assert!(found.profile().is_none());
    let region = found.region(None).unwrap();
    assert_eq!(region.value.id(), "us-chicago-1");
    assert_eq!(region.origin.to_string(), "from OCI_RESOURCE_PRINCIPAL_REGION");
    let found = platform.load(&[ASKED, ("OCI_RESOURCE_PRINCIPAL_REGION", "")]).unwrap();
    let error = found.region(None).unwrap_err().to_string();
    assert!(error.contains("neither OCI_REGION nor OCI_RESOURCE_PRINCIPAL_REGION"), "{error}");
}

#[test]
fn the_region_of_the_resource_gives_way_to_what_is_set_on_purpose() {
    let platform = Platform::new(3600);
    let region = |more: &[(&str, &str)], given| {
        platform.load(more).unwrap().region(given).unwrap().value.id().to_owned()
    };
    assert_eq!(region(&[ASKED], None), "us-chicago-1", "not that of [DEFAULT]");
    assert_eq!(region(&[ASKED, ("OCI_REGION", "eu-frankfurt-1")], None), "eu-frankfurt-1");
    assert_eq!(region(&[ASKED], Some("sa-saopaulo-1")), "sa-saopaulo-1");
    assert_eq!(region(&[("OCI_PROFILE", "R")], None), "uk-london-1", "that of the profile");
}

/// The variables of a user that are set too are not those of the resource, and make no mixture.
#[test]
fn variables_of_other_identities_are_left_alone() {
    let platform = Platform::new(3600);
    let found = platform.load(&[ASKED, ("OCI_USER", "ocid1.user.oc1..x")]).unwrap();
    assert_eq!(found.user(), None);
    check_error(
        platform.load(&[ASKED, ("OCI_GENAI_API_KEY", "sk-hunter2")]),
        "OCI_GENAI_API_KEY and OCI_AUTH_TYPE are set and cannot be combined",
    );
}

#[test]
fn a_resource_that_cannot_be_used_is_an_error_and_never_the_api_key() {
    let platform = Platform::new(3600);
    let without = |name| platform.load(&[ASKED, (name, "")]);
    for name in ["OCI_RESOURCE_PRINCIPAL_VERSION", "OCI_RESOURCE_PRINCIPAL_RPST"] {
        let message = format!("resource_principal (OCI_AUTH_TYPE) needs {name}, which");
        check_error(without(name), &message);
    }
    check_error(
        platform.load(&[("OCI_PROFILE", "R"), ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", "")]),
        "resource_principal (profile R of ",
    );
    check_error(
        platform.load(&[ASKED, ("OCI_RESOURCE_PRINCIPAL_VERSION", "4.0")]),
        "resource_principal 4.0 (OCI_RESOURCE_PRINCIPAL_VERSION) is not known",
    );
    check_error(
        platform.load(&[ASKED, ("OCI_RESOURCE_PRINCIPAL_RPST", "hunter2")]),
        "(from OCI_RESOURCE_PRINCIPAL_RPST, OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM): cannot use the token in",
    );
    check_error(
        platform.load(&[ASKED, ("OCI_RESOURCE_PRINCIPAL_RPST", "/nowhere/rpst")]),
        "cannot read /nowhere/rpst: entity not found",
    );
    check_error(Platform::new(-60).load(&[ASKED]), "rpst ended on ");
}

/// What the official Python SDK makes of the same variables, byte for byte.
#[test]
fn requests_are_signed_as_the_official_sdk_signs_them() {
    let captured = std::fs::read(fixture("resource_principal/signed.json")).unwrap();
    let captured: serde_json::Value = serde_json::from_slice(&captured).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let key = fixture("keys/rsa2048_a.pkcs8.pem");
    let token = text(&captured["token"]);
    let found = Platform::new(3600)
        .load(&[
            ASKED,
            ("OCI_RESOURCE_PRINCIPAL_RPST", &token),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", key.to_str().unwrap()),
        ])
        .unwrap();
    assert_eq!(found.region(None).unwrap().value.id(), captured["region"]);
    assert_eq!(found.tenancy(), captured["tenancy"].as_str());

    let identity = found.into_signer().unwrap().snapshot().unwrap();
    let requests = captured["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    for expected in requests {
        let body = expected["body"].as_str().unwrap_or_default().to_owned();
        let digest = BodyDigest::of(body.as_bytes());
        let mut request = http::Request::builder()
            .method(expected["method"].as_str().unwrap())
            .uri(expected["url"].as_str().unwrap())
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        identity.sign(&mut request, &digest, now).unwrap();
        assert_eq!(request.headers()["date"], text(&expected["date"]));
        assert_eq!(request.headers()["authorization"], text(&expected["authorization"]));
    }
}
