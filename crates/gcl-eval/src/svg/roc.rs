//! The ROC curve.

use super::Chart;
use super::axis::Axis;
use super::path;
use super::plot::Plot;
use crate::{Measure, RocPoint};

/// Draws an ROC curve with the line of chance, 380 × 380. `auc` is written into the plot.
pub fn roc_chart(curve: &[RocPoint], auc: Measure) -> Chart {
    let x = Axis::linear(0.0, 1.0, 5, "normal frames flagged (false positive rate)");
    let y = Axis::linear(0.0, 1.0, 5, "abnormal frames flagged (true positive rate)");
    let mut plot = Plot::new(380.0, 380.0, 14.0, x, y);
    let chance = path::line([(plot.x(0.0), plot.y(0.0)), (plot.x(1.0), plot.y(1.0))].into_iter());
    plot.path("guide", &chance);
    let points =
        curve.iter().map(|p| (plot.x(p.false_positive_rate), plot.y(p.true_positive_rate)));
    let data = path::line(points);
    if let (Some(first), Some(last)) = (curve.first(), curve.last()) {
        let (left, right) = (first.false_positive_rate, last.false_positive_rate);
        let base = path::px(plot.bottom());
        let area = format!("{data}L{} {base}H{}z", path::px(plot.x(right)), path::px(plot.x(left)));
        plot.path("area f0", &area);
    }
    plot.path("line s0", &data);
    let label = match auc {
        Measure::Value(value) => format!("AUC {value:.4}"),
        Measure::Undefined { reason } => format!("AUC undefined: {reason}"),
    };
    plot.text("name", plot.right() - 12.0, plot.bottom() - 14.0, "end", &label);
    plot.chart("ROC curve", &label)
}
