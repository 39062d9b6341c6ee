//! Motion energy: what a detector must beat to be worth anything on a scene.

use std::path::Path;

use gcl_data::Clips;
use gcl_features::{Decoder, Frame, Pixels, source};

use crate::error::Failure;

/// The mean absolute difference between neighbouring frames, in grey levels, one value a clip.
///
/// # Errors
/// If the video cannot be decoded.
pub fn energy(path: &Path, clips: Clips) -> Result<Vec<f32>, Failure> {
    let mut source = source::open(path, Decoder::Native)?;
    let mut frame = Frame::new(1, 1, Pixels::Gray(vec![0])).map_err(Failure::data)?;
    let mut before: Vec<u8> = Vec::new();
    // The difference to the frame before; the first frame has none.
    let mut differences: Vec<f32> = Vec::new();
    while source.next(&mut frame)? {
        let luma = frame.luma();
        let sum: u64 = luma.iter().zip(&before).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
        differences.push(sum as f32 / luma.len().max(1) as f32);
        before = luma.into_owned();
    }
    let frames = differences.len();
    let mean = |clip: usize| {
        let values: Vec<f32> = clips.frames_of(clip, frames).map(|t| differences[t]).collect();
        values.iter().sum::<f32>() / values.len().max(1) as f32
    };
    Ok((0..clips.count(frames)).map(mean).collect())
}
