//! The cost of one signature: instructions against what was recorded, and time with each backend.
//!
//! Instructions are counted by `callgrind` with a key that costs nothing, so that a run says the same on a busy machine as on an
//! idle one. Both programs are in `bench/auth`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;

use super::machine;
use crate::process::{Result, cargo, read, root, run as run_command};

/// What is counted: the name that the program knows it by, and what it is.
const CASES: [(&str, &str); 2] =
    [("whole", "digest of the body included"), ("digest-known", "the body digested before")];

/// More than this above the record, in per cent, is a failure.
const TOLERANCE: u64 = 5;

/// How often the two runs sign whose difference is counted. Start and end of the program cancel out.
const RUNS: (u64, u64) = (100, 1100);

const RECORD: &str = "bench/auth/recorded.tsv";
const MANIFEST: [&str; 4] = ["--locked", "--release", "--manifest-path", "bench/Cargo.toml"];

/// Counts and times; compares with the record, or writes it.
pub(super) fn run(is_recording: bool) -> Result<()> {
    run_command(&mut cargo(&[&["build", "-p", "bench-auth"], &MANIFEST[..]].concat()))?;
    let program = program("instructions")?;
    let counts = CASES
        .iter()
        .map(|(case, _)| Ok(((*case).to_owned(), count(&program, case)?)))
        .collect::<Result<Vec<_>>>()?;
    let speed = [&["run", "--quiet", "-p", "bench-auth", "--bin", "speed"], &MANIFEST[..]].concat();
    let times = parse(&read(&mut cargo(&speed))?)?;

    let machine = machine()?;
    println!("\n{machine}\n\n{}", time_table(&times));
    let path = root().join(RECORD);
    if is_recording {
        std::fs::write(path, record(&counts, &machine))?;
        println!("recorded in {RECORD}");
        return Ok(());
    }
    let (table, grown) = compare(&counts, &parse(&std::fs::read_to_string(path)?)?)?;
    println!("{table}");
    if grown.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} costs more than {RECORD} allows; make it cheaper, or record it with `--record` and say why",
        grown.join(", ")
    )
    .into())
}

/// The path of a program of `bench/auth`. It is started by the counter, not by cargo, which would be counted along.
fn program(name: &str) -> Result<PathBuf> {
    let manifest = root().join("bench/Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec()?;
    Ok(PathBuf::from(metadata.target_directory).join("release").join(name))
}

/// Instructions of one signature.
fn count(program: &Path, case: &str) -> Result<u64> {
    let total = |times: u64| -> Result<u64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
        let output = command.args([case, &times.to_string()]).output().map_err(|error| {
            format!("cannot start valgrind, which counts the instructions ({error}); install it, on Debian by `apt-get install valgrind`")
        })?;
        let text = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("valgrind failed:\n{text}").into());
        }
        collected(&text)
    };
    let (few, many) = RUNS;
    Ok(total(many)?.saturating_sub(total(few)?) / (many - few))
}

/// The number in callgrind's last words, `==1== Collected : 12345`.
fn collected(text: &str) -> Result<u64> {
    let number = text.lines().find_map(|line| line.split_once("Collected : "));
    let (_, number) = number.ok_or_else(|| format!("callgrind does not tell a count:\n{text}"))?;
    Ok(number.trim().parse()?)
}

/// Lines of a name and a number, divided by a tab; those that begin with `#` are for people.
fn parse(lines: &str) -> Result<Vec<(String, u64)>> {
    let values = lines.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    values
        .map(|line| {
            let (name, value) =
                line.split_once('\t').ok_or_else(|| format!("expected two columns: {line:?}"))?;
            Ok((name.to_owned(), value.parse()?))
        })
        .collect()
}

fn record(counts: &[(String, u64)], machine: &str) -> String {
    let mut text = format!(
        "# Instructions of one signature over a POST of 1 KiB with a backend of constant bytes.\n\
         # Written by `cargo xtask bench auth --record`, which fails above this by more than {TOLERANCE} %.\n\
         # {machine}\n"
    );
    counts.iter().for_each(|(name, count)| _ = writeln!(text, "{name}\t{count}"));
    text
}

/// The counts beside the record, and the cases that grew too much.
fn compare(found: &[(String, u64)], record: &[(String, u64)]) -> Result<(String, Vec<String>)> {
    let mut table =
        "| instructions | recorded | found | change |\n|---|---:|---:|---:|\n".to_owned();
    let mut grown = Vec::new();
    for (case, count) in found {
        let recorded = record.iter().find(|(name, _)| name == case);
        let (_, recorded) = recorded.ok_or_else(|| format!("{RECORD} has no line {case}"))?;
        let change = *count as f64 / *recorded as f64 - 1.0;
        let what = CASES.iter().find(|(name, _)| name == case).map_or("", |(_, what)| what);
        _ = writeln!(table, "| {case}: {what} | {recorded} | {count} | {:+.1} % |", change * 100.0);
        if count * 100 > recorded * (100 + TOLERANCE) {
            grown.push(case.clone());
        }
    }
    Ok((table, grown))
}

fn time_table(times: &[(String, u64)]) -> String {
    let mut table = "| backend | one signature, µs |\n|---|---:|\n".to_owned();
    for (backend, nanoseconds) in times {
        _ = writeln!(table, "| {backend} | {:.1} |", *nanoseconds as f64 / 1000.0);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(whole: u64) -> Vec<(String, u64)> {
        vec![("whole".to_owned(), whole)]
    }

    #[test]
    fn growth_above_five_per_cent_is_named() {
        let kept = |found, recorded| compare(&counts(found), &counts(recorded)).unwrap().1;
        assert_eq!(kept(1050, 1000), [""; 0]);
        assert_eq!(kept(500, 1000), [""; 0]);
        assert_eq!(kept(1051, 1000), ["whole"]);
        assert!(compare(&counts(1), &[]).is_err());
    }

    #[test]
    fn what_is_recorded_is_read_again() {
        assert_eq!(parse(&record(&counts(7), "a machine")).unwrap(), counts(7));
        assert!(parse("whole").is_err() && parse("whole\tmany").is_err());
    }

    #[test]
    fn the_count_is_found_in_the_last_words() {
        let text = "==1== \n==1== Events    : Ir\n==1== Collected : 12345\n";
        assert_eq!(collected(text).unwrap(), 12345);
        assert!(collected("==1== Collected").is_err());
    }

    #[test]
    fn every_case_has_a_record() {
        let recorded = parse(&std::fs::read_to_string(root().join(RECORD)).unwrap()).unwrap();
        let names: Vec<&str> = recorded.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, CASES.map(|(name, _)| name));
    }
}
