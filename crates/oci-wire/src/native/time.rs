//! Times of the native API, RFC 3339 text, as the seconds since 1970 of chat completions and back.

/// The seconds since 1970 of a text such as `2026-07-23T22:59:00.000Z`; fractions are cut.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone_at = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let mut clock = clock.split('.').next()?.splitn(3, ':').map(str::parse::<i64>);
    let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset(zone)?;
    u64::try_from(seconds).ok()
}

/// The text of a time, in UTC with milliseconds, as the service writes it.
pub(crate) fn text(seconds: u64) -> String {
    // The year 9999 is the last that the form can tell.
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX).min(253_402_300_799);
    let (days, rest) = (seconds / DAY, seconds % DAY);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

/// The seconds by which a zone such as `+02:00` is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    Some(sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// Days since 1970 of a date of the Gregorian calendar, counted in years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - TO_1970
}

/// The inverse of [`days`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + TO_1970;
    let (era, day_of_era) = (days / ERA, days % ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

const DAY: i64 = 86_400;
/// The days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// The days from 1 March of the year 0 to 1970.
const TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::{seconds, text};

    #[track_caller]
    fn check(written: &str, expected: u64) {
        assert_eq!(seconds(written), Some(expected), "{written}");
    }

    #[test]
    fn known_times() {
        check("1970-01-01T00:00:00Z", 0);
        check("2000-02-29T23:59:59.999Z", 951_868_799);
        check("2026-07-23T22:59:00.000Z", 1_784_847_540);
        check("2026-07-24T00:59:00+02:00", 1_784_847_540);
        check("2026-07-23T20:29:00.1-02:30", 1_784_847_540);
    }

    #[test]
    fn no_times() {
        for text in [
            "",
            "17",
            "2026-07-23",
            "2026-07-23T22:59",
            "2026-13-01T00:00:00Z",
            "x-y-zTa:b:cZ",
            "2026-07-23T22:59:00+é",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn text_is_the_inverse() {
        // Every day of eight hundred years, at a time that wanders through the day.
        for day in 0..292_000 {
            let time = day * 86_400 + day * 37 % 86_400;
            assert_eq!(seconds(&text(time)), Some(time));
        }
        assert_eq!(text(u64::MAX), "9999-12-31T23:59:59.000Z");
    }
}
