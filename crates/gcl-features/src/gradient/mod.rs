//! The built-in extractor: spatio-temporal gradients of small cells, no weights.
//!
//! It follows Lu, Shi and Jia, ["Abnormal Event Detection at 150 FPS in
//! Matlab"](https://doi.org/10.1109/ICCV.2013.338) (ICCV 2013), whose features are 3-D gradients of space-time
//! cubes. Here a clip is averaged down to 64x48 pixels and cut into 16x12 cells of 4x4; each cell gives six
//! numbers, in grey levels:
//!
//! | channel | value | measures |
//! |---|---|---|
//! | 0, 1 | mean of abs(dI/dt), first and second half of the clip | the amount of change, and its time |
//! | 2, 3 | sum of (dI/dx)(dI/dt), and of (dI/dy)(dI/dt), divided by the edge strength | direction and speed of motion |
//! | 4, 5 | mean of abs(dI/dx) and of abs(dI/dy), divided by 4 | texture |
//!
//! Value `channel * 192 + row * 16 + column` of a feature vector belongs to that cell. All sums are exact integers and
//! only the last step of each value is rounded, so features are bit-identical on every machine. See docs/method.md
//! for the full definition.

mod cells;
mod grid;

use gcl_data::Regions;
use serde_json::{Map, Value, json};

use crate::extractor::{Extractor, ExtractorError};
use crate::frame::Frame;
use cells::Sums;
pub(crate) use grid::{COLUMNS, ROWS};
use grid::{Gradients, HEIGHT, WIDTH};

/// Values of a cell.
const CHANNELS: usize = 6;
/// Longest clip whose sums are sure to be exact; a clip rule allows no longer one.
const LONGEST: usize = 1 << 16;

/// The extractor `gradient`, version 1: 1152 values per clip.
///
/// Luma is taken as the video codes it, so that a recording in full range and one in limited range differ by a
/// factor of 255 / 219. The aspect of the picture is ignored.
///
/// ```
/// use gcl_features::gradient::Gradient;
/// use gcl_features::{Extractor, Frame, Pixels};
///
/// let still = Gradient.prepare(&Frame::new(64, 48, Pixels::Gray(vec![90; 64 * 48]))?)?;
/// let features = Gradient.describe(&[vec![&still; 16]])?;
/// assert_eq!(features.len(), Gradient.dim());
/// assert!(features.iter().all(|&value| value == 0.0)); // nothing moves, and there is no edge
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gradient;

/// A frame's luma on the small grid, and its gradients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradientFrame(Gradients);

impl Extractor for Gradient {
    type Prepared = GradientFrame;

    fn name(&self) -> &str {
        "gradient"
    }

    fn version(&self) -> &str {
        "1"
    }

    fn params(&self) -> Map<String, Value> {
        let mut params = Map::new();
        params.insert("grid".to_owned(), json!([WIDTH, HEIGHT]));
        params.insert("cell".to_owned(), json!(WIDTH / COLUMNS));
        params
    }

    fn preprocessing(&self) -> Map<String, Value> {
        let mut steps = Map::new();
        steps.insert("luma".to_owned(), json!("as coded"));
        steps
    }

    fn dim(&self) -> usize {
        CHANNELS * ROWS * COLUMNS
    }

    fn regions(&self) -> Option<Regions> {
        Some(Regions { rows: ROWS, columns: COLUMNS, first: 0 })
    }

    fn prepare(&self, frame: &Frame) -> Result<GradientFrame, ExtractorError> {
        Ok(GradientFrame(Gradients::of(&frame.luma(), frame.width(), frame.height())))
    }

    fn describe(&self, clips: &[Vec<&GradientFrame>]) -> Result<Vec<f32>, ExtractorError> {
        let mut values = Vec::with_capacity(clips.len() * self.dim());
        for clip in clips {
            if !(2..=LONGEST).contains(&clip.len()) {
                let found = clip.len();
                return Err(ExtractorError::Failed(format!(
                    "`gradient` needs clips of 2 to {LONGEST} frames, not {found}"
                )));
            }
            describe(clip, &mut values);
        }
        Ok(values)
    }
}

/// Adds the values of one clip of at least 2 frames.
fn describe(clip: &[&GradientFrame], values: &mut Vec<f32>) {
    let pairs = clip.len() - 1;
    let first_half = pairs.div_ceil(2);
    let mut sums = Sums::new();
    let mut change = [[0; ROWS * COLUMNS]; 2];
    for (n, pair) in clip.windows(2).enumerate() {
        let half = usize::from(n >= first_half);
        sums.add(&pair[0].0, &pair[1].0, &mut change[half]);
    }
    // Grey levels: r counts sixteenths, mx and my count sixty-fourths of a level per pixel.
    let pixels = (16 * pairs) as f64;
    let mean = |sums: &[i64; ROWS * COLUMNS], scale: f64| sums.map(|sum| sum as f64 / scale);
    let change_in = |half: usize, pairs: usize| mean(&change[half], 16.0 * (16 * pairs) as f64);
    let second_half = pairs - first_half;
    let channels = [
        change_in(0, first_half),
        // A clip of one pair has no second half.
        if second_half > 0 { change_in(1, second_half) } else { change_in(0, first_half) },
        flow(&sums.xt, &sums.xx, pixels),
        flow(&sums.yt, &sums.yy, pixels),
        mean(&sums.ax, 256.0 * pixels),
        mean(&sums.ay, 256.0 * pixels),
    ];
    values.extend(channels.as_flattened().iter().map(|&value| value as f32));
}

/// Signed change along the gradient; the 4 keeps noise on flat ground small.
fn flow(
    product: &[i64; ROWS * COLUMNS],
    energy: &[i64; ROWS * COLUMNS],
    pixels: f64,
) -> [f64; ROWS * COLUMNS] {
    let mut values = [0.0; ROWS * COLUMNS];
    for ((value, &product), &energy) in values.iter_mut().zip(product).zip(energy) {
        let strength = (energy as f64 / (4096.0 * pixels) + 4.0).sqrt();
        *value = (product as f64 / (1024.0 * pixels)) / strength;
    }
    values
}
