//! An [`Evaluation`] as text for a terminal.

use std::fmt;

use crate::{Evaluation, Interval, Measure};

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.videos.iter().map(|v| printable(&v.video)).collect();
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0).max(10);
        writeln!(f, "{:<width$}  {:>10}  {:>10}  {:>6}", "video", "frames", "abnormal", "AUC")?;
        for (name, video) in names.iter().zip(&self.videos) {
            let (frames, abnormal) = (grouped(video.frames), grouped(video.abnormal_frames));
            writeln!(f, "{name:<width$}  {frames:>10}  {abnormal:>10}  {}", cell(video.auc))?;
        }
        let (frames, abnormal) = (grouped(self.frames), grouped(self.abnormal_frames));
        let pooled = cell(self.micro_auc);
        writeln!(f, "{:<width$}  {frames:>10}  {abnormal:>10}  {pooled}", "all frames")?;
        writeln!(f)?;
        writeln!(f, "micro AUC          {}", self.micro_auc)?;
        if let Some(Interval { low, high }) = self.micro_interval {
            writeln!(f, "95 % over videos   {low:.4} to {high:.4}")?;
        }
        writeln!(f, "abnormal videos    {}", self.abnormal_videos_auc)?;
        writeln!(f, "average precision  {}", self.average_precision)?;
        writeln!(f, "equal error rate   {}", self.equal_error_rate)?;
        write!(f, "macro AUC          {}", self.macro_auc)?;
        if self.macro_videos > 0 {
            write!(f, " (mean of {} of {} videos)", self.macro_videos, self.videos.len())?;
        }
        Ok(())
    }
}

fn cell(measure: Measure) -> String {
    match measure {
        Measure::Value(value) => format!("{value:>6.4}"),
        Measure::Undefined { reason } => format!("{:>6}  ({reason})", "-"),
    }
}

/// A whole number with its thousands apart: `1,114,144`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Keeps control characters in an id from reaching the terminal.
fn printable(id: &str) -> String {
    id.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_114_144, "1,114,144")];
        assert!(cases.iter().all(|(number, text)| grouped(*number) == *text));
    }
}
