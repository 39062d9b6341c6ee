//! The place that the camera looks at: a street with a far and a near lane of people in front of a wall.

use super::canvas::{Canvas, Point};
use super::dice::{Dice, Purpose};
use super::tree::Tree;
use super::wear::Wear;

/// A strip of ground on which everybody normally walks in one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    /// Nearest and farthest row of the picture, in pixels, at which feet stand.
    pub rows: (f32, f32),
    /// 1 where people walk to the right, -1 to the left.
    pub direction: f32,
}

/// What does not move.
#[derive(Debug)]
pub(super) struct Street {
    /// The far lane and the near one.
    pub lanes: [Lane; 2],
    backdrop: Canvas,
    /// Pixels in one unit of the plan, which is 120 units high.
    unit: f32,
    post: f32,
    trees: [Tree; 3],
}

/// Rows of the plan, in units from the top.
const WALL_FOOT: f32 = 36.0;
const FAR: (f32, f32) = (55.0, 61.0);
const KERB: (f32, f32) = (73.0, 76.0);
const NEAR: (f32, f32) = (97.0, 103.0);
const HORIZON: f32 = -40.0;

impl Street {
    pub(super) fn new(seed: u64, width: usize, height: usize) -> Self {
        let mut dice = Dice::new(seed, Purpose::Place, 0, 0);
        let unit = height as f32 / 120.0;
        let far = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let lane = |(low, high): (f32, f32), direction| Lane {
            rows: (low * unit, high * unit),
            direction,
        };
        let lanes = [lane(FAR, far), lane(NEAR, -far)];
        let post = dice.between(0.26, 0.38) * width as f32;
        let across = width as f32 / unit;
        let trees = [(0.08, 0.18), (0.46, 0.56), (0.82, 0.92)].map(|(left, right)| {
            let x = dice.between(left, right) * across;
            Tree::new(&mut dice, x)
        });
        let mut backdrop = Canvas::new(width, height);
        paint(&mut backdrop, unit, &mut dice);
        Self { lanes, backdrop, unit, post, trees }
    }

    /// Height in pixels of an average body whose feet stand at a row: people are smaller farther away.
    pub(super) fn body(&self, row: f32) -> f32 {
        0.205 * (row - HORIZON * self.unit)
    }

    /// Row of the kerb's foot in pixels, where lamp post and trees stand: who is lower in the picture is
    /// before them.
    pub(super) fn kerb(&self) -> f32 {
        KERB.1 * self.unit
    }

    /// Starts a picture with everything behind the people.
    pub(super) fn draw_behind(&self, canvas: &mut Canvas) {
        canvas.clone_from(&self.backdrop);
    }

    /// Draws what stands on the kerb and hides a little of the far lane: a lamp post, and trees whose tops
    /// are bent by `bend` units.
    pub(super) fn draw_kerb(&self, canvas: &mut Canvas, bend: f32) {
        for tree in &self.trees {
            tree.draw(canvas, self.unit, bend);
        }
        let at = |x: f32, y: f32| Point { x: self.post + x * self.unit, y: y * self.unit };
        canvas.line(at(0.0, 8.0), at(0.0, KERB.1), 0.9 * self.unit, 55.0);
        canvas.line(at(0.0, 8.0), at(7.0, 6.0), 0.7 * self.unit, 55.0);
        canvas.line(at(7.0, 7.0), at(10.0, 7.0), 1.2 * self.unit, 210.0);
    }
}

/// Paints wall, windows, paving, kerb and their wear.
fn paint(canvas: &mut Canvas, unit: f32, dice: &mut Dice) {
    let (wall, ground) = (dice.between(85.0, 115.0), dice.between(125.0, 140.0));
    let (bay, shift) = (dice.between(20.0, 32.0), dice.between(0.0, 30.0));
    let coarse = Wear::new(dice, 18.0, 9.0);
    let fine = Wear::new(dice, 3.0, 7.0);
    let width = canvas.width;
    let middle = width as f32 / unit / 2.0;
    for (index, luma) in canvas.luma.iter_mut().enumerate() {
        let x = ((index % width) as f32 + 0.5) / unit;
        let y = ((index / width) as f32 + 0.5) / unit;
        let base = if y < WALL_FOOT {
            wall + facade(x + shift, y, bay)
        } else if y > KERB.0 && y < KERB.1 {
            ground + 38.0 - 14.0 * (y - KERB.0)
        } else {
            ground + paving(x - middle, y)
        };
        *luma = base + coarse.at(x, y) + fine.at(x, y);
    }
}

/// Windows between the pillars of a wall, in luma relative to it.
fn facade(x: f32, y: f32, bay: f32) -> f32 {
    let across = x - (x / bay).floor() * bay;
    let inside = across > 0.25 * bay && across < 0.85 * bay;
    if y > WALL_FOOT - 4.0 {
        -22.0
    } else if inside && y > 8.0 && y < 26.0 {
        if across < 0.52 * bay || across > 0.56 * bay { -38.0 } else { 10.0 }
    } else if across < 1.5 {
        -12.0
    } else {
        0.0
    }
}

/// Joints of the paving stones in perspective, in luma relative to the stones.
fn paving(x: f32, y: f32) -> f32 {
    let depth = 2000.0 / (y - HORIZON);
    let across = x * depth / 22.0 / 12.0;
    let near_joint = |v: f32, half: f32| (v - (v + 0.5).floor()).abs() < half;
    let half = 0.5 * depth / 22.0 / 12.0;
    if near_joint(across, half) || near_joint(depth / 3.0, half * 1.2) { -13.0 } else { 0.0 }
}
