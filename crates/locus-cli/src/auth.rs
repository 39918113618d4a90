//! `locus auth`: who calls, and why.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use locus::auth::{
    CredentialChain, CredentialOptions, Credentials, HyperClient, LinkOutcome, Network,
};
use locus::{Backend, Env, PREFIXES};
use serde_json::{Value, json};

use crate::escape;
use crate::failure::Failure;
use crate::lines::{hanging, width};
use crate::stdout::say;

#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Says of each place where an identity may be found what is there, up to the one that OCI_AUTH_TYPE=auto takes.
    Explain(ExplainArgs),
    /// Says who calls with the present settings, and until when; fetches the token if the identity has one.
    Session(SessionArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The profile of the configuration file [default: OCI_PROFILE, then DEFAULT].
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Print one JSON object for each place.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SessionArgs {
    /// The profile of the configuration file [default: OCI_PROFILE, then DEFAULT].
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Ask for a new token now. That of a session of `oci session authenticate` takes the place of the old one in its file.
    #[arg(long)]
    refresh: bool,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: AuthCommand) -> Result<ExitCode, Failure> {
    match command {
        AuthCommand::Explain(args) => explain(&args),
        AuthCommand::Session(args) => session(args).await,
    }
}

fn explain(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let chain = CredentialChain::from_env(&Env::process(), &options(args.profile.as_deref()));
    let links: Vec<(&str, LinkOutcome)> =
        chain.explain().iter().map(|link| (link.name(), link.outcome().clone())).collect();
    let credentials = chain.into_credentials();
    let mut text = String::new();
    for (place, outcome) in &links {
        let origin = || credentials.as_ref().map(|it| it.origin().to_string()).unwrap_or_default();
        let (outcome, why) = match outcome {
            LinkOutcome::Used => ("used", origin()),
            LinkOutcome::Absent(why) => ("absent", why.clone()),
            LinkOutcome::Failed(why) => ("failed", why.clone()),
            LinkOutcome::NotTried => ("not tried", "the one before is used".to_owned()),
            _ => ("unknown", String::new()),
        };
        if args.json {
            let value = json!({"place": place, "outcome": outcome, "why": why});
            text.push_str(&escape::json(&format!("{value}\n")));
        } else {
            text.push_str(&hanging(&format!("{outcome:<9}  {place:<24}  "), &why, width()));
        }
    }
    say(&text)?;
    match credentials {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(locus::Error::from(error).into()),
    }
}

async fn session(args: SessionArgs) -> Result<ExitCode, Failure> {
    let credentials = Credentials::from_env(&Env::process(), &options(args.profile.as_deref()))
        .map_err(failed)?;
    let mut told = Told::default();
    told.add("found", Some(credentials.origin().to_string()));
    told.add("tenancy", credentials.tenancy().map(str::to_owned));
    told.add("user", credentials.user().map(str::to_owned));
    told.add("fingerprint", credentials.fingerprint().map(|it| it.to_string()));
    let region = credentials.region(None).ok();
    told.add("region", region.map(|it| format!("{} ({})", it.value.id(), it.origin)));
    let compartment = credentials.compartment_id(None);
    told.add("compartment", compartment.map(|it| format!("{} ({})", it.value, it.origin)));

    let fetches = credentials.fetches();
    let client = HyperClient::builder().build();
    let client = client.map_err(|error| Failure::io("cannot prepare connections", error))?;
    let credentials = if args.refresh { credentials.writing_back() } else { credentials };
    let signer = credentials.into_signer_over(&Network::system(client)).map_err(failed)?;
    let mut snapshot = signer.ready().await.map_err(Failure::identity)?;
    if args.refresh {
        if !fetches {
            let message = "the identity has no token that could be refreshed";
            return Err(Failure::usage(message, "leave --refresh out"));
        }
        if let Some(newer) = signer.refresh_after(&snapshot).await.map_err(Failure::identity)? {
            snapshot = newer;
        }
        told.add("refreshed", Some("yes".to_owned()));
    }
    let ends = snapshot.expires_at();
    let seconds = ends.and_then(|end| end.duration_since(UNIX_EPOCH).ok()).map(|it| it.as_secs());
    let left = ends.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
    told.add("ends", left.map(|left| format!("in {} minutes", left.as_secs() / 60)));
    if args.json {
        say(&told.json(seconds))?;
    } else {
        say(&told.text())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn options(profile: Option<&str>) -> CredentialOptions<'_> {
    CredentialOptions {
        profile,
        prefixes: &PREFIXES,
        backend: Backend::AWS_LC_RS,
        ..CredentialOptions::default()
    }
}

fn failed(error: locus::auth::CredentialError) -> Failure {
    locus::Error::from(error).into()
}

/// What is told of an identity, in order.
#[derive(Default)]
struct Told(Vec<(&'static str, String)>);

impl Told {
    fn add(&mut self, name: &'static str, value: Option<String>) {
        self.0.extend(value.map(|value| (name, value)));
    }

    fn text(&self) -> String {
        let line =
            |(name, value): &(&str, String)| hanging(&format!("{name:<11}  "), value, width());
        self.0.iter().map(line).collect()
    }

    fn json(&self, expires_at: Option<u64>) -> String {
        let mut value: Value =
            self.0.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("expires_at".to_owned(), json!(expires_at));
        }
        escape::json(&format!("{value}\n"))
    }
}
