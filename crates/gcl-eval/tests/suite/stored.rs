//! Stored scores against stored truth.

use std::path::PathBuf;

use gcl_data::{ScoreInfo, ScoreSet, ScoreWriter, Truth, TruthFormat, VideoId};
use gcl_eval::{Measure, StoredError, evaluate_stored};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

fn stored(dir: &tempfile::TempDir, videos: &[(&str, &[f32])]) -> ScoreSet {
    let path = dir.path().join("scores");
    let info = ScoreInfo { bounded: true, source: "test".to_owned(), model: None };
    let writer = ScoreWriter::create(&path, info).unwrap();
    for (name, scores) in videos {
        writer.write(&id(name), scores).unwrap();
    }
    ScoreSet::open(path).unwrap()
}

#[test]
fn videos_are_matched_by_id_not_by_position() {
    let dir = tempfile::tempdir().unwrap();
    let scores = stored(&dir, &[("a", &[0.1, 0.9]), ("b", &[0.8, 0.2]), ("extra", &[0.5])]);
    let truth = Truth::from_labels([
        (id("unscored"), vec![true]),
        (id("test/b"), vec![true, false]),
        (id("test/a"), vec![false, true]),
    ]);
    let result = evaluate_stored(&scores, &truth).unwrap();
    assert_eq!(result.evaluation.micro_auc, Measure::Value(1.0));
    assert_eq!(result.ranking.frames(), 4);
    assert_eq!(result.without_truth, [id("extra")]);
    assert_eq!(result.without_scores, [id("unscored")]);
}

#[test]
fn what_does_not_line_up_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let scores = stored(&dir, &[("a", &[0.1, 0.9])]);
    let longer = Truth::from_labels([(id("a"), vec![true; 3])]);
    let message = evaluate_stored(&scores, &longer).unwrap_err().to_string();
    assert!(message.contains('a') && message.contains('2') && message.contains('3'), "{message}");
    let other = Truth::from_labels([(id("z"), vec![true, false])]);
    let error = evaluate_stored(&scores, &other).unwrap_err();
    assert!(matches!(error, StoredError::Disjoint { scored: 1, known: 1, .. }), "{error}");
}

#[test]
fn an_hour_of_real_labels() {
    let Some(data) = std::env::var_os("GCL_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: GCL_DATA not set (an hour of real labels)");
        return;
    };
    let truth = Truth::read(data.join("upcam/eval/00.csv"), TruthFormat::Flags).unwrap();
    let video = truth.ids().next().unwrap().clone();
    let labels = truth.labels(&video, None).unwrap();
    // Right but for the first 1000 frames, which get the highest score.
    let score = |(frame, abnormal): (usize, &bool)| {
        if frame < 1000 { 1.0 } else { f32::from(u8::from(*abnormal)) * 0.5 }
    };
    let scores: Vec<f32> = labels.iter().enumerate().map(score).collect();
    let dir = tempfile::tempdir().unwrap();
    let set = stored(&dir, &[(video.as_str(), &scores)]);
    let result = evaluate_stored(&set, &truth).unwrap().evaluation;
    assert_eq!((result.frames, result.abnormal_frames), (18_066, 5517));

    // The same by counting pairs of the three score levels.
    let early_abnormal = labels.iter().take(1000).filter(|l| **l).count() as f64;
    let (early_normal, abnormal, normal) = (1000.0 - early_abnormal, 5517.0, 18_066.0 - 5517.0);
    let won = early_abnormal * (normal - early_normal)
        + early_abnormal * early_normal / 2.0
        + (abnormal - early_abnormal) * (normal - early_normal);
    let auc = result.micro_auc.value().unwrap();
    assert!((auc - won / (abnormal * normal)).abs() < 1e-12, "{auc}");
    assert_eq!(result.macro_auc, result.micro_auc);
}
