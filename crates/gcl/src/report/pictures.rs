//! Moments' pictures, and what moves around them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gcl_eval::report::{Picture, PictureFormat, ShownMoment, VideoScores};
use gcl_features::gradient::{Gradient, GradientFrame};
use gcl_features::{Extractor, thumbs};

use crate::facts::Facts;

/// The width of a moment's picture, in pixels.
const PICTURE_WIDTH: u32 = 320;
/// Seconds before a peak, and from it on, that tell what moves: at few frames a second nobody is any more where they
/// were half a clip ago.
const AROUND: f64 = 0.32;
/// The same in frames, at most: together a clip's.
const MOST: usize = 8;

/// How much changes in a moment's frames, in each cell of the gradient descriptor.
pub(super) type Motion = Vec<f32>;

/// Decodes each video once for all of its moments, and returns what moves around each. A picture that fails is
/// left out: it is a help and not the result. The lines are of videos that cannot be decoded.
pub(super) fn add_pictures(
    moments: &mut [ShownMoment],
    videos: &[VideoScores],
    facts: &Facts,
) -> (Vec<Option<Motion>>, Vec<String>) {
    let (mut motion, mut missing) = (vec![None; moments.len()], Vec::new());
    for (id, known) in facts {
        let Some(footage) = &known.footage else { continue };
        let frames = videos.iter().find(|video| video.video == id.as_str());
        let frames = frames.map_or(0, |video| video.scores.len());
        let reach = known.fps.map_or(MOST, |fps| ((AROUND * fps).round() as usize).clamp(1, MOST));
        let around = |peak: usize| peak.saturating_sub(reach)..(peak + reach).min(frames);
        let here = |shown: &ShownMoment| shown.moment.video == id.as_str();
        let own = moments.iter().filter(|shown| here(shown)).map(|shown| shown.moment.peak_frame);
        let peaks: Vec<usize> = own.collect();
        if peaks.is_empty() {
            continue;
        }
        let wanted: Vec<usize> = peaks.iter().copied().flat_map(around).collect();
        let (mut pictures, mut gradients) = (BTreeMap::new(), BTreeMap::new());
        let decoded = thumbs::visit_frames(footage, &wanted, |index, frame| {
            if peaks.contains(&index) {
                pictures.extend(thumbs::picture(frame).map(|picture| (index, picture)));
            }
            let mut seen = Cow::Borrowed(frame);
            if !known.areas.are_none() {
                known.areas.hide(seen.to_mut());
            }
            gradients.extend(Gradient.prepare(&seen).ok().map(|gradient| (index, gradient)));
        });
        if decoded.is_err() {
            missing.push(format!("no pictures of {id}: {} cannot be decoded", footage.display()));
            continue;
        }
        for (shown, motion) in moments.iter_mut().zip(&mut motion).filter(|(shown, _)| here(shown))
        {
            let peak = shown.moment.peak_frame;
            shown.picture = pictures.get(&peak).and_then(|image| {
                let bytes = thumbs::jpeg(image, PICTURE_WIDTH, 80).ok()?;
                let size = [image.width(), image.height()];
                Some(Picture { format: PictureFormat::Jpeg, bytes, size })
            });
            let clip: Vec<&GradientFrame> = gradients.range(around(peak)).map(|(_, g)| g).collect();
            *motion = Gradient.describe(&[clip]).ok().map(|values| change(&values));
        }
    }
    (motion, missing)
}

/// The change in each cell: the larger one of the descriptor's first two channels, which are the clip's halves.
fn change(values: &[f32]) -> Motion {
    let cells = Gradient.regions().map_or(0, |regions| regions.cells());
    let halves = values.iter().zip(values.iter().skip(cells));
    halves.take(cells).map(|(first, second)| first.max(*second)).collect()
}
