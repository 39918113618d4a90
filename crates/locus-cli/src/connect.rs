//! What every command that calls the service is told about where and as whom, and the client that comes of it.

use std::sync::Arc;

use clap::Args;
use locus::{Attempt, Backend, Client, ClientBuilder, Endpoint, Env, RequestHook, RetryPolicy};
use oci_emulator::Emulator;

use crate::emulate;
use crate::escape;
use crate::failure::Failure;
use crate::lines::tell;
use crate::stdout::say;

/// Where to call, and as whom.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectArgs {
    /// The profile of the configuration file [default: OCI_PROFILE, then DEFAULT].
    #[arg(long, value_name = "NAME", conflicts_with = "emulator")]
    pub(crate) profile: Option<String>,

    /// The region [default: OCI_REGION, then the profile's].
    #[arg(long, value_name = "REGION", conflicts_with = "emulator")]
    pub(crate) region: Option<String>,

    /// The compartment to call in [default: OCI_COMPARTMENT_ID, then the profile's, then the tenancy].
    #[arg(long, value_name = "OCID")]
    pub(crate) compartment_id: Option<String>,

    /// The Generative AI project that files, conversations and responses belong to [default: none].
    #[arg(long, value_name = "OCID")]
    pub(crate) project: Option<String>,

    /// Another endpoint than the region's, such as http://127.0.0.1:8787 of `locus emulate`.
    #[arg(long, value_name = "URL", conflicts_with_all = ["emulator", "region"])]
    pub(crate) endpoint: Option<String>,

    /// How often to try again what the service has not done, such as after a 429.
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub(crate) retries: u32,

    /// Send nothing: print each request as it would be sent, signed, its signature and tokens left out.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Call an emulator inside this process, with a key made for this call, instead of the service.
    #[arg(long)]
    pub(crate) emulator: bool,
}

/// What is called: a client, and the emulator behind it if there is one, which ends when this is dropped.
pub(crate) struct Target {
    pub(crate) client: Client,
    _emulator: Option<(Emulator, tempfile::TempDir)>,
}

impl ConnectArgs {
    /// The client that the options and the environment make. What is not as it should be is told on standard error.
    pub(crate) async fn open(&self) -> Result<Target, Failure> {
        if self.emulator {
            return self.emulated().await;
        }
        let client = self.builder()?.build()?;
        for warning in client.warnings() {
            tell(&warning.to_string());
        }
        Ok(Target { client, _emulator: None })
    }

    /// A client of the service, or of the endpoint that was named, before its parts are read.
    pub(crate) fn builder(&self) -> Result<ClientBuilder, Failure> {
        let retry = RetryPolicy { retries: self.retries, ..RetryPolicy::default() };
        let mut builder = Client::builder(Env::process()).backend(Backend::AWS_LC_RS).retry(retry);
        if let Some(profile) = &self.profile {
            builder = builder.profile(profile);
        }
        if let Some(region) = &self.region {
            builder = builder.region(region);
        }
        if let Some(ocid) = &self.compartment_id {
            builder = builder.compartment_id(ocid);
        }
        if let Some(ocid) = &self.project {
            builder = builder.project(ocid);
        }
        if let Some(url) = &self.endpoint {
            let endpoint = Endpoint::parse(url)
                .map_err(|error| Failure::usage(error.to_string(), "correct --endpoint"))?;
            builder = builder.endpoint(endpoint);
        }
        Ok(self.shown(builder))
    }

    /// The same, showing requests in place of sending them if that was asked for.
    fn shown(&self, builder: ClientBuilder) -> ClientBuilder {
        if self.dry_run { builder.hook(Arc::new(ShowRequest)).dry_run() } else { builder }
    }

    /// The same client, with a configuration file, a key and a service that were made for this call.
    async fn emulated(&self) -> Result<Target, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::io("cannot make a temporary folder", error))?;
        let sandbox = emulate::sandbox(folder.path().to_owned()).await?;
        let emulator = Emulator::builder()
            .identity(sandbox.identity())
            .token_delay(emulate::TOKEN_DELAY)
            .start()
            .await;
        let emulator = emulator.map_err(|error| Failure::io("cannot start the emulator", error))?;
        let url = emulator.url();
        let endpoint = Endpoint::parse(&url)
            .map_err(|error| Failure::io("cannot call the emulator", error))?;
        let compartment_id =
            self.compartment_id.clone().unwrap_or_else(|| sandbox.compartment_id().to_owned());
        // An empty environment, so that nothing of the user's own configuration is mixed in.
        let builder = Client::builder(Env::default()).config_file(sandbox.config_file());
        let builder = builder.endpoint(endpoint).compartment_id(compartment_id);
        let builder = self.project.iter().fold(builder, ClientBuilder::project);
        let builder = self.shown(builder);
        let client = builder.build()?;
        Ok(Target { client, _emulator: Some((emulator, folder)) })
    }
}

/// Prints each request on standard output.
#[derive(Debug)]
struct ShowRequest;

impl RequestHook for ShowRequest {
    fn attempted(&self, attempt: &Attempt<'_>) {
        let mut text = format!("{} {}\n", attempt.method(), attempt.url());
        for (name, value) in attempt.headers() {
            text.push_str(&format!("{name}: {value}\n"));
        }
        if !attempt.body().is_empty() {
            text.push_str(&format!("\n{}\n", String::from_utf8_lossy(attempt.body())));
        }
        // Who reads it has seen enough, or standard output is closed: there is nothing else to do here.
        let _ = say(&escape::json(&text));
    }

    fn wants_bodies(&self) -> bool {
        true
    }
}
