//! The constants of a flow's convolutions.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::block::OUT;
use super::skeleton::Skeleton;
use crate::error::Result;

/// What a forward pass needs beside the parameters: built once for a whole flow.
pub(crate) struct Tables {
    /// One matrix for each set of neighbours, `[joints, joints]`; only `[joints, 1]` where all
    /// joints mix alike: what comes after the mixing is then computed once for all joints.
    pub(super) mixing: Vec<Tensor<2>>,
    /// The sums of the mixing matrices' columns, `[1, joints or 1, 1]`.
    pub(super) sums: Vec<Tensor<3>>,
    /// The position of each weight of a temporal convolution in the equivalent banded matrix.
    pub(super) band: Tensor<1, Int>,
    pub(super) frames: usize,
    pub(super) joints: usize,
}

impl Tables {
    pub(crate) fn new(
        skeleton: &Skeleton,
        (frames, kernel): (usize, usize),
        device: &Device,
    ) -> Result<Tables> {
        let v = skeleton.joints;
        let adjacency = skeleton.adjacency()?;
        let alike =
            adjacency.iter().all(|a| a.chunks(v).all(|row| row.iter().all(|x| *x == row[0])));
        let columns = if alike { 1 } else { v };
        let (mut mixing, mut sums) = (Vec::new(), Vec::new());
        for full in &adjacency {
            let part: Vec<f32> =
                full.chunks(v).flat_map(|row| row[..columns].iter().copied()).collect();
            // In double precision: what follows divides by small deviations.
            let column = |c: usize| part.iter().skip(c).step_by(columns).map(|&x| f64::from(x));
            let sum: Vec<f32> = (0..columns).map(|c| column(c).sum::<f64>() as f32).collect();
            mixing.push(Tensor::from_data(TensorData::new(part, [v, columns]), device));
            sums.push(Tensor::from_data(TensorData::new(sum, [1, columns, 1]), device));
        }
        let band = Tensor::from_data(TensorData::from(band(frames, kernel).as_slice()), device);
        Ok(Tables { mixing, sums, band, frames, joints: v })
    }
}

/// For each entry of a `[2·frames, 2·frames]` matrix (row: input channel and frame, column: output
/// channel and frame) the position of its weight in `[out, in, kernel]`, or the one past the end
/// for a zero.
fn band(frames: usize, kernel: usize) -> Vec<i32> {
    let (side, pad, zero) = (OUT * frames, kernel / 2, OUT * OUT * kernel);
    let entry = |i: usize| {
        let (row, column) = (i / side, i % side);
        let (input, from) = (row / frames, row % frames);
        let (output, to) = (column / frames, column % frames);
        match (from + pad).checked_sub(to) {
            Some(tap) if tap < kernel => ((output * OUT + input) * kernel + tap) as i32,
            _ => zero as i32,
        }
    };
    (0..side * side).map(entry).collect()
}
