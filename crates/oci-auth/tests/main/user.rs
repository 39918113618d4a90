//! Credentials found through the environment and the configuration file.

use std::path::Path;

use oci_auth::{CredentialError, CredentialOptions, Env, UserCredentials};

use crate::fixture;

const FINGERPRINT: &str = "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f";

/// A home folder with a configuration file.
struct Home(tempfile::TempDir);

impl Home {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".oci")).unwrap();
        std::fs::write(folder.path().join(".oci/config"), config).unwrap();
        std::fs::copy(
            fixture("keys/rsa2048_a.pkcs8.label.pem"),
            folder.path().join(".oci/key.pem"),
        )
        .unwrap();
        Self(folder)
    }

    fn load(&self, more: &[(&str, &str)]) -> Result<UserCredentials, CredentialError> {
        let mut pairs = vec![("HOME", self.0.path().to_str().unwrap())];
        pairs.extend(more);
        UserCredentials::from_env(&Env::from_pairs(pairs), &CredentialOptions::default())
    }
}

fn entry(name: &str) -> String {
    format!(
        "[{name}]\nuser=ocid1.user.oc1..u{name}\ntenancy=ocid1.tenancy.oc1..t\nfingerprint={FINGERPRINT}\nkey_file=~/.oci/key.pem\n"
    )
}

#[test]
fn the_default_profile_of_the_home_folder_is_used() {
    let found = Home::new(&entry("DEFAULT")).load(&[]).unwrap();
    assert_eq!(found.user(), "ocid1.user.oc1..uDEFAULT");
    let id = found.into_signing_key().id().as_str().to_owned();
    assert_eq!(id, format!("ocid1.tenancy.oc1..t/ocid1.user.oc1..uDEFAULT/{FINGERPRINT}"));
}

#[test]
fn the_environment_chooses_file_and_profile_and_arguments_win_over_it() {
    let home = Home::new(&entry("DEFAULT"));
    let other = home.0.path().join("other");
    std::fs::write(&other, entry("A") + &entry("B")).unwrap();
    let other = other.to_str().unwrap();
    let found = home
        .load(&[("OCI_CONFIG_FILE", other), ("OCI_PROFILE", "A"), ("OCI_CLI_PROFILE", "B")])
        .unwrap();
    assert_eq!(found.user(), "ocid1.user.oc1..uA");
    let found = home
        .load(&[("OCI_CLI_CONFIG_FILE", "~/other"), ("OCI_PROFILE", ""), ("OCI_CLI_PROFILE", "B")])
        .unwrap();
    assert_eq!(found.user(), "ocid1.user.oc1..uB");

    let env = Env::from_pairs([
        ("HOME", home.0.path().to_str().unwrap()),
        ("OCI_PROFILE", "NONE"),
        ("OCI_CONFIG_FILE", "/none"),
    ]);
    let options = CredentialOptions {
        config_file: Some(Path::new("~/other")),
        profile: Some("B"),
        ..Default::default()
    };
    assert_eq!(UserCredentials::from_env(&env, &options).unwrap().user(), "ocid1.user.oc1..uB");
}

#[track_caller]
fn check_error(found: Result<UserCredentials, CredentialError>, message: &str) {
    let error = found.map(|found| found.user().to_owned()).unwrap_err();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    assert!(text.contains(message), "{text}");
    assert!(!error.hint().is_empty());
    assert!(!text.contains("hunter2") && !text.contains('\n'), "{text}");
}

#[test]
fn every_failure_says_what_and_where() {
    let env = Env::from_pairs([("HOME", "/nonexistent")]);
    check_error(
        UserCredentials::from_env(&env, &CredentialOptions::default()),
        "no configuration file at /nonexistent/.oci/config (the default)",
    );
    let env = Env::from_pairs([("OCI_CONFIG_FILE", "/nonexistent/c")]);
    check_error(
        UserCredentials::from_env(&env, &CredentialOptions::default()),
        "no configuration file at /nonexistent/c (from OCI_CONFIG_FILE)",
    );
    check_error(
        UserCredentials::from_env(&Env::default(), &CredentialOptions::default()),
        "home folder is not known",
    );

    let home = |text: &str| Home::new(&text.replace("pass_phrase", "pass_phrase=hunter2\n#"));
    check_error(
        home(&entry("DEFAULT")).load(&[("OCI_PROFILE", "WORK")]),
        "no profile WORK, the file has DEFAULT",
    );
    check_error(
        home("[DEFAULT]\npass_phrase\nuser=ocid1.user.oc1..u\n").load(&[]),
        "lacks tenancy, fingerprint, key_file",
    );
    check_error(
        home(&entry("DEFAULT").replace("key.pem", "no.pem")).load(&[]),
        "cannot read key_file",
    );
    check_error(
        home(&entry("DEFAULT").replace("34:81", "34:8")).load(&[]),
        "fingerprint of profile DEFAULT, line 4 of",
    );
    check_error(
        home(&entry("DEFAULT").replace("ocid1.user", "user")).load(&[]),
        "expected an OCID",
    );
    check_error(home("broken\n").load(&[]), "line 1: expected");
}

#[test]
fn an_encrypted_key_is_named_as_such() {
    let home = Home::new(&entry("DEFAULT"));
    std::fs::copy(
        fixture("keys/rsa2048_a.pkcs1enc.aes128.pem"),
        home.0.path().join(".oci/key.pem"),
    )
    .unwrap();
    check_error(home.load(&[]), "encrypted and no pass phrase is set");
}

/// Falling back to the API key would act as somebody else than the profile says.
#[test]
fn other_kinds_of_authentication_are_refused_by_name() {
    let home = Home::new(&(entry("DEFAULT") + "[S]\nsecurity_token_file=~/token\n"));
    check_error(home.load(&[("OCI_PROFILE", "S")]), "security_token (profile S");
    check_error(
        home.load(&[("OCI_AUTH_TYPE", "instance_principal")]),
        "instance_principal (OCI_AUTH_TYPE) is not supported yet",
    );
    home.load(&[("OCI_AUTH_TYPE", "API_KEY")]).unwrap();
}
