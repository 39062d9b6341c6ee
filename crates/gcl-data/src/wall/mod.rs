//! The clock time of a recording, as its recorder wrote it into the file's name.

mod path;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DAY: i64 = 86_400;

/// The start of 2200.
const END: i64 = 7_258_118_400;

/// A date and a time of day, of whatever place the recorder was set to: there is no time zone. Years 1970 to 2199.
///
/// ```
/// use gcl_data::WallTime;
///
/// let start = WallTime::of_name("cam3_20240131_235950").ok_or("no time")?;
/// assert_eq!(start.to_string(), "2024-01-31 23:59:50");
/// assert_eq!(start.after(12.5).to_string(), "2024-02-01 00:00:02");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WallTime {
    /// Since the start of 1970.
    seconds: i64,
}

impl WallTime {
    /// The first date with a time in a file's name: year, month, day, hour, minute and second in this order, as 14 digits
    /// (or 17, with thousandths of a second), or with one of `-_.:Tt` or a space between them, and up to three between day
    /// and hour, as most recorders write. Names with other digits right before or after are not taken for one.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let bytes = name.as_bytes();
        let starts = (0..bytes.len()).filter(|&at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            !before.is_some_and(u8::is_ascii_digit)
        });
        starts.filter_map(|at| bytes.get(at..)).find_map(read)
    }

    /// The time so many seconds later, in whole seconds.
    #[must_use]
    pub fn after(self, seconds: f64) -> Self {
        Self { seconds: self.seconds.saturating_add(seconds.floor() as i64) }
    }

    /// The time so many seconds after the start of 1970; `None` outside the years 1970 to 2199.
    #[must_use]
    pub fn of_unix(seconds: i64) -> Option<Self> {
        (0..END).contains(&seconds).then_some(Self { seconds })
    }

    /// Seconds from another time to this one.
    #[must_use]
    pub fn since(self, other: Self) -> f64 {
        (self.seconds - other.seconds) as f64
    }

    /// Seconds since the day's midnight.
    #[must_use]
    pub fn of_day(self) -> u32 {
        self.seconds.rem_euclid(DAY) as u32
    }

    fn new([year, month, day, hour, minute, second]: [i64; 6]) -> Option<Self> {
        let valid = (1970..2200).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let years: i64 = (1970..year).map(days_of_year).sum();
        let months: i64 = (1..month).map(|month| days(year, month)).sum();
        let seconds = (years + months + day - 1) * DAY + hour * 3600 + minute * 60 + second;
        valid.then_some(Self { seconds })
    }
}

/// A date and time at the start of these bytes.
fn read(bytes: &[u8]) -> Option<WallTime> {
    let mut at = 0;
    let mut fields = [0; 6];
    for (index, field) in fields.iter_mut().enumerate() {
        let between = match index {
            0 => 0,
            3 => 3,
            _ => 1,
        };
        let rest = bytes.get(at..)?;
        at += rest.iter().take(between).take_while(|byte| b"-_.:Tt ".contains(byte)).count();
        let width = if index == 0 { 4 } else { 2 };
        let digits = bytes.get(at..at + width)?;
        *field = std::str::from_utf8(digits).ok()?.parse().ok().filter(|value| *value >= 0)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        at += width;
    }
    let behind = bytes.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
    match behind == 0 || (behind, at) == (3, 14) {
        true => WallTime::new(fields),
        false => None,
    }
}

fn days_of_year(year: i64) -> i64 {
    if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 { 366 } else { 365 }
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 => days_of_year(year) - 337,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut day, time) = (self.seconds.div_euclid(DAY), self.seconds.rem_euclid(DAY));
        let mut year = 1970;
        while year < 9999 && day >= days_of_year(year) {
            day -= days_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while month < 12 && day >= days(year, month) {
            day -= days(year, month);
            month += 1;
        }
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        write!(f, "{year}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02}", day + 1)
    }
}

impl From<WallTime> for String {
    fn from(time: WallTime) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for WallTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for WallTime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text.as_bytes()).ok_or("expected a time such as 2024-01-31 23:59:59")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn names_of_recorders() {
        let names = [
            "20240131_235959",
            "2024-01-31T23-59-59",
            "2024-01-31_23-59-59.123",
            "2024-01-31 23.59.59",
            "Camera1-20240131235959",
            "RecM05_20240131_235959_000000_6732D28",
            "ch01_20240131_-_235959",
            "GOPR12_2024.01.31-23:59:59",
            "7_20240131235959_20240201000459",
            "192.168.1.64_01_20240131235959123_MOTION_DETECTION",
            "front-door-2024-01-31t23-59-59-00-00",
            "20240131_235959_A7D1_ACCC8E123456",
            "FCECDA1F4B46_2_rotating_2024-01-31T23.59.59Z",
            "2024_0131_235959_012",
            "NO20240131-235959-000123F",
        ];
        for name in names {
            let found = WallTime::of_name(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(found.to_string(), "2024-01-31 23:59:59", "{name}");
        }
    }

    #[test]
    fn other_digits_are_no_times() {
        let names = [
            "video",
            "20240131",
            "2024-01-31",
            "120240131235959",
            "202401312359590",
            "2024-01-31_23-59-59123",
            "20241331_235959",
            "20230229_120000",
            "20240131_246000",
            "18991231_000000",
            "+024+1+1+1+1+1",
            "2024\u{e9}01",
            "",
        ];
        assert!(names.iter().all(|name| WallTime::of_name(name).is_none()));
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        let time = |text: &str| text.parse::<WallTime>().unwrap();
        assert_eq!(time("1970-01-01 00:00:00").seconds, 0);
        assert_eq!(time("2001-09-09 01:46:40").seconds, 1_000_000_000);
        for (start, later, end) in [
            ("2024-02-28 23:59:59", 1.9, "2024-02-29 00:00:00"),
            ("2100-02-28 12:00:00", 86_400.0, "2100-03-01 12:00:00"),
            ("2023-12-31 23:00:00", 3600.0, "2024-01-01 00:00:00"),
        ] {
            assert_eq!(time(start).after(later).to_string(), end);
        }
        let (late, early) = (time("2024-03-01 00:00:01"), time("2024-02-28 23:59:59"));
        assert_eq!((late.since(early), early.since(late)), (86_402.0, -86_402.0));
        assert_eq!((late.of_day(), early.of_day()), (1, 86_399));
        assert_eq!(WallTime::of_unix(1_000_000_000), Some(time("2001-09-09 01:46:40")));
        assert_eq!(
            WallTime::of_unix(END - 1).map(|at| at.to_string()).unwrap(),
            "2199-12-31 23:59:59"
        );
        assert!(WallTime::of_unix(-1).is_none() && WallTime::of_unix(END).is_none());
        let text = serde_json::to_string(&time("2024-02-29 01:02:03")).unwrap();
        assert_eq!(text, "\"2024-02-29 01:02:03\"");
        assert_eq!(serde_json::from_str::<WallTime>(&text).unwrap(), time("2024-02-29 01:02:03"));
        assert!(serde_json::from_str::<WallTime>("\"yesterday\"").is_err());
    }
}
