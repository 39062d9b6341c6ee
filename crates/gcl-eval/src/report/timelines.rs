//! Every video's scores over time.

use gcl_data::Clock;

use super::html::{Section, place};
use super::{Report, VideoScores};
use crate::escape::escape;
use crate::svg::{Mark, Timeline};
use crate::{Measure, roc_auc};

/// Most bytes that all timelines together may add to the page.
const TIMELINE_BYTES: usize = 8_000_000;
/// With more videos than this, timelines start folded.
const OPEN_VIDEOS: usize = 8;

pub(super) fn section(report: &Report) -> Option<Section> {
    if report.videos.is_empty() {
        return None;
    }
    let range = common_range(&report.videos);
    let open = if report.videos.len() <= OPEN_VIDEOS { " open" } else { "" };
    let mut body = String::from(
        "<p class=\"note\">All timelines share one score axis. Numbered bars are the moments above",
    );
    let shaded = report.videos.iter().any(|v| v.truth.is_some());
    body.push_str(if shaded {
        "; shaded stretches are abnormal in truth.</p>\n"
    } else {
        ".</p>\n"
    });
    let start = body.len();
    for (i, video) in report.videos.iter().enumerate() {
        if body.len() - start > TIMELINE_BYTES {
            let left = report.videos.len() - i;
            body.push_str(&format!(
                "<p class=\"note\">{left} further timelines were left out to keep this file small.</p>\n"
            ));
            break;
        }
        let marks = marks(report, &video.video);
        let chart = Timeline {
            title: &video.video,
            scores: &video.scores,
            truth: video.truth.as_deref(),
            fps: video.clock.as_ref().and_then(Clock::fps),
            range,
            marks: &marks,
        };
        // The anchor is inside, so that a link to it unfolds the video.
        body.push_str(&format!(
            "<details{open}><summary>{}</summary><div id=\"video-{i}\">{}</div></details>\n",
            summary(video, marks.len()),
            chart.chart().inline()
        ));
    }
    Some(Section::new("videos", "Videos", body))
}

fn marks(report: &Report, video: &str) -> Vec<Mark> {
    let ranked = report.moments.iter().map(|m| &m.moment).zip(1..);
    ranked
        .filter(|(moment, _)| moment.video == video)
        .map(|(moment, number)| Mark { start: moment.start, end: moment.end, number })
        .collect()
}

fn summary(video: &VideoScores, moments: usize) -> String {
    let mut notes = vec![match &video.clock {
        Some(clock) => place(video.scores.len(), Some(clock)),
        None => format!("{} frames", crate::table::grouped(video.scores.len() as u64)),
    }];
    if let Some(truth) = &video.truth {
        notes.push(match roc_auc(&video.scores, truth) {
            Ok(Measure::Value(auc)) => format!("AUC {auc:.4}"),
            Ok(Measure::Undefined { reason }) => format!("AUC undefined: {reason}"),
            Err(error) => format!("AUC unknown: {error}"),
        });
    }
    match moments {
        0 => {}
        1 => notes.push("1 moment".to_owned()),
        n => notes.push(format!("{n} moments")),
    }
    let (id, notes) = (escape(&video.video), escape(&notes.join(" · ")));
    format!("<bdi>{id}</bdi> <span class=\"note\">{notes}</span>")
}

fn common_range(videos: &[VideoScores]) -> Option<(f64, f64)> {
    let scores = videos.iter().flat_map(|v| &v.scores).filter(|s| s.is_finite());
    let (low, high) =
        scores.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), s| (l.min(*s), h.max(*s)));
    (low <= high).then_some((f64::from(low), f64::from(high)))
}
