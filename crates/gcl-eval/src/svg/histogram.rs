//! Histograms.

use super::Chart;
use super::axis::Axis;
use super::path::px;
use super::plot::Plot;

/// One named histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// Name in the legend.
    pub name: String,
    /// Number of values in each of the equal bins.
    pub counts: Vec<u64>,
}

/// Several histograms over the same bins. Each is drawn as shares of its own total, so that a rare
/// class can be compared with a common one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// What the chart shows.
    pub title: String,
    /// What is counted, with its unit.
    pub x_label: String,
    /// Lower end of the first bin.
    pub low: f64,
    /// Upper end of the last bin.
    pub high: f64,
    /// The histograms. Colours repeat after six.
    pub series: Vec<Bars>,
}

impl Histogram {
    /// Draws the chart, 620 × 380.
    pub fn chart(&self) -> Chart {
        let shares: Vec<Vec<f64>> = self.series.iter().map(|s| percentages(&s.counts)).collect();
        let most = shares.iter().flatten().fold(0.0f64, |a, b| a.max(*b));
        let x = Axis::linear(self.low, self.high, 7, &self.x_label);
        let y =
            Axis::linear(0.0, if most > 0.0 { most * 1.05 } else { 1.0 }, 5, "share of class (%)");
        let (low, high) = (x.low, x.high);
        let mut plot = Plot::new(620.0, 380.0, 32.0, x, y);
        for (i, shares) in shares.iter().enumerate() {
            let edge = |bin: usize| plot.x(low + (high - low) * bin as f64 / shares.len() as f64);
            let base = px(plot.bottom());
            let mut data = format!("M{} {base}", px(edge(0)));
            for (bin, share) in shares.iter().enumerate() {
                data.push_str(&format!("V{}H{}", px(plot.y(*share)), px(edge(bin + 1))));
            }
            data.push_str(&format!("V{base}"));
            if !shares.is_empty() {
                plot.path(&format!("area s{0} f{0}", i % 6), &data);
            }
        }
        plot.legend(self.series.iter().map(|s| s.name.as_str()));
        let totals = self.series.iter().map(|s| {
            let total: u128 = s.counts.iter().map(|c| u128::from(*c)).sum();
            format!("{} {total} values", s.name)
        });
        plot.chart(&self.title, &format!("{}.", totals.collect::<Vec<_>>().join(", ")))
    }
}

fn percentages(counts: &[u64]) -> Vec<f64> {
    let total: f64 = counts.iter().map(|c| *c as f64).sum();
    counts.iter().map(|c| if total > 0.0 { *c as f64 / total * 100.0 } else { 0.0 }).collect()
}
