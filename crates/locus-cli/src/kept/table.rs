//! Tables for people and lines of JSON for programs.

use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table as Columns, presets};

use super::DONE;
use crate::escape;
use crate::failure::Failure;
use crate::stdout::say;

/// Entries as a person or a program wants them.
pub(super) enum Table {
    People(Box<Columns>),
    Programs(String),
}

/// What there is to show of one member; a dash where there is nothing.
pub(super) trait Shown {
    fn shown(&self) -> String;
}

impl Table {
    pub(super) fn new(as_json: bool, header: &[&str]) -> Self {
        if as_json {
            return Self::Programs(String::new());
        }
        let mut columns = Columns::new();
        columns.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        columns.set_header(header);
        Self::People(Box::new(columns))
    }

    /// Adds an entry. `json` is all of it, `cells` what a person wants to see.
    pub(super) fn row(&mut self, json: serde_json::Result<String>, cells: &[String]) {
        match self {
            Self::People(columns) => {
                columns.add_row(cells.iter().map(|cell| escape::line(cell)));
            }
            // Entries were read from JSON, so that they can be written as JSON again.
            Self::Programs(text) => {
                text.push_str(&json.unwrap_or_default());
                text.push('\n');
            }
        }
    }

    pub(super) fn print(self) -> Result<ExitCode, Failure> {
        match self {
            Self::People(columns) => {
                let lines = columns.lines().map(|line| format!("{}\n", line.trim_end()));
                // The border that is nothing leaves a blank before each line.
                let lines = lines.map(|line| match line.strip_prefix(' ') {
                    Some(rest) => rest.to_owned(),
                    None => line,
                });
                say(&lines.collect::<String>())?;
            }
            Self::Programs(text) => say(&escape::json(&text))?,
        }
        Ok(DONE)
    }
}

impl Shown for Option<String> {
    fn shown(&self) -> String {
        self.clone().unwrap_or_else(|| "-".to_owned())
    }
}

impl Shown for Option<u64> {
    fn shown(&self) -> String {
        self.map_or_else(|| "-".to_owned(), |number| number.to_string())
    }
}

/// The word of an enumeration that may grow.
pub(super) fn word(found: Option<&str>) -> String {
    found.unwrap_or("-").to_owned()
}

/// Seconds since 1970 as a date and time of UTC.
pub(super) fn time(seconds: Option<u64>) -> String {
    let Some(seconds) = seconds else { return "-".to_owned() };
    // Howard Hinnant's algorithm for the days of the Gregorian calendar, with years that begin in March.
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (1_772_359_200, "2026-03-01 10:00"),
            (4_107_542_400, "2100-03-01 00:00"),
        ] {
            assert_eq!(time(Some(seconds)), expected, "{seconds}");
        }
        assert_eq!(time(None), "-");
    }
}
