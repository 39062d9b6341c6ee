//! Frame numbers as times.

use gcl_data::Clock;

/// The time of a frame (counted from 0) as `H:MM:SS.s`, rounded to a tenth of a second.
/// `None` unless `fps` is a positive finite number and the time is below 1,000,000 hours.
pub fn timestamp(frame: usize, fps: f64) -> Option<String> {
    Clock::Even(fps).seconds(frame).and_then(clock_time)
}

/// Seconds as `H:MM:SS.s`, rounded to a tenth. `None` for a negative time and one of 1,000,000 hours or more.
pub fn clock_time(seconds: f64) -> Option<String> {
    let tenths = (seconds * 10.0).round();
    if !(0.0..3.6e10).contains(&tenths) {
        return None;
    }
    let tenths = tenths as u64;
    let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
    let (seconds, tenth) = (tenths / 10 % 60, tenths % 10);
    Some(format!("{hours}:{minutes:02}:{seconds:02}.{tenth}"))
}

/// A length of time in the unit that suits it, with two digits: `40 s`, `12 min`, `5 h`, `2.5 days`.
pub fn about(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 90.0 => (s, "s"),
        s if s < 90.0 * 60.0 => (s / 60.0, "min"),
        s if s < 36.0 * 3600.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "days"),
    };
    let value = if value < 10.0 { (value * 10.0).round() / 10.0 } else { value.round() };
    format!("{value} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(timestamp(0, 30.0).as_deref(), Some("0:00:00.0"));
        assert_eq!(timestamp(18_065, 5.0).as_deref(), Some("1:00:13.0"));
        assert_eq!(timestamp(1799, 30.0).as_deref(), Some("0:01:00.0")); // 59.97 s rounds up
        assert_eq!(timestamp(360_001, 10.0).as_deref(), Some("10:00:00.1"));
        for fps in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            assert_eq!(timestamp(1, fps), None);
        }
    }
    #[test]
    fn lengths() {
        let lengths = [0.0, 1.25, 89.0, 90.0, 5399.0, 5400.0, 18_000.0, 129_599.0, 216_000.0];
        let texts =
            ["0 s", "1.3 s", "89 s", "1.5 min", "90 min", "1.5 h", "5 h", "36 h", "2.5 days"];
        assert_eq!(lengths.map(about), texts);
    }
}
