//! `oci-sse` beside its rivals: one table of ratios, and the ratios that it is held to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::process::{Result, cargo, read, run as run_command};

/// What the others are compared with.
const OURS: &str = "oci-sse";
const OWNED: &str = "oci-sse `Bytes`";
const PEER: &str = "sse-core";
const LARGE: &str = "16 KiB";
const SHAPES: [&str; 3] = ["openai", "responses", "oci"];

/// How the names of the packages begin whose versions are told.
const MEASURED: [&str; 6] = ["sse-", "sseer", "eventsource-", "tokio_sse", "memchr", "simdutf8"];

/// Builds and runs both programs of the benchmark and prints what they found, as Markdown.
pub(super) fn run() -> Result<()> {
    let manifest = ["--locked", "--release", "--manifest-path", "bench/Cargo.toml"];
    run_command(&mut cargo(&[&["build", "-p", "bench-sse"], &manifest[..]].concat()))?;
    let measure = |program: &str| -> Result<Measurements> {
        let arguments = [&["run", "--quiet", "-p", "bench-sse", "--bin", program], &manifest[..]];
        Measurements::parse(&read(&mut cargo(&arguments.concat()))?)
    };
    let (times, allocations) = (measure("speed")?, measure("allocations")?);
    println!("\n{}, {}\n", super::machine()?, super::versions(&MEASURED)?);
    println!("{}", table(&times));
    println!("{}", allocation_table(&allocations));
    let (list, missed) = acceptance(&times, &allocations);
    println!("{list}");
    println!("{missed} missed");
    Ok(())
}

/// Workload, chunking and parser in the order in which they were measured, and a number for each.
#[derive(Default)]
struct Measurements {
    rows: Vec<(String, String)>,
    parsers: Vec<String>,
    /// `None` is a parser that was wrong.
    values: BTreeMap<(String, String, String), Option<f64>>,
}

impl Measurements {
    fn parse(lines: &str) -> Result<Self> {
        let mut all = Self::default();
        for line in lines.lines() {
            let parts: Vec<String> = line.split('\t').map(str::to_owned).collect();
            let [workload, chunking, parser, value] = <[String; 4]>::try_from(parts)
                .map_err(|parts| format!("expected four columns, found {parts:?}"))?;
            let row = (workload.clone(), chunking.clone());
            if all.rows.last() != Some(&row) {
                all.rows.push(row);
            }
            if !all.parsers.contains(&parser) {
                all.parsers.push(parser.clone());
            }
            let value = if value == "wrong" { None } else { Some(value.parse()?) };
            all.values.insert((workload, chunking, parser), value);
        }
        Ok(all)
    }

    fn get(&self, workload: &str, chunking: &str, parser: &str) -> Option<Option<f64>> {
        let key = (workload.to_owned(), chunking.to_owned(), parser.to_owned());
        self.values.get(&key).copied()
    }

    /// How many times as long `slow` takes as `fast`; NaN, which passes nothing, where one was not measured.
    fn ratio(&self, workload: &str, chunking: &str, slow: &str, fast: &str) -> f64 {
        let time = |parser| self.get(workload, chunking, parser).flatten().unwrap_or(f64::NAN);
        time(slow) / time(fast)
    }
}

/// Nanoseconds for the first parser, and how many times as long the others take.
fn table(times: &Measurements) -> String {
    let others: Vec<&String> = times.parsers.iter().filter(|name| *name != OURS).collect();
    let mut table = format!("| stream | chunks | {OURS}, ns |");
    others.iter().for_each(|name| _ = write!(table, " {name} |"));
    table.push_str("\n|---|---|---:|");
    table.push_str(&"---:|".repeat(others.len()));
    for (workload, chunking) in &times.rows {
        let ours = times.get(workload, chunking, OURS).flatten().unwrap_or(f64::NAN);
        _ = write!(table, "\n| {workload} | {chunking} | {ours:.1} |");
        for name in &others {
            let cell = match times.get(workload, chunking, name) {
                None => String::new(),
                Some(None) => "wrong".to_owned(),
                Some(Some(time)) => {
                    let ratio = time / ours;
                    let digits = if ratio < 9.95 { 2 } else { 0 };
                    let mark = if ratio < 0.995 { "**" } else { "" };
                    format!("{mark}{ratio:.digits$}{mark}")
                }
            };
            _ = write!(table, " {cell} |");
        }
    }
    table + "\n"
}

/// Allocations per event, for the chunkings where they differ most.
fn allocation_table(allocations: &Measurements) -> String {
    let rows: Vec<(&str, &str)> = SHAPES
        .iter()
        .flat_map(|shape| ["event", "1460 B", LARGE].map(|chunking| (*shape, chunking)))
        .collect();
    let mut table = "| allocations per event |".to_owned();
    rows.iter().for_each(|(shape, chunking)| _ = write!(table, " {shape}, {chunking} |"));
    table.push_str("\n|---|");
    table.push_str(&"---:|".repeat(rows.len()));
    for parser in &allocations.parsers {
        _ = write!(table, "\n| {parser} |");
        for (shape, chunking) in &rows {
            let count = allocations.get(shape, chunking, parser).flatten().unwrap_or(f64::NAN);
            _ = write!(table, " {count:.3} |");
        }
    }
    table + "\n"
}

/// The ratios this crate is held to, and how many of them this run misses.
fn acceptance(times: &Measurements, allocations: &Measurements) -> (String, usize) {
    let mut list = "| at least | found | what |\n|---:|---:|---|\n".to_owned();
    let mut missed = 0;
    let mut add = |bound: f64, found: f64, is_kept: bool, what: &str| {
        let verdict = if is_kept { "kept" } else { "missed" };
        missed += usize::from(!is_kept);
        _ = writeln!(list, "| {bound} | {found:.2} | {verdict}: {what} |");
    };
    let mut faster = |bound: f64, parser: &str, workload: &str, chunking: &str| {
        let found = times.ratio(workload, chunking, PEER, parser);
        let what = format!("{parser} against {PEER}, {workload}, {chunking}");
        add(bound, found, found >= bound, &what);
    };
    for shape in SHAPES {
        faster(2.3, OURS, shape, LARGE);
    }
    for (shape, bound) in SHAPES.into_iter().zip([1.7, 1.7, 1.4]) {
        faster(bound, OURS, shape, "event");
    }
    for shape in SHAPES {
        faster(1.7, OWNED, shape, LARGE);
    }
    for shape in SHAPES {
        faster(1.55, OWNED, shape, "event");
    }
    for shape in SHAPES {
        faster(1.0, OURS, shape, "16 B");
    }
    for chunking in ["event", "16 B", LARGE] {
        faster(1.0, OURS, "keep-alive only", chunking);
    }
    let found = times.ratio("openai", LARGE, "memchr2", OURS);
    add(0.8, found, found >= 0.8, &format!("{OURS} against memchr2, openai, {LARGE}"));
    for (parser, bound) in [(OURS, 0.0), (OWNED, 0.05)] {
        let found = allocations.get("openai", LARGE, parser).flatten().unwrap_or(f64::NAN);
        // The buffer for cut events is allocated once for a stream, which rounds to nothing.
        let is_kept = (found * 100.0).round() / 100.0 <= bound;
        add(bound, found, is_kept, &format!("at most: allocations of {parser}, openai, {LARGE}"));
    }
    (list, missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "openai\t16 KiB\toci-sse\t20.0\nopenai\t16 KiB\tsse-core\t50.0\n\
        openai\t16 KiB\tmemchr2\t19.0\nopenai\t16 KiB\tother\twrong\n";

    #[test]
    fn ratios_are_times_of_ours_and_losses_are_marked() {
        let times = Measurements::parse(LINES).unwrap();
        let table = table(&times);
        assert!(table.contains("| openai | 16 KiB | 20.0 | 2.50 | **0.95** | wrong |"), "{table}");
    }

    #[test]
    fn what_was_not_measured_is_missed() {
        let times = Measurements::parse(LINES).unwrap();
        let (list, missed) = acceptance(&times, &Measurements::default());
        assert_eq!(list.matches("| kept: ").count(), 2, "{list}");
        assert_eq!(list.matches("| missed: ").count(), missed);
    }

    #[test]
    fn other_lines_are_refused() {
        assert!(Measurements::parse("a\tb\tc").is_err());
        assert!(Measurements::parse("a\tb\tc\tfast").is_err());
    }
}
