//! Objects found and followed in rendered scenes, where everybody's place is known.

use std::collections::{BTreeMap, BTreeSet};

use gcl_data::tracks::Bounds;
use gcl_data::{BoxTrack, Clips};
use gcl_features::objects::tracker::iou;
use gcl_features::objects::{Finder, Followed, Follower, WINDOW_VALUES};
use gcl_features::scene::{Scene, SceneOptions, SceneVideo};
use gcl_features::{Frame, Pixels};

const FRAMES: usize = 250;

/// What happens to a frame between scene and file.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    /// The light goes down by a third within a second, and later up again at once.
    Light,
    /// The camera shakes by up to 2.5 pixels.
    Shake,
}

impl Change {
    /// Where the frame's pixels are seen to move, in pixels.
    fn shift(self, frame: usize) -> (f32, f32) {
        let t = frame as f32;
        match self {
            Self::Shake => (2.5 * (0.9 * t).sin(), 1.5 * (1.3 * t).cos()),
            _ => (0.0, 0.0),
        }
    }

    fn of(self, number: usize, frame: &Frame) -> Frame {
        let (width, height) = (frame.width(), frame.height());
        let luma = frame.luma();
        let gain = match (self, number) {
            (Self::Light, 100..200) => 1.0 - 0.33 * ((number - 100) as f32 / 25.0).min(1.0),
            _ => 1.0,
        };
        let (dx, dy) = self.shift(number);
        let mut out = Vec::with_capacity(luma.len());
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let inside = |v: f32, size: usize| v.clamp(0.0, size as f32 - 1.001);
            let (x, y) = (inside(x as f32 - dx, width), inside(y as f32 - dy, height));
            let (left, top) = (x as usize, y as usize);
            let (fx, fy) = (x - left as f32, y - top as f32);
            let at = |i: usize, j: usize| f32::from(luma[(top + j) * width + left + i]);
            let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
            let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
            out.push(((upper * (1.0 - fy) + lower * fy) * gain + 0.5) as u8);
        }
        Frame::new(width, height, Pixels::Gray(out)).unwrap()
    }
}

fn scene(seed: u64) -> Scene {
    let options =
        SceneOptions { width: 240, height: 180, frames: FRAMES, train: 1, test: 1, fps: 25 };
    Scene::new(seed, &options).unwrap()
}

fn follow(video: &SceneVideo, change: Change) -> Followed {
    let mut follower = Follower::new(25.0).unwrap();
    for number in 0..video.frames {
        follower.push(&change.of(number, &video.render(number).unwrap())).unwrap();
    }
    follower.finish().unwrap()
}

/// How many people there are, found with an overlap of 0.3, and boxes of nobody; and how often a person's
/// number changed.
#[derive(Debug, Default)]
struct Tally {
    there: usize,
    found: usize,
    inside: usize,
    boxes: usize,
    persons: usize,
    switches: usize,
}

impl Tally {
    fn add(&mut self, video: &SceneVideo, tracks: &[BoxTrack], change: Change) {
        let mut by_frame: BTreeMap<u32, Vec<(u32, Bounds)>> = BTreeMap::new();
        for track in tracks {
            for (&frame, &bounds) in track.frames.iter().zip(&track.boxes) {
                by_frame.entry(frame).or_default().push((track.id, bounds));
            }
        }
        let (mut numbers, mut persons) = (BTreeMap::new(), BTreeSet::new());
        for frame in 0..video.frames {
            let (dx, dy) = change.shift(frame);
            let found = by_frame.remove(&(frame as u32)).unwrap_or_default();
            self.boxes += found.len();
            for (person, [x1, y1, x2, y2]) in video.boxes(frame) {
                let own = [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
                persons.insert(person);
                self.there += 1;
                let middle = (0.5 * (own[0] + own[2]), 0.5 * (own[1] + own[3]));
                let holds = |b: &Bounds| {
                    (b[0]..b[2]).contains(&middle.0) && (b[1]..b[3]).contains(&middle.1)
                };
                self.inside += usize::from(found.iter().any(|(_, bounds)| holds(bounds)));
                let best = found.iter().max_by(|a, b| iou(a.1, own).total_cmp(&iou(b.1, own)));
                if let Some((id, _)) = best.filter(|(_, bounds)| iou(*bounds, own) >= 0.3) {
                    self.found += 1;
                    let before = numbers.insert(person, *id);
                    self.switches += usize::from(before.is_some_and(|before| before != *id));
                }
            }
        }
        self.persons += persons.len();
    }
}

#[test]
fn people_are_found_and_followed_whatever_light_and_camera_do() {
    for change in [Change::Nothing, Change::Light, Change::Shake] {
        let mut tally = Tally::default();
        for video in [2, 3].map(scene).iter().flat_map(|scene| &scene.videos) {
            tally.add(video, &follow(video, change).boxes(), change);
        }
        let share = |part: usize, all: usize| part as f32 / all as f32;
        // Who walks close to others shares a box with them: most centres are in one, fewer have their own.
        assert!(share(tally.inside, tally.there) > 0.9, "{change:?}: {tally:?}");
        assert!(share(tally.found, tally.there) > 0.75, "{change:?}: {tally:?}");
        assert!(share(tally.found, tally.boxes) > 0.6, "{change:?}: {tally:?}");
        assert!(tally.switches < 2 * tally.persons, "{change:?}: {tally:?}");
    }
}

#[test]
fn an_empty_place_has_no_objects_and_a_scene_the_same_ones_again() {
    let mut finder = Finder::new(25.0);
    let mut seed = 1u32;
    let mut found = Vec::new();
    for number in 0..120u32 {
        // Noise of 12 levels, and a light that swings by a tenth.
        let gain = 1.0 + 0.1 * (number as f32 * 0.2).sin();
        let noise = |x: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let ground = 90.0 + (x % 160) as f32 * 0.4;
            (ground * gain + (seed >> 24) as f32 * 12.0 / 255.0) as u8
        };
        let luma = (0..160 * 120).map(noise).collect();
        found.extend(finder.push(&Frame::new(160, 120, Pixels::Gray(luma)).unwrap()).unwrap());
    }
    found.extend(std::iter::from_fn(|| finder.rest()));
    assert_eq!(found.len(), 120);
    assert!(found.iter().all(|frame| frame.blobs.is_empty()));
    assert!(finder.push(&Frame::default()).unwrap_err().to_string().contains("1x1"));

    let scene = scene(3);
    let (a, b) =
        (follow(&scene.videos[1], Change::Nothing), follow(&scene.videos[1], Change::Nothing));
    assert_eq!(a.boxes(), b.boxes());
    let (a, b) = (a.windows(Clips::default()), b.windows(Clips::default()));
    assert_eq!(a, b);
    assert!(a.len() > 10 && a.iter().all(|window| window.clip < 16));
    assert!(a.iter().flat_map(|w| w.values).all(f32::is_finite));
    assert_eq!(WINDOW_VALUES, 8);
}

/// Speed and direction are the scene's.
#[test]
fn windows_tell_how_people_move() {
    let scene = scene(3);
    let video = &scene.videos[1];
    let mut right = (0, 0);
    for window in follow(video, Change::Nothing).windows(Clips::default()) {
        let frame = window.frame as usize;
        let at = |frame| video.boxes(frame).into_iter().collect::<BTreeMap<u32, Bounds>>();
        let (now, later) = (at(frame), at(frame + 5));
        // Somebody who has the window's box alone.
        let own: Vec<_> = now.iter().filter(|(_, b)| iou(**b, window.bounds) > 0.5).collect();
        let [(person, now)] = own[..] else { continue };
        let Some(later) = later.get(person) else { continue };
        let height = (now[3] - now[1]).max(180.0 / 8.0);
        let speed = (later[0] - now[0] + later[2] - now[2]) * 0.5 * 5.0 / height;
        right.1 += 1;
        right.0 +=
            usize::from((window.values[0] - speed).abs() < 0.35 && window.values[1].abs() < 0.4);
    }
    assert!(right.1 >= 10 && right.0 * 4 >= right.1 * 3, "{right:?}");
}
