//! Persons from poses that no tracker has followed: those that overlap from frame to frame are one.

use std::collections::BTreeMap;

use super::table::{PersonFrames, Values};

/// The least overlap, intersection by union of the boxes around key-points, of one person's poses in frames that
/// follow each other.
const LEAST: f32 = 0.3;

/// Frames that may be missing between two poses of a person, as in a window of poses.
const MISSING: u32 = 2;

/// Poses of one frame; the work of comparing them grows with the square of their number.
const CROWD: usize = 1024;

/// A person's last pose.
struct Last {
    person: u32,
    frame: u32,
    bounds: [f32; 4],
}

/// The persons, numbered from 0 in the order in which they appear. In each frame the pair of a person and a pose that
/// overlap most are joined first.
pub(super) fn link(
    frames: &BTreeMap<u32, Vec<Values>>,
) -> Result<BTreeMap<u32, PersonFrames>, String> {
    let mut persons: BTreeMap<u32, PersonFrames> = BTreeMap::new();
    let mut lasts: Vec<Last> = Vec::new();
    for (&frame, poses) in frames {
        if poses.len() > CROWD {
            let found = poses.len();
            return Err(format!("frame {frame}: {found} poses; at most {CROWD} are accepted"));
        }
        lasts.retain(|last| frame - last.frame <= MISSING + 1);
        let boxes: Vec<[f32; 4]> = poses.iter().map(bounds).collect();
        let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
        for (p, last) in lasts.iter().enumerate() {
            let own = boxes.iter().enumerate().map(|(b, at)| (overlap(last.bounds, *at), p, b));
            pairs.extend(own.filter(|(overlap, ..)| *overlap >= LEAST));
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut taken: Vec<Option<u32>> = vec![None; poses.len()];
        let mut used = vec![false; lasts.len()];
        for (_, p, b) in pairs {
            if !used[p] && taken[b].is_none() {
                (used[p], taken[b]) = (true, Some(lasts[p].person));
                (lasts[p].frame, lasts[p].bounds) = (frame, boxes[b]);
            }
        }
        for ((values, bounds), taken) in poses.iter().zip(boxes).zip(taken) {
            let person = taken.unwrap_or_else(|| {
                // As many persons as poses at most, which a file's bytes bound.
                let person = persons.len() as u32;
                lasts.push(Last { person, frame, bounds });
                person
            });
            persons.entry(person).or_default().insert(frame, *values);
        }
    }
    Ok(persons)
}

/// The box around all key-points: left, top, right, bottom.
fn bounds(pose: &Values) -> [f32; 4] {
    let (points, _) = pose.as_chunks::<3>();
    let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    points
        .iter()
        .fold(start, |[x1, y1, x2, y2], [x, y, _]| [x1.min(*x), y1.min(*y), x2.max(*x), y2.max(*y)])
}

/// Intersection by union.
fn overlap(a: [f32; 4], b: [f32; 4]) -> f32 {
    let area = |[x1, y1, x2, y2]: [f32; 4]| (x2 - x1).max(0.0) * (y2 - y1).max(0.0);
    let both = area([a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    let all = area(a) + area(b) - both;
    if all > 0.0 { both / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A pose of 40 by 90 pixels whose left top is at (x, y).
    fn pose(x: f32, y: f32) -> Values {
        std::array::from_fn(|i| match i % 3 {
            0 => x + if i == 0 { 0.0 } else { 40.0 },
            1 => y + if i == 1 { 0.0 } else { 90.0 },
            _ => 1.0,
        })
    }

    #[test]
    fn two_who_pass_each_other_keep_their_numbers() {
        let mut frames = BTreeMap::new();
        for frame in 0..40u32 {
            let x = 5.0 * frame as f32;
            let mut both = vec![pose(x, 0.0), pose(200.0 - x, 60.0)];
            if frame % 2 == 1 {
                both.reverse();
            }
            frames.insert(frame, both);
        }
        // Two frames without anyone are a gap, three an end.
        frames.remove(&10);
        frames.remove(&11);
        let persons = link(&frames).unwrap();
        assert_eq!(persons.len(), 2);
        assert!(persons.values().all(|frames| frames.len() == 38));
        assert_eq!(persons[&0][&39], pose(195.0, 0.0));
        frames.remove(&12);
        assert_eq!(link(&frames).unwrap().len(), 4);
        frames.insert(50, vec![pose(0.0, 0.0); CROWD + 1]);
        assert!(link(&frames).unwrap_err().contains("frame 50: 1025 poses"));
    }
}
