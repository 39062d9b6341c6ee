//! Which videos' features may be used together.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::error::FeatureError;
use super::open::OpenedFile;
use crate::left_out::LeftOut;

/// The videos that may be used together. Where most are of the same number of dimensions and crops, those that are
/// not are left out.
pub(super) fn alike(
    videos: Vec<OpenedFile>,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<OpenedFile>, FeatureError> {
    let kind = |video: &OpenedFile| (video.dim, video.crops);
    let mut counts = BTreeMap::new();
    videos.iter().for_each(|video| *counts.entry(kind(video)).or_insert(0) += 1);
    let most = counts.iter().max_by_key(|(_, count)| **count).map(|(kind, count)| (*kind, *count));
    let all = videos.len();
    let (kept, other): (Vec<_>, Vec<_>) = match most {
        Some((usual, count)) if 2 * count > all => {
            videos.into_iter().partition(|video| kind(video) == usual)
        }
        _ => (videos, Vec::new()),
    };
    if let Some(first) = kept.first() {
        for video in kept.iter().skip(1) {
            agree(first, video)?;
        }
        for video in other {
            let path = video.files.paths.first().cloned().unwrap_or_default();
            let what = format!(
                "{}: {} crops of {} dimensions, but most videos have {} of {}",
                path.display(),
                video.crops,
                video.dim,
                first.crops,
                first.dim
            );
            left_out.push((video.id, what));
        }
    }
    Ok(kept)
}

/// Checks that two videos may be used together.
fn agree(first: &OpenedFile, second: &OpenedFile) -> Result<(), FeatureError> {
    let (one, other) = (&first.id, &second.id);
    let differs = |what: &str, a: &dyn Display, b: &dyn Display| {
        FeatureError::Differs(format!("{what} differs: {one} has {a}, {other} has {b}"))
    };
    match (&first.meta, &second.meta) {
        (Some(a), Some(b)) => {
            if let Some((what, a, b)) = a.extractor.difference(&b.extractor) {
                return Err(differs(&format!("the extractor's {what}"), &a, &b));
            }
        }
        (None, None) => {}
        (described, _) => {
            let (with, without) = if described.is_some() { (one, other) } else { (other, one) };
            return Err(FeatureError::Differs(format!(
                "{with} has a .json beside it and {without} has none: they are from different sources"
            )));
        }
    }
    if first.dim != second.dim {
        return Err(differs("the number of dimensions", &first.dim, &second.dim));
    }
    if first.crops != second.crops {
        return Err(differs("the number of crops", &first.crops, &second.crops));
    }
    Ok(())
}
