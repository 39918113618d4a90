//! Tables for people and lines of JSON for programs.

use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table as Columns, presets};

use crate::escape;
use crate::failure::Failure;
use crate::lines::{hanging, width};
use crate::stdout::say;

/// Entries as a person or a program wants them.
pub(crate) enum Table {
    People { header: Vec<String>, rows: Vec<Vec<String>> },
    Programs(String),
}

/// What there is to show of one member; a dash where there is nothing.
pub(crate) trait Shown {
    fn shown(&self) -> String;
}

impl Table {
    pub(crate) fn new(as_json: bool, header: &[&str]) -> Self {
        if as_json {
            return Self::Programs(String::new());
        }
        Self::People {
            header: header.iter().map(|name| (*name).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds an entry. `json` is all of it, `cells` what a person wants to see.
    pub(crate) fn row(&mut self, json: serde_json::Result<String>, cells: &[String]) {
        match self {
            Self::People { rows, .. } => {
                rows.push(cells.iter().map(|cell| escape::line(cell)).collect());
            }
            // Entries were read from JSON, so that they can be written as JSON again.
            Self::Programs(text) => {
                text.push_str(&json.unwrap_or_default());
                text.push('\n');
            }
        }
    }

    pub(crate) fn print(self) -> Result<ExitCode, Failure> {
        match self {
            Self::People { header, rows } => say(&for_people(&header, &rows, width()))?,
            Self::Programs(text) => say(&escape::json(&text))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A row for each entry, unless the terminal is too narrow for that: then a line for each cell.
fn for_people(header: &[String], rows: &[Vec<String>], width: Option<usize>) -> String {
    let mut columns = Columns::new();
    columns.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    columns.set_header(header);
    for row in rows {
        columns.add_row(row);
    }
    // The border that is nothing leaves a blank before each line.
    let line = |line: String| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned();
    let lines: Vec<String> = columns.lines().map(line).collect();
    let fits = |width| lines.iter().all(|line| textwrap::core::display_width(line) <= width);
    if rows.is_empty() || width.is_none_or(fits) {
        return lines.iter().map(|line| format!("{line}\n")).collect();
    }
    let names = header.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let entry = |row: &Vec<String>| -> String {
        let cells = header.iter().zip(row);
        let cells = cells.map(|(name, cell)| {
            // An id stays beside its name however long it is.
            let width = width.filter(|_| cell.contains(' '));
            hanging(&format!("{name:names$}  "), cell, width)
        });
        cells.collect()
    };
    rows.iter().map(entry).collect::<Vec<_>>().join("\n")
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
pub(crate) fn word(found: Option<&str>) -> String {
    found.unwrap_or("-").to_owned()
}

/// A date and time as the control plane writes it, such as `2026-11-21T18:58:02.567Z`, to the minute.
pub(crate) fn moment(text: Option<&str>) -> String {
    let minute = text.and_then(|text| text.get(..16)).map(|minute| minute.replace('T', " "));
    minute.or_else(|| text.map(str::to_owned)).unwrap_or_else(|| "-".to_owned())
}

/// Seconds since 1970 as a date and time of UTC.
pub(crate) fn time(seconds: Option<u64>) -> String {
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

    #[test]
    fn what_is_too_wide_for_a_terminal_stands_below_each_other() {
        let header = ["ID".to_owned(), "NAME".to_owned()];
        let rows = [vec!["a".repeat(40), "one".to_owned()], vec!["b".to_owned(), "two".to_owned()]];
        let (id, gap) = ("a".repeat(40), " ".repeat(38));
        let wide = format!("ID{gap}  NAME\n{id}  one\nb {gap}  two\n");
        assert_eq!(for_people(&header, &rows, None), wide);
        assert_eq!(for_people(&header, &rows, Some(46)), wide);
        let narrow = format!("ID    {id}\nNAME  one\n\nID    b\nNAME  two\n");
        assert_eq!(for_people(&header, &rows, Some(45)), narrow);
        assert_eq!(for_people(&header, &[], Some(40)), "ID  NAME\n");
    }

    #[test]
    fn moments_are_told_to_the_minute() {
        assert_eq!(moment(Some("2026-11-21T18:58:02.567Z")), "2026-11-21 18:58");
        assert_eq!((moment(Some("soon")), moment(None)), ("soon".to_owned(), "-".to_owned()));
    }
}
