//! `locus serve` beside LiteLLM's proxy: one service, one load tool, one core for whoever is measured and the other one for them.

mod contender;
mod figures;
mod settings;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;

use crate::interop;
use crate::process::{Result, cargo, read, root, run as run_command};
use contender::{Contender, Server};
use figures::{Figure, Figures};

/// How long the measurements take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    /// Some minutes.
    Whole,
    /// One minute, to see that it runs; the figures say little.
    Short,
}

/// Builds everything, measures, and prints what was found as Markdown; with `record` it goes into the page about performance.
pub(super) fn run(extent: Extent, record: bool) -> Result<()> {
    let tools = Tools::build()?;
    let settings = settings::write(&tools.folder, &tools.locus)?;
    let service = Server::mock(&tools.bench)?;
    settings.point_at(&service.host)?;
    let contenders = vec![
        Contender::locus("locus", &tools, &settings, &["--log", "info"], &settings.on)?,
        Contender::locus("off", &tools, &settings, &["--log", "error"], &settings.off)?,
        Contender::locus("ring", &tools, &settings, &["--signer", "ring"], &settings.on)?,
        Contender::litellm(&tools.litellm()?, &settings)?,
    ];
    let mut figures = Figures::default();
    for contender in &contenders {
        figures.add(contender.name, "start", Figure::start(contender.start));
    }
    let rounds = if extent == Extent::Short { 1 } else { 3 };
    for _ in 0..rounds {
        for what in MEASUREMENTS {
            // They take turns, so that other work on the machine falls on all of them.
            if !what.model.contains("native") {
                figures.add("direct", what.name, what.ask(&tools, &service.host, None, extent)?);
            }
            for contender in contenders.iter().filter(|contender| what.is_for(contender.name)) {
                let found = what.ask(&tools, &contender.server.host, Some(contender), extent)?;
                figures.add(contender.name, what.name, found);
            }
        }
    }
    for contender in &contenders {
        figures.add(contender.name, "memory", Figure::memory(contender.server.peak_memory()?));
    }
    let sizes = table::Sizes { locus: stripped(&tools.locus)?, litellm: tools.litellm_size()? };
    drop(contenders);
    let page = table::page(&figures, &sizes, &super::machine()?, LITELLM);
    println!("{page}");
    if record {
        super::record("gateway", "docs/performance.md", &page)?;
        super::record("gateway", "README.md", &table::summary(&figures, LITELLM))?;
    }
    Ok(())
}

/// Thousands of streams through the gateway, some of which go wrong, and an end in the middle.
pub(crate) fn streams(count: &str) -> Result<()> {
    if !count.parse::<u32>().is_ok_and(|count| (1..=9000).contains(&count)) {
        return Err(format!("expected 1 to 9000 streams, found `{count}`").into());
    }
    let tools = Tools::build()?;
    let settings = settings::write(&tools.folder, &tools.locus)?;
    let service = Server::mock(&tools.bench)?;
    settings.point_at(&service.host)?;
    let mut gateway = Server::locus(&tools, &["--log", "error", "--drain", "25"], &settings.on)?;
    let arguments = [
        "streams".to_owned(),
        format!("host={}", gateway.host),
        format!("service={}", service.host),
        format!("pid={}", gateway.pid()),
        format!("count={count}"),
        "model=bearer".to_owned(),
        format!("key={}", settings.key),
    ];
    run_command(Command::new(&tools.bench).args(arguments))?;
    let status = gateway.wait()?;
    println!("the gateway ended by itself: {status}");
    if status.success() { Ok(()) } else { Err("the gateway failed".into()) }
}

/// The programs.
struct Tools {
    folder: PathBuf,
    target: PathBuf,
    locus: PathBuf,
    bench: PathBuf,
}

impl Tools {
    fn build() -> Result<Self> {
        let target = MetadataCommand::new().current_dir(root()).no_deps().exec()?.target_directory;
        let target = PathBuf::from(target);
        // As it is shipped.
        let locus = ["build", "--locked", "--profile", "dist", "--bin", "locus"];
        run_command(&mut cargo(&locus))?;
        let bench = ["build", "--locked", "--release", "--manifest-path", "bench/Cargo.toml"];
        let mut bench = cargo(&[&bench[..], &["-p", "bench-gateway"]].concat());
        run_command(bench.env("CARGO_TARGET_DIR", &target))?;
        let folder = target.join("bench-gateway");
        std::fs::create_dir_all(&folder)?;
        let (locus, bench) = (target.join("dist/locus"), target.join("release/bench-gateway"));
        Ok(Self { folder, locus, bench, target })
    }

    /// The program `litellm` in an environment of its own.
    fn litellm(&self) -> Result<PathBuf> {
        let python = interop::environment(&self.target.join("interop"), LITELLM_LIST)?;
        Ok(python.with_file_name("litellm"))
    }

    fn litellm_size(&self) -> Result<u64> {
        size(&self.target.join("interop").join(LITELLM_LIST).join("lib"))
    }
}

/// The size of a file or of everything in a folder.
fn size(path: &Path) -> Result<u64> {
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    std::fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

/// The size of a program without its symbols, however it was built.
fn stripped(program: &Path) -> Result<u64> {
    let copy = program.with_extension("stripped");
    read(Command::new("strip").arg("-o").arg(&copy).arg(program))?;
    let bytes = size(&copy)?;
    std::fs::remove_file(copy)?;
    Ok(bytes)
}

/// One measurement.
struct Measurement {
    name: &'static str,
    model: &'static str,
    is_streamed: bool,
    /// Requests in a second over one connection; `None` is as many as go over 16.
    rate: Option<u32>,
    /// How many chunks of a stream the service writes at once.
    burst: u32,
}

impl Measurement {
    const fn load(name: &'static str, model: &'static str, is_streamed: bool) -> Self {
        Self { name, model, is_streamed, rate: None, burst: 1 }
    }

    fn is_for(&self, contender: &str) -> bool {
        match contender {
            // Only the signature is another one.
            "ring" => self.name == "signed chat",
            "litellm" => self.model != "native",
            _ => true,
        }
    }

    fn ask(
        &self,
        tools: &Tools,
        host: &str,
        contender: Option<&Contender>,
        extent: Extent,
    ) -> Result<Figure> {
        let is_slow = contender.is_some_and(|contender| contender.name == "litellm");
        let seconds = match (extent, is_slow) {
            (Extent::Short, _) => 1.5,
            (Extent::Whole, false) => 2.5,
            (Extent::Whole, true) => 5.0,
        };
        let words = if self.is_streamed { 200 } else { 40 };
        let (path, model, key) = match contender {
            None => ("/openai/v1/chat/completions", self.model, "direct"),
            Some(contender) => ("/v1/chat/completions", self.model, contender.key.as_str()),
        };
        let mut arguments = vec![
            "load".to_owned(),
            format!("host={host}"),
            format!("path={path}"),
            format!("model={model}"),
            format!("key={key}"),
            format!("stream={}", self.is_streamed),
            format!("words={words}"),
            format!("burst={}", self.burst),
            format!("seconds={seconds}"),
            format!("warm-up={}", if is_slow { 1 } else { 20 }),
            format!("connections={}", if self.rate.is_some() { 1 } else { 16 }),
        ];
        arguments.extend(self.rate.map(|rate| format!("rate={rate}")));
        arguments.extend(contender.map(|contender| format!("pid={}", contender.server.pid())));
        let mut command = on_core(OTHERS, &tools.bench);
        Figure::parse(&read(command.args(arguments))?)
    }
}

/// A program on one core.
fn on_core(core: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}

/// In the order of the table.
const MEASUREMENTS: &[Measurement] = &[
    Measurement::load("signed chat", "signed", false),
    Measurement::load("native chat", "native", false),
    Measurement::load("bearer chat", "bearer", false),
    Measurement::load("signed stream", "signed", true),
    Measurement::load("native stream", "native", true),
    Measurement::load("bearer stream", "bearer", true),
    Measurement { burst: 20, ..Measurement::load("bearer stream in bursts", "bearer", true) },
    Measurement { rate: Some(10), ..Measurement::load("signed chat, alone", "signed", false) },
    Measurement { rate: Some(20), ..Measurement::load("bearer chat, alone", "bearer", false) },
    Measurement { rate: Some(5), ..Measurement::load("signed stream, alone", "signed", true) },
];

const LITELLM: &str = "1.109.1";
const LITELLM_LIST: &str = "litellm-proxy";
/// The core of whoever is measured.
const MEASURED: &str = "0";
/// The core of the service and the load tool.
const OTHERS: &str = "1";
