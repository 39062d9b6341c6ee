//! The most anomalous moments, with their pictures.

use gcl_eval::report::{Picture, PictureFormat, ShownMoment, VideoScores};
use gcl_eval::{Moment, MomentOptions, find_moments};
use gcl_features::thumbs;

use crate::error::Result;
use crate::facts::Facts;

/// A moment is where scores reach this quantile of all frames.
const MOMENT_QUANTILE: f64 = 0.95;

/// The width of a moment's picture, in pixels.
const PICTURE_WIDTH: u32 = 320;

/// The most anomalous moments, with pictures where the footage is at hand; and a line for each video
/// whose footage cannot be decoded.
pub(super) fn moments(
    videos: &[VideoScores],
    facts: &Facts,
    top: usize,
) -> Result<(Vec<ShownMoment>, Vec<String>)> {
    let options = MomentOptions { top, quantile: MOMENT_QUANTILE, ..MomentOptions::default() };
    let found = find_moments(videos.iter().map(|v| (v.video.as_str(), &v.scores)), &options)?;
    let mut shown: Vec<ShownMoment> = found
        .into_iter()
        .map(|moment| {
            let video = videos.iter().find(|v| v.video == moment.video);
            let clock = video.and_then(|v| v.clock.clone());
            ShownMoment { clock, moment, picture: None, place: None }
        })
        .collect();
    let missing = add_pictures(&mut shown, facts);
    Ok((shown, missing))
}

/// Decodes each video once for all of its moments. A picture that fails is left out: it is a help
/// and not the result.
fn add_pictures(moments: &mut [ShownMoment], facts: &Facts) -> Vec<String> {
    let mut missing = Vec::new();
    for (id, known) in facts {
        let Some(footage) = &known.footage else { continue };
        let here = |m: &Moment| m.video == id.as_str();
        let frames: Vec<usize> = moments
            .iter()
            .filter(|shown| here(&shown.moment))
            .map(|shown| shown.moment.peak_frame)
            .collect();
        if frames.is_empty() {
            continue;
        }
        let Ok(images) = thumbs::frames_at(footage, &frames) else {
            missing.push(format!("no pictures of {id}: {} cannot be decoded", footage.display()));
            continue;
        };
        for shown in moments.iter_mut().filter(|shown| here(&shown.moment)) {
            let image = images.iter().find(|(frame, _)| *frame == shown.moment.peak_frame);
            shown.picture = image.and_then(|(_, image)| {
                let bytes = thumbs::jpeg(image, PICTURE_WIDTH, 80).ok()?;
                let size = [image.width(), image.height()];
                Some(Picture { format: PictureFormat::Jpeg, bytes, size })
            });
        }
    }
    missing
}
