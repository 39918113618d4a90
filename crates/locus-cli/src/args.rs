//! The command line.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use oci_emulator::{AuthService, Fault, ParseAuthServiceError, ParseFaultError};

use crate::auth::AuthCommand;
use crate::batch::BatchArgs;
use crate::connect::ConnectArgs;
use crate::doctor::DoctorArgs;
use crate::embed::EmbedArgs;
use crate::kept::{
    ApiKeysCommand, ContainersCommand, ConversationsCommand, EndpointsCommand, FilesCommand,
    ProjectsCommand, VectorStoresCommand,
};
use crate::models::ModelsArgs;
use crate::pages::{CompletionsArgs, ManArgs};
use crate::rerank::RerankArgs;
use crate::tools::ToolArgs;

/// Every model of OCI Generative AI from a terminal.
#[derive(Debug, Parser)]
#[command(name = "locus", version, propagate_version = true, after_help = EXIT_STATUS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sends a prompt to a model and prints the answer as it arrives.
    Chat(ChatArgs),
    /// Asks a model every prompt of a file, and goes on where it was stopped.
    Batch(BatchArgs),
    /// Turns texts, or images, into vectors.
    Embed(EmbedArgs),
    /// Puts documents into the order in which they answer a query.
    Rerank(RerankArgs),
    /// Lists the models that the region offers, beside how each is reached.
    Models(ModelsArgs),
    /// Says who calls, and why.
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Uploads, lists, downloads and deletes files.
    #[command(subcommand)]
    Files(FilesCommand),
    /// Makes, fills, searches and deletes vector stores.
    #[command(subcommand)]
    VectorStores(VectorStoresCommand),
    /// Begins, shows and deletes conversations.
    #[command(subcommand)]
    Conversations(ConversationsCommand),
    /// Makes, lists and deletes containers, in which code runs.
    #[command(subcommand)]
    Containers(ContainersCommand),
    /// Makes, lists, changes and deletes projects.
    #[command(subcommand)]
    Projects(ProjectsCommand),
    /// Makes, lists, renews and deletes API keys of the Generative AI service.
    #[command(subcommand)]
    ApiKeys(ApiKeysCommand),
    /// Makes, lists and deletes endpoints of dedicated AI clusters.
    #[command(subcommand)]
    Endpoints(EndpointsCommand),
    /// Checks every condition of a call, from the configuration file to the policy, and says what to do.
    Doctor(DoctorArgs),
    /// Says over which API a model is reached, and why; without a model, prints the whole table.
    Route(RouteArgs),
    /// Serves OCI Generative AI as an OpenAI-compatible port, by LiteLLM's configuration file or without one.
    Serve(ServeArgs),
    /// Makes, lists and revokes keys of clients of the gateway.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Serves a loopback OCI Generative AI that checks every signature, for tests and offline use.
    Emulate(EmulateArgs),
    /// Prints the completions of a shell, to be put where it looks for them.
    Completions(CompletionsArgs),
    /// Writes the manual pages.
    Man(ManArgs),
}

#[derive(Args, Debug)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct ChatArgs {
    /// What to say to the model; as `-`, or without a terminal, it is read from standard input. Without it at a terminal a
    /// dialogue begins.
    pub(crate) prompt: Option<String>,

    /// The model.
    #[arg(long, short, default_value = "oci:openai.gpt-5.5", value_name = "ID")]
    pub(crate) model: String,

    /// Reach the model over this transport, v1, responses or sdk, whatever its id says [default: LOCUS_OCI_TRANSPORT].
    #[arg(long, value_name = "NAME")]
    pub(crate) transport: Option<locus::Transport>,

    /// A system message that comes before the prompt.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) system: Option<String>,

    /// An image that goes with the prompt: PNG, JPEG, GIF or WebP; may be repeated.
    #[arg(long = "image", value_name = "FILE")]
    pub(crate) images: Vec<PathBuf>,

    /// A text or a PDF that goes with the prompt; may be repeated.
    #[arg(long = "file", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Show the answer as it came, without reasoning and with the marks of Markdown, as is done where there is no terminal.
    #[arg(long)]
    pub(crate) plain: bool,

    /// Wait for the whole answer instead of printing it piece by piece.
    #[arg(long)]
    pub(crate) no_stream: bool,

    /// Print JSON as the service sent it, reasoning included, and what tools were called: one line for each chunk, call and result,
    /// or one object for each answer with --no-stream.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) tools: ToolArgs,

    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
}

#[derive(Args, Debug)]
pub(crate) struct RouteArgs {
    /// The model, such as oci:cohere.command-r-plus.
    pub(crate) model: Option<String>,

    /// Print one JSON object for each row.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct ServeArgs {
    /// The configuration file, in the format of LiteLLM's proxy [default: every oci: id, with the environment's credentials].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The address to listen on. One that other machines reach needs general_settings.master_key.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(crate) host: IpAddr,

    /// The port to listen on; 0 chooses a free one.
    #[arg(long, default_value_t = 4000)]
    pub(crate) port: u16,

    /// Read and check everything, say what is served and what is wrong, and end.
    #[arg(long)]
    pub(crate) check: bool,

    /// Serve from an emulator inside this process: no account is needed, whatever the file says.
    #[arg(long)]
    pub(crate) emulator: bool,

    /// Serve whoever reaches the address, even without a key. They use, and you pay.
    #[arg(long)]
    pub(crate) insecure: bool,

    /// How long answers may go on after the command was told to end, in seconds.
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) drain: u64,

    /// What signs the calls; aws-lc-rs is about twice as fast.
    #[arg(long, value_enum, default_value_t = Signer::AwsLcRs)]
    pub(crate) signer: Signer,

    /// How much to tell on standard error: error, warn, info (with a line for each call) or debug.
    #[arg(long, default_value = "info", value_name = "LEVEL")]
    pub(crate) log: tracing_subscriber::filter::LevelFilter,

    /// Send a span of each call of the service to this collector of OpenTelemetry, such as http://localhost:4318.
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL", value_parser = collector)]
    pub(crate) otlp: Option<String>,

    /// Print where it listens as one line of JSON, and end when standard input is closed.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "otlp")]
fn collector(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("http://").filter(|host| !host.is_empty());
    host.map(|_| text.to_owned()).ok_or_else(|| "expected http://host:port".to_owned())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Signer {
    AwsLcRs,
    Ring,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Makes a key and prints it, this once; its digest is kept. A running gateway takes it on SIGHUP.
    Create(CreateKeyArgs),
    /// Lists the keys by id, name, models, limits, and what they have spent.
    List(ListKeysArgs),
    /// Takes a key out. A running gateway refuses it from the next SIGHUP on.
    Revoke {
        /// The id of the key, as `locus keys list` shows it.
        id: String,

        #[command(flatten)]
        at: KeysPlace,
    },
}

#[derive(Args, Debug)]
pub(crate) struct KeysPlace {
    /// The file that general_settings.keys_file of the configuration names.
    #[arg(long, value_name = "FILE", default_value = "keys.json")]
    pub(crate) file: PathBuf,

    /// The database that general_settings.keys_db names, in place of a file.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) db: Option<PathBuf>,
}

impl KeysPlace {
    pub(crate) fn path(&self) -> &Path {
        self.db.as_deref().unwrap_or(&self.file)
    }
}

#[derive(Args, Debug)]
pub(crate) struct ListKeysArgs {
    /// Print one JSON object for each key.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) at: KeysPlace,
}

#[derive(Args, Debug)]
pub(crate) struct CreateKeyArgs {
    /// Who it is for, in your words.
    pub(crate) name: String,

    /// A model that it allows, or a pattern with a * at its end; may be repeated [default: all].
    #[arg(long = "model", value_name = "NAME")]
    pub(crate) models: Vec<String>,

    /// How many calls it allows in a minute.
    #[arg(long, value_name = "CALLS")]
    pub(crate) rpm: Option<u32>,

    /// How many tokens it allows in a minute.
    #[arg(long, value_name = "TOKENS")]
    pub(crate) tpm: Option<u32>,

    /// How many calls it allows at a time.
    #[arg(long, value_name = "CALLS")]
    pub(crate) parallel: Option<u32>,

    /// What its calls may cost, in US dollars; models whose price is not known are then refused.
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub(crate) budget: Option<f64>,

    /// After what time the budget begins anew, such as 30d, 12h or 90m [default: never].
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "budget")]
    pub(crate) budget_duration: Option<Duration>,

    /// In how many days it ends.
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<u32>,

    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) at: KeysPlace,
}

fn dollars(text: &str) -> Result<f64, String> {
    let amount = text.trim_start_matches('$').parse::<f64>().ok();
    let amount = amount.filter(|amount| amount.is_finite() && *amount >= 0.0);
    amount.ok_or_else(|| "expected an amount such as 12.50".to_owned())
}

/// A time as LiteLLM writes it: a number and `s`, `m`, `h` or `d`.
fn duration(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let read = units.into_iter().find_map(|(unit, seconds)| {
        text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(seconds)
    });
    let read = read.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    read.ok_or_else(|| "expected a time such as 30d, 12h, 90m or 60s".to_owned())
}

#[derive(Args, Debug)]
pub(crate) struct EmulateArgs {
    /// The loopback address to listen on.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(crate) host: IpAddr,

    /// The port to listen on; 0 chooses a free one.
    #[arg(long, default_value_t = 8787)]
    pub(crate) port: u16,

    /// Where to write the configuration file and the key [default: a temporary folder, removed at the end].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,

    /// The pause between the pieces of a streamed answer, in milliseconds.
    #[arg(long, default_value_t = 30, value_name = "MS")]
    pub(crate) token_delay: u64,

    /// How every chat request fails, such as status=429, delay=500ms, cut=3 or garbage=2.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Option<Fault>,

    /// How a service for credentials fails, such as federation:status=500 or metadata:rotate; may be given several times.
    #[arg(long, value_name = "SERVICE:FAULT", value_parser = auth_fault)]
    pub(crate) auth_fault: Vec<(AuthService, Fault)>,

    /// How long tokens are good for, in seconds.
    #[arg(long, default_value_t = 1200, value_name = "SECONDS")]
    pub(crate) token_life: u64,

    /// The port of the Kubernetes cluster's token endpoint, over TLS; 0 chooses a free one. Oracle's SDKs look at 12250.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub(crate) cluster_port: u16,

    /// Show the variables of this kind of credentials, such as resource_principal; may be given several times.
    #[arg(long, value_name = "KIND", conflicts_with = "json")]
    pub(crate) credentials: Vec<String>,

    /// How far the clock of the service is ahead of this machine's, in seconds; more than 300 is refused as skew.
    #[arg(long, default_value_t = 0, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) clock_offset: i32,

    /// Print where it listens as one line of JSON, and end when standard input is closed.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A service for credentials, a colon, and what befalls it.
fn auth_fault(text: &str) -> Result<(AuthService, Fault), String> {
    let (service, fault) = text.split_once(':').ok_or("expected SERVICE:FAULT")?;
    let service = service.parse().map_err(|error: ParseAuthServiceError| error.to_string())?;
    let fault = fault.parse().map_err(|error: ParseFaultError| error.to_string())?;
    Ok((service, fault))
}

pub(crate) const EXIT_STATUS: &str = "\
Exit status:
  0    the answer is complete
  1    an error of this machine, such as a full disk
  2    the command line is wrong
  3    configuration, credentials, region or model id cannot be used
  4    the service did not accept the signature (401)
  5    not authorized, or not found (403, 404)
  6    too many requests (429)
  7    another error of the service
  8    no connection, or a deadline passed
  9    the answer is incomplete or unreadable
  130  interrupted";
