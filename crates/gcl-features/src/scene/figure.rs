//! Little people: how walkers, runners and cyclists are drawn from joints and limbs.

use super::canvas::{Canvas, Point};
use super::dice::Dice;
use super::trig::{cos, sin};

/// How one person looks, in luma values and relative widths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Appearance {
    jacket: f32,
    trousers: f32,
    skin: f32,
    hair: f32,
    /// Width of torso and limbs, 1 on average.
    build: f32,
}

impl Appearance {
    pub(super) fn random(dice: &mut Dice) -> Self {
        let mut cloth = |dark: f32| {
            if dice.chance(dark) { dice.between(35.0, 60.0) } else { dice.between(205.0, 225.0) }
        };
        let (jacket, trousers) = (cloth(0.75), cloth(0.9));
        Self {
            jacket,
            trousers,
            skin: dice.between(110.0, 195.0),
            hair: dice.between(25.0, 110.0),
            build: dice.between(0.85, 1.2),
        }
    }
}

/// How somebody on foot moves. Angles in turns, lengths in body heights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gait {
    /// Distance of one cycle of two steps.
    pub stride: f32,
    swing: f32,
    knee: f32,
    arm: f32,
    elbow: f32,
    lean: f32,
}

/// Walking.
pub(super) const WALK: Gait =
    Gait { stride: 0.85, swing: 0.07, knee: 0.09, arm: 0.06, elbow: 0.04, lean: 0.01 };
/// Running: long steps, high heels, bent arms, the body leaning forward.
pub(super) const RUN: Gait =
    Gait { stride: 1.45, swing: 0.13, knee: 0.24, arm: 0.11, elbow: 0.24, lean: 0.04 };

/// Where and how large a figure stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    /// Its point on the ground.
    pub ground: Point,
    /// Body height in pixels.
    pub height: f32,
    /// 1 facing right, -1 facing left.
    pub facing: f32,
    /// Cycles of the gait, or turns of the pedals, since the start.
    pub phase: f32,
}

impl Stand {
    /// The picture's point for one given in body heights, forward and up from the ground point.
    fn at(&self, forward: f32, up: f32) -> Point {
        Point {
            x: self.ground.x + self.facing * forward * self.height,
            y: self.ground.y - up * self.height,
        }
    }

    fn shadow(&self, canvas: &mut Canvas, half: f32) {
        let half = Point { x: half * self.height, y: 0.06 * self.height };
        canvas.shade(self.ground, half, 0.4);
    }
}

/// The end of a bone of `length` that starts at `from` (forward, up) and hangs at an angle, 0 straight
/// down and positive forward.
fn bone(from: (f32, f32), length: f32, angle: f32) -> (f32, f32) {
    (from.0 + length * sin(angle), from.1 - length * cos(angle))
}

/// Draws somebody on foot.
pub(super) fn on_foot(canvas: &mut Canvas, stand: &Stand, gait: &Gait, look: &Appearance) {
    let limb = 0.036 * look.build * stand.height;
    // Each leg relative to the hip; the second is half a cycle behind.
    let legs = [0.0, 0.5].map(|behind| {
        let thigh = gait.swing * sin(stand.phase + behind);
        // The knee bends while the leg swings forward.
        let bend = gait.knee * (0.15 + cos(stand.phase + behind).max(0.0));
        let knee = bone((0.0, 0.0), 0.25, thigh);
        (knee, bone(knee, 0.25, thigh - bend))
    });
    // The lower foot stands on the ground.
    let hip = -legs[0].1.1.min(legs[1].1.1);
    let shoulder = bone((0.0, hip), -0.32, -gait.lean);
    let head = bone(shoulder, -0.115, -gait.lean);

    stand.shadow(canvas, 0.24);
    let point = |(forward, up): (f32, f32)| stand.at(forward, up);
    for (index, (knee, foot)) in legs.into_iter().enumerate() {
        // The far leg is a little darker.
        let luma = look.trousers * if index == 0 { 0.8 } else { 1.0 };
        let (knee, foot) = ((knee.0, knee.1 + hip), (foot.0, foot.1 + hip));
        canvas.line(point((0.0, hip)), point(knee), limb * 1.3, luma);
        canvas.line(point(knee), point(foot), limb, luma);
        canvas.line(point(foot), point((foot.0 + 0.06, foot.1)), limb * 0.8, luma * 0.6);
    }
    canvas.line(point((0.0, hip)), point(shoulder), 0.082 * look.build * stand.height, look.jacket);
    canvas.line(point(head), point(head), 0.062 * stand.height, look.skin);
    let crown = (head.0 - 0.02, head.1 + 0.03);
    canvas.line(point(crown), point(crown), 0.052 * stand.height, look.hair);
    for behind in [0.5, 0.0] {
        let upper = gait.arm * sin(stand.phase + behind);
        let elbow = bone(shoulder, 0.16, upper);
        let hand = bone(elbow, 0.16, upper + gait.elbow);
        let luma = look.jacket * if behind > 0.0 { 0.8 } else { 0.9 };
        canvas.line(point(shoulder), point(elbow), limb, luma);
        canvas.line(point(elbow), point(hand), limb * 0.9, luma);
    }
}

/// Circumference of a bicycle's wheel in body heights, and so the distance of one phase over its gear.
pub(super) const PEDAL_TURN: f32 = 2.6;

/// Draws somebody on a bicycle.
pub(super) fn on_bicycle(canvas: &mut Canvas, stand: &Stand, look: &Appearance) {
    let tube = 0.02 * stand.height;
    let limb = 0.036 * look.build * stand.height;
    let (hip, shoulder, crank) = ((-0.12, 0.58), (0.1, 0.87), (-0.02, 0.2));
    stand.shadow(canvas, 0.5);
    let point = |(forward, up): (f32, f32)| stand.at(forward, up);
    for hub in [(-0.33, 0.195), (0.33, 0.195)] {
        canvas.ring(point(hub), 0.18 * stand.height, tube * 1.2, 35.0);
    }
    for (from, to) in [
        ((-0.33, 0.195), crank),
        ((-0.33, 0.195), (-0.12, 0.5)),
        (crank, (-0.12, 0.5)),
        (crank, (0.24, 0.48)),
        ((-0.12, 0.5), (0.24, 0.48)),
        ((0.33, 0.195), (0.24, 0.56)),
    ] {
        canvas.line(point(from), point(to), tube, 70.0);
    }
    for behind in [0.5, 0.0] {
        let angle = stand.phase + behind;
        let foot = (crank.0 + 0.09 * sin(angle), crank.1 + 0.09 * cos(angle));
        let knee = ((hip.0 + foot.0) * 0.5 + 0.13, (hip.1 + foot.1) * 0.5 + 0.04);
        canvas.line(point(hip), point(knee), limb * 1.3, look.trousers);
        canvas.line(point(knee), point(foot), limb, look.trousers);
    }
    canvas.line(point(hip), point(shoulder), 0.08 * look.build * stand.height, look.jacket);
    canvas.line(point(shoulder), point((0.25, 0.6)), limb, look.jacket * 0.85);
    canvas.line(point((0.17, 0.98)), point((0.17, 0.98)), 0.062 * stand.height, look.skin);
    canvas.line(point((0.16, 1.01)), point((0.16, 1.01)), 0.055 * stand.height, look.hair);
}
