//! Objects to snippets and back, against NumPy and SciPy (tests/golden/objects).

use crate::common::golden;
use gcl_data::objects::{
    ObjectError, ObjectIndex, ObjectPlace, ObjectVideo, SnippetRule, WeightReduce, WeightRule,
};
use gcl_data::poses::{Points, WindowRule, Windows};
use gcl_data::{Span, VideoId};
use serde_json::Value;

fn video(name: &str, frames: usize, snippets: usize) -> ObjectVideo {
    ObjectVideo { id: VideoId::new(name).unwrap(), frames, snippets }
}

fn floats(value: &Value) -> Vec<f64> {
    let one = |v: &Value| v.as_f64().unwrap_or_else(|| v.as_str().unwrap().parse().unwrap());
    value.as_array().unwrap().iter().map(one).collect()
}

fn close(what: &str, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f64::from(*f) - e).abs() <= 2e-6 * e.abs().max(1.0), "{what}[{i}]: {f}, not {e}");
    }
}

/// The index and scores of a golden case.
fn index_of(case: &Value) -> (ObjectIndex, Vec<f32>) {
    let window = case["window"].as_u64().unwrap() as usize;
    let number = |v: &Value, key: &str| v[key].as_u64().unwrap() as usize;
    let videos = case["videos"].as_array().unwrap().iter().enumerate();
    let videos =
        videos.map(|(i, v)| video(&format!("v{i}"), number(v, "frames"), number(v, "snippets")));
    let objects = case["objects"].as_array().unwrap().iter().map(|o| {
        let [video, start] = [0, 1].map(|i| o[i].as_u64().unwrap() as usize);
        let span = Span { start, end: start + window };
        ObjectPlace { video, span, centre: start + window / 2 }
    });
    let index = ObjectIndex::new(videos.collect(), objects.collect(), 16).unwrap();
    (index, floats(&case["scores"]).into_iter().map(|s| s as f32).collect())
}

fn cases() -> Vec<Value> {
    let text = std::fs::read_to_string(golden("objects").join("cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 3);
    cases
}

#[test]
fn scores_agree_with_the_published_rules() {
    for case in cases() {
        let (index, scores) = index_of(&case);
        let frames = index.frame_scores(&scores).unwrap();
        let expected = case["frame_scores"].as_array().unwrap();
        assert_eq!(frames.len(), expected.len());
        for (found, expected) in frames.iter().zip(expected) {
            close("frames", found, &floats(expected));
        }
        for (rule, key) in [
            (SnippetRule::Frames, "snippets_by_frames"),
            (SnippetRule::Objects, "snippets_by_objects"),
        ] {
            close(key, &index.snippet_scores(&scores, rule).unwrap(), &floats(&case[key]));
        }
    }
}

#[test]
fn weights_agree_with_the_published_rules_and_with_their_fault() {
    for case in cases() {
        let (index, _) = index_of(&case);
        let ws: Vec<f32> = floats(&case["ws"]).into_iter().map(|s| s as f32).collect();
        for (reduce, key) in [
            (WeightReduce::Min, "min"),
            (WeightReduce::Mean, "mean"),
            (WeightReduce::Centre, "centre"),
        ] {
            let found = index.object_weights(&ws, reduce, WeightRule::PerVideo).unwrap();
            close(key, &found, &floats(&case[key]));
        }
        let exact = index.object_weights(&ws, WeightReduce::Min, WeightRule::CodeExact);
        if case["code_exact"].is_null() {
            let error = exact.unwrap_err().to_string();
            assert!(error.contains("ends at frame 122 of 112"), "{error}");
            continue;
        }
        let exact = exact.unwrap();
        close("code_exact", &exact, &floats(&case["code_exact"]));
        // The fault is real: behind the first video the two differ.
        let own = index.object_weights(&ws, WeightReduce::Min, WeightRule::PerVideo).unwrap();
        let differ = |video: usize| {
            let mut pairs = index.objects().iter().zip(exact.iter().zip(&own));
            pairs.any(|(place, (a, b))| place.video == video && a != b)
        };
        assert!(!differ(0) && (1..index.videos().len()).any(differ));
    }
}

#[test]
fn a_snippet_as_object_is_its_own_score_and_weight() {
    let videos = vec![video("a", 40, 3), video("b", 16, 1), video("c", 33, 3), video("d", 5, 1)];
    let index = ObjectIndex::of_snippets(videos, 16).unwrap();
    let scores = [0.1, 0.9, 0.3, 0.4, 0.5, 0.0, 0.7, 1.0];
    assert_eq!(index.snippets_of(2), 4..7);
    assert_eq!(index.objects()[6].span, Span { start: 32, end: 33 });
    assert_eq!(index.snippet_scores(&scores, SnippetRule::Objects).unwrap(), scores);
    for reduce in [WeightReduce::Min, WeightReduce::Mean, WeightReduce::Centre] {
        let weights = index.object_weights(&scores, reduce, WeightRule::PerVideo).unwrap();
        let sums = weights.iter().zip(scores).map(|(w, s)| w + s);
        assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-6), "{reduce:?}");
    }
}

#[test]
fn windows_stand_in_their_middle() {
    let rule = WindowRule { length: 4, stride: 1, missing: 2 };
    let mut windows = Windows::new(rule, Points { joints: 1, channels: 2 }).unwrap();
    let id = windows.add_video(VideoId::new("a").unwrap());
    let points: Vec<f32> = (0..12).map(|v| v as f32).collect();
    windows.add_points(id, 7, &[3, 4, 6, 7, 8, 9], &points).unwrap();
    let index =
        ObjectIndex::of_windows(&windows, 16, |_| Ok::<_, ObjectError>(video("a", 20, 2))).unwrap();
    let centres: Vec<usize> = index.objects().iter().map(|o| o.centre).collect();
    assert_eq!(centres, [5, 6]);
    let short = ObjectIndex::of_windows(&windows, 16, |_| Ok(video("a", 6, 1)));
    let error: ObjectError = short.unwrap_err();
    assert!(error.to_string().contains("video a has 6 frames, but object number 1"), "{error}");
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let place =
        |video, start, centre| ObjectPlace { video, span: Span { start, end: start + 4 }, centre };
    let new = |videos, objects| ObjectIndex::new(videos, objects, 16).map_err(|e| e.to_string());
    let one = || vec![video("a", 40, 3)];
    for (index, expected) in [
        (new(vec![video("a", 40, 4)], vec![]), "video a: 4 snippets of 16 frames, but 40 frames"),
        (new(vec![video("a", 40, 0)], vec![]), "video a: 0 snippets"),
        (new(vec![video("a", 0, 1)], vec![]), "video a: 1 snippets"),
        (new(vec![video("a", usize::MAX, 1)], vec![]), "at most"),
        (new([one(), one()].concat(), vec![]), "video a appears twice"),
        (new(one(), vec![place(1, 0, 2)]), "object number 0 is in video number 1 of 1"),
        (new(one(), vec![place(0, 38, 40)]), "is at frame 40 of 38..42"),
        (new(one(), vec![place(0, 5, 4)]), "is at frame 4 of 5..9"),
    ] {
        let error = index.unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let error = ObjectIndex::new(one(), vec![], 0).unwrap_err();
    assert_eq!(error.to_string(), "a snippet of 0 frames");
    let index = ObjectIndex::new(one(), vec![place(0, 0, 2), place(0, 1, 3)], 16).unwrap();
    let text = |e: ObjectError| e.to_string();
    assert_eq!(index.frame_scores(&[1.0]).map_err(text).unwrap_err(), "1 scores for 2 objects");
    let nan = index.frame_scores(&[1.0, f32::NAN]).map_err(text).unwrap_err();
    assert_eq!(nan, "the score of object number 1 is NaN");
    let none = index.frame_scores(&[f32::INFINITY; 2]).unwrap_err();
    assert_eq!(none.to_string(), "none of the 2 objects has a finite score");
    let weights = |scores: &[f32]| {
        index.object_weights(scores, WeightReduce::Min, WeightRule::PerVideo).map_err(text)
    };
    assert_eq!(weights(&[0.0, 0.5, 1.5]).unwrap_err(), "the score of snippet number 2 is 1.5");
    assert_eq!(weights(&[0.0; 2]).unwrap_err(), "2 scores for 3 snippets");
}

#[test]
fn rules_are_spelled_as_in_configurations_and_read_back() {
    for rule in [WeightRule::PerVideo, WeightRule::CodeExact] {
        assert_eq!(rule.to_string().parse::<WeightRule>().unwrap(), rule);
    }
    assert_eq!(WeightRule::CodeExact.to_string(), "code-exact");
    assert_eq!("objects".parse::<SnippetRule>().unwrap(), SnippetRule::Objects);
    let error = "median".parse::<WeightReduce>().unwrap_err().to_string();
    assert!(error.contains("median") && error.contains("`centre`"), "{error}");
}
