#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn scene(seed: u64) -> Scene {
    Scene::new(seed, &SceneOptions::default()).unwrap()
}

fn luma(video: &SceneVideo, frame: usize) -> Vec<u8> {
    video.render(frame).unwrap().luma().into_owned()
}

/// FNV-1a over a few frames of a few videos.
fn fingerprint(seed: u64) -> u64 {
    let scene = scene(seed);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for video in scene.videos.iter().step_by(7) {
        for frame in [0, 123, 399] {
            for byte in luma(video, frame) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    hash
}

fn share(scene: &Scene, part: Part) -> f64 {
    let truth: Vec<bool> =
        scene.videos.iter().filter(|v| v.part == part).flat_map(SceneVideo::truth).collect();
    truth.iter().filter(|&&abnormal| abnormal).count() as f64 / truth.len() as f64
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_every_machine() {
    assert_eq!(fingerprint(1), 0xcee0_0f17_1ee2_5e9b);
    assert_eq!(fingerprint(2), 0x81c4_461b_0fa8_19b4);
}

#[test]
fn frames_do_not_depend_on_the_order_of_rendering() {
    let (a, b) = (scene(3), scene(3));
    let late = luma(&a.videos[5], 300);
    let early = luma(&a.videos[5], 10);
    assert_eq!(luma(&b.videos[5], 10), early);
    assert_eq!(luma(&b.videos[5], 300), late);
    assert_ne!(early, late);
}

#[test]
fn videos_and_seeds_differ() {
    let (a, b) = (scene(1), scene(2));
    assert_ne!(luma(&a.videos[0], 0), luma(&b.videos[0], 0));
    assert_ne!(luma(&a.videos[0], 0), luma(&a.videos[1], 0));
    assert_ne!(a.videos[0].light, b.videos[0].light);
}

#[test]
fn ids_parts_and_lengths_are_as_asked() {
    let options = SceneOptions { frames: 50, train: 3, test: 2, ..SceneOptions::default() };
    let scene = Scene::new(9, &options).unwrap();
    let ids: Vec<&str> = scene.videos.iter().map(|v| v.id.as_str()).collect();
    assert_eq!(ids, ["train/01", "train/02", "train/03", "test/01", "test/02"]);
    let tests: Vec<bool> = scene.videos.iter().map(|v| v.part == Part::Test).collect();
    assert_eq!(tests, [false, false, false, true, true]);
    assert!(scene.videos.iter().all(|v| v.frames == 50 && v.truth().len() == 50));
}

#[test]
fn abnormal_events_are_rare_in_training_and_common_in_the_test() {
    for seed in 0..40 {
        let scene = scene(seed);
        let (train, test) = (share(&scene, Part::Train), share(&scene, Part::Test));
        assert!((0.03..0.15).contains(&train), "seed {seed}: {train} of training frames");
        assert!((0.15..0.45).contains(&test), "seed {seed}: {test} of test frames");
    }
}

#[test]
fn every_abnormal_kind_is_in_both_parts() {
    for seed in 0..10 {
        let scene = scene(seed);
        for part in [Part::Train, Part::Test] {
            for kind in actor::ActorKind::ABNORMAL {
                let mut videos = scene.videos.iter().filter(|v| v.part == part);
                let found = videos.any(|v| v.actors.iter().any(|a| a.kind == kind));
                assert!(found, "seed {seed}: no {kind:?} in {part:?}");
            }
        }
    }
}

/// The truth is what can be seen: without the abnormal actors the picture is another one exactly
/// where they are in view.
#[test]
fn the_truth_is_visible() {
    for seed in 0..4 {
        for video in scene(seed).videos.iter().filter(|v| v.part == Part::Test) {
            let mut normal = video.clone();
            normal.actors.retain(|actor| !actor.is_abnormal());
            let truth = video.truth();
            for frame in (0..video.frames).step_by(9) {
                let pair = luma(video, frame).into_iter().zip(luma(&normal, frame));
                let changed = pair.filter(|(a, b)| a.abs_diff(*b) > 12).count();
                let near = video.actors.iter().filter(|actor| actor.is_abnormal()).any(|actor| {
                    let reach = actor.half_length() * 1.5 + 3.0;
                    (-reach..=160.0 + reach).contains(&actor.column(frame))
                });
                let place = format!("seed {seed} {} frame {frame}: {changed}", video.id.as_str());
                assert!(!truth[frame] || changed >= 10, "nothing abnormal to see: {place}");
                assert!(near || changed == 0, "something to see: {place}");
            }
        }
    }
}

/// Places are where the picture changes without the abnormal actors, and there are some where the truth says so.
#[test]
fn the_places_are_where_something_is_to_see() {
    for video in scene(1).videos.iter().filter(|v| v.part == Part::Test) {
        let mut normal = video.clone();
        normal.actors.retain(|actor| !actor.is_abnormal());
        let truth = video.truth();
        for frame in (0..video.frames).step_by(9) {
            let places = video.abnormal_places(frame);
            assert_eq!(truth[frame], !places.is_empty());
            if places.is_empty() {
                continue;
            }
            let (with, without) = (luma(video, frame), luma(&normal, frame));
            let changed: Vec<usize> =
                (0..with.len()).filter(|at| with[*at].abs_diff(without[*at]) > 12).collect();
            let inside = changed.iter().filter(|at| {
                let (x, y) = ((**at % 160) as f32 / 160.0, (**at / 160) as f32 / 120.0);
                places.iter().any(|[x1, y1, x2, y2]| {
                    (x1 - 0.02..=x2 + 0.02).contains(&x) && (y1 - 0.02..=y2 + 0.02).contains(&y)
                })
            });
            let share = inside.count() as f64 / changed.len() as f64;
            assert!(share > 0.6, "{} frame {frame}: {share} of the changes", video.id);
        }
    }
}

/// The chance that an abnormal clip moves more than a normal one must not give it away.
#[test]
fn the_amount_of_motion_says_little() {
    for seed in [1, 21] {
        let (mut normal, mut abnormal) = (Vec::new(), Vec::new());
        for video in scene(seed).videos.iter().filter(|v| v.part == Part::Test) {
            let truth = video.truth();
            let frames: Vec<Vec<u8>> = (0..video.frames).map(|t| luma(video, t)).collect();
            for (clip, truth) in frames.chunks_exact(16).zip(truth.chunks_exact(16)) {
                let change = |w: &[Vec<u8>]| -> u64 {
                    w[0].iter().zip(&w[1]).map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
                };
                let energy: u64 = clip.windows(2).map(change).sum();
                let count = truth.iter().filter(|&&t| t).count();
                if count > 8 { abnormal.push(energy) } else { normal.push(energy) }
            }
        }
        let wins: usize = abnormal.iter().map(|a| normal.iter().filter(|n| a > n).count()).sum();
        let auc = wins as f64 / (normal.len() * abnormal.len()) as f64;
        assert!((0.4..0.8).contains(&auc), "seed {seed}: AUC of motion energy {auc}");
    }
}

#[test]
fn extreme_sizes_render() {
    let small = SceneOptions { width: 64, height: 48, fps: 5, frames: 16, train: 1, test: 1 };
    let large = SceneOptions { width: 1920, height: 1080, fps: 60, ..small };
    for options in [small, large, SceneOptions { width: 64, ..large }] {
        for video in Scene::new(4, &options).unwrap().videos {
            let frame = video.render(15).unwrap();
            assert_eq!((frame.width(), frame.height()), (options.width, options.height));
            let luma = frame.luma();
            let mean = luma.iter().map(|&b| f64::from(b)).sum::<f64>() / luma.len() as f64;
            assert!((60.0..180.0).contains(&mean), "{mean}");
        }
    }
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    let good = SceneOptions::default();
    for (options, name) in [
        (SceneOptions { width: 63, ..good }, "width"),
        (SceneOptions { height: 1081, ..good }, "height"),
        (SceneOptions { fps: 0, ..good }, "frame rate"),
        (SceneOptions { frames: usize::MAX, ..good }, "number of frames"),
        (SceneOptions { train: 0, ..good }, "number of training videos"),
        (SceneOptions { test: 1000, ..good }, "number of test videos"),
    ] {
        let error = Scene::new(0, &options).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}
