//! Ranges and their tick marks.

/// One axis: its range, its tick marks and what it measures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
    pub label: String,
}

impl Axis {
    /// About `count` round tick marks over exactly `low` to `high`.
    pub fn linear(low: f64, high: f64, count: usize, label: &str) -> Self {
        let (low, high) = usable(low, high);
        let step = round_step((high - low) / count.max(1) as f64);
        let first = (low / step - 1e-9).ceil();
        let ticks = (0..=2 * count + 2)
            .map(|i| (first + i as f64) * step)
            .take_while(|t| *t <= high + step * 1e-6)
            .map(|t| (t, number(t, step)))
            .collect();
        Self { low, high, ticks, label: label.to_owned() }
    }

    /// As [`linear`](Self::linear), the range widened by a twentieth at both ends.
    pub fn padded(low: f64, high: f64, count: usize, label: &str) -> Self {
        let (low, high) = usable(low, high);
        let pad = (high - low) / 20.0;
        Self::linear(low - pad, high + pad, count, label)
    }

    /// The time of `frames` frames, or about `count` frame numbers where their rate is not known,
    /// or is none.
    pub fn frames(frames: f64, fps: Option<f64>, count: usize) -> Self {
        match fps.filter(|fps| fps.is_finite() && *fps > 0.0) {
            Some(fps) => Self::time(frames / fps),
            None => Self::linear(0.0, frames, count, "frame"),
        }
    }

    /// Time from 0 to `seconds`, with ticks at round times.
    pub fn time(seconds: f64) -> Self {
        const STEPS: [u32; 17] =
            [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200];
        let fits = |step: &u32| seconds / f64::from(*step) <= 9.0;
        let Some(step) = STEPS.into_iter().find(fits).filter(|_| seconds >= 3.0) else {
            if seconds >= 3.0 {
                let mut hours = Self::linear(0.0, seconds / 3600.0, 8, "time (hours)");
                hours.high *= 3600.0;
                hours.ticks.iter_mut().for_each(|t| t.0 *= 3600.0);
                return hours;
            }
            return Self::linear(0.0, seconds, 6, "time (seconds)");
        };
        let times = (0..10).map(|i| i * step).take_while(|t| f64::from(*t) <= seconds);
        let ticks = times.map(|t| (f64::from(t), clock(t, seconds >= 3600.0))).collect();
        let label = if seconds >= 3600.0 { "time (h:mm:ss)" } else { "time (m:ss)" };
        Self { low: 0.0, high: seconds, ticks, label: label.to_owned() }
    }
}

fn clock(seconds: u32, hours: bool) -> String {
    if hours {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

/// A finite range of positive width, close to the requested one.
fn usable(low: f64, high: f64) -> (f64, f64) {
    if !(low.is_finite() && high.is_finite()) {
        return (0.0, 1.0);
    }
    let (low, high) = (low.clamp(-1e150, 1e150), high.clamp(-1e150, 1e150));
    // Narrower than this, neighbouring ticks would be the same number.
    let least = (low.abs().max(high.abs()) * 1e-9).max(f64::MIN_POSITIVE * 1e9);
    if high - low > least {
        (low, high)
    } else {
        let half = if low == 0.0 { 0.5 } else { low.abs() * 0.1 };
        (low - half, low + half)
    }
}

/// The next number of 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let part = step / power;
    power * [1.0, 2.0, 5.0].into_iter().find(|m| part <= m * 1.000_001).unwrap_or(10.0)
}

fn number(value: f64, step: f64) -> String {
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    if value != 0.0 && (value.abs() >= 1e7 || step < 1e-5) {
        return format!("{value:.2e}");
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{value:.decimals$}");
    if step >= 1.0 && value.abs() >= 1e4 {
        let digits = crate::table::grouped(value.abs() as u64);
        return if value < 0.0 { format!("-{digits}") } else { digits };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|t| t.1.as_str()).collect()
    }

    #[test]
    fn round_ticks() {
        assert_eq!(
            labels(&Axis::linear(0.0, 1.0, 5, "")),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(&Axis::linear(-3.0, 11.0, 4, "")), ["0", "5", "10"]);
        assert_eq!(labels(&Axis::linear(0.0, 18_066.0, 4, "")), ["0", "5000", "10,000", "15,000"]);
    }

    #[test]
    fn any_range_gives_few_finite_ticks() {
        let odd =
            [0.0, -0.0, 1e-310, 1e30, -1e308, 1e308, f64::NAN, f64::INFINITY, 5.0, 5.000_000_000_1];
        for low in odd {
            for high in odd {
                let axis = Axis::padded(low, high, 5, "");
                assert!(axis.low < axis.high, "{low} {high}");
                assert!(axis.ticks.len() <= 12 && axis.ticks.iter().all(|t| t.0.is_finite()));
            }
        }
    }

    #[test]
    fn round_times() {
        assert_eq!(
            labels(&Axis::time(95.0)),
            ["0:00", "0:15", "0:30", "0:45", "1:00", "1:15", "1:30"]
        );
        let hour = Axis::time(3613.0);
        assert_eq!(labels(&hour).last(), Some(&"1:00:00"));
        assert_eq!(hour.ticks.len(), 7);
        assert!(Axis::time(1e9).ticks.len() <= 12);
        assert_eq!(labels(&Axis::time(1.0)).first(), Some(&"0.0"));
    }
}
