//! Uneven brightness: the texture of walls, ground and leaves.

use super::dice::Dice;

/// Points of the lattice in each direction; it repeats, so that pictures of any size are covered.
const SIDE: usize = 64;

/// Random values on a lattice, linear between its points.
#[derive(Debug)]
pub(super) struct Wear {
    pitch: f32,
    values: Vec<f32>,
}

impl Wear {
    /// Values in -strength..strength on points `pitch` apart.
    pub(super) fn new(dice: &mut Dice, pitch: f32, strength: f32) -> Self {
        Self {
            pitch,
            values: (0..SIDE * SIDE).map(|_| dice.between(-strength, strength)).collect(),
        }
    }

    /// The value at a point.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (u, v) = (x / self.pitch, y / self.pitch);
        let (left, top) = (u.floor(), v.floor());
        let (fx, fy) = (u - left, v - top);
        let wrap = |n: f32| (n as i64).rem_euclid(SIDE as i64) as usize;
        let (c0, c1, r0, r1) = (wrap(left), wrap(left + 1.0), wrap(top), wrap(top + 1.0));
        let value = |column: usize, row: usize| self.values[row * SIDE + column];
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        mix(mix(value(c0, r0), value(c1, r0), fx), mix(value(c0, r1), value(c1, r1), fx), fy)
    }
}
