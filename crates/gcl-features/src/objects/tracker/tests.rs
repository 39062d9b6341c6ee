#![allow(clippy::unwrap_used)]
use super::*;

/// Follows boxes given by frame, and returns the tracks by their number.
fn follow(
    frames: u32,
    fps: f64,
    boxes: impl Fn(u32) -> Vec<(Bounds, Option<f32>)>,
) -> Vec<Track<usize>> {
    let mut tracker = Tracker::new(TrackerOptions { fps, ..TrackerOptions::default() }).unwrap();
    let mut tracks = Vec::new();
    for frame in 0..frames {
        let seen = boxes(frame).into_iter().enumerate();
        let seen = seen
            .map(|(i, (bounds, confidence))| (Detection { frame, bounds, confidence }, i))
            .collect();
        tracks.extend(tracker.push(frame, seen).unwrap());
    }
    tracks.extend(tracker.finish());
    tracks.sort_by_key(|track| track.boxes.id);
    tracks
}

fn person(x: f32) -> Bounds {
    [x, 40.0, x + 20.0, 100.0]
}

#[test]
fn two_who_pass_each_other_keep_their_numbers() {
    // The nearer one hides the other for some frames.
    let tracks = follow(100, 25.0, |frame| {
        let (a, b) = (frame as f32 * 2.0, 200.0 - frame as f32 * 2.0);
        let mut seen = vec![(person(a), None)];
        if (a - b).abs() > 15.0 {
            let [x1, y1, x2, y2] = person(b);
            seen.push(([x1, y1 - 6.0, x2, y2 - 6.0], None));
        }
        seen
    });
    assert_eq!(tracks.len(), 2);
    let [a, b] = &tracks[..] else { return };
    assert!(a.notes.iter().all(|&note| note == 0), "{:?}", a.notes);
    assert!(b.notes.iter().all(|&note| note == 1), "{:?}", b.notes);
    assert_eq!((a.boxes.frames.len(), b.boxes.frames.len()), (100, 93));
    for track in [a, b] {
        let true_x = |frame: u32| match track.boxes.id {
            1 => frame as f32 * 2.0,
            _ => 200.0 - frame as f32 * 2.0,
        };
        let pairs = track.boxes.frames.iter().zip(&track.boxes.boxes);
        assert!(pairs.skip(20).all(|(&frame, b)| (b[0] - true_x(frame)).abs() < 1.0));
    }
}

#[test]
fn noise_is_no_track_and_a_long_absence_ends_one() {
    let tracks = follow(120, 25.0, |frame| match frame {
        // Something that is seen twice.
        5 | 6 => vec![(person(300.0), None)],
        // Somebody who is away for longer than a second.
        10..40 | 70..100 => vec![(person(50.0), None)],
        _ => Vec::new(),
    });
    assert_eq!(tracks.len(), 2);
    assert_eq!(tracks.iter().map(|t| t.boxes.frames.len()).collect::<Vec<_>>(), [30, 30]);
    assert_eq!((tracks[0].boxes.id, tracks[1].boxes.id), (1, 2));
}

#[test]
fn at_five_frames_a_second_a_runner_stays_one() {
    // 34 pixels a frame: the boxes of two frames do not meet.
    let tracks = follow(12, 5.0, |frame| vec![(person(34.0 * frame as f32), None)]);
    assert_eq!(tracks.len(), 1);
    assert_eq!(tracks[0].boxes.frames.len(), 12);
}

#[test]
fn unsure_boxes_continue_and_do_not_start() {
    let tracks = follow(30, 25.0, |frame| {
        let sure = if frame < 10 { 0.9 } else { 0.2 };
        vec![(person(frame as f32), Some(sure)), (person(200.0), Some(0.3))]
    });
    assert_eq!(tracks.len(), 1);
    assert_eq!(tracks[0].boxes.frames.len(), 30);
}

#[test]
fn frames_may_be_left_out_but_not_turned_round() {
    let mut tracker = Tracker::new(TrackerOptions::default()).unwrap();
    for frame in (0..60).step_by(4) {
        let bounds = person(frame as f32 * 3.0);
        let seen = vec![(Detection { frame, bounds, confidence: None }, ())];
        assert!(tracker.push(frame, seen).unwrap().is_empty());
    }
    assert_eq!(tracker.present().map(|(id, _)| id).collect::<Vec<_>>(), [1]);
    let at = |frame, bounds| vec![(Detection { frame, bounds, confidence: None }, ())];
    let flat = [5.0, 5.0, 5.0, 9.0];
    let endless = [0.0, 0.0, f32::INFINITY, 9.0];
    let crowd = at(60, person(0.0)).repeat(MAX_BOXES + 1);
    for (frame, seen, problem) in [
        (56, at(56, person(0.0)), "boxes of frame 56 come after those of frame 56"),
        (60, at(61, person(0.0)), "a box of frame 61 is among those of frame 60"),
        (60, at(60, flat), "has no area"),
        (60, at(60, endless), "has no area"),
        (60, crowd, "at most"),
    ] {
        let error = tracker.push(frame, seen).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let tracks = tracker.finish();
    assert_eq!((tracks.len(), tracks[0].boxes.frames.len()), (1, 15));
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    let good = TrackerOptions::default();
    for (options, name) in [
        (TrackerOptions { fps: 0.0, ..good }, "frame rate"),
        (TrackerOptions { patience: -1.0, ..good }, "patience"),
        (TrackerOptions { overlap: 0.0, ..good }, "overlap"),
        (TrackerOptions { noise: f64::NAN, ..good }, "noise"),
    ] {
        let error = Tracker::<()>::new(options).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}
