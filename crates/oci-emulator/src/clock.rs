//! The time as the service sees it, and its RFC 3339 form.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A shared source of the current time; tests put their own in its place.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// The clock of the machine.
    pub(crate) fn system() -> Self {
        Self::from_fn(SystemTime::now)
    }

    /// A clock that asks `now` each time.
    pub(crate) fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current time.
    pub(crate) fn now(&self) -> SystemTime {
        (self.0)()
    }

    /// The current time as the service writes it.
    pub(crate) fn rfc3339(&self) -> String {
        rfc3339(self.now())
    }

    /// Whole seconds since 1970, 0 for a clock that stands before it.
    pub(crate) fn unix_seconds(&self) -> u64 {
        since_epoch(self.now()).as_secs()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", rfc3339(self.now()))
    }
}

/// The time in the form of `timeCreated`: `2026-07-23T22:59:00.000Z`.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let since = since_epoch(time);
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil_date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let milli = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// The whole seconds since 1970 of a time by RFC 3339 section 5.6; `None` of anything else, and of times before.
pub(crate) fn read_rfc3339(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at_checked(zone)?;
    let numbers = |text: &str, separator: char| -> Option<[u64; 3]> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let parts = text.split(separator).map(|part| part.parse().ok().filter(|_| digits(part)));
        parts.collect::<Option<Vec<u64>>>()?.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':')?;
    let is_time = hour < 24 && minute < 60 && second < 61;
    if !is_time || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // There is one day for each date, and none for a date that is no date.
    let from = 365 * year.checked_sub(1970).filter(|years| *years < 8030)?;
    let day = (from..from + 2400).find(|days| civil_date(*days) == (year, month, day))?;
    let seconds = day * 86_400 + hour * 3600 + minute * 60 + second;
    let Some((hours, minutes)) = zone.get(1..)?.split_once(':') else {
        return zone.eq_ignore_ascii_case("z").then_some(seconds);
    };
    let offset = hours.parse::<u64>().ok()? * 3600 + minutes.parse::<u64>().ok()? * 60;
    if zone.starts_with('+') { seconds.checked_sub(offset) } else { seconds.checked_add(offset) }
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Year, month and day of a day counted from 1 January 1970 in the proleptic Gregorian calendar.
///
/// The year is taken to begin in March, so that the leap day is its last; then the months' lengths
/// follow one straight line, `(153 * month + 2) / 5`.
fn civil_date(days_since_1970: u64) -> (u64, u64, u64) {
    const DAYS_FROM_MARCH_OF_YEAR_0: u64 = 719_468;
    const DAYS_IN_400_YEARS: u64 = 146_097;
    let days = days_since_1970 + DAYS_FROM_MARCH_OF_YEAR_0;
    let (era, day_of_era) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(milliseconds: u64, expected: &str) {
        assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_millis(milliseconds)), expected);
    }

    #[test]
    fn known_times() {
        check(0, "1970-01-01T00:00:00.000Z");
        check(951_782_400_000, "2000-02-29T00:00:00.000Z");
        check(1_784_847_540_123, "2026-07-23T22:59:00.123Z");
        check(4_107_542_399_999, "2100-02-28T23:59:59.999Z");
        check(4_107_542_400_000, "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn times_are_read() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T01:02:03.5+01:02", 951_782_403_000),
            ("2026-07-23t22:59:00.123z", 1_784_847_540_000),
            ("2100-02-28 22:59:59-01:00", 4_107_542_399_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] {
            assert_eq!(read_rfc3339(text), Some(milliseconds / 1000), "{text}");
        }
        for text in [
            "",
            "2026-07-23",
            "2026-07-23T22:59:00",
            "2026-02-29T00:00:00Z",
            "2026-07-23T24:00:00Z",
            "2026-07-23T22:59Z",
            "2026-07-23T22:59:00.Z",
            "2026-07-23T22:59:00.éZ",
            "2026-07-+3T22:59:00Z",
            "1969-12-31T23:59:59Z",
            "99999999999999999-01-01T00:00:00Z",
        ] {
            assert_eq!(read_rfc3339(text), None, "{text}");
        }
    }

    /// `httpdate` counts days in another way, so the two agree only if both are right.
    #[test]
    fn agrees_with_the_http_date_of_every_day_of_two_centuries() {
        for day in 0..73_000 {
            let time = UNIX_EPOCH + Duration::from_secs(day * 86_400);
            let http = httpdate::fmt_http_date(time);
            let (year, _, day_of_month) = civil_date(day);
            assert_eq!(&http[5..7], format!("{day_of_month:02}"));
            assert_eq!(&http[12..16], year.to_string());
        }
    }
}
