//! The checks of this workspace, as one small program without a build system: `cargo xtask`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of the terminal")]

mod bench;
mod ci;
mod interop;
mod layers;
mod process;
mod release;
mod soak;
mod static_build;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
The checks of this workspace.

usage: cargo xtask <command>

  ci        everything a change must pass: tests, formatting, lints, docs, tidy, lockfiles, each crate
            alone with its features, packaging, the README's first command, interop
  tidy      what no compiler checks: layers, dependencies, licences, file sizes, words
            (`cargo test -p xtask` runs the same)
  interop   the official Python clients against `locus emulate`, then a table of mutations
            of their requests, each of which must be refused (needs python3; without it the
            command succeeds and says so, unless CI=true); with --full also langchain-oci and
            litellm, which have many dependencies, and the SDKs of OpenAI and Anthropic and
            langchain-openai against `locus serve`,
            and our requests beside those of litellm and locus for Python
  bench auth [--record]
            what a signature costs: instructions, which may grow by 5 % over those that are
            recorded (needs valgrind), and the time with each backend
  bench files
            a file of 1 GiB up and down over loopback: throughput, what hashing costs, and the memory,
            which must stay below 20 MiB above idle (needs Linux and 1 GiB in the temporary folder)
  bench gateway [--record | --short]
            `locus serve` beside LiteLLM's proxy, four minutes: requests a second, CPU time,
            latency, memory, start (needs Linux, two cores with nothing else to do, python3, and the
            network once); --record writes docs/performance.md, --short takes a minute
  bench router
            the instructions of calls and streams through oci-router beside the bare transport (needs
            valgrind)
  bench sse
            oci-sse beside other parsers, a few minutes: a table of ratios (needs the network once,
            for the rivals)
  bench transport [--record]
            oci-transport beside hyper and other clients, a minute once it is built: a table of CPU
            time, allocations and memory (needs the network once, for the rivals); --record writes
            the README of oci-transport
  static    `locus` as one static file, and what it does in a root folder that has nothing but
            resolv.conf and hosts (needs Linux, python3, openssl)
  streams [count]
            2000 streams at once through `locus serve`, with clients that do not read, clients that
            leave, answers that stall, and SIGTERM in the middle: every word is compared (needs Linux)
  soak [minutes]
            200 calls at a time for 10 minutes, of which 5 % meet a fault, held to the emulator's own
            record: no token lost or doubled, and the memory at two times (needs Linux)
  soak batch [prompts]
            `locus batch` over 100,000 prompts, killed ten times, held to the emulator's own record
  soak replicas
            three `locus serve` behind a balancer with one store, under load, one of them killed, the
            store killed: a table of counts beside what they must be (needs Unix, and redis-server or
            valkey-server)
  release --dry-run
            everything that a release holds, in target/distribution, and nothing published: the binary,
            built in two folders and compared, manual pages, completions, a bill of materials, checksums
  help      this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ci"] => ci::run_all(),
        ["tidy"] => tidy::run(),
        ["bench", name, options @ ..] => bench::run(name, options),
        ["release", "--dry-run"] => release::dry_run(),
        ["static"] => static_build::run_all(),
        ["streams"] => bench::gateway::streams("2000"),
        ["streams", count] => bench::gateway::streams(count),
        ["soak"] => soak::run(soak::MINUTES),
        ["soak", "batch"] => soak::batch("100000"),
        ["soak", "batch", prompts] => soak::batch(prompts),
        ["soak", "replicas"] => soak::replicas(),
        ["soak", minutes] => soak::run(minutes),
        ["interop"] => interop::run_where_possible(interop::Extent::Official),
        ["interop", "--full"] => interop::run_where_possible(interop::Extent::Full),
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown arguments `{}`\n\n{HELP}", arguments.join(" ")).into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
