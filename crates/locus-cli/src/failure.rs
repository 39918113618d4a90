//! Failures: one readable line and an exit status.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use locus::ErrorKind;
use locus::auth::CredentialError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
    opc_request_id: Option<String>,
}

impl Failure {
    /// The command line says something that cannot be.
    pub(crate) fn usage(message: impl Into<String>, hint: &str) -> Self {
        Self {
            code: USAGE,
            message: message.into(),
            hint: Some(hint.to_owned()),
            opc_request_id: None,
        }
    }

    /// The user, or the system, asked the command to end.
    pub(crate) fn interrupted() -> Self {
        let hint = Some("what was shown is not the full answer".to_owned());
        Self { code: INTERRUPTED, message: "interrupted".to_owned(), hint, opc_request_id: None }
    }

    /// The user, or the system, asked a batch to end before it was complete.
    pub(crate) fn stopped(output: &Path) -> Self {
        let hint = format!("the same command goes on with {}", output.display());
        let (message, hint) = ("interrupted".to_owned(), Some(hint));
        Self { code: INTERRUPTED, message, hint, opc_request_id: None }
    }

    /// A token could not be had.
    pub(crate) fn identity(error: impl StdError) -> Self {
        let hint = Some(
            "`locus auth explain` says what was found, docs/auth.md what each kind needs"
                .to_owned(),
        );
        Self { code: CONFIGURATION, message: chain("", &error), hint, opc_request_id: None }
    }

    /// The same with another advice.
    pub(crate) fn with_hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// A program of this machine, or what it serves, cannot be used.
    pub(crate) fn local(message: impl Into<String>, hint: &str) -> Self {
        Self { code: LOCAL, ..Self::usage(message, hint) }
    }

    /// The model did not come to an answer.
    pub(crate) fn unfinished(message: impl Into<String>, hint: &str) -> Self {
        Self { code: INCOMPLETE, ..Self::usage(message, hint) }
    }

    /// This machine failed.
    pub(crate) fn io(what: &str, error: impl StdError) -> Self {
        Self { code: LOCAL, message: chain(what, &error), hint: None, opc_request_id: None }
    }
}

impl From<locus::Error> for Failure {
    fn from(error: locus::Error) -> Self {
        let transport = error.transport();
        // What was asked for was shown.
        if transport.is_some_and(|error| error.kind() == ErrorKind::DryRun) {
            return Self { code: 0, message: String::new(), hint: None, opc_request_id: None };
        }
        let mut hint = error.hint();
        if let (locus::Error::Credentials(CredentialError::NoConfigFile { .. }), Some(hint)) =
            (&error, &mut hint)
        {
            hint.push_str(", or try it without an account with --emulator");
        }
        Self {
            code: transport.map_or(CONFIGURATION, transport_code),
            message: chain("", &error),
            hint,
            opc_request_id: transport.and_then(|error| error.opc_request_id()).map(str::to_owned),
        }
    }
}

impl Failure {
    /// A configuration file that cannot be used.
    pub(crate) fn configuration(file: &Path, error: &locus_gateway::ConfigError) -> Self {
        Self {
            code: CONFIGURATION,
            message: format!("{}: {error}", file.display()),
            hint: None,
            opc_request_id: None,
        }
    }
}

impl From<locus_gateway::Error> for Failure {
    fn from(error: locus_gateway::Error) -> Self {
        let code = match &error {
            locus_gateway::Error::Bind { .. } => LOCAL,
            locus_gateway::Error::Exposed { .. } => USAGE,
            _ => CONFIGURATION,
        };
        let mut hint = error.hint();
        if let (locus_gateway::Error::Client { source, .. }, Some(hint)) = (&error, &mut hint)
            && matches!(**source, locus::Error::Credentials(CredentialError::NoConfigFile { .. }))
        {
            hint.push_str(", or try it without an account with --emulator");
        }
        Self { code, message: chain("", &error), hint, opc_request_id: None }
    }
}

fn transport_code(error: &locus::transport::Error) -> u8 {
    match error.kind() {
        ErrorKind::Request | ErrorKind::Identity => CONFIGURATION,
        ErrorKind::Changed => LOCAL,
        ErrorKind::Service => match error.status().map(|status| status.as_u16()) {
            Some(401) => AUTHENTICATION,
            Some(403 | 404) => AUTHORIZATION,
            Some(429) => RATE_LIMIT,
            _ => SERVICE,
        },
        ErrorKind::Connect | ErrorKind::Network | ErrorKind::Timeout(_) => NETWORK,
        ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::TooLarge => INCOMPLETE,
        _ => SERVICE,
    }
}

impl Failure {
    /// Whether there is nothing to tell: the command ended early because it had done what was asked.
    pub(crate) fn is_none(&self) -> bool {
        self.code == 0
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        if let Some(id) = &self.opc_request_id {
            write!(f, " (opc-request-id {id})")?;
        }
        Ok(())
    }
}

/// A message and its causes on one line; a cause that its effect already told is left out.
pub(crate) fn chain(what: &str, error: &dyn StdError) -> String {
    let mut text = what.to_owned();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        if !text.contains(&message) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&message);
        }
        next = error.source();
    }
    text
}

/// Whether the reader of our output has gone, so that nobody wants the rest.
pub(crate) fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

const LOCAL: u8 = 1;
const USAGE: u8 = 2;
const CONFIGURATION: u8 = 3;
const AUTHENTICATION: u8 = 4;
const AUTHORIZATION: u8 = 5;
const RATE_LIMIT: u8 = 6;
const SERVICE: u8 = 7;
const NETWORK: u8 = 8;
const INCOMPLETE: u8 = 9;

/// 128 + SIGINT, as shells report it.
const INTERRUPTED: u8 = 130;
