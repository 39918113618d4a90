//! Sessions of the command line, found through profiles and variables.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oci_auth::{Origin, SessionFiles, SignError, Signer};

use crate::credentials::{Home, check_error, entry};
use crate::{at_once, fixture};

/// A token that ends so many seconds from now, or ended so many before.
pub(crate) fn token(seconds: i64, more: &[(&str, &str)]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let jwk = std::fs::read_to_string(fixture("session/jwk_a.json")).unwrap();
    let mut claims =
        serde_json::json!({ "exp": now.checked_add_signed(seconds).unwrap(), "jwk": jwk });
    for (name, value) in more {
        claims[*name] = (*value).into();
    }
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

const SESSION: &str = "[S]\nkey_file=~/.oci/key.pem\nsecurity_token_file=~/.oci/token\n\
    tenancy=ocid1.tenancy.oc1..profile\nregion=us-chicago-1\n";

fn home(token: &str) -> Home {
    let home = Home::new(&(entry("DEFAULT") + SESSION));
    std::fs::write(home.0.path().join(".oci/token"), token).unwrap();
    home
}

pub(crate) fn key_id(signer: &Signer) -> String {
    signer.snapshot().unwrap().key().unwrap().id().as_str().to_owned()
}

/// What `[DEFAULT]` has, such as a user, does not make an API key of it.
#[test]
fn a_profile_with_a_token_of_its_own_is_a_session() {
    let text = token(3600, &[]);
    let found = home(&text).load(&[("OCI_PROFILE", "S")]).unwrap();
    assert_eq!((found.user(), found.fingerprint()), (None, None));
    assert_eq!(found.tenancy(), Some("ocid1.tenancy.oc1..profile"));
    assert_eq!(found.region(None).unwrap().value.id(), "us-chicago-1");
    assert_eq!(found.compartment_id(None).unwrap().origin, Origin::Tenancy);
    let signer = found.into_signer().unwrap();
    assert_eq!(key_id(&signer), format!("ST${text}"));

    let mut request = http::Request::post("https://h.example/x").body("{}").unwrap();
    signer.sign(&mut request).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains(&format!("keyId=\"ST${text}\"")), "{authorization}");
    assert!(!format!("{request:?} {signer:?}").contains(&text));
}

#[test]
fn the_kind_that_is_asked_for_decides() {
    let home = home(&token(3600, &[]));
    let found = home.load(&[("OCI_PROFILE", "S"), ("OCI_AUTH_TYPE", "api_key")]).unwrap();
    assert_eq!(found.user(), Some("ocid1.user.oc1..uDEFAULT"));
    for name in ["security_token", "session_token", "SECURITY_TOKEN"] {
        let found = home.load(&[("OCI_PROFILE", "S"), ("OCI_CLI_AUTH", name)]).unwrap();
        assert_eq!(found.user(), None, "{name}");
        check_error(home.load(&[("OCI_CLI_AUTH", name)]), "profile DEFAULT of ");
    }
    check_error(home.load(&[("OCI_AUTH_TYPE", "session_token")]), "lacks security_token_file");
}

#[test]
fn variables_give_a_session_as_a_whole() {
    let home = home(&token(3600, &[]));
    let path = home.0.path().join(".oci/token");
    let path = path.to_str().unwrap();
    for prefix in ["OCI_", "OCI_CLI_"] {
        let [token, key] =
            ["SECURITY_TOKEN_FILE", "KEY_FILE"].map(|name| format!("{prefix}{name}"));
        let found = home.load(&[(&token, "~/.oci/token"), (&key, "~/.oci/key.pem")]).unwrap();
        assert_eq!((found.user(), found.tenancy()), (None, None), "nobody says");
        assert!(found.origin().to_string().contains(&token), "{}", found.origin());
        check_error(
            home.load(&[(&token, path)]),
            &format!(
                "{token} and profile DEFAULT are set and cannot be combined: the first lacks key_file"
            ),
        );
    }
    let pem = std::fs::read_to_string(fixture("keys/rsa2048_a.pkcs8.pem")).unwrap();
    let key = [("OCI_SECURITY_TOKEN_FILE", path), ("OCI_KEY", &*pem)];
    home.load(&key).unwrap().into_signer().unwrap().snapshot().unwrap();
    // Where an API key is asked for, the token is none of its parts.
    let api_key = [("OCI_SECURITY_TOKEN_FILE", path), ("OCI_AUTH_TYPE", "api_key")];
    assert_eq!(home.load(&api_key).unwrap().user(), Some("ocid1.user.oc1..uDEFAULT"));
}

#[test]
fn the_token_says_compartment_and_tenancy() {
    let claims = [
        ("res_tenant", "ocid1.tenancy.oc1..token"),
        ("res_compartment", "ocid1.compartment.oc1..token"),
    ];
    let found = home(&token(3600, &claims)).load(&[("OCI_PROFILE", "S")]).unwrap();
    assert_eq!(found.tenancy(), Some("ocid1.tenancy.oc1..token"));
    let compartment = found.compartment_id(None).unwrap();
    assert_eq!(
        (compartment.value.as_str(), compartment.origin),
        ("ocid1.compartment.oc1..token", Origin::Token)
    );
}

#[test]
fn a_session_that_cannot_be_used_is_an_error_and_never_the_api_key() {
    let load = |text: &str| home(text).load(&[("OCI_PROFILE", "S")]);
    check_error(load(&token(-60, &[])), "token ended on ");
    check_error(load("hunter2"), "expected a token of three parts");
    let home = home(&token(3600, &[]));
    std::fs::copy(fixture("keys/rsa2048_b.pkcs8.pem"), home.0.path().join(".oci/key.pem")).unwrap();
    check_error(home.load(&[("OCI_PROFILE", "S")]), "does not belong to the token of");
    std::fs::remove_file(home.0.path().join(".oci/token")).unwrap();
    check_error(home.load(&[("OCI_PROFILE", "S")]), "the session cannot be used (from profile S");
}

#[cfg(unix)]
#[test]
fn a_token_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home(&token(3600, &[]));
    for (name, mode) in [("config", 0o600), ("key.pem", 0o600), ("token", 0o644)] {
        let path = home.0.path().join(".oci").join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let found = home.load(&[("OCI_PROFILE", "S")]).unwrap();
    let warnings: Vec<String> = found.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(".oci/token (mode 0644)"), "{warnings:?}");
}

#[test]
fn a_signer_goes_on_with_what_the_command_line_writes() {
    let one = token(3600, &[]);
    let home = home(&one);
    let path = |name: &str| home.0.path().join(".oci").join(name);
    let signer = Signer::session(SessionFiles::new(path("token"), path("key.pem")));
    let first = signer.snapshot().unwrap();
    assert!(first.expires_at().unwrap() > SystemTime::now() + Duration::from_secs(3500));
    assert_eq!(key_id(&signer), format!("ST${one}"));
    assert!(at_once(signer.refresh_after(&first)).unwrap().is_none());

    let two = token(3601, &[("sub", "again")]);
    std::fs::write(path("token"), &two).unwrap();
    assert_eq!(key_id(&signer.clone()), format!("ST${two}"));
    let again = at_once(signer.refresh_after(&first)).unwrap().unwrap();
    assert_eq!(again.key().unwrap().id().as_str(), format!("ST${two}"));

    std::fs::remove_file(path("token")).unwrap();
    assert_eq!(key_id(&signer), format!("ST${two}"), "what was read is still valid");
    let fresh = Signer::session(SessionFiles::new(path("token"), path("key.pem")));
    let mut request = http::Request::get("https://h.example/x").body("").unwrap();
    let error = fresh.sign(&mut request).unwrap_err();
    assert!(matches!(error, SignError::Session(_)) && request.headers().is_empty(), "{error:?}");
}
