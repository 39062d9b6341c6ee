//! The most anomalous moments, with their pictures.

use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_eval::{Moment, Place, rarities};

use super::marked::Marked;
use super::objects::Objects;
use super::pictures::{Motion, add_pictures};
use crate::error::Result;
use crate::facts::Facts;
use crate::pick::Pick;

/// The most anomalous moments.
pub(super) struct Moments {
    pub(super) shown: Vec<ShownMoment>,
    /// What moves around each moment's peak, where the footage is at hand.
    pub(super) motion: Vec<Option<Motion>>,
    /// A line for each video whose footage cannot be decoded, or whose objects cannot be read.
    pub(super) missing: Vec<String>,
    /// What is left out because it is marked, in words.
    pub(super) unmarked: Option<String>,
}

/// The most anomalous moments, with pictures where the footage is at hand, and on these the box of the object
/// where objects were scored.
pub(super) fn moments(
    videos: &[VideoScores],
    facts: &Facts,
    pick: &Pick,
    marked: Option<Marked>,
) -> Result<Moments> {
    let (found, unmarked) = listed(videos, pick, marked)?;
    let seconds = pick.seconds(videos);
    let rarities = rarities(&found, videos.iter().map(|v| &v.scores[..]), seconds);
    let mut shown: Vec<ShownMoment> = found
        .into_iter()
        .zip(rarities)
        .map(|(moment, rarity)| {
            let video = videos.iter().find(|v| v.video == moment.video);
            let clock = video.and_then(|v| v.clock.clone());
            let recorded = video.and_then(|v| v.recorded);
            ShownMoment { rarity: Some(rarity), recorded, ..ShownMoment::new(moment, clock) }
        })
        .collect();
    let mut objects = Objects::new(videos, facts);
    // As a picture, a box is a help and not the result.
    let mut missing = Vec::new();
    let mut boxes = Vec::new();
    for ShownMoment { moment, .. } in &mut shown {
        boxes.push(objects.point_at(moment).unwrap_or_else(|error| {
            missing.push(format!("no box in {}: {error}", moment.video));
            None
        }));
    }
    let (motion, undecoded) = add_pictures(&mut shown, videos, facts);
    missing.extend(undecoded);
    missing.dedup();
    for (shown, bounds) in shown.iter_mut().zip(boxes) {
        let size = shown.picture.as_ref().map(|picture| picture.size);
        shown.place = bounds.zip(size).and_then(|(bounds, size)| Place::of_box(bounds, size));
    }
    Ok(Moments { shown, motion, missing, unmarked })
}

/// The moments that are listed, without those that are marked or like them; and what is said of these.
fn listed(
    videos: &[VideoScores],
    pick: &Pick,
    marked: Option<Marked>,
) -> Result<(Vec<Moment>, Option<String>)> {
    let Some(mut marked) = marked else { return Ok((pick.moments(videos)?, None)) };
    let wanted = pick.count(videos);
    let (mut kept, mut left_out) = (Vec::new(), 0);
    for moment in pick.candidates(videos)? {
        if kept.len() == wanted {
            break;
        }
        match marked.holds(&moment, videos)? {
            true => left_out += 1,
            false => kept.push(moment),
        }
    }
    Ok((kept, marked.note(left_out)))
}
