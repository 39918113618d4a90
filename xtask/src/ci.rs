//! `cargo xtask ci`: every check that a change must pass, in the order of what it tells first.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use cargo_metadata::MetadataCommand;

use crate::process::{Result, cargo, is_ci, read, root, run, shown};
use crate::{interop, tidy};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("tests", || run(&mut cargo(&["test", "--workspace", "--all-features"]))),
    ("formatting", formatting),
    ("lints", || {
        let all = ["clippy", "--workspace", "--all-targets", "--all-features"];
        run(&mut cargo(&[&all[..], &["--", "-D", "warnings"]].concat()))
    }),
    ("documentation", || {
        let mut doc = cargo(&["doc", "--workspace", "--all-features", "--no-deps"]);
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

/// Checks each crate by itself, with its default features, none, and each one alone.
///
/// A workspace-wide build unites the features that all crates ask for, which hides a crate that forgot to ask.
fn each_crate_alone() -> Result<()> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec()?;
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

/// Packs what would be published, and checks it as one workspace away from the sources, so that a file that is not in its package is
/// missed. What `cargo package` does to verify builds everything below each package once more, for minutes.
fn packaging() -> Result<()> {
    let mut git = Command::new("git");
    let changes = read(git.current_dir(root()).args(["status", "--porcelain"]))?;
    if !changes.is_empty() && !is_ci() {
        println!("skipped: there are uncommitted changes");
        return Ok(());
    }
    let pack = ["package", "--locked", "--workspace", "--exclude", "xtask", "--no-verify"];
    run(&mut cargo(&pack))?;

    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec()?;
    let packages = metadata.workspace_packages().into_iter();
    let packages: Vec<_> = packages.filter(|package| package.name.as_str() != "xtask").collect();
    let target = metadata.target_directory.as_std_path();
    let folder = target.join("unpacked");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut manifest =
        String::from("[workspace]\nmembers = [\"*\"]\nresolver = \"3\"\n\n[patch.crates-io]\n");
    for package in &packages {
        let name = format!("{}-{}", package.name, package.version);
        let archive = target.join("package").join(format!("{name}.crate"));
        run(Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(&folder))?;
        writeln!(manifest, "{} = {{ path = \"{name}\" }}", package.name)?;
    }
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    // Not `--locked`: the lockfile has `xtask` as well.
    let check = ["check", "--quiet", "--offline", "--workspace", "--all-features"];
    run(cargo(&check).current_dir(&folder).env("CARGO_TARGET_DIR", target))
}

/// The first command of the README, as it stands there.
fn first_command() -> Result<()> {
    let question = ["chat", "--emulator", "What is 2x2?"];
    let mut command = cargo(&["run", "--bin", "locus", "--"]);
    command.args(question);
    println!("$ {}", shown(&command));
    let answer = read(&mut command)?;
    println!("{}", answer.trim_end());
    if answer.contains('4') { Ok(()) } else { Err("the answer is not 4".into()) }
}
