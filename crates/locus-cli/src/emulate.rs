//! `locus emulate`: the emulator as a server.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use oci_emulator::{Authority, Credentials, Emulator, Sandbox, TokenKind};

use crate::args::EmulateArgs;
use crate::failure::{Failure, is_closed_pipe};
use crate::lines::{hanging, width};
use crate::signal::interrupted;

pub(crate) async fn run(args: EmulateArgs) -> Result<ExitCode, Failure> {
    let interrupted = interrupted();
    let temporary = match &args.dir {
        Some(_) => None,
        None => Some(
            tempfile::tempdir()
                .map_err(|error| Failure::io("cannot make a temporary folder", error))?,
        ),
    };
    let folder = args
        .dir
        .clone()
        .or_else(|| temporary.as_ref().map(|folder| folder.path().to_owned()))
        .unwrap_or_default();
    let sandbox = sandbox(folder).await?;
    let (sandbox, authority) = authority(sandbox).await?;
    let mut builder = Emulator::builder()
        .address(SocketAddr::new(args.host, args.port))
        .cluster_address(SocketAddr::new(args.host, args.cluster_port))
        .identity(sandbox.identity())
        .api_key(sandbox.api_key().clone())
        .authority(authority)
        .token_life(Duration::from_secs(args.token_life))
        .clock(clock(args.clock_offset))
        .token_delay(Duration::from_millis(args.token_delay));
    if let Some(fault) = args.fault {
        builder = builder.fault(fault);
    }
    for (service, fault) in args.auth_fault {
        builder = builder.auth_fault(service, fault);
    }
    let emulator =
        builder.start().await.map_err(|error| Failure::io("cannot start the emulator", error))?;
    // Nobody knows of the emulator yet, so nobody waits for the key that is made here.
    let credentials = sandbox
        .write_credentials(&emulator, Duration::from_secs(args.token_life).max(FILES_LIFE))
        .map_err(|error| Failure::io("cannot write credentials", error))?;

    let text = if args.json {
        json(&emulator, &sandbox, &credentials)?
    } else {
        instructions(&emulator, &sandbox, &credentials, &args.credentials)?
    };
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if !is_closed_pipe(&error) => {
            return Err(Failure::io("cannot write to standard output", error));
        }
        _ => {}
    }
    tokio::select! {
        () = interrupted => {}
        () = input_closed(), if args.json => {}
    }
    emulator.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

/// Makes the key, which takes long enough to block other work, on a thread of its own.
pub(crate) async fn sandbox(folder: PathBuf) -> Result<Sandbox, Failure> {
    let made = tokio::task::spawn_blocking(move || Sandbox::create(&folder)).await;
    let made = made.map_err(|error| Failure::io("cannot make a key", error))?;
    made.map_err(|error| Failure::io("cannot make a configuration file and a key", error))
}

/// Makes the keys of the sandbox's tenancy, likewise.
async fn authority(sandbox: Sandbox) -> Result<(Sandbox, Authority), Failure> {
    let make = move || Authority::for_sandbox(&sandbox).map(|authority| (sandbox, authority));
    let made = tokio::task::spawn_blocking(make).await;
    let made = made.map_err(|error| Failure::io("cannot make keys", error))?;
    made.map_err(|error| Failure::io("cannot make keys and certificates", error))
}

/// The clock of the service.
fn clock(offset: i32) -> impl Fn() -> SystemTime {
    let distance = Duration::from_secs(u64::from(offset.unsigned_abs()));
    move || {
        let now = SystemTime::now();
        let moved = if offset < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
        moved.unwrap_or(now)
    }
}

/// Waits until whoever started the program has closed its standard input, or is gone.
pub(crate) async fn input_closed() {
    let read = tokio::task::spawn_blocking(|| {
        let mut ignored = [0; 256];
        let mut stdin = std::io::stdin().lock();
        while matches!(stdin.read(&mut ignored), Ok(count) if count > 0) {}
    });
    let _ = read.await;
}

fn json(
    emulator: &Emulator,
    sandbox: &Sandbox,
    credentials: &[Credentials],
) -> Result<String, Failure> {
    let credentials: serde_json::Map<String, serde_json::Value> = credentials
        .iter()
        .map(|one| {
            let pairs = one.variables.iter();
            let pairs = pairs.map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
            (one.name.to_owned(), serde_json::Value::Object(pairs.collect()))
        })
        .collect();
    let foreign = emulator
        .issue_token_for(TokenKind::External, FILES_LIFE)
        .map_err(|error| Failure::io("cannot make a token", error))?;
    let value = serde_json::json!({
        "url": emulator.url(),
        "config_file": sandbox.config_file(),
        "key_file": sandbox.key_file(),
        "profile": sandbox.profile(),
        "region": sandbox.region(),
        "tenancy": sandbox.tenancy(),
        "user": sandbox.user(),
        "fingerprint": sandbox.fingerprint(),
        "compartment_id": sandbox.compartment_id(),
        "api_key": sandbox.api_key().as_str(),
        "metadata_url": emulator.metadata_url(),
        "federation_url": emulator.federation_url(),
        "client_id": emulator.authority().map(Authority::client_id),
        "client_secret": emulator.authority().map(Authority::client_secret),
        "subject_token": foreign,
        "credentials": credentials,
    });
    Ok(format!("{value}\n"))
}

/// How each client calls it, in commands that can be copied: no line is broken where that would change it.
fn instructions(
    emulator: &Emulator,
    sandbox: &Sandbox,
    credentials: &[Credentials],
    shown: &[String],
) -> Result<String, Failure> {
    let (url, config, compartment) =
        (emulator.url(), sandbox.config_file().display(), sandbox.compartment_id());
    let names: Vec<&str> = credentials.iter().map(|one| one.name).collect();
    let mut kinds = String::new();
    for name in shown {
        let Some(kind) = credentials.iter().find(|one| one.name == name) else {
            let message = format!("no kind of credentials {name}");
            return Err(Failure::usage(message, &format!("name one of {}", names.join(", "))));
        };
        kinds.push_str(&format!("\n{name}, by variables of the official tools:\n"));
        for (name, value) in &kind.variables {
            kinds.push_str(&format!("  export {name}={value}\n"));
        }
    }
    let others = hanging("  ", &names.join(", "), width());
    Ok(format!(
        r#"The emulator listens on {url} until Ctrl-C.
It knows the key of {config}, profile {profile},
and as API key of Generative AI
  {api_key}

locus:
  export OCI_CONFIG_FILE={config}
  locus chat --endpoint {url} "What is 2x2?"

curl:
  curl {url}/openai/v1/chat/completions \
    -H "Authorization: Bearer {api_key}" \
    -H "Content-Type: application/json" \
    -d '{{"model": "openai.gpt-5.5",
         "messages": [{{"role": "user", "content": "What is 2x2?"}}]}}'

oci (Python):
  config = oci.config.from_file("{config}")
  client = oci.generative_ai_inference.GenerativeAiInferenceClient(
      config, service_endpoint="{url}")

openai with oci-genai-auth (Python):
  auth = OciUserPrincipalAuth(config_file="{config}")
  client = openai.OpenAI(
      base_url="{url}/openai/v1",
      api_key="unused",
      http_client=httpx.Client(auth=auth),
      default_headers={{"opc-compartment-id": "{compartment}"}})

oci-openai (Python):
  client = OciOpenAI(
      base_url="{url}/openai/v1",
      auth=OciUserPrincipalAuth(config_file="{config}"),
      compartment_id="{compartment}")

It also knows these kinds of credentials; --credentials KIND shows the variables
of one, --json of all:
{others}{kinds}"#,
        profile = sandbox.profile(),
        api_key = sandbox.api_key().as_str(),
    ))
}

/// The least life of tokens in files, which nobody renews: as long as somebody may try things out.
const FILES_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Slow enough that a person sees the answer come, fast enough not to wait for it.
pub(crate) const TOKEN_DELAY: Duration = Duration::from_millis(30);
