//! Objects, snippets and video labels of one training are of the same videos.

use gcl_core::rng;
use gcl_data::ObjectIndex;

use super::interleaver::Interleaver;
use super::snippets::Snippets;
use crate::error::{Result, TrainError};

impl Interleaver {
    /// A hash of the data.
    pub(super) fn fingerprint(&self) -> u64 {
        let candidates: Vec<u8> = self.candidates.iter().map(|&c| u8::from(c)).collect();
        let parts = [self.one_class.fingerprint(), self.snippets.fingerprint()];
        let hash = rng::fnv1a(rng::FNV_START, &candidates);
        parts.iter().fold(hash, |hash, part| rng::fnv1a(hash, &part.to_le_bytes()))
    }
}

/// Refuses objects of other videos than the snippets'.
pub(super) fn check(index: &ObjectIndex, snippets: &Snippets) -> Result<()> {
    if index.objects().is_empty() {
        return Err(TrainError::Mismatch("there is no object to train on".to_owned()));
    }
    if index.videos().len() != snippets.videos().len() {
        let (found, expected) = (index.videos().len(), snippets.videos().len());
        return Err(TrainError::Mismatch(format!(
            "objects of {found} videos, snippets of {expected}"
        )));
    }
    for (video, (id, range)) in index.videos().iter().zip(snippets.videos()) {
        if video.id != *id || video.snippets != range.len() {
            return Err(TrainError::Mismatch(format!(
                "objects are of video `{}` with {} snippets where snippets are of video `{id}` \
                 with {}",
                video.id,
                video.snippets,
                range.len()
            )));
        }
    }
    Ok(())
}

/// Which snippets may be called anomalous: all, or those of videos labelled so.
pub(super) fn candidates(snippets: &Snippets, anomalous: Option<&[bool]>) -> Result<Vec<bool>> {
    let Some(labels) = anomalous else { return Ok(vec![true; snippets.len()]) };
    if labels.len() != snippets.videos().len() {
        let (found, expected) = (labels.len(), snippets.videos().len());
        return Err(TrainError::Mismatch(format!("{found} labels of {expected} videos")));
    }
    let videos = snippets.videos().iter().zip(labels);
    Ok(videos.flat_map(|((_, range), &label)| range.clone().map(move |_| label)).collect())
}
