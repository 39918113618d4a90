//! `cargo xtask interop`: the official clients against `locus emulate`, and examples of ours.
//!
//! That the emulator accepts what they sign, and refuses every mutation of it, is proved by
//! programs that were not written here.

mod node;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cargo_metadata::MetadataCommand;

use crate::process::{Result, cargo, is_ci, read, root, run, shown};

/// An official client: the name of its pinned list, and the script that drives it.
const PEERS: &[(&str, &str)] = &[
    ("oci", "peer_oci.py"),
    ("oci", "peer_oci_native.py"),
    ("oci", "peer_oci_identity.py"),
    ("oci", "mutate_federation.py"),
    ("oci", "peer_control.py"),
    ("oci-genai-auth", "peer_genai_auth.py"),
    ("oci-genai-auth", "peer_api_key.py"),
    ("oci-genai-auth", "peer_quick_start.py"),
    ("oci-openai", "peer_oci_openai.py"),
    ("oci-openai", "peer_quick_start.py"),
    // Not a client: the schemas that a cluster would hold the manifests of docs/oke to.
    ("kubernetes", "check_manifests.py"),
];

/// Programs that sign with `oci-auth` and send with an HTTP client: a name, and what `cargo run` needs to find it.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("with-hyper", &["-p", "oci-auth", "--example", "with-hyper"]),
    // In a workspace of its own.
    ("with-reqwest", &["--manifest-path", "crates/oci-auth/examples/with-reqwest/Cargo.toml"]),
];

/// Runs in the environment of the first peer, on what all of them sent.
const MUTATIONS: &str = "mutate.py";

/// Clients with many dependencies, for `interop --full`.
const HEAVY_PEERS: &[(&str, &str)] = &[
    ("langchain-oci", "peer_langchain_oci.py"),
    ("litellm", "peer_litellm.py"),
    // What they send beside what we send, which docs/differences.md explains.
    ("litellm", "differ_litellm.py"),
    ("locus-sdk", "differ_locus.py"),
    // They call `locus serve`, which has an emulator of its own.
    ("gateway", "peer_gateway.py"),
    ("gateway", "peer_gateway_clients.py"),
    ("gateway", "peer_gateway_page.py"),
    // Needs Chromium; it says so where there is none.
    ("gateway", "peer_status_page.py"),
    // Needs npm.
    ("gateway", "peer_gateway_node.py"),
];

/// Programs of other clients, which call through an adapter: packages of a workspace of their own, each with its example.
const ADAPTERS: &[(&str, &str)] = &[
    ("locus-async-openai", "ask_async_openai"),
    ("locus-rig", "ask_rig"),
    ("locus-genai", "ask_genai"),
];

/// Which peers are run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Extent {
    /// Oracle's own.
    Official,
    /// Those that others have built as well.
    Full,
}

/// Runs the peers, then the mutations, and closes with the counts.
pub(crate) fn run_all(extent: Extent) -> Result<()> {
    let heavy = if extent == Extent::Full { HEAVY_PEERS } else { &[] };
    let peers: Vec<(&str, &str)> = PEERS.iter().chain(heavy).copied().collect();
    let target = MetadataCommand::new().current_dir(root()).no_deps().exec()?.target_directory;
    let target = PathBuf::from(target);
    run(&mut cargo(&["build", "--locked", "--bin", "locus"]))?;
    if extent == Extent::Full {
        run(&mut cargo(&["build", "--locked", "-p", "locus-oci", "--example", "differential"]))?;
    }

    let folder = target.join("interop");
    let mut pythons = Vec::new();
    for (peer, _) in &peers {
        pythons.push(environment(&folder, peer)?);
    }
    let requests = folder.join("requests");
    if requests.exists() {
        std::fs::remove_dir_all(&requests)?;
    }
    std::fs::create_dir_all(&requests)?;

    let emulator = Emulator::start(&target.join("debug").join("locus"))?;
    println!("emulator: {}", emulator.description);
    let mut counts = Counts::default();
    let (official, heavy): (Vec<_>, Vec<_>) =
        pythons.iter().zip(&peers).partition(|(_, peer)| PEERS.contains(peer));
    for (python, (_, script)) in official {
        emulator.examine(python, script, &requests, &mut counts)?;
    }
    // Before the heavy ones: what was recorded is signed, and a signature is good for five minutes.
    if let Some(python) = pythons.first() {
        emulator.examine(python, MUTATIONS, &requests, &mut counts)?;
    }
    for (python, (_, script)) in heavy {
        emulator.examine(python, script, &requests, &mut counts)?;
    }
    if extent == Extent::Full {
        node::examine(&emulator, &folder, &requests, &mut counts)?;
    }
    for (name, place) in EXAMPLES {
        emulator.run_example(name, place, &mut counts)?;
    }
    let adapters = if extent == Extent::Full { ADAPTERS } else { &[] };
    for (package, example) in adapters {
        emulator.run_adapter(package, example, &mut counts)?;
    }
    println!("{} passed, {} failed", counts.passed, counts.failed);
    if counts.failed == 0 { Ok(()) } else { Err("a client and the emulator disagree".into()) }
}

/// `run_all` where there is Python; elsewhere a word about it, and an error only in CI.
pub(crate) fn run_where_possible(extent: Extent) -> Result<()> {
    let mut python = Command::new("python3");
    python.args(["-c", "import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))"]);
    let found = python.stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return run_all(extent);
    }
    let missing = "interop needs python3 (3.10 or later) with its modules venv and ensurepip";
    if is_ci() {
        return Err(missing.into());
    }
    println!("{missing}: skipped");
    Ok(())
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
}

/// A virtual environment with exactly the packages of the peer's list; returns its interpreter.
pub(crate) fn environment(folder: &Path, peer: &str) -> Result<PathBuf> {
    let list = scripts().join("requirements").join(format!("{peer}.txt"));
    let wanted = std::fs::read_to_string(&list)?;
    let home = folder.join(peer);
    let python = home.join("bin").join("python");
    let installed = home.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    let pip = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "--disable-pip-version-check"]).args(arguments);
        command
    };
    // Nothing is resolved here: the list is complete, which `pip check` confirms.
    // Compiling all of the SDK takes longer than everything else; little of it is ever imported.
    let install = ["install", "--quiet", "--no-compile", "--no-deps", "--only-binary", ":all:"];
    run(pip(&install).arg("--requirement").arg(&list))?;
    // A list that cannot be consistent says so in its first line.
    if !wanted.starts_with("# Not consistent") {
        run(&mut pip(&["check"]))?;
    }
    std::fs::write(installed, wanted)?;
    Ok(python)
}

fn scripts() -> PathBuf {
    root().join("xtask").join("interop")
}

/// A running `locus emulate`; it ends when this value is dropped.
struct Emulator {
    process: Child,
    /// The line of JSON that tells where it listens and what it accepts.
    description: String,
}

impl Emulator {
    fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["emulate", "--port", "0", "--json"]);
        println!("$ {}", shown(&command));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or("the emulator has no standard output")?;
        let mut emulator = Self { process, description: String::new() };
        BufReader::new(output).read_line(&mut emulator.description)?;
        emulator.description.truncate(emulator.description.trim_end().len());
        if emulator.description.is_empty() {
            return Err("the emulator ended without a description".into());
        }
        Ok(emulator)
    }

    /// Signs with `oci-auth` alone, as a tool would that does not chat.
    fn run_example(&self, name: &str, place: &[&str], counts: &mut Counts) -> Result<()> {
        let url = self.field("url").ok_or("the emulator does not tell its url")?;
        let config_file = self.field("config_file").ok_or("the emulator does not tell its file")?;
        let run = [&["run", "--quiet", "--locked"], place, &["--", url]].concat();
        let answer = read(cargo(&run).env("OCI_CONFIG_FILE", config_file))?;
        if answer.trim() == "200 OK \"emulator\"" {
            println!("ok {name} GetNamespace");
            counts.passed += 1;
        } else {
            println!("FAILED {name} GetNamespace: {}", answer.trim());
            counts.failed += 1;
        }
        Ok(())
    }

    /// Asks through an adapter, in all ways that it has.
    fn run_adapter(&self, package: &str, example: &str, counts: &mut Counts) -> Result<()> {
        let field = |name| self.field(name).ok_or_else(|| format!("the emulator tells no {name}"));
        let place = ["run", "--quiet", "--locked", "--manifest-path", "adapters/Cargo.toml"];
        let run = ["-p", package, "--example", example, "--", field("url")?];
        let mut command = cargo(&[place.as_slice(), &run].concat());
        command.env("OCI_CONFIG_FILE", field("config_file")?).env("NO_PROXY", "127.0.0.1");
        if package == "locus-genai" {
            // It signs nothing; with the key in sight, the others would not either.
            command.env("OCI_GENAI_API_KEY", field("api_key")?);
        }
        let output = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).output()?;
        let lines = String::from_utf8_lossy(&output.stdout);
        print!("{lines}");
        counts.passed += lines.lines().filter(|line| line.starts_with("ok ")).count();
        if !output.status.success() {
            println!("FAILED {package}");
            counts.failed += 1;
        }
        Ok(())
    }

    /// A string of the description, which has no escapes in those that are asked for here.
    fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.description.split_once(&format!("\"{name}\":\""))?;
        Some(rest.split_once('"')?.0)
    }

    /// Runs a script against the emulator, passes its lines on and counts them.
    fn examine(
        &self,
        python: &Path,
        script: &str,
        requests: &Path,
        counts: &mut Counts,
    ) -> Result<()> {
        let mut command = Command::new(python);
        command.arg(scripts().join(script)).arg(&self.description).arg(requests);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
        // The clients talk to this machine only, whatever proxy the environment names.
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        println!("$ {} {script}", python.file_name().unwrap_or_default().display());
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or("python has no standard output")?;
        let before = counts.failed;
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            counts.passed += usize::from(line.starts_with("ok "));
            counts.failed += usize::from(line.starts_with("FAILED "));
        }
        // A script that ends early without naming a check has failed all the same.
        if !process.wait()?.success() && counts.failed == before {
            println!("FAILED {script}: it ended before its checks did");
            counts.failed += 1;
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It ends when its input does, and takes its temporary files with it.
        drop(self.process.stdin.take());
        for _ in 0..100 {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // Both fail only if it has ended in the meantime.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
