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
}
