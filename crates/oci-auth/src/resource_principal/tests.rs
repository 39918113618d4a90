//! Variables and files of a resource principal that are missing, change and end.

use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

/// A folder such as a platform mounts: a token, its key, and the pass phrase of that.
struct Mount(tempfile::TempDir);

impl Mount {
    fn new() -> Self {
        let mount = Self(tempfile::tempdir().unwrap());
        mount.write("rpst", &token("one", 1000, 'a'));
        mount.write("pem", &fixture("keys/rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem"));
        mount.write("phrase", "correct horse battery staple\n");
        mount
    }

    fn write(&self, name: &str, text: &str) {
        let new = self.0.path().join("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.0.path().join(name)).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn principal(&self) -> ResourcePrincipal {
        let (token, key, phrase) = (self.path("rpst"), self.path("pem"), self.path("phrase"));
        load(&[(VERSION, "2.2"), (TOKEN, &token), (KEY, &key), (PASS_PHRASE, &phrase)]).unwrap()
    }
}

fn load(variables: &[(&str, &str)]) -> Result<ResourcePrincipal, Unusable> {
    let env = Env::from_pairs(variables.iter().copied());
    ResourcePrincipal::from_env(&env, Backend::default())
}

fn fixture(name: &str) -> String {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"));
    fs::read_to_string(folder.join(name)).unwrap()
}

fn token(name: &str, end: u64, jwk: char) -> String {
    let jwk = fixture(&format!("session/jwk_{jwk}.json"));
    let claims = serde_json::json!({ "exp": end, "sub": name, "jwk": jwk.trim() });
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The token that signs now.
#[track_caller]
fn check(principal: &ResourcePrincipal, now: u64, expected: &str) {
    let snapshot = principal.current(at(now)).unwrap();
    assert_eq!(snapshot.key().unwrap().id().as_str(), format!("ST${expected}"));
}

/// The chain of messages; no secret may be in it.
#[track_caller]
fn check_error(error: &ResourcePrincipalError, message: &str) {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let text = format!("{error}: {source} {error:?}");
    assert!(text.contains(message), "{text}");
    assert!(!text.contains("e30.") && !text.contains("horse"), "{text}");
    assert!(!error.hint().is_empty());
}

#[test]
fn each_variable_is_a_value_or_a_path_and_is_trimmed() {
    let mount = Mount::new();
    let one = token("one", 1000, 'a');
    check(&mount.principal(), 999, &one);

    let tokens = [format!(" {one}\n"), format!("{}\n", mount.path("rpst"))];
    let plain = fixture("keys/rsa2048_a.pkcs8.pem");
    let encrypted = fixture("keys/rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem");
    let keys = [plain.clone(), plain.replace('\n', "\\n"), encrypted, mount.path("pem") + " "];
    let phrases = ["correct horse battery staple ".to_owned(), mount.path("phrase")];
    for token in &tokens {
        for key in &keys {
            for phrase in &phrases {
                let variables =
                    [(VERSION, " 2.2\n"), (TOKEN, token), (KEY, key), (PASS_PHRASE, phrase)];
                check(&load(&variables).unwrap(), 999, &one);
            }
        }
    }
}

#[test]
fn what_is_not_set_is_told_by_name() {
    let lacking = |variables: &[(&str, &str)]| match load(variables).unwrap_err() {
        Unusable::Lacking(names) => names,
        other => panic!("expected names, found {other:?}"),
    };
    assert_eq!(lacking(&[]), format!("{VERSION}, {TOKEN}, {KEY}"));
    assert_eq!(lacking(&[(VERSION, "2.2"), (TOKEN, " \n"), (KEY, "k")]), TOKEN);
    assert_eq!(lacking(&[(TOKEN, "t"), (KEY, "k")]), VERSION);
}

#[test]
fn other_versions_are_refused_even_where_these_variables_are_set() {
    for version in ["1.1", "2.1", "2.1.1", "2.1.2", "3.0", "2.20", "2"] {
        for variables in [vec![], vec![(TOKEN, "t"), (KEY, "k")]] {
            let variables = [vec![(VERSION, version)], variables].concat();
            assert_eq!(load(&variables).unwrap_err(), Unusable::Version(version.to_owned()));
        }
    }
}

#[test]
fn files_that_the_platform_replaces_are_read_again() {
    let mount = Mount::new();
    let principal = mount.principal();
    let first = principal.current(at(0)).unwrap();
    let again = principal.current(at(1)).unwrap();
    assert!(std::ptr::eq(first.key().unwrap(), again.key().unwrap()), "the key is parsed once");
    assert!(principal.refresh_after(&first, at(1)).unwrap().is_none());

    let two = token("two", 2000, 'b');
    mount.write("rpst", &two);
    check(&principal, 2, &token("one", 1000, 'a'));
    mount.write("pem", &fixture("keys/rsa2048_b.pkcs8.pem"));
    check(&principal, 2, &two);
    let second = principal.refresh_after(&first, at(2)).unwrap().unwrap();
    assert_eq!(second.expires_at(), Some(at(2000)));
}

#[test]
fn a_pass_phrase_that_is_replaced_opens_the_next_key() {
    let mount = Mount::new();
    mount.write("phrase", "hunter2");
    let error = mount.principal().current(at(0)).unwrap_err();
    check_error(&error, "does not open it");
    assert!(error.hint().contains(PASS_PHRASE), "{}", error.hint());
    let principal = mount.principal();
    principal.current(at(0)).unwrap_err();
    mount.write("phrase", "correct horse battery staple");
    check(&principal, 0, &token("one", 1000, 'a'));
}

#[test]
fn a_token_that_has_ended_is_not_sent() {
    let mount = Mount::new();
    let principal = mount.principal();
    check(&principal, 999, &token("one", 1000, 'a'));
    check_error(
        &principal.current(at(1000)).unwrap_err(),
        "ended on Thu, 01 Jan 1970 00:16:40 GMT",
    );
    let two = token("two", 2000, 'a');
    mount.write("rpst", &two);
    check(&principal, 1000, &two);

    let (one, key) = (token("one", 1000, 'a'), fixture("keys/rsa2048_a.pkcs8.pem"));
    let by_value = load(&[(VERSION, "2.2"), (TOKEN, &one), (KEY, &key)]).unwrap();
    check(&by_value, 999, &one);
    check_error(&by_value.current(at(1000)).unwrap_err(), "in OCI_RESOURCE_PRINCIPAL_RPST ended");
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let mount = Mount::new();
    let current = || mount.principal().current(at(0)).unwrap_err();
    mount.write("rpst", "e30.hunter2");
    check_error(&current(), "rpst of the resource principal: expected a token of three parts");
    mount.write("rpst", &token("one", 1000, 'b'));
    check_error(&current(), "does not belong to the token");
    fs::remove_file(mount.path("pem")).unwrap();
    check_error(&current(), "pem: entity not found");
    fs::remove_file(mount.path("rpst")).unwrap();
    check_error(&current(), "rpst: entity not found");

    // A relative path is a value, and no key.
    let one = token("one", 1000, 'a');
    let relative = load(&[(VERSION, "2.2"), (TOKEN, &one), (KEY, "keys/rpst.pem")]).unwrap();
    let error = relative.current(at(0)).unwrap_err();
    check_error(&error, "private key in OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM of the resource");
}

#[test]
fn debug_shows_no_token_no_key_and_no_pass_phrase() {
    let (one, key) = (token("one", 1000, 'a'), fixture("keys/rsa2048_a.pkcs8.pem"));
    let variables = [(VERSION, "2.2"), (TOKEN, &*one), (KEY, &key), (PASS_PHRASE, "hunter2")];
    let principal = load(&variables).unwrap();
    principal.current(at(0)).unwrap();
    let shown = format!("{principal:?}");
    assert!(!shown.contains("e30.") && !shown.contains("MII"), "{shown}");
    assert!(!shown.contains("hunter2") && shown.contains(TOKEN), "{shown}");
}
