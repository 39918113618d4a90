//! `cargo xtask ci`: every check that a change must pass, in the order of what it tells first.

use std::time::{Duration, Instant};

use cargo_metadata::MetadataCommand;

use crate::process::{Result, cargo, is_ci, read, root, run, shown};
use crate::{interop, tidy};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("tests", || run(&mut cargo(&["test", "--workspace"]))),
    ("formatting", formatting),
    ("lints", || {
        run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    }),
    ("documentation", || {
        let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
        run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    }),
    ("tidy", tidy::run),
    ("lockfiles", other_lockfiles),
    ("each crate alone", each_crate_alone),
    ("packaging", packaging),
    ("first command", first_command),
    ("interop", || interop::run_where_possible(interop::Extent::Official)),
];

/// Runs every step; the first failure ends it.
pub(crate) fn run_all() -> Result<()> {
    let mut times = Vec::new();
    let started = Instant::now();
    for (name, step) in STEPS {
        println!("\n==> {name}");
        let began = Instant::now();
        let outcome = step();
        times.push((*name, began.elapsed()));
        if let Err(error) = outcome {
            print_times(&times, started.elapsed());
            return Err(format!("step `{name}` failed: {error}").into());
        }
        println!("<== {name}: {:.1} s", began.elapsed().as_secs_f64());
    }
    print_times(&times, started.elapsed());
    Ok(())
}

fn print_times(times: &[(&str, Duration)], total: Duration) {
    println!("\nseconds  step");
    for (name, time) in times.iter().copied().chain([("total", total)]) {
        println!("{:7.1}  {name}", time.as_secs_f64());
    }
}

/// The workspaces that are not this one.
const OTHERS: [&str; 3] = ["adapters", "bench", "fuzz"];

fn formatting() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    for folder in OTHERS {
        let manifest = format!("{folder}/Cargo.toml");
        run(&mut cargo(&["fmt", "--all", "--check", "--manifest-path", &manifest]))?;
    }
    Ok(())
}

/// Checks each crate by itself, with its default features, none, and each one alone, and tests it
/// with all of them if the step `tests` has not.
///
/// A workspace-wide build unites the features that all crates ask for, which hides a crate that
/// forgot to ask; and it leaves out the features, with their tests, that no other crate asks for.
fn each_crate_alone() -> Result<()> {
    let metadata = MetadataCommand::new().current_dir(root()).exec()?;
    let united = metadata.resolve.as_ref().ok_or("cargo metadata tells no features")?;
    for package in metadata.workspace_packages() {
        let check = |features: &[&str]| {
            let fixed = ["clippy", "--quiet", "--locked", "--no-deps", "-p", &package.name];
            run(&mut cargo(&[&fixed, features, &["--", "-D", "warnings"]].concat()))
        };
        check(&[])?;
        if package.features.is_empty() {
            continue;
        }
        check(&["--no-default-features"])?;
        for feature in package.features.keys().filter(|feature| *feature != "default") {
            check(&["--no-default-features", "--features", feature])?;
        }
        let node = united.nodes.iter().find(|node| node.id == package.id);
        let is_tested = |feature: &String| {
            node.is_some_and(|node| node.features.iter().any(|on| on.as_str() == feature))
        };
        if !package.features.keys().all(is_tested) {
            run(&mut cargo(&["test", "--locked", "-p", &package.name, "--all-features"]))?;
        }
    }
    Ok(())
}

/// Holds the lockfiles of the workspaces that are not ours to their manifests, which name crates of ours.
fn other_lockfiles() -> Result<()> {
    for folder in OTHERS {
        let manifest = format!("{folder}/Cargo.toml");
        let fixed = ["metadata", "--locked", "--format-version", "1", "--manifest-path"];
        read(&mut cargo(&[&fixed[..], &[&manifest]].concat()))?;
        println!("{manifest}: ok");
    }
    Ok(())
}

/// Packs and builds what would be published.
fn packaging() -> Result<()> {
    let mut git = std::process::Command::new("git");
    let changes = read(git.current_dir(root()).args(["status", "--porcelain"]))?;
    if !changes.is_empty() && !is_ci() {
        println!("skipped: there are uncommitted changes");
        return Ok(());
    }
    run(&mut cargo(&["package", "--locked", "--workspace", "--exclude", "xtask"]))
}

/// The first command of the README, as it stands there; what its build does for speed is left out, since only the answer counts.
fn first_command() -> Result<()> {
    let question = ["chat", "--emulator", "What is 2x2?"];
    let mut command = cargo(&["run", "--release", "--bin", "locus", "--"]);
    command.args(question);
    command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    println!("$ {}", shown(&command));
    let answer = read(&mut command)?;
    println!("{}", answer.trim_end());
    if answer.contains('4') { Ok(()) } else { Err("the answer is not 4".into()) }
}
