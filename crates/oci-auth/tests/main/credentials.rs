//! Credentials found through the environment and the configuration file.

use std::path::Path;

use oci_auth::{CredentialError, CredentialOptions, Credentials, Env, Origin, Setting, Warning};

use crate::fixture;

const FINGERPRINT: &str = "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f";

/// A home folder with a configuration file.
pub(crate) struct Home(pub(crate) tempfile::TempDir);

impl Home {
    pub(crate) fn new(config: &str) -> Self {
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

    pub(crate) fn load(&self, more: &[(&str, &str)]) -> Result<Credentials, CredentialError> {
        let mut pairs = vec![("HOME", self.0.path().to_str().unwrap())];
        pairs.extend(more);
        Credentials::from_env(&Env::from_pairs(pairs), &CredentialOptions::default())
    }
}

pub(crate) fn entry(name: &str) -> String {
    format!(
        "[{name}]\nuser=ocid1.user.oc1..u{name}\ntenancy=ocid1.tenancy.oc1..t\nfingerprint={FINGERPRINT}\nkey_file=~/.oci/key.pem\n"
    )
}

#[test]
fn the_default_profile_of_the_home_folder_is_used() {
    let found = Home::new(&entry("DEFAULT")).load(&[]).unwrap();
    assert_eq!(found.user().unwrap(), "ocid1.user.oc1..uDEFAULT");
    let signer = found.into_signer().unwrap();
    let id = signer.snapshot().unwrap().key().unwrap().id().as_str().to_owned();
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
    assert_eq!(found.user().unwrap(), "ocid1.user.oc1..uA");
    let found = home
        .load(&[("OCI_CLI_CONFIG_FILE", "~/other"), ("OCI_PROFILE", ""), ("OCI_CLI_PROFILE", "B")])
        .unwrap();
    assert_eq!(found.user().unwrap(), "ocid1.user.oc1..uB");

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
    assert_eq!(
        Credentials::from_env(&env, &options).unwrap().user().unwrap(),
        "ocid1.user.oc1..uB"
    );
}

/// The service had another name once, and so had the folder. The official SDKs look there when `~/.oci/config` is absent.
#[test]
fn the_file_under_the_earlier_name_is_the_last_resort() {
    let home = Home::new(&entry("DEFAULT"));
    let legacy = home.0.path().join(".oraclebmc");
    std::fs::create_dir(&legacy).unwrap();
    std::fs::write(legacy.join("config"), entry("DEFAULT").replace("uDEFAULT", "uLEGACY")).unwrap();
    assert_eq!(home.load(&[]).unwrap().user(), Some("ocid1.user.oc1..uDEFAULT"));

    std::fs::remove_file(home.0.path().join(".oci/config")).unwrap();
    let found = home.load(&[]).unwrap();
    assert_eq!(found.user(), Some("ocid1.user.oc1..uLEGACY"));
    assert!(found.origin().to_string().ends_with(".oraclebmc/config"), "{}", found.origin());
    check_error(home.load(&[("OCI_CONFIG_FILE", "/none")]), "no configuration file at /none");

    // A default file that is there and damaged is an error, and no reason to act as somebody else.
    std::fs::write(home.0.path().join(".oci/config"), "broken\n").unwrap();
    check_error(home.load(&[]), "line 1: expected");
}

#[track_caller]
pub(crate) fn check_error(found: Result<Credentials, CredentialError>, message: &str) {
    let error = found.map(|found| found.user().map(str::to_owned)).unwrap_err();
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
        Credentials::from_env(&env, &CredentialOptions::default()),
        "no configuration file at /nonexistent/.oci/config (the default)",
    );
    let env = Env::from_pairs([("OCI_CONFIG_FILE", "/nonexistent/c")]);
    check_error(
        Credentials::from_env(&env, &CredentialOptions::default()),
        "no configuration file at /nonexistent/c (from OCI_CONFIG_FILE)",
    );
    check_error(
        Credentials::from_env(&Env::default(), &CredentialOptions::default()),
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
fn other_kinds_of_authentication_are_never_the_api_key() {
    let home = Home::new(&(entry("DEFAULT") + "[D]\ndelegation_token_file=~/token\n"));
    for asked in [
        ("OCI_PROFILE", "D"),
        ("OCI_AUTH_TYPE", "instance_principal"),
        ("OCI_CLI_DELEGATION_TOKEN_FILE", "~/token"),
    ] {
        let found = home.load(&[asked]).unwrap();
        assert_eq!((found.user(), found.fingerprint()), (None, None));
        // The instance that acts on behalf of a user is in another tenancy than the user.
        let is_delegated = asked.1 != "instance_principal";
        assert_eq!(found.tenancy(), is_delegated.then_some("ocid1.tenancy.oc1..t"), "{asked:?}");
        assert!(found.fetches(), "{asked:?}");
    }
    for asked in ["kerberos", "pkcs11"] {
        check_error(
            home.load(&[("OCI_AUTH_TYPE", asked)]),
            &format!("authentication type {asked} (OCI_AUTH_TYPE) is not known, known are api_key"),
        );
    }
    home.load(&[("OCI_AUTH_TYPE", "API_KEY")]).unwrap();
}

const WHOLE: [(&str, &str); 4] = [
    ("USER", "ocid1.user.oc1..uENV"),
    ("TENANCY", "ocid1.tenancy.oc1..tENV"),
    ("FINGERPRINT", FINGERPRINT),
    ("KEY_FILE", "~/.oci/key.pem"),
];

/// The variables of an identity with a prefix.
fn variables(prefix: &str, names: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    names.iter().map(|(name, value)| (format!("{prefix}{name}"), *value)).collect()
}

impl Home {
    fn load_variables(&self, variables: &[(String, &str)]) -> Result<Credentials, CredentialError> {
        let mut pairs = vec![("HOME".to_owned(), self.0.path().to_str().unwrap())];
        pairs.extend(variables.iter().cloned());
        let options = CredentialOptions { prefixes: &["LOCUS_OCI_", "OCI_"], ..Default::default() };
        Credentials::from_env(&Env::from_pairs(pairs), &options)
    }
}

#[test]
fn variables_of_each_prefix_are_an_identity_and_need_no_file() {
    let home = Home::new("");
    std::fs::remove_file(home.0.path().join(".oci/config")).unwrap();
    for prefix in ["LOCUS_OCI_", "OCI_", "OCI_CLI_"] {
        let found = home.load_variables(&variables(prefix, &WHOLE)).unwrap();
        assert_eq!(found.user(), Some("ocid1.user.oc1..uENV"), "{prefix}");
        let Origin::Variable(names) = found.origin() else { panic!("{:?}", found.origin()) };
        assert!(names.starts_with(&format!("{prefix}USER")), "{names}");
        assert!(found.profile().is_none());
        let compartment = found.compartment_id(None).unwrap();
        assert_eq!(
            (compartment.value.as_str(), compartment.origin),
            ("ocid1.tenancy.oc1..tENV", Origin::Tenancy)
        );
    }
}

#[test]
fn an_identity_comes_from_one_source() {
    let home = Home::new(&entry("DEFAULT"));
    let both: Vec<_> = variables("OCI_", &WHOLE)
        .into_iter()
        .chain(variables("LOCUS_OCI_", &[("USER", "ocid1.user.oc1..uX")]))
        .collect();
    check_error(home.load_variables(&both), "LOCUS_OCI_USER and OCI_USER, OCI_TENANCY");
    check_error(
        home.load_variables(&variables("OCI_", &WHOLE[..2])),
        "OCI_USER, OCI_TENANCY and profile DEFAULT are set and cannot be combined: the first lacks fingerprint, key_file",
    );
    check_error(
        home.load_variables(&variables("OCI_", &[("PASSPHRASE", "hunter2")])),
        "OCI_PASSPHRASE and profile DEFAULT",
    );
    check_error(
        Home::new("[DEFAULT]\n").load_variables(&variables("OCI_CLI_", &WHOLE[..3])),
        "OCI_CLI_USER, OCI_CLI_TENANCY, OCI_CLI_FINGERPRINT without key_file",
    );
    // A complete first source hides the rest of the others.
    let found = home
        .load_variables(
            &variables("LOCUS_OCI_", &WHOLE)
                .into_iter()
                .chain(variables("OCI_", &[("USER", "ocid1.user.oc1..uX")]))
                .collect::<Vec<_>>(),
        )
        .unwrap();
    assert_eq!(found.user(), Some("ocid1.user.oc1..uENV"));
}

#[test]
fn a_key_in_a_variable_beats_a_key_file() {
    let home = Home::new("[DEFAULT]\nregion=us-chicago-1\n");
    let text: &'static str = std::fs::read_to_string(fixture("keys/rsa2048_a.pkcs1enc.aes128.pem"))
        .unwrap()
        .replace('\n', "\\n")
        .leak();
    let phrase = "correct horse battery staple";
    for (prefix, name) in [("OCI_", "KEY"), ("OCI_CLI_", "KEY_CONTENT")] {
        let mut set = variables(prefix, &WHOLE[..3]);
        set.extend(variables(
            prefix,
            &[("KEY_FILE", "/none"), (name, text), ("PASSPHRASE", phrase)],
        ));
        let found = home.load_variables(&set).unwrap();
        assert_eq!(found.fingerprint().unwrap().to_string(), FINGERPRINT);
        assert_eq!(found.region(None).unwrap().value.id(), "us-chicago-1", "from the profile");
        set.retain(|(name, _)| !name.ends_with("PASSPHRASE"));
        check_error(
            home.load_variables(&set),
            &format!("cannot use private key in {prefix}{name}"),
        );
    }
}

#[test]
fn a_named_profile_wins_over_variables() {
    let home = Home::new(&(entry("DEFAULT") + &entry("A")));
    let mut pairs = vec![("HOME".to_owned(), home.0.path().to_str().unwrap())];
    pairs.extend(variables("OCI_", &WHOLE));
    pairs.push(("OCI_GENAI_API_KEY".to_owned(), "sk-x"));
    let options = CredentialOptions { profile: Some("A"), ..Default::default() };
    let found = Credentials::from_env(&Env::from_pairs(pairs), &options).unwrap();
    assert_eq!(found.user(), Some("ocid1.user.oc1..uA"));
}

#[test]
fn a_generative_ai_key_is_sent_as_it_is_and_never_with_a_signature() {
    let home = Home::new(&entry("DEFAULT"));
    let found = home.load(&[("OCI_GENAI_API_KEY", "sk-hunter2")]).unwrap();
    assert_eq!((found.user(), found.compartment_id(None)), (None, None));
    let shown = format!("{found:?}");
    let signer = found.into_signer().unwrap();
    assert!(!format!("{shown} {signer:?}").contains("hunter2"), "{shown}");
    let mut request = http::Request::post("https://h.example/x").body("{}").unwrap();
    signer.sign(&mut request).unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer sk-hunter2");
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(request.headers().len(), 1);

    check_error(
        home.load(&[("OCI_GENAI_API_KEY", "sk-hunter2"), ("OCI_USER", "ocid1.user.oc1..u")]),
        "OCI_GENAI_API_KEY and OCI_USER",
    );
    check_error(
        home.load(&[("OCI_GENAI_API_KEY", "sk-hunter2"), ("OCI_AUTH_TYPE", "api_key")]),
        "OCI_GENAI_API_KEY and OCI_AUTH_TYPE",
    );
    let bad = home.load(&[("OCI_GENAI_API_KEY", "sk hunter2")]).unwrap();
    let error = bad.into_signer().unwrap_err().to_string();
    assert!(error.contains("from OCI_GENAI_API_KEY") && !error.contains("hunter2"), "{error}");
}

#[test]
fn the_key_of_a_profile_must_be_the_one_that_it_names() {
    let home = Home::new(&entry("DEFAULT"));
    std::fs::copy(fixture("keys/rsa2048_b.pkcs8.pem"), home.0.path().join(".oci/key.pem")).unwrap();
    check_error(
        home.load(&[]),
        "key.pem has the fingerprint a4:7b:e5:77:71:3e:23:61:dc:aa:4f:f7:e3:28:db:5d, but profile DEFAULT, line 4 of",
    );
    check_error(home.load(&[]), &format!("names the key {FINGERPRINT}"));
}

#[cfg(unix)]
#[test]
fn files_that_others_can_read_are_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new(&entry("DEFAULT"));
    let (config, key) = (home.0.path().join(".oci/config"), home.0.path().join(".oci/key.pem"));
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&config, 0o600);
    set(&key, 0o400);
    assert_eq!(home.load(&[]).unwrap().warnings(), []);
    set(&config, 0o604);
    set(&key, 0o640);
    let expected = [
        Warning::ReadableByOthers { path: config, mode: 0o604 },
        Warning::ReadableByOthers { path: key.clone(), mode: 0o640 },
    ];
    assert_eq!(home.load(&[]).unwrap().warnings(), expected);
    assert!(expected[1].to_string().contains("(mode 0640); run `chmod 600 "), "{}", expected[1]);
}

#[test]
fn what_was_defaulted_is_told() {
    let home = Home::new(&(entry("DEFAULT") + "region=us-chicago-1\n"));
    let found = home.load(&[]).unwrap();
    let region = found.region(None).unwrap();
    assert!(region.origin.to_string().starts_with("from profile DEFAULT of "), "{region:?}");
    assert_eq!(found.region(Some("fra")).unwrap().origin, Origin::Given);
    assert_eq!(found.compartment_id(None).unwrap().origin, Origin::Tenancy);
    let found = home.load(&[("OCI_REGION", "mars"), ("OCI_COMPARTMENT_ID", "c")]).unwrap();
    let error = found.region(None).unwrap_err();
    assert_eq!(error.to_string(), "the region cannot be used (from OCI_REGION)");
    assert_eq!(
        found.compartment_id(None).unwrap().origin,
        Origin::Variable("OCI_COMPARTMENT_ID".to_owned())
    );
    let error = Home::new(&entry("DEFAULT")).load(&[]).unwrap().region(None).unwrap_err();
    let error = error.to_string();
    assert!(error.starts_with("no region is set, neither OCI_REGION nor region in profile"));
    assert!(error.contains("; known are ") && error.contains(" us-chicago-1, "), "{error}");
    assert!(error.ends_with(" and 39 of other realms"), "{error}");
}

/// The table in the documentation of `Setting` is the one that is read.
#[test]
fn the_documented_names_are_the_ones_that_are_read() {
    let source =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/settings.rs")).unwrap();
    let rows: Vec<Vec<&str>> = source
        .lines()
        .filter(|line| line.starts_with("/// | `"))
        .map(|line| line.split('`').skip(1).step_by(2).collect())
        // The table of values stands below that of names.
        .filter(|row: &Vec<&str>| row[0].starts_with(char::is_uppercase))
        .collect();
    assert_eq!(rows.len(), Setting::ALL.len());
    for (setting, row) in Setting::ALL.into_iter().zip(rows) {
        assert_eq!(format!("{setting:?}"), row[0]);
        let mut documented = Vec::new();
        for name in &row[1..] {
            match name.strip_prefix("{prefix}") {
                Some(suffix) => {
                    documented.extend([format!("LOCUS_OCI_{suffix}"), format!("OCI_{suffix}")]);
                }
                None => documented.push((*name).to_owned()),
            }
        }
        let names: Vec<String> = setting.names(&["LOCUS_OCI_", "OCI_"]).collect();
        assert_eq!(names, documented, "{setting:?}");
        for (index, name) in names.iter().enumerate() {
            // This name and all that it wins over are set, and those above it are empty, which counts as unset.
            let env = Env::from_pairs(names.iter().enumerate().map(|(at, name)| {
                (name.clone(), if at < index { String::new() } else { format!("value {at}") })
            }));
            let found = setting.read(&env, &["LOCUS_OCI_", "OCI_"]).unwrap();
            assert_eq!(found, Some((name.clone(), format!("value {index}").as_str())));
        }
    }
}

/// So is the table of values of the kind of authentication.
#[test]
fn the_documented_kinds_are_known() {
    let source =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/settings.rs")).unwrap();
    let home = Home::new(&entry("DEFAULT"));
    let mut kinds = 0;
    for row in source.lines().filter(|line| line.starts_with("/// | `")) {
        let values = row.split('`').skip(1).step_by(2);
        for value in values.filter(|value| value.starts_with(char::is_lowercase)) {
            kinds += 1;
            let found = home.load(&[("OCI_AUTH_TYPE", value)]);
            // What it needs may be lacking; that it is known is what counts.
            let refused = found.is_err_and(|error| error.to_string().contains("is not known"));
            assert!(!refused, "{value}");
        }
    }
    assert_eq!(kinds, 8);
}
