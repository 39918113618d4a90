//! `oci-transport` beside hyper and other clients: one table of what they cost, and the ratios that it is held to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cargo_metadata::MetadataCommand;

use crate::process::{Result, cargo, read, root, run as run_command};

/// A client, and what it does with an answer besides reading it.
const CLIENTS: [(&str, &str); 7] = [
    (BLIND, "nothing"),
    (HYPER, "LF, `data: `, JSON: the text of the choices, borrowed"),
    ("reqwest", "the same, with the same code"),
    (PEER, "event streams, JSON: its own types, every field that it knows, owned"),
    ("genai", "event streams, JSON: to a tree, and from that its own types, owned"),
    (OURS, "event streams after the standard, JSON: every field, lent; errors and early ends"),
    ("oci-transport, signed", "the same, with a signature (RSA, 2048 bits) for every request"),
];
const BLIND: &str = "hyper, bytes only";
const HYPER: &str = "hyper";
const PEER: &str = "async-openai";
const OURS: &str = "oci-transport";

const MANIFEST: [&str; 4] = ["--locked", "--release", "--manifest-path", "bench/Cargo.toml"];

/// The chunks with text of one stream; the program asserts that each client finds so many.
const CHUNKS: f64 = 200.0;

/// Builds the programs, runs each client against one server and prints what was found, as Markdown; with `--record` it goes into the README.
pub(super) fn run(is_recording: bool) -> Result<()> {
    run_command(&mut cargo(&[&["build", "-p", "bench-transport"], &MANIFEST[..]].concat()))?;
    let metadata = MetadataCommand::new().current_dir(root().join("bench")).no_deps().exec()?;
    // Started by their paths: asking cargo each time takes longer than most samples.
    let built = PathBuf::from(metadata.target_directory).join("release");
    let (program, counting) = (built.join("client"), built.join("client_allocations"));
    let limit = told(&program, &["limit", HELD])?;
    println!("\nopen files: {HELD} streams at once are within the limit of {limit}\n");
    let server = Server::start(&program)?;
    let mut found = Found::default();
    for (what, count, rounds) in MEASUREMENTS {
        for _ in 0..rounds {
            // The clients take turns, so that other work on the machine falls on all of them.
            for (client, _) in CLIENTS {
                let value = told(&program, &[client, &server.url, what, count])?;
                found.add(client, what, value.parse()?);
            }
        }
    }
    for (what, count) in ALLOCATIONS {
        for (client, _) in CLIENTS {
            let asked = [client, &server.url, what.trim_end_matches(COUNTED), count];
            let value = told(&counting, &asked)?;
            found.add(client, what, value.parse()?);
        }
    }
    let (list, missed) = acceptance(&found);
    let (machine, versions) = (super::machine()?, super::versions(&MEASURED)?);
    let page = format!("{machine}; {versions}.\n\n{}\n{list}\n{missed} missed.", table(&found));
    println!("{page}");
    if is_recording {
        super::record("transport", "crates/oci-transport/README.md", &page)
    } else {
        Ok(())
    }
}

/// The server in a process of its own, which ends with this value.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(program: &Path) -> Result<Self> {
        let mut process = Command::new(program).arg("serve").stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        Ok(Self { process, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to lose; an error means that it ended by itself.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// What a program of the benchmark prints.
fn told(program: &Path, arguments: &[&str]) -> Result<String> {
    Ok(read(Command::new(program).args(arguments))?.trim().to_owned())
}

/// Client and measurement, and the best value of all rounds: other work on the machine only ever adds to it.
#[derive(Default)]
struct Found(BTreeMap<(String, String), f64>);

impl Found {
    fn add(&mut self, client: &str, what: &str, value: f64) {
        let key = (client.to_owned(), what.to_owned());
        let best = self.0.entry(key).or_insert(value);
        *best = best.min(value);
    }

    /// NaN, which passes nothing, where it was not measured.
    fn get(&self, client: &str, what: &str) -> f64 {
        self.0.get(&(client.to_owned(), what.to_owned())).copied().unwrap_or(f64::NAN)
    }

    /// Nanoseconds per chunk that a client adds to what hyper takes to read the same body.
    fn added(&self, client: &str) -> f64 {
        (self.get(client, "streams") - self.get(BLIND, "streams")) / CHUNKS
    }
}

fn table(found: &Found) -> String {
    let mut table = "| client | what it parses | call, CPU µs | of hyper | allocations per call | stream, CPU µs per chunk | \
        added to hyper's bytes, ns | of async-openai | allocations per chunk | memory per open stream, KiB |\n\
        |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for (client, parses) in CLIENTS {
        let call = found.get(client, "calls");
        _ = writeln!(
            table,
            "| {client} | {parses} | {:.1} | {:.2} | {:.0} | {:.2} | {:.0} | {:.2} | {:.2} | {:.1} |",
            call / 1000.0,
            call / found.get(HYPER, "calls"),
            found.get(client, "calls, allocations"),
            found.get(client, "streams") / CHUNKS / 1000.0,
            found.added(client),
            found.added(client) / found.added(PEER),
            found.get(client, "streams, allocations") / CHUNKS,
            found.get(client, "held") / 1024.0,
        );
    }
    table
}

/// The ratios this crate is held to, and how many of them this run misses.
fn acceptance(found: &Found) -> (String, usize) {
    let rows = [
        (1.15, found.get(OURS, "calls") / found.get(HYPER, "calls"), "CPU of a call, of hyper's"),
        (
            0.55,
            found.added(OURS) / found.added(PEER),
            "CPU added per chunk, of what async-openai adds",
        ),
        (3.0, found.get(OURS, "streams, allocations") / CHUNKS, "allocations per chunk"),
    ];
    let mut list = "| at most | found | what |\n|---:|---:|---|\n".to_owned();
    let mut missed = 0;
    for (bound, value, what) in rows {
        let is_kept = value <= bound;
        missed += usize::from(!is_kept);
        let verdict = if is_kept { "kept" } else { "missed" };
        _ = writeln!(list, "| {bound} | {value:.2} | {verdict}: {what} |");
    }
    (list, missed)
}

/// The packages whose versions are told.
const MEASURED: [&str; 6] =
    ["hyper ", "hyper-util ", "reqwest ", "async-openai ", "genai ", "tokio "];

/// What is measured, how many calls or streams make one sample, and how many samples there are.
const MEASUREMENTS: [(&str, &str, usize); 3] =
    [("calls", "3000", 7), ("streams", "400", 7), ("held", HELD, 1)];

/// The streams that are open at once.
const HELD: &str = "2000";

const ALLOCATIONS: [(&str, &str); 2] =
    [("calls, allocations", "200"), ("streams, allocations", "50")];
const COUNTED: &str = ", allocations";

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Found {
        let mut found = Found::default();
        for (client, streams) in [(BLIND, 100_000.0), (PEER, 300_000.0), (OURS, 180_000.0)] {
            found.add(client, "streams", streams);
        }
        found
    }

    #[test]
    fn what_is_added_is_compared() {
        assert_eq!(found().added(PEER), 1000.0);
        let (list, _) = acceptance(&found());
        assert!(list.contains("| 0.55 | 0.40 | kept: CPU added per chunk"), "{list}");
    }

    #[test]
    fn the_best_sample_counts() {
        let mut found = found();
        found.add(OURS, "streams", 190_000.0);
        assert_eq!(found.get(OURS, "streams"), 180_000.0);
    }

    #[test]
    fn what_was_not_measured_is_missed() {
        let (list, missed) = acceptance(&Found::default());
        assert_eq!((list.matches("| missed: ").count(), missed), (3, 3), "{list}");
    }
}
