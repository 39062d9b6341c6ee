//! Figures 7 and 8: frame scores of single videos.

use gcl::judge::{TestVideo, judge_video, read_epochs};
use gcl::report::{PANELS, evenly};
use gcl_bench::quoted;
use gcl_data::VideoId;
use gcl_eval::svg::{Panel, Panels, Timeline};
use gcl_eval::{Measure, roc_auc};
use gcl_train::Method;

use super::Made;
use super::study::Study;
use crate::error::Failure;

/// Videos of Figure 8.
const VIDEOS: usize = 4;

/// One video's scores as GCL_B trains.
pub fn fig7(study: &mut Study<'_>, wanted: Option<&str>) -> Result<Made, Failure> {
    let video = match wanted {
        Some(id) => named(study, id)?,
        None => most_telling(study).into_iter().next().ok_or_else(no_video)?,
    };
    study.options.follow = Some(video.id.clone());
    let cell = study.one(Method::GclB)?;
    let epochs = read_epochs(&cell.folder)?.unwrap_or_default();
    let followed: Vec<_> = epochs.last_phase().collect();
    if followed.is_empty() {
        let text = format!("{}: no judged epochs", cell.folder.display());
        return Err(Failure::Data(text));
    }
    let picked = evenly(&followed, PANELS);
    let panels = picked.iter().map(|epoch| {
        let auc = roc_auc(&epoch.followed, &video.labels).ok().and_then(Measure::value);
        let auc = auc.map_or_else(String::new, |auc| format!(", AUC of this video {auc:.3}"));
        Panel { title: format!("epoch {}{auc}", epoch.epoch), scores: epoch.followed.clone() }
    });
    let chart = Panels {
        title: format!("{}, by the {}", video.id, cell.result.score),
        panels: panels.collect(),
        truth: video.labels.clone(),
        fps: video.fps,
    };
    let mut csv = String::from("epoch,frame,score,abnormal\n");
    for epoch in &picked {
        for (frame, (score, label)) in epoch.followed.iter().zip(&video.labels).enumerate() {
            csv += &format!("{},{frame},{score},{}\n", epoch.epoch, u8::from(*label));
        }
    }
    let caption = "Frame scores of one test video at the ends of epochs of GCL_B; abnormal stretches \
                   are shaded.";
    let title = "Figure 7: scores as training proceeds";
    Ok(Made::figure(title, caption, vec![chart.chart()], csv, String::new()))
}

/// Final scores of four videos by GCL_PT.
pub fn fig8(study: &mut Study<'_>) -> Result<Made, Failure> {
    let cell = study.one(Method::GclPt)?;
    let model = study.model(&cell)?;
    let videos = most_telling(study);
    if videos.is_empty() {
        return Err(no_video());
    }
    let mut shown = Vec::new();
    let mut csv = String::from("video,frame,score,abnormal\n");
    for video in videos.iter().take(VIDEOS) {
        let scores = judge_video(&model, &study.data.test, video)?;
        let own = scores.into_iter().find(|(source, _)| source.name() == cell.result.score);
        let Some((_, scores)) = own else { continue };
        let id = quoted(video.id.as_str());
        for (frame, (score, label)) in scores.iter().zip(&video.labels).enumerate() {
            csv += &format!("{id},{frame},{score},{}\n", u8::from(*label));
        }
        shown.push((format!("{}, by the {}", video.id, cell.result.score), video, scores));
    }
    // On one axis, so that videos can be compared.
    let all = shown.iter().flat_map(|(_, _, scores)| scores).map(|s| f64::from(*s));
    let range = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), s| (l.min(s), h.max(s)));
    let draw = |(title, video, scores): &(String, &TestVideo, Vec<f32>)| {
        let (truth, fps) = (Some(video.labels.as_slice()), video.fps);
        Timeline { title, scores, truth, fps, range: Some(range), ..Timeline::default() }.chart()
    };
    let charts = shown.iter().map(draw).collect();
    let caption = "Frame scores of the test videos with the most abnormal frames beside normal ones, \
                   after GCL_PT; abnormal stretches are shaded. Chosen by the truth, not by the result.";
    Ok(Made::figure("Figure 8: final scores", caption, charts, csv, String::new()))
}

/// Videos with both classes, the most evenly mixed first.
fn most_telling(study: &Study<'_>) -> Vec<TestVideo> {
    let weight = |video: &TestVideo| {
        let abnormal = video.labels.iter().filter(|label| **label).count();
        abnormal.min(video.labels.len() - abnormal)
    };
    let mut videos: Vec<TestVideo> =
        study.data.test.videos.iter().filter(|v| weight(v) > 0).cloned().collect();
    videos.sort_by_key(|video| std::cmp::Reverse(weight(video)));
    videos
}

fn named(study: &Study<'_>, id: &str) -> Result<TestVideo, Failure> {
    let wanted = VideoId::new(id).map_err(Failure::data)?;
    let videos = &study.data.test.videos;
    let found = videos.iter().find(|v| v.id == wanted || v.id.name() == id);
    found.cloned().ok_or_else(|| Failure::Usage(format!("no test video `{id}` with a truth")))
}

fn no_video() -> Failure {
    Failure::Data("no test video has both normal and abnormal frames".to_owned())
}
