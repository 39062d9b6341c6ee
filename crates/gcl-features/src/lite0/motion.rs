//! What moves: the strongest motion in each of 4x3 areas of the picture, from the gradient descriptor.

use crate::gradient::{COLUMNS, ROWS};

/// Cells of the gradient's grid along each side of an area.
const SIDE: usize = 4;
const AREAS: usize = (ROWS / SIDE) * (COLUMNS / SIDE);
/// Values of a clip: three kinds of motion in each area.
pub(super) const DIM: usize = 3 * AREAS;

/// Appends the motion of a clip: of each area the largest change in the clip's first half, the largest in its
/// second half, and the fastest movement, of any of its cells. `gradient` is the descriptor's vector.
///
/// A maximum keeps what a small thing does in a large area, and says little of where in it: a person who
/// walks a few steps further on is no other event.
pub(super) fn describe(gradient: &[f32], values: &mut Vec<f32>) {
    let cells = ROWS * COLUMNS;
    let channel = |n: usize| gradient.get(n * cells..(n + 1) * cells).unwrap_or_default();
    let speed: Vec<f32> = channel(2).iter().zip(channel(3)).map(|(x, y)| x.hypot(*y)).collect();
    for cells in [channel(0), channel(1), &speed] {
        let mut areas = [0.0f32; AREAS];
        for (cell, value) in cells.iter().enumerate() {
            let (row, column) = (cell / COLUMNS / SIDE, cell % COLUMNS / SIDE);
            let area = &mut areas[row * (COLUMNS / SIDE) + column];
            *area = area.max(*value);
        }
        values.extend(areas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_has_its_strongest_cells() {
        let mut gradient = vec![0.0; 6 * ROWS * COLUMNS];
        let at = |channel: usize, row: usize, column: usize| {
            channel * ROWS * COLUMNS + row * COLUMNS + column
        };
        gradient[at(0, 3, 3)] = 2.0; // area 0
        gradient[at(0, 0, 4)] = 1.0; // area 1
        gradient[at(0, 1, 5)] = 3.0; // area 1
        gradient[at(1, 11, 15)] = 5.0; // the last area
        gradient[at(2, 4, 0)] = -3.0; // the second row's first area
        gradient[at(3, 4, 0)] = 4.0;
        gradient[at(4, 0, 0)] = 9.0; // what is there does not move
        let mut values = vec![7.0];
        describe(&gradient, &mut values);
        let mut expected = vec![0.0; 1 + DIM];
        expected[0] = 7.0;
        (expected[1], expected[2], expected[1 + 12 + 11], expected[1 + 24 + 4]) =
            (2.0, 3.0, 5.0, 5.0);
        assert_eq!(values, expected);
    }
}
