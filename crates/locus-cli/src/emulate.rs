//! `locus emulate`: the emulator as a server.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use oci_emulator::{Emulator, Sandbox};

use crate::args::EmulateArgs;
use crate::failure::{Failure, is_closed_pipe};
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
    let mut builder = Emulator::builder()
        .address(SocketAddr::new(args.host, args.port))
        .identity(sandbox.identity())
        .api_key(sandbox.api_key().clone())
        .token_delay(Duration::from_millis(args.token_delay));
    if let Some(fault) = args.fault {
        builder = builder.fault(fault);
    }
    let emulator =
        builder.start().await.map_err(|error| Failure::io("cannot start the emulator", error))?;

    let text =
        if args.json { json(&emulator, &sandbox) } else { instructions(&emulator, &sandbox) };
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

/// Waits until whoever started the program has closed its standard input, or is gone.
pub(crate) async fn input_closed() {
    let read = tokio::task::spawn_blocking(|| {
        let mut ignored = [0; 256];
        let mut stdin = std::io::stdin().lock();
        while matches!(stdin.read(&mut ignored), Ok(count) if count > 0) {}
    });
    let _ = read.await;
}

fn json(emulator: &Emulator, sandbox: &Sandbox) -> String {
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
    });
    format!("{value}\n")
}

fn instructions(emulator: &Emulator, sandbox: &Sandbox) -> String {
    let (url, config, compartment) =
        (emulator.url(), sandbox.config_file().display(), sandbox.compartment_id());
    format!(
        r#"The emulator listens on {url} until Ctrl-C.
It knows the key of {config}, profile {profile},
and at {url}/openai/v1 the Generative AI API key {api_key}.

locus:
  OCI_CONFIG_FILE={config} locus chat --endpoint {url} "What is 2x2?"

oci (Python):
  config = oci.config.from_file("{config}")
  client = oci.generative_ai_inference.GenerativeAiInferenceClient(config, service_endpoint="{url}")

curl:
  curl {url}/openai/v1/chat/completions -H "Authorization: Bearer {api_key}" -H "Content-Type: application/json" \
    -d '{{"model": "openai.gpt-5.5", "messages": [{{"role": "user", "content": "What is 2x2?"}}]}}'

openai with oci-genai-auth (Python):
  auth = OciUserPrincipalAuth(config_file="{config}")
  client = openai.OpenAI(base_url="{url}/openai/v1", api_key="unused", http_client=httpx.Client(auth=auth),
                         default_headers={{"opc-compartment-id": "{compartment}"}})

oci-openai (Python):
  client = OciOpenAI(base_url="{url}/openai/v1", auth=OciUserPrincipalAuth(config_file="{config}"),
                     compartment_id="{compartment}")
"#,
        profile = sandbox.profile(),
        api_key = sandbox.api_key().as_str(),
    )
}

/// Slow enough that a person sees the answer come, fast enough not to wait for it.
pub(crate) const TOKEN_DELAY: Duration = Duration::from_millis(30);
