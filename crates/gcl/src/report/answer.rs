//! Whether anything stands out, said before all else.

use gcl_data::ScoreSet;
use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_eval::{Moment, Usual};

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
        let Moment { video, start, end, .. } = &shown.moment;
        let scores = videos.iter().find(|other| other.video == *video);
        let stands_out = scores.is_some_and(|video| usual.stands_out(&video.scores, *start..*end));
        shown.stands_out = Some(stands_out);
        count += usize::from(stands_out);
    }
    let ground = format!(
        "scores above {:.4}, or {:.4} more than shortly before and after",
        usual.score, usual.rise
    );
    match count {
        0 => format!("Nothing stands out: no moment {ground}. They are ranked all the same."),
        1 => format!("1 moment stands out: it {ground}."),
        _ => format!("{count} moments stand out: each {ground}."),
    }
}
