//! Somebody who crosses the picture.

use super::canvas::{Canvas, Point};
use super::dice::Dice;
use super::figure::{Appearance, PEDAL_TURN, RUN, Stand, WALK, on_bicycle, on_foot};
use super::place::{Lane, Street};

/// How somebody moves. All but the first are abnormal in this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActorKind {
    /// Walks along the lane.
    Walker,
    /// Rides a bicycle along the lane.
    Cyclist,
    /// Runs along the lane.
    Runner,
    /// Walks against the lane's direction.
    Against,
}

impl ActorKind {
    /// The abnormal kinds.
    pub(super) const ABNORMAL: [Self; 3] = [Self::Cyclist, Self::Runner, Self::Against];

    /// Range of usual speeds in body heights per second; a body is 1.7 m.
    fn speeds(self) -> (f32, f32) {
        match self {
            Self::Walker => (0.7, 0.82),
            Self::Against => (0.8, 0.95),
            Self::Cyclist => (2.1, 2.5),
            Self::Runner => (2.0, 2.3),
        }
    }
}

/// Somebody with a way to go at constant speed.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub kind: ActorKind,
    /// Pixels from the left at frame 0, and pixels per frame.
    start: f32,
    pub speed: f32,
    /// Row of the ground point, in pixels.
    pub row: f32,
    height: f32,
    phase: f32,
    look: Appearance,
}

impl Actor {
    /// Somebody of a kind in a lane whose ground point is at column `x` at frame `at` (both may lie
    /// outside the picture and the video).
    pub(super) fn new(
        dice: &mut Dice,
        place: &Street,
        lane: &Lane,
        kind: ActorKind,
        fps: f32,
        (at, x): (f32, f32),
    ) -> Self {
        let row = dice.between(lane.rows.0, lane.rows.1);
        let height = place.body(row) * dice.between(0.94, 1.06);
        let (slow, fast) = kind.speeds();
        let direction = if kind == ActorKind::Against { -lane.direction } else { lane.direction };
        let speed = direction * dice.between(slow, fast) * place.body(row) / fps;
        let (phase, look) = (dice.unit(), Appearance::random(dice));
        Self { kind, start: x - speed * at, speed, row, height, phase, look }
    }

    /// Moves the actor to another speed and a place `behind` pixels back on its way: a group's member.
    pub(super) fn follow(&mut self, first: &Self, behind: f32) {
        self.speed = first.speed;
        self.start = first.start - first.speed.signum() * behind;
    }

    /// The same actor `frames` later.
    pub(super) fn delayed(mut self, frames: f32) -> Self {
        self.start -= self.speed * frames;
        self
    }

    /// Column of the ground point in pixels.
    pub(super) fn column(&self, frame: usize) -> f32 {
        self.start + self.speed * frame as f32
    }

    /// The actor's half length along its way in pixels.
    pub(super) fn half_length(&self) -> f32 {
        self.height * if self.kind == ActorKind::Cyclist { 0.55 } else { 0.3 }
    }

    /// Does what nobody normally does here.
    pub(super) fn is_abnormal(&self) -> bool {
        self.kind != ActorKind::Walker
    }

    /// At least half of the actor is in a picture of `width` pixels.
    pub(super) fn in_view(&self, frame: usize, width: usize) -> bool {
        (0.0..=width as f32).contains(&self.column(frame))
    }

    /// Left, top, right and bottom of the actor in pixels; they may lie outside the picture.
    pub(super) fn bounds(&self, frame: usize) -> [f32; 4] {
        let (x, reach) = (self.column(frame), self.half_length());
        [x - reach, self.row - self.height, x + reach, self.row]
    }

    /// Draws the actor as it is at a frame.
    pub(super) fn draw(&self, canvas: &mut Canvas, frame: usize) {
        let x = self.column(frame);
        let reach = self.half_length() * 1.3 + 2.0;
        if x < -reach || x > canvas.width as f32 + reach {
            return;
        }
        let gait = if self.kind == ActorKind::Runner { &RUN } else { &WALK };
        let cycle = if self.kind == ActorKind::Cyclist { PEDAL_TURN } else { gait.stride };
        let phase = self.phase + self.speed.abs() * frame as f32 / (cycle * self.height);
        let ground = Point { x, y: self.row };
        let stand = Stand { ground, height: self.height, facing: self.speed.signum(), phase };
        match self.kind {
            ActorKind::Cyclist => on_bicycle(canvas, &stand, &self.look),
            _ => on_foot(canvas, &stand, gait, &self.look),
        }
    }
}
