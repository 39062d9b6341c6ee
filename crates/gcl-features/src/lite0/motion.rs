//! What moves: the strongest motion in each of 4x3 areas of the picture, from the gradient descriptor.

use crate::gradient::{COLUMNS, ROWS};

/// Cells of the gradient's grid along each side of an area.
const SIDE: usize = 4;
/// Areas of the picture.
pub(super) const AREA_ROWS: usize = ROWS / SIDE;
pub(super) const AREA_COLUMNS: usize = COLUMNS / SIDE;
const AREAS: usize = AREA_ROWS * AREA_COLUMNS;
/// Values of a clip: six kinds of motion in each area.
pub(super) const DIM: usize = 6 * AREAS;

/// Appends the motion of a clip: in each area the most that any of its cells has of change in the clip's first
/// half, of change in its second half, and of flow to the right, to the left, down and up. `gradient` is the
/// descriptor's vector.
///
/// A maximum keeps what a small thing does in a large area, and says little of where in it: a person who
/// walks a few steps further on is no other event.
pub(super) fn describe(gradient: &[f32], values: &mut Vec<f32>) {
    let cells = ROWS * COLUMNS;
    // A channel of the descriptor, and the sign of what is looked for.
    for (channel, sign) in [(0, 1.0), (1, 1.0), (2, 1.0), (2, -1.0), (3, 1.0), (3, -1.0)] {
        let mut areas = [0.0f32; AREAS];
        let values_of = gradient.get(channel * cells..(channel + 1) * cells).unwrap_or_default();
        for (cell, value) in values_of.iter().enumerate() {
            let (row, column) = (cell / COLUMNS / SIDE, cell % COLUMNS / SIDE);
            let area = &mut areas[row * AREA_COLUMNS + column];
            *area = area.max(sign * value);
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
        gradient[at(2, 4, 0)] = -3.0; // the second row's first area: one cell one way, another the other
        gradient[at(2, 5, 1)] = 1.5;
        gradient[at(3, 4, 0)] = 4.0;
        gradient[at(4, 0, 0)] = 9.0; // what is there does not move
        let mut values = vec![7.0];
        describe(&gradient, &mut values);
        let mut expected = vec![0.0; 1 + DIM];
        expected[0] = 7.0;
        for (kind, area, value) in
            [(0, 0, 2.0), (0, 1, 3.0), (1, 11, 5.0), (2, 4, 1.5), (3, 4, 3.0), (4, 4, 4.0)]
        {
            expected[1 + 12 * kind + area] = value;
        }
        assert_eq!(values, expected);
    }
}
