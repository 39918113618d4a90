//! What this machine has: files, variables, key, token and region. Nothing is sent.

use std::time::{Duration, SystemTime};

use locus::auth::{
    CredentialError, CredentialOptions, Credentials, ProfileError, SessionError, Warning,
};
use locus::{Client, Env, PREFIXES};

use crate::connect::ConnectArgs;
use crate::failure::{Failure, chain};

use super::report::{Report, Topic};

/// The lines about this machine, and the client to call with if all of them passed.
pub(super) fn check(report: &mut Report, connect: &ConnectArgs) -> Result<Option<Client>, Failure> {
    let env = Env::process();
    let options = CredentialOptions {
        profile: connect.profile.as_deref(),
        prefixes: &PREFIXES,
        ..CredentialOptions::default()
    };
    let credentials = match Credentials::from_env(&env, &options) {
        Ok(credentials) => credentials,
        Err(error) => {
            failed(report, &error);
            return Ok(None);
        }
    };
    describe(report, &credentials);
    let warnings = credentials.warnings().to_vec();
    let region = match &connect.endpoint {
        Some(url) => Ok(format!("not needed, the endpoint is {url}")),
        None => credentials
            .region(connect.region.as_deref())
            .map(|found| format!("{} ({})", found.value.id(), found.origin)),
    };
    file_modes(report, &warnings);
    let has_token = token(report, credentials);
    match region {
        Ok(found) => report.pass(Topic::Region, found),
        Err(error) => {
            report.fail(Topic::Region, chain("", &error), error.hint());
            report.untried(Topic::Region.name());
            return Ok(None);
        }
    }
    if !has_token {
        report.untried(Topic::Token.name());
        return Ok(None);
    }
    match connect.builder()?.build() {
        Ok(client) => Ok(Some(client)),
        Err(error @ locus::Error::Proxy { .. }) => {
            let hint = error.hint().unwrap_or_default();
            report.fail(Topic::Proxy, chain("", &error), hint);
            report.untried(Topic::Proxy.name());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The lines that passed because the credentials could be read.
fn describe(report: &mut Report, credentials: &Credentials) {
    match credentials.profile() {
        Some(profile) => {
            report.pass(Topic::ConfigFile, format!("read, profile {}", profile.name()));
        }
        None => report.skip(Topic::ConfigFile, "there is none, and none is needed"),
    }
    let who = match (credentials.user(), credentials.tenancy()) {
        (Some(user), Some(tenancy)) => format!("the API key of {user} in {tenancy}"),
        (_, Some(tenancy)) => format!("a token of {tenancy}"),
        (_, None) => "an API key of Generative AI, which is sent as it is".to_owned(),
    };
    report.pass(Topic::Identity, format!("{who}, {}", credentials.origin()));
    match credentials.fingerprint() {
        Some(fingerprint) => {
            report.pass(Topic::Key, "read, an RSA key");
            report.pass(Topic::Fingerprint, format!("{fingerprint}, as it is named"));
        }
        None => {
            report.skip(Topic::Key, "the identity has no API key that signs");
            report.skip(Topic::Fingerprint, "the identity has no API key that signs");
        }
    }
}

fn file_modes(report: &mut Report, warnings: &[Warning]) {
    let mut is_closed = true;
    for warning in warnings {
        let Warning::ReadableByOthers { path, mode } = warning else { continue };
        is_closed = false;
        report.fail(
            Topic::FileModes,
            format!("other users can read {} (mode {mode:04o})", path.display()),
            format!("run `chmod 600 {}`", path.display()),
        );
    }
    if is_closed {
        report.pass(Topic::FileModes, "nobody else can read the files");
    }
}

/// Whether what signs can sign now.
fn token(report: &mut Report, credentials: Credentials) -> bool {
    if credentials.user().is_some() || credentials.tenancy().is_none() {
        report.skip(Topic::Token, "the identity is a key, which does not end");
        return true;
    }
    let ends = credentials.into_signer().map(|signer| signer.snapshot().map(|it| it.expires_at()));
    let left = match ends {
        Err(error) => {
            report.fail(Topic::Token, chain("", &error), error.hint());
            return false;
        }
        // What is fetched from the service is there with the first call.
        Ok(Err(_) | Ok(None)) => {
            report.pass(Topic::Token, "it is fetched, and fetched anew, when a call needs it");
            return true;
        }
        Ok(Ok(Some(end))) => end.duration_since(SystemTime::now()).unwrap_or_default(),
    };
    let minutes = left.as_secs() / 60;
    if left < SOON {
        let hint = "run `oci session refresh --profile NAME`, or `oci session authenticate` once it has ended";
        report.fail(Topic::Token, format!("it ends in {minutes} minutes"), hint);
    } else {
        report.pass(Topic::Token, format!("it ends in {minutes} minutes"));
    }
    true
}

/// The one line that failed, and those before it, which had to pass to get there.
fn failed(report: &mut Report, error: &CredentialError) {
    let topic = topic_of(error);
    // A token, or the region, is looked for before the key.
    let is_early = matches!(topic, Topic::Token | Topic::Region);
    for earlier in Topic::ALL.into_iter().take_while(|earlier| *earlier != topic) {
        match earlier {
            Topic::ConfigFile => report.pass(earlier, "read"),
            Topic::Identity => report.pass(earlier, "complete"),
            Topic::Key if !is_early => report.pass(earlier, "read"),
            _ => report.skip(earlier, format!("not tried, because of {}", topic.name())),
        }
    }
    report.fail(topic, chain("", error), error.hint());
    report.untried(topic.name());
}

fn topic_of(error: &CredentialError) -> Topic {
    match error {
        CredentialError::NoConfigFile { .. }
        | CredentialError::ConfigFile { .. }
        | CredentialError::NoHome => Topic::ConfigFile,
        CredentialError::Profile { source: ProfileError::NotFound { .. }, .. } => Topic::Identity,
        CredentialError::Profile { .. } => Topic::ConfigFile,
        CredentialError::KeyFile { .. } | CredentialError::Key { .. } => Topic::Key,
        CredentialError::Session { source, .. } => match source {
            SessionError::Key { .. } => Topic::Key,
            _ => Topic::Token,
        },
        CredentialError::Fingerprint { .. } => Topic::Fingerprint,
        CredentialError::ResourcePrincipal { .. } => Topic::Token,
        CredentialError::NoRegion { .. } | CredentialError::Region { .. } => Topic::Region,
        _ => Topic::Identity,
    }
}

/// A token that ends within this time may end during the work.
const SOON: Duration = Duration::from_secs(5 * 60);
