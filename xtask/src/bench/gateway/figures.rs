//! What was measured: the best of all rounds, since other work on the machine only ever makes it worse.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::process::Result;

/// The lines of one measurement, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Figure(BTreeMap<String, f64>);

impl Figure {
    /// Reads `name value` lines.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let line = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        let lines: Option<BTreeMap<_, _>> = text.lines().map(line).collect();
        Ok(Self(lines.ok_or_else(|| format!("expected figures, found {text}"))?))
    }

    pub(super) fn start(time: Duration) -> Self {
        Self(BTreeMap::from([("ms".to_owned(), time.as_secs_f64() * 1e3)]))
    }

    pub(super) fn memory(bytes: f64) -> Self {
        Self(BTreeMap::from([("bytes".to_owned(), bytes)]))
    }
}

/// Contender and measurement.
#[derive(Debug, Default)]
pub(super) struct Figures(BTreeMap<(String, String), Figure>);

impl Figures {
    pub(super) fn add(&mut self, contender: &str, what: &str, figure: Figure) {
        let best = self.0.entry((contender.to_owned(), what.to_owned())).or_default();
        for (name, value) in figure.0 {
            let is_rate = name == "per_second";
            let kept = best.0.entry(name).or_insert(value);
            *kept = if is_rate { kept.max(value) } else { kept.min(value) };
        }
    }

    /// NaN, which passes nothing, where it was not measured.
    pub(super) fn get(&self, contender: &str, what: &str, name: &str) -> f64 {
        let figure = self.0.get(&(contender.to_owned(), what.to_owned()));
        figure.and_then(|figure| figure.0.get(name)).copied().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_all_rounds_is_kept() {
        let mut figures = Figures::default();
        for text in ["per_second 10\ncpu_us 5\n", "per_second 12\ncpu_us 7\n"] {
            figures.add("locus", "chat", Figure::parse(text).unwrap());
        }
        assert_eq!(figures.get("locus", "chat", "per_second"), 12.0);
        assert_eq!(figures.get("locus", "chat", "cpu_us"), 5.0);
        assert!(figures.get("locus", "nothing", "cpu_us").is_nan());
        assert!(Figure::parse("thread panicked at once\n").is_err());
    }
}
