//! `locus serve`: the gateway as a server.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use locus::{Backend, Endpoint, Env};
use locus_gateway::{Config, Gateway};
use oci_emulator::{Emulator, Sandbox};

use crate::args::{ServeArgs, Signer};
use crate::emulate;
use crate::escape;
use crate::failure::Failure;
use crate::logging;
#[cfg(feature = "otlp")]
use crate::otlp::Traces;
use crate::signal::{hung_up, interrupted};
use crate::stdout::say;

pub(crate) async fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    let interrupted = interrupted();
    #[cfg(feature = "otlp")]
    let traces = args.otlp.as_deref().map(Traces::to).transpose()?;
    #[cfg(feature = "otlp")]
    logging::start(args.log, traces.as_ref());
    #[cfg(not(feature = "otlp"))]
    logging::start(args.log);
    let emulated = if args.emulator { Some(Emulated::start().await?) } else { None };
    let source = Source { file: args.config.as_deref(), signer: args.signer, emulated };
    let config = source.read()?;
    warn(&config);
    let summary = summary(&config);
    let mut builder = Gateway::builder(config).drain(Duration::from_secs(args.drain));
    if args.insecure {
        builder = builder.dangerously_serve_everybody();
    }
    let gateway = builder.build()?;
    if args.check {
        say(&summary)?;
        return Ok(ExitCode::SUCCESS);
    }
    let server = gateway.bind(SocketAddr::new(args.host, args.port)).await?;
    let url = format!("http://{}", server.address());
    if args.json {
        say(&format!("{}\n", serde_json::json!({"url": url})))?;
    } else {
        say(&format!("The gateway listens on {url} until Ctrl-C.\n{summary}"))?;
    }
    let reloads = reload(&gateway, &source);
    let end = async {
        tokio::select! {
            () = interrupted => {}
            () = emulate::input_closed(), if args.json => {}
        }
    };
    tokio::select! {
        () = server.serve(end) => {}
        () = reloads => {}
    }
    if let Some(emulated) = source.emulated {
        emulated.emulator.shutdown().await;
    }
    #[cfg(feature = "otlp")]
    if let Some(traces) = traces
        && let Err(failure) = traces.end()
    {
        tell(&failure.to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the file again whenever the process is told to by SIGHUP. What cannot be used is told, and changes nothing.
async fn reload(gateway: &Gateway, source: &Source<'_>) {
    let mut hung_up = hung_up();
    loop {
        hung_up.next().await;
        let result = source.read().and_then(|config| {
            warn(&config);
            gateway.reload(&config).map_err(Failure::from)
        });
        match result {
            Ok(()) => tell("the configuration was read again"),
            Err(failure) => tell(&format!("the configuration stays as it was: {failure}")),
        }
    }
}

/// Where the configuration comes from, every time that it is read.
struct Source<'a> {
    file: Option<&'a Path>,
    signer: Signer,
    emulated: Option<Emulated>,
}

impl Source<'_> {
    fn read(&self) -> Result<Config, Failure> {
        // The environment of an emulator's calls is its own, but what the file refers to is in that of the process.
        let env = Env::process();
        let config = match self.file {
            None => Config::from_env(env)
                .map_err(|error| Failure::configuration(Path::new("environment"), &error))?,
            Some(file) => {
                Config::open(file, env).map_err(|error| Failure::configuration(file, &error))?
            }
        };
        let config = config.signed_by(match self.signer {
            Signer::AwsLcRs => Backend::AWS_LC_RS,
            Signer::Ring => Backend::RING,
        });
        match &self.emulated {
            None => Ok(config),
            Some(emulated) => emulated.redirect(config),
        }
    }
}

/// An emulator with a key that was made for it; both end with this.
struct Emulated {
    emulator: Emulator,
    config_file: PathBuf,
    compartment_id: String,
    _folder: tempfile::TempDir,
}

impl Emulated {
    async fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::io("cannot make a temporary folder", error))?;
        let sandbox: Sandbox = emulate::sandbox(folder.path().to_owned()).await?;
        let emulator = Emulator::builder()
            .identity(sandbox.identity())
            .token_delay(emulate::TOKEN_DELAY)
            .start()
            .await
            .map_err(|error| Failure::io("cannot start the emulator", error))?;
        let config_file = sandbox.config_file().to_owned();
        let compartment_id = sandbox.compartment_id().to_owned();
        Ok(Self { emulator, config_file, compartment_id, _folder: folder })
    }

    fn redirect(&self, config: Config) -> Result<Config, Failure> {
        let endpoint = Endpoint::parse(&self.emulator.url())
            .map_err(|error| Failure::io("cannot call the emulator", error))?;
        let env = Env::from_pairs([
            ("OCI_CONFIG_FILE", self.config_file.as_os_str()),
            ("OCI_COMPARTMENT_ID", self.compartment_id.as_ref()),
        ]);
        Ok(config.redirected(endpoint, env))
    }
}

fn summary(config: &Config) -> String {
    let names: Vec<String> = config.model_names().map(escape::line).collect();
    let models = match names.as_slice() {
        [all] if all == "*" => "every oci: id".to_owned(),
        names => names.join(", "),
    };
    let key = if config.has_keys() { "needed" } else { "not needed, for this machine only" };
    format!("models: {models}\nkey: {key}\n")
}

fn warn(config: &Config) {
    for warning in config.warnings() {
        tell(&warning.to_string());
    }
}

/// One line on standard error. If it is closed there is nobody left to tell.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "locus: {}", escape::line(text));
}
