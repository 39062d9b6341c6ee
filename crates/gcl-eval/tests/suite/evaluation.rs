//! Evaluation over several videos.

use gcl_eval::{EvalError, Evaluation, Evaluator, Measure, Reason, Wins, evaluate};

fn sample() -> Evaluation {
    evaluate([
        ("b/two".to_owned(), vec![0.1, 0.2, 0.9, 0.8], vec![false, false, true, true]),
        ("a/one".to_owned(), vec![0.7, 0.3, 0.6], vec![true, false, false]),
        ("c/normal".to_owned(), vec![0.85; 5], vec![false; 5]),
    ])
    .unwrap()
}

#[test]
fn micro_pools_frames_and_macro_averages_videos() {
    let result = sample();
    assert_eq!((result.frames, result.abnormal_frames), (12, 3));
    // Of 3 x 9 pairs: 0.9 wins 9, 0.8 wins 4, 0.7 wins 4.
    assert_eq!(result.micro_auc, Measure::Value(17.0 / 27.0));
    assert_eq!((result.macro_auc, result.macro_videos), (Measure::Value(1.0), 2));
    let ids: Vec<_> = result.videos.iter().map(|v| v.video.as_str()).collect();
    assert_eq!(ids, ["a/one", "b/two", "c/normal"]);
    let expected = Measure::Undefined { reason: Reason::NoAbnormalFrame };
    assert_eq!(result.videos[2].auc, expected);
}

#[test]
fn table_is_aligned() {
    let text = sample().to_string();
    let expected = "\
video           frames    abnormal     AUC
a/one                3           1  1.0000
b/two                4           2  1.0000
c/normal             5           0       -  (no abnormal frame)
all frames          12           3  0.6296

micro AUC          0.6296
abnormal videos    1.0000
average precision  0.5536
equal error rate   0.5556
macro AUC          1.0000 (mean of 2 of 3 videos)";
    // Average precision by hand: (1/1 + 2/7 + 3/8) / 3.
    assert_eq!(text, expected);
}

#[test]
fn json_reads_back() {
    let result = sample();
    let json = serde_json::to_string(&result).unwrap();
    let back: Evaluation = serde_json::from_str(&json).unwrap();
    assert_eq!(back, Evaluation { roc: Vec::new(), wins: Wins::default(), ..result });
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(value["videos"][2]["auc"]["value"].is_null());
    assert_eq!(value["videos"][2]["auc"]["reason"], "no_abnormal_frame");
}

#[test]
fn a_refused_video_is_named_and_not_counted() {
    let mut evaluator = Evaluator::default();
    evaluator.push("ok", &[0.0, 1.0], &[false, true]).unwrap();
    let error = evaluator.push("short", &[0.0; 3], &[true; 4]).unwrap_err();
    assert_eq!(error.to_string(), "video `short`: 3 scores for 4 frame labels");
    let error = evaluator.push("nan", &[0.0, f32::NAN], &[true, true]).unwrap_err();
    assert!(error.to_string().starts_with("video `nan`: the score of frame 1 "), "{error}");
    let again = evaluator.push("ok", &[0.0], &[true]);
    assert_eq!(again, Err(EvalError::Duplicate { video: "ok".to_owned() }));
    let result = evaluator.finish();
    assert_eq!((result.frames, result.videos.len()), (2, 1));
    assert_eq!(result.micro_auc, Measure::Value(1.0));
}

#[test]
fn nothing_at_all_is_undefined() {
    let result = Evaluator::default().finish();
    assert_eq!(result.micro_auc, Measure::Undefined { reason: Reason::NoFrames });
    assert_eq!(result.macro_auc, Measure::Undefined { reason: Reason::NoVideoDefined });
    assert!(result.to_string().contains("undefined: no frames"));
}
