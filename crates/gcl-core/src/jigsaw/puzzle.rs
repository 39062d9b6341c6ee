//! Puzzles from cubes: frames or patches in another order.

use burn::tensor::{Int, Tensor, TensorData};
use rand::RngExt;
use rand::seq::SliceRandom;

use super::network::PATCHES;
use crate::cooperative::to_host;
use crate::error::Result;
use crate::rng::HostRng;

/// How often a puzzle is the solved one.
const IDENTITY: f64 = 1e-4;
/// Patches in a row.
const GRID: usize = 3;
/// The least border, in pixels, that is set to 0 around the patches.
const BORDER: usize = 2;

/// The order of each sample's frames and patches: what stands at place i came from `order[i]` for
/// frames, and goes to `order[i]` for patches. Both are what the network is to answer for i.
pub(crate) struct Puzzles {
    pub(crate) frames: Vec<Vec<usize>>,
    pub(crate) patches: Vec<Vec<usize>>,
    pub(crate) flipped: Vec<bool>,
}

impl Puzzles {
    /// No puzzle: everything in its place.
    pub(crate) fn solved(samples: usize, frames: usize) -> Puzzles {
        Puzzles {
            frames: vec![(0..frames).collect(); samples],
            patches: vec![(0..PATCHES).collect(); samples],
            flipped: vec![false; samples],
        }
    }

    /// Frames shuffled for even samples, patches for odd ones; half of the cubes mirrored.
    ///
    /// Frames of a static cube keep their order: they look alike in any.
    pub(crate) fn draw(is_static: &[bool], frames: usize, rng: &mut HostRng) -> Puzzles {
        let mut puzzles = Puzzles::solved(is_static.len(), frames);
        for (i, is_static) in is_static.iter().enumerate() {
            puzzles.flipped[i] = rng.random_bool(0.5);
            let solved = rng.random_bool(IDENTITY);
            let even = i % 2 == 0;
            let order = if even { &mut puzzles.frames[i] } else { &mut puzzles.patches[i] };
            let before = order.clone();
            order.shuffle(rng);
            if solved || (even && *is_static) {
                *order = before;
            }
        }
        puzzles
    }

    /// Makes the puzzles of cubes `[b, 3, t, side, side]`.
    pub(crate) fn apply(&self, cubes: Tensor<5>) -> Tensor<5> {
        let [b, c, t, side, _] = cubes.dims();
        let (patch, start) = layout(side);
        let inner = GRID * patch;
        let cubes = self.mirror(cubes).narrow(3, start, inner).narrow(4, start, inner);

        // Frames as rows of a table.
        let rows = cubes.swap_dims(1, 2).reshape([b * t, c * inner * inner]);
        let rows = select(rows, &self.frames, t, |order, place| order[place]);
        // Patches as rows of a table.
        let grid = rows.reshape([b, t * c, GRID, patch, GRID, patch]).permute([0, 2, 4, 1, 3, 5]);
        let rows = grid.reshape([b * PATCHES, t * c * patch * patch]);
        let from = |order: &[usize], place: usize| {
            order.iter().position(|&to| to == place).unwrap_or(place)
        };
        let rows = select(rows, &self.patches, PATCHES, from);
        let grid = rows.reshape([b, GRID, GRID, t * c, patch, patch]).permute([0, 3, 1, 4, 2, 5]);
        let cubes = grid.reshape([b, t, c, inner, inner]).swap_dims(1, 2);
        let end = side - start - inner;
        cubes.pad([(start, end), (start, end)], 0.0).clamp(0.0, 1.0)
    }

    fn mirror(&self, cubes: Tensor<5>) -> Tensor<5> {
        let samples = self.flipped.len();
        if !self.flipped.contains(&true) {
            return cubes;
        }
        // Row i is the cube, row samples + i its mirror image.
        let both = Tensor::cat(vec![cubes.clone(), cubes.flip([4])], 0);
        let rows = self.flipped.iter().enumerate();
        let rows: Vec<i32> =
            rows.map(|(i, &flip)| (i + if flip { samples } else { 0 }) as i32).collect();
        let rows = Tensor::<1, Int>::from_data(TensorData::from(rows.as_slice()), &both.device());
        both.select(0, rows)
    }
}

/// The side of a patch, and where the first one begins: 20 and 2 for 64 pixels.
fn layout(side: usize) -> (usize, usize) {
    let patch = side.saturating_sub(2 * BORDER) / GRID;
    (patch, (side - GRID * patch) / 2)
}

/// Rows of a table in the order that each sample's own rule gives.
fn select(
    rows: Tensor<2>,
    orders: &[Vec<usize>],
    places: usize,
    from: impl Fn(&[usize], usize) -> usize,
) -> Tensor<2> {
    let of = |(sample, order): (usize, &Vec<usize>)| -> Vec<i32> {
        (0..places).map(|place| (sample * places + from(order, place)) as i32).collect()
    };
    let indices: Vec<i32> = orders.iter().enumerate().flat_map(of).collect();
    if indices.iter().enumerate().all(|(i, &index)| i as i32 == index) {
        return rows;
    }
    let indices = Tensor::<1, Int>::from_data(TensorData::from(indices.as_slice()), &rows.device());
    rows.select(0, indices)
}

/// Which cubes hardly change between the first and the last frame.
pub(crate) fn static_cubes(cubes: Tensor<5>, threshold: f32) -> Result<Vec<bool>> {
    let [b, c, t, side, _] = cubes.dims();
    let (patch, start) = layout(side);
    let inner = cubes.narrow(3, start, GRID * patch).narrow(4, start, GRID * patch);
    let change = inner.clone().narrow(2, t - 1, 1) - inner.narrow(2, 0, 1);
    let change = change.abs().reshape([b, c * (GRID * patch).pow(2)]).max_dim(1).squeeze_dim(1);
    let change = to_host("the change of a cube", change)?;
    Ok(change.into_iter().map(|change| change < threshold).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::golden::{devices, host};
    use crate::rng::stream;

    /// Cubes whose values tell where they came from, in (0, 1).
    fn cubes(b: usize, t: usize, side: usize, device: &burn::tensor::Device) -> Tensor<5> {
        let n = b * 3 * t * side * side;
        let values: Vec<f32> = (0..n).map(|i| (i as f32 + 1.0) / (n as f32 + 2.0)).collect();
        Tensor::from_data(TensorData::new(values, [b, 3, t, side, side]), device)
    }

    #[test]
    fn frames_and_patches_move_as_told() {
        for (_, device) in devices() {
            let (t, side) = (3, 16);
            let x = cubes(2, t, side, &device);
            let mut puzzles = Puzzles::solved(2, t);
            puzzles.frames[0] = vec![2, 0, 1];
            puzzles.patches[1] = vec![4, 1, 2, 3, 0, 5, 6, 7, 8];
            puzzles.flipped[1] = true;
            let y = host(puzzles.apply(x.clone()));
            let x = host(x);
            let at = |v: &[f32], b: usize, t_: usize, h: usize, w: usize| {
                v[((b * 3 * t + t_) * side + h) * side + w]
            };
            assert_eq!(layout(side), (4, 2));
            // Sample 0: frame 0 of the puzzle is frame 2 of the cube; borders are 0.
            assert_eq!(at(&y, 0, 0, 5, 9), at(&x, 0, 2, 5, 9));
            assert_eq!(at(&y, 0, 0, 1, 9), 0.0);
            assert_eq!(at(&y, 0, 0, 5, 14), 0.0);
            // Sample 1: patch 0 goes to place 4, from the mirror image.
            assert_eq!(at(&y, 1, 0, 6, 7), at(&x, 1, 0, 2, side - 1 - 3));
            assert_eq!(at(&y, 1, 1, 2, 6), at(&x, 1, 1, 2, side - 1 - 6));
        }
    }

    #[test]
    fn puzzles_are_permutations_of_the_right_kind() {
        let puzzles = Puzzles::draw(&[false, false, true, false], 5, &mut stream(1, "puzzle", 0));
        let sorted = |order: &Vec<usize>| {
            let mut order = order.clone();
            order.sort_unstable();
            order
        };
        let solved = Puzzles::solved(4, 5);
        for i in 0..4 {
            assert_eq!(sorted(&puzzles.frames[i]), solved.frames[i]);
            assert_eq!(sorted(&puzzles.patches[i]), solved.patches[i]);
        }
        assert_ne!(puzzles.frames[0], solved.frames[0]);
        assert_ne!(puzzles.patches[1], solved.patches[1]);
        assert_eq!(puzzles.patches[0], solved.patches[0]);
        assert_eq!(puzzles.frames[1], solved.frames[1]);
        assert_eq!(puzzles.frames[2], solved.frames[2], "a static cube");
    }

    #[test]
    fn a_cube_is_static_if_its_last_frame_is_its_first() {
        for (_, device) in devices() {
            let still = Tensor::<5>::full([1, 3, 4, 16, 16], 0.5, &device);
            let moving = cubes(1, 4, 16, &device);
            let both = Tensor::cat(vec![still, moving], 0);
            assert_eq!(static_cubes(both, 0.2).unwrap(), [true, false]);
        }
    }
}
