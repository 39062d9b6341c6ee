//! Trees in the wind: normal movement that has nothing to do with people.

use super::canvas::{Canvas, Point};
use super::dice::{Dice, Purpose};
use super::trig::sin;
use super::wear::Wear;

/// A tree between the lanes; lengths in units of the plan.
#[derive(Debug)]
pub(super) struct Tree {
    x: f32,
    leaves: Wear,
}

const CROWN: Point = Point { x: 23.0, y: 18.0 };
const CROWN_ROW: f32 = 21.0;
const FOOT: f32 = 75.0;

impl Tree {
    /// A tree at a column, given in units of the plan.
    pub(super) fn new(dice: &mut Dice, x: f32) -> Self {
        Self { x, leaves: Wear::new(dice, 1.7, 80.0) }
    }

    /// Draws the tree while the wind bends its top by `bend` units to the right.
    pub(super) fn draw(&self, canvas: &mut Canvas, unit: f32, bend: f32) {
        let at = |x: f32, y: f32| Point { x: (self.x + x) * unit, y: y * unit };
        canvas.shade(at(0.0, FOOT), Point { x: 6.0 * unit, y: 1.5 * unit }, 0.5);
        canvas.line(at(0.0, FOOT), at(0.0, CROWN_ROW), 1.4 * unit, 52.0);
        let half = Point { x: CROWN.x * unit, y: CROWN.y * unit };
        canvas.paint(at(0.0, CROWN_ROW), half, |x, y| {
            let (x, y) = (x / unit - self.x, y / unit - CROWN_ROW);
            // The top moves more than the bottom.
            let x = x - bend * (0.6 - 0.4 * y / CROWN.y);
            let (u, v) = (x / CROWN.x, y / CROWN.y);
            let edge = 1.0 - u * u - v * v + 0.006 * self.leaves.at(0.6 * y, 0.6 * x);
            ((edge * 5.0).clamp(0.0, 1.0), 84.0 + self.leaves.at(x, y))
        });
    }
}

/// The wind of one video: gusts that come and go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wind {
    strength: f32,
    /// Turns per frame of the swaying and of the gusts, and the gusts' turn at frame 0.
    sway: f32,
    gusts: f32,
    phase: f32,
}

impl Wind {
    /// The wind of a video; `level` from 0 (hardly any) to 1.
    pub(super) fn new(seed: u64, video: usize, fps: f32, level: f32) -> Self {
        let mut dice = Dice::new(seed, Purpose::Wind, video, 0);
        Self {
            strength: 1.0 + 9.0 * level,
            sway: dice.between(0.85, 1.0) / fps,
            gusts: 1.0 / (dice.between(5.0, 9.0) * fps),
            phase: dice.unit(),
        }
    }

    /// How far a treetop is bent at a frame, in units of the plan.
    pub(super) fn bend(&self, frame: usize) -> f32 {
        let t = frame as f32;
        let gust = 0.5 + 0.5 * sin(self.phase + self.gusts * t);
        self.strength * gust * (0.4 + sin(self.sway * t))
    }
}
