//! Who crosses the picture and when: the normal crowd of a video, and its abnormal events.

use super::actor::{Actor, ActorKind};
use super::dice::Dice;
use super::place::{Lane, Street};

/// Measures of a video that its traffic depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub width: usize,
    pub frames: usize,
    pub fps: f32,
}

/// The crowd: groups that arrive in each lane at a rate that differs between videos and lanes and
/// changes every few seconds, from nobody to dense. `level` is how busy the video is, 0 to 1.
pub(super) fn crowd(dice: &mut Dice, place: &Street, level: f32, extent: Extent) -> Vec<Actor> {
    let mut actors = Vec::new();
    let busiest = 0.065 + 0.11 * level;
    for lane in &place.lanes {
        // The slowest walkers take this long from one side to the other: the video starts in full flow.
        let crossing = 2.0 * extent.width as f32 * extent.fps / place.body(lane.rows.0);
        let lead = crossing.min(100_000.0) as usize;
        let (mut rate, mut left) = (0.0, 0);
        for tick in 0..lead + extent.frames {
            if left == 0 {
                left = (dice.between(3.0, 9.0) * extent.fps) as usize + 1;
                let now = dice.unit();
                rate = busiest * now * now / extent.fps;
            }
            left -= 1;
            if dice.chance(rate) {
                group(dice, place, lane, extent, tick as f32 - lead as f32, &mut actors);
            }
        }
    }
    actors
}

/// One to three people who walk together into the lane, the first at frame `at`.
fn group(
    dice: &mut Dice,
    place: &Street,
    lane: &Lane,
    extent: Extent,
    at: f32,
    actors: &mut Vec<Actor>,
) {
    let size = [1, 1, 1, 2, 2, 3][dice.below(6)];
    let body = place.body(lane.rows.1);
    let entry = edge(lane.direction, body, extent.width);
    let first = Actor::new(dice, place, lane, ActorKind::Walker, extent.fps, (at, entry));
    for _ in 1..size {
        let mut other = Actor::new(dice, place, lane, ActorKind::Walker, extent.fps, (at, entry));
        other.follow(&first, dice.between(0.1, 0.9) * body);
        actors.push(other);
    }
    actors.push(first);
}

/// Somebody of an abnormal kind who enters at a random time, early enough to be seen on the whole way
/// where the video is long enough for that.
pub(super) fn event(dice: &mut Dice, place: &Street, kind: ActorKind, extent: Extent) -> Actor {
    // Against the flow is only plain to see, for people too, where the lane is near.
    let lane =
        if kind == ActorKind::Against { &place.lanes[1] } else { &place.lanes[dice.below(2)] };
    let direction = if kind == ActorKind::Against { -lane.direction } else { lane.direction };
    let entry = edge(direction, place.body(lane.rows.1), extent.width);
    let at_zero = Actor::new(dice, place, lane, kind, extent.fps, (0.0, entry));
    let crossing = extent.width as f32 / at_zero.speed.abs().max(1e-3);
    let at = dice.unit() * (extent.frames as f32 - crossing).max(0.0);
    at_zero.delayed(at)
}

/// The column just outside of the picture where somebody of that direction comes from.
fn edge(direction: f32, body: f32, width: usize) -> f32 {
    if direction > 0.0 { -0.5 * body } else { width as f32 + 0.5 * body }
}
