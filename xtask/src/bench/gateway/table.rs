//! The table, and the ratios that the gateway is held to.

use std::fmt::Write as _;

use super::figures::Figures;

/// What lies on the disk, in bytes.
pub(super) struct Sizes {
    pub(super) locus: u64,
    pub(super) litellm: u64,
}

/// The whole section as Markdown.
pub(super) fn page(found: &Figures, sizes: &Sizes, machine: &str, version: &str) -> String {
    let mut page = format!(
        "{machine}.\n\n| | direct | LiteLLM {version} | `locus serve` | ratio | with everything off |\n|---|---:|---:|---:|---:|---:|\n"
    );
    for (what, label) in LOADS {
        let row = |name: &str| Row::of(found, what, name);
        let (rate, cpu) = (row("per_second"), row("cpu_us"));
        write_row(&mut page, &format!("{label}, a second"), &rate, rate.gain(), 0);
        write_row(
            &mut page,
            &format!("{label}, CPU µs for each"),
            &cpu.without_direct(),
            cpu.saving(),
            0,
        );
    }
    for (what, name, label) in LATENCIES {
        let row = Row::of(found, what, name).added();
        write_row(&mut page, label, &row, row.saving(), 2);
    }
    for (what, name, label, unit) in ONCE {
        let row = Row::of(found, what, name).scaled(1.0 / unit).without_direct();
        write_row(&mut page, label, &row, row.saving(), 1);
    }
    let size = Row {
        direct: f64::NAN,
        litellm: sizes.litellm as f64,
        locus: sizes.locus as f64,
        off: f64::NAN,
    };
    let size = size.scaled(1e-6);
    write_row(&mut page, "on the disk, MB", &size, size.saving(), 1);
    let ring = found.get("ring", "signed chat", "per_second");
    _ = writeln!(
        page,
        "\nSigned by ring instead of aws-lc-rs: {ring:.0} signed chats a second, {:.0} µs of CPU for each.\n",
        found.get("ring", "signed chat", "cpu_us")
    );
    page.push_str(&acceptance(found));
    page
}

struct Row {
    direct: f64,
    litellm: f64,
    locus: f64,
    off: f64,
}

impl Row {
    fn of(found: &Figures, what: &str, name: &str) -> Self {
        let get = |contender: &str, what: &str| found.get(contender, what, name);
        // LiteLLM's provider for signed calls has one format, the native one.
        let (direct, litellm) =
            (what.replace("native", "bearer"), what.replace("native", "signed"));
        Self {
            direct: get("direct", &direct),
            litellm: get("litellm", &litellm),
            locus: get("locus", what),
            off: get("off", what),
        }
    }

    fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let Self { direct, litellm, locus, off } = *self;
        Self {
            direct: change(direct),
            litellm: change(litellm),
            locus: change(locus),
            off: change(off),
        }
    }

    fn scaled(&self, factor: f64) -> Self {
        self.map(|value| value * factor)
    }

    /// What a gateway adds to a call that goes to the service at once.
    fn added(&self) -> Self {
        Self { direct: self.direct, ..self.map(|value| value - self.direct) }
    }

    fn without_direct(&self) -> Self {
        Self { direct: f64::NAN, ..self.map(|value| value) }
    }

    fn gain(&self) -> f64 {
        self.locus / self.litellm
    }

    fn saving(&self) -> f64 {
        self.litellm / self.locus
    }
}

fn write_row(page: &mut String, label: &str, row: &Row, ratio: f64, digits: usize) {
    let cell =
        |value: f64| if value.is_nan() { String::new() } else { format!("{value:.digits$}") };
    let ratio = if ratio.is_nan() { String::new() } else { format!("{ratio:.0}x") };
    _ = writeln!(
        page,
        "| {label} | {} | {} | {} | {ratio} | {} |",
        cell(row.direct),
        cell(row.litellm),
        cell(row.locus),
        cell(row.off)
    );
}

/// The ratios for the front page.
pub(super) fn summary(found: &Figures, version: &str) -> String {
    let mut table = format!(
        "| `locus serve` beside LiteLLM's proxy {version}, one core each | |\n|---|---:|\n"
    );
    for (_, value, what) in held(found) {
        _ = writeln!(table, "| {what} | {value:.0}x |");
    }
    table
}

/// The ratios that this gateway is held to, and how many of them this run misses.
fn acceptance(found: &Figures) -> String {
    let mut list = "| at least | found | |\n|---:|---:|---|\n".to_owned();
    let mut missed = 0;
    for (floor, value, what) in held(found) {
        let is_kept = value >= floor;
        missed += usize::from(!is_kept);
        let verdict = if is_kept { "kept" } else { "missed" };
        _ = writeln!(list, "| {floor} | {value:.0} | {verdict}: {what} |");
    }
    _ = writeln!(list, "\n{missed} missed.");
    list
}

/// Floor, ratio, and of what.
fn held(found: &Figures) -> [(f64, f64, &'static str); 6] {
    let ratio = |contender: &str, what: &str, name: &str| {
        found.get(contender, what, name) / found.get("litellm", what, name)
    };
    [
        (
            130.0,
            ratio("locus", "signed chat", "per_second"),
            "more signed chats a second, by aws-lc-rs",
        ),
        (70.0, ratio("ring", "signed chat", "per_second"), "more signed chats a second, by ring"),
        (40.0, ratio("locus", "signed stream", "per_second"), "more signed streams a second"),
        (
            150.0,
            ratio("locus", "bearer chat", "per_second"),
            "more chats a second with a bearer key",
        ),
        (15.0, 1.0 / ratio("locus", "memory", "bytes"), "less memory"),
        (80.0, 1.0 / ratio("locus", "start", "ms"), "less time to start"),
    ]
}

/// Over 16 connections.
const LOADS: [(&str, &str); 7] = [
    ("signed chat", "signed chats"),
    ("native chat", "the same over the native API, as LiteLLM does"),
    ("bearer chat", "chats with a bearer key"),
    ("signed stream", "signed streams of 200 chunks, one write each"),
    ("native stream", "the same over the native API, as LiteLLM does"),
    ("bearer stream", "streams with a bearer key"),
    ("bearer stream in bursts", "the same, 20 chunks in a write"),
];

/// One request at a time.
const LATENCIES: [(&str, &str, &str); 6] = [
    ("signed chat, alone", "p50_ms", "added to a signed chat, p50 ms"),
    ("signed chat, alone", "p99_ms", "added to a signed chat, p99 ms"),
    ("bearer chat, alone", "p50_ms", "added to a chat with a bearer key, p50 ms"),
    ("bearer chat, alone", "p99_ms", "added to a chat with a bearer key, p99 ms"),
    ("signed stream, alone", "first_p50_ms", "added to the first token of a signed stream, p50 ms"),
    ("signed stream, alone", "first_p99_ms", "added to the first token of a signed stream, p99 ms"),
];

const ONCE: [(&str, &str, &str, f64); 2] = [
    ("start", "ms", "from the start to the first sign of life, ms", 1.0),
    ("memory", "bytes", "memory at most, MB", 1e6),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::gateway::figures::Figure;

    #[test]
    fn what_was_not_measured_is_missed() {
        let list = acceptance(&Figures::default());
        assert!(list.contains("6 missed") && list.matches("| missed: ").count() == 6, "{list}");
    }

    #[test]
    fn ratios_are_of_the_same_run() {
        let mut found = Figures::default();
        let mut add = |contender: &str, what: &str, text: &str| {
            found.add(contender, what, Figure::parse(text).unwrap());
        };
        add("litellm", "signed chat", "per_second 20\ncpu_us 40000");
        add("locus", "signed chat", "per_second 3000\ncpu_us 300");
        add("direct", "signed chat, alone", "p50_ms 0.1");
        add("litellm", "signed chat, alone", "p50_ms 40.1");
        add("locus", "signed chat, alone", "p50_ms 0.5");
        let sizes = Sizes { locus: 20_000_000, litellm: 600_000_000 };
        let page = page(&found, &sizes, "a machine", "1.2.3");
        assert!(page.contains("| signed chats, a second |  | 20 | 3000 | 150x |  |"), "{page}");
        assert!(
            page.contains("| signed chats, CPU µs for each |  | 40000 | 300 | 133x |  |"),
            "{page}"
        );
        assert!(page.contains("p50 ms | 0.10 | 40.00 | 0.40 | 100x |"), "{page}");
        assert!(page.contains("| on the disk, MB |  | 600.0 | 20.0 | 30x |  |"), "{page}");
        assert!(summary(&found, "1.2.3").contains("a second, by aws-lc-rs | 150x |"));
        assert!(
            page.contains("| 130 | 150 | kept: more signed chats a second, by aws-lc-rs |"),
            "{page}"
        );
    }
}
