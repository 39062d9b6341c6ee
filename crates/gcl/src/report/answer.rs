//! Whether anything stands out, said before all else.

use gcl_data::ScoreSet;
use gcl_eval::Usual;
use gcl_eval::report::{ShownMoment, VideoScores};

/// Marks the moments that stand out of the footage, and says in words whether any does.
pub(super) fn answer(
    moments: &mut [ShownMoment],
    videos: &[VideoScores],
    scores: &ScoreSet,
) -> String {
    let unknown = |why: &str| format!("Whether anything stands out cannot be said: {why}.");
    if moments.is_empty() {
        return "There are no such moments.".to_owned();
    }
    if scores.info().is_some_and(|info| info.bounded) {
        return unknown("these scores are shares, of which some are always close to 1");
    }
    let Some(usual) = Usual::of(videos.iter().map(|video| &video.scores[..])) else {
        return unknown("there are too few scores, or too many are equal");
    };
    let mut count = 0;
    for shown in moments.iter_mut() {
        let stands_out = f64::from(shown.moment.score) > usual.limit;
        shown.stands_out = Some(stands_out);
        count += usize::from(stands_out);
    }
    let Usual { median, limit, .. } = usual;
    let highest = moments.first().map_or(f32::NAN, |shown| shown.moment.score);
    let ground = format!(
        "scores of this footage, {median:.4} in the middle, are spread so that the highest would reach {limit:.4}"
    );
    match count {
        0 => format!(
            "Nothing stands out: {ground}, and it is {highest:.4}. The moments are ranked all the same."
        ),
        1 => format!("1 moment stands out: {ground}, and it is {highest:.4}."),
        _ => format!("{count} moments stand out: {ground}, and it is {highest:.4}."),
    }
}
