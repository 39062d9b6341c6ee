//! The truth about a video's frames, behind its scores.

use super::path::px;
use super::plot::Plot;

impl Plot {
    /// Shades what is abnormal, one label per frame, of a plot that is `frames` wide.
    pub fn shade(&mut self, truth: &[bool], frames: f64) {
        let (left, top, bottom) = (self.left(), px(self.top()), px(self.bottom()));
        let mut shade = String::new();
        for (start, end) in stretches(truth, self.right() - left, frames) {
            let (start, end) = (px(start + left), px(end + left));
            shade.push_str(&format!("M{start} {top}H{end}V{bottom}H{start}z"));
        }
        self.path("truth", &shade);
    }
}

/// Abnormal stretches in pixels from the plot's left edge; stretches less than a pixel apart are one.
fn stretches(truth: &[bool], width: f64, frames: f64) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    for (frame, _) in truth.iter().enumerate().filter(|(_, abnormal)| **abnormal) {
        let start = frame as f64 / frames * width;
        let end = ((frame + 1) as f64 / frames * width).min(width);
        match found.last_mut() {
            Some(last) if start - last.1 < 1.0 => last.1 = end,
            _ if start < width => found.push((start, end)),
            _ => break,
        }
    }
    // Anything abnormal stays visible.
    found.iter().map(|(start, end)| (*start, end.max(start + 1.0))).collect()
}
