//! How boxes move and change, in units of their own height.

use super::Bounds;
use super::stats::{mean, std};
use crate::poses::{WindowError, Windows};

/// One box's movement and shape in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Kinematics {
    /// Movement of the centre to the right over `lag` frames, in box heights.
    pub vx: f32,
    /// The same downwards.
    pub vy: f32,
    /// Length of (vx, vy).
    pub speed: f32,
    /// Length of the change of (vx, vy) since `lag` frames before.
    pub acceleration: f32,
    /// ln(width / height).
    pub log_aspect: f32,
    /// ln(height in pixels).
    pub log_height: f32,
    /// Change of `log_height` over `lag` frames.
    pub growth: f32,
}

impl Kinematics {
    /// The kinematics of boxes in frames that follow each other.
    ///
    /// Movement in frame i is measured from frame i − `lag` to frame i; in the first `lag` frames from
    /// the first frame to frame `lag`. Fewer boxes than that are extrapolated; a single one stands
    /// still.
    pub fn of(boxes: &[Bounds], lag: usize) -> Vec<Self> {
        let lag = lag.max(1);
        let last = boxes.len().saturating_sub(1);
        let mut out: Vec<Self> = Vec::with_capacity(boxes.len());
        for (i, &[x1, y1, x2, y2]) in boxes.iter().enumerate() {
            let height = y2 - y1;
            let from = i.saturating_sub(lag);
            let to = from.saturating_add(lag).min(last);
            let mut now = Self {
                log_aspect: ((x2 - x1) / height).ln(),
                log_height: height.ln(),
                ..Self::default()
            };
            if let (Some(a), Some(b)) = (boxes.get(from), boxes.get(to))
                && to > from
            {
                let scale = lag as f32 / (to - from) as f32;
                let moved = |low: usize, high: usize| 0.5 * (b[low] + b[high] - a[low] - a[high]);
                now.vx = moved(0, 2) / height * scale;
                now.vy = moved(1, 3) / height * scale;
                now.growth = ((b[3] - b[1]) / (a[3] - a[1])).ln() * scale;
                now.speed = now.vx.hypot(now.vy);
            }
            let before = out.get(from).copied().unwrap_or(now);
            now.acceleration = (now.vx - before.vx).hypot(now.vy - before.vy);
            out.push(now);
        }
        out
    }

    /// The values, in the order of the fields.
    pub fn values(&self) -> [f32; 7] {
        let Self { vx, vy, speed, acceleration, log_aspect, log_height, growth } = *self;
        [vx, vy, speed, acceleration, log_aspect, log_height, growth]
    }
}

/// Values that [`window_features`] gives a window.
pub const WINDOW_FEATURES: usize = 18;

/// A vector for each window of boxes ([`super::BOX_POINTS`]), `[N, 18]`, for an autoencoder:
///
/// | values | what |
/// |---|---|
/// | 0–6 | mean over the frames of [`Kinematics::values`] |
/// | 7–13 | their standard deviation (population's) |
/// | 14 | largest speed |
/// | 15, 16 | way from the first frame's centre to the last's, right and down, in mean heights |
/// | 17 | length of that way by the length of the path, 1 where nothing moved |
///
/// # Errors
/// [`WindowError::Refused`] for windows of other points.
pub fn window_features(windows: &Windows, lag: usize) -> Result<Vec<f32>, WindowError> {
    if windows.points() != super::BOX_POINTS {
        let (found, max) = (windows.points().joints, super::BOX_POINTS.joints);
        return Err(WindowError::rule("points", found, max));
    }
    let mut out = Vec::with_capacity(windows.len() * WINDOW_FEATURES);
    for index in 0..windows.len() {
        // Points 0 and 2 are the corners that make a box, point 4 its centre.
        let points = windows.pixels(index)?.as_chunks::<10>().0;
        let boxes: Vec<Bounds> = points.iter().map(|p| [p[0], p[1], p[4], p[5]]).collect();
        let kinematics = Kinematics::of(&boxes, lag);
        let column = |i: usize| kinematics.iter().map(move |k| k.values()[i]);
        out.extend((0..7).map(|i| mean(column(i))));
        out.extend((0..7).map(|i| std(column(i))));
        out.push(column(2).fold(0.0, f32::max));
        let centre = |p: &[f32; 10]| (p[8], p[9]);
        let height = mean(boxes.iter().map(|b| b[3] - b[1]));
        let ends = points.first().zip(points.last()).map(|(a, b)| (centre(a), centre(b)));
        let ((x, y), (to_x, to_y)) = ends.unwrap_or_default();
        let (dx, dy) = ((to_x - x) / height, (to_y - y) / height);
        let step = |[a, b]: &[[f32; 10]; 2]| (b[8] - a[8]).hypot(b[9] - a[9]) / height;
        let path: f32 = points.array_windows::<2>().map(step).sum();
        let straight = if path > 0.0 { (dx.hypot(dy) / path).min(1.0) } else { 1.0 };
        out.extend([dx, dy, straight]);
    }
    Ok(out)
}
