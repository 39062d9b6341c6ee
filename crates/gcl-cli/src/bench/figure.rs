//! A measured figure, and figures as a table.

use std::collections::BTreeMap;
use std::fmt::Write;

use gcl_bench::measure::Timing;
use serde::Serialize;
use serde_json::{Map, Value};

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What of `--only` it belongs to.
    pub item: &'static str,
    /// What was measured.
    pub name: String,
    /// What the milliseconds are for: an iteration, a clip, a frame, an AUC.
    pub per: &'static str,
    /// Median milliseconds.
    pub median_ms: f64,
    /// Least milliseconds.
    pub least_ms: f64,
    /// Runs that were counted.
    pub repetitions: usize,
    /// What the median comes to, by unit.
    pub rates: BTreeMap<&'static str, f64>,
    /// Sizes and choices.
    pub settings: Map<String, Value>,
}

impl Figure {
    /// A figure from seconds for one `per`.
    pub fn new(item: &'static str, name: String, per: &'static str, timing: Timing) -> Figure {
        Figure {
            item,
            name,
            per,
            median_ms: 1e3 * timing.median,
            least_ms: 1e3 * timing.least,
            repetitions: timing.repetitions,
            rates: BTreeMap::new(),
            settings: Map::new(),
        }
    }

    /// Adds a rate: `amount` of `unit` in the median time.
    pub fn rate(mut self, unit: &'static str, amount: f64) -> Figure {
        self.rates.insert(unit, 1e3 * amount / self.median_ms);
        self
    }

    /// Adds a setting.
    pub fn setting(mut self, name: &str, value: impl Into<Value>) -> Figure {
        self.settings.insert(name.to_owned(), value.into());
        self
    }
}

/// Figures as lines with columns.
pub fn table(figures: &[Figure]) -> String {
    let width = figures.iter().map(|f| f.name.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:width$}  {:>9}  {:>9}  runs\n", "", "median ms", "least ms");
    for figure in figures {
        let rates: Vec<String> =
            figure.rates.iter().map(|(unit, rate)| format!("{} {unit}", rounded(*rate))).collect();
        let Figure { name, median_ms, least_ms, repetitions, per, .. } = figure;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{name:width$}  {:>9}  {:>9}  {repetitions:>4}  {per}: {}",
            rounded(*median_ms),
            rounded(*least_ms),
            rates.join(", ")
        );
    }
    text
}

/// Three digits or more.
fn rounded(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{} million", rounded(value / 1e6)),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_from_the_median() {
        let timing = Timing { median: 0.040, least: 0.025, repetitions: 7 };
        let figure = Figure::new("extract", "net".to_owned(), "clip", timing);
        let figure = figure.rate("clips/s", 1.0).rate("frames/s", 16.0);
        assert_eq!((figure.median_ms, figure.least_ms), (40.0, 25.0));
        assert!((figure.rates["clips/s"] - 25.0).abs() < 1e-9);
        let text = table(&[figure]);
        let line = "net       40.0       25.0     7  clip: 25.0 clips/s, 400 frames/s\n";
        assert!(text.ends_with(line), "{text}");
        assert_eq!(rounded(94_340_433.0), "94.3 million");
    }
}
