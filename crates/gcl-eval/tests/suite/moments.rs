//! Finding moments.

use gcl_eval::{EvalError, Moment, MomentOptions, find_moments};

fn scores(length: usize, peaks: &[(usize, f32)]) -> Vec<f32> {
    let mut scores = vec![0.1; length];
    for (frame, score) in peaks {
        scores[*frame] = *score;
    }
    scores
}

fn moment(video: &str, start: usize, end: usize, peak_frame: usize, score: f32) -> Moment {
    Moment { video: video.to_owned(), start, end, peak_frame, score }
}

#[test]
fn peaks_are_merged_ranked_and_cut() {
    let a = scores(100, &[(10, 0.5), (14, 0.9), (40, 0.7)]);
    let b = scores(100, &[(0, 0.9), (99, 0.6)]);
    let options = MomentOptions { quantile: 0.975, min_gap: 4, top: 10, ..Default::default() };
    let found = find_moments([("b", &b), ("a", &a)], &options).unwrap();
    let expected = [
        moment("a", 10, 15, 14, 0.9), // frames 11 to 13 bridged
        moment("b", 0, 1, 0, 0.9),
        moment("a", 40, 41, 40, 0.7),
        moment("b", 99, 100, 99, 0.6),
    ];
    assert_eq!(found, expected);

    let apart = MomentOptions { min_gap: 3, top: 2, ..options.clone() };
    let found = find_moments([("b", &b), ("a", &a)], &apart).unwrap();
    assert_eq!(found, [moment("a", 14, 15, 14, 0.9), moment("b", 0, 1, 0, 0.9)]);

    let backwards = find_moments([("a", &a), ("b", &b)], &options).unwrap();
    assert_eq!(backwards, expected);
}

#[test]
fn the_peak_is_the_middle_of_the_first_highest_frames_in_a_row() {
    let mut clips = scores(100, &[]);
    clips[16..32].fill(0.5);
    clips[32..48].fill(0.9);
    clips[48..64].fill(0.7);
    clips[64..80].fill(0.9);
    let options = MomentOptions { quantile: 0.5, ..Default::default() };
    let found = find_moments([("a", &clips)], &options).unwrap();
    assert_eq!(found, [moment("a", 16, 80, 40, 0.9)]);
}

#[test]
fn nothing_stands_out_of_equal_scores() {
    let options = MomentOptions::default();
    assert_eq!(find_moments([("a", [0.4f32; 50])], &options).unwrap(), []);
    assert_eq!(find_moments([("a", [0f32; 0])], &options).unwrap(), []);
    // The quantile falls on the lowest score: only what is above it counts.
    let found = find_moments([("a", scores(1000, &[(500, 0.8)]))], &options).unwrap();
    assert_eq!(found, [moment("a", 500, 501, 500, 0.8)]);
}

#[test]
fn smoothing_moves_a_lone_spike_below_a_lasting_rise() {
    let mut rise = scores(200, &[(20, 1.0)]);
    rise[100..130].fill(0.8);
    let options = MomentOptions { sigma: 5.0, quantile: 0.9, top: 1, ..Default::default() };
    let found = find_moments([("a", &rise)], &options).unwrap();
    assert!((105..125).contains(&found[0].peak_frame), "{found:?}");
    assert!(found[0].score < 0.81);
}

#[test]
fn bad_input_is_refused() {
    let with = |change: fn(&mut MomentOptions)| {
        let mut options = MomentOptions::default();
        change(&mut options);
        find_moments([("a", [0.0f32, 1.0])], &options)
    };
    assert!(matches!(with(|o| o.quantile = 1.01), Err(EvalError::Setting { .. })));
    assert!(matches!(with(|o| o.quantile = f64::NAN), Err(EvalError::Setting { .. })));
    assert!(matches!(with(|o| o.sigma = 1e9), Err(EvalError::Setting { .. })));
    assert!(matches!(with(|o| o.sigma = -1.0), Err(EvalError::Setting { .. })));
    let error = find_moments([("v", [0.0, f32::NAN])], &MomentOptions::default()).unwrap_err();
    assert!(error.to_string().contains("`v`"), "{error}");
}
