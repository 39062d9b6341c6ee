//! Videos with their snippets and objects, without those whose files of objects cannot be read.

use gcl_core::{Device, Scaler};
use gcl_train::interleave::{
    Left, ObjectFiles, ObjectSource, OneClassSide, PairConfig, Snippets, Videos,
};

use super::data::Selected;
use crate::error::Result;

/// What a pair trains on or scores.
pub(super) struct Ready {
    pub(super) selected: Selected,
    pub(super) videos: Videos,
    pub(super) snippets: Snippets,
    pub(super) scaler: Option<Scaler>,
    /// The one-class model on its objects; none where the pair has none.
    pub(super) side: Option<Box<dyn OneClassSide>>,
    /// What else was left out of the objects.
    pub(super) left: Left,
}

impl Selected {
    /// Reads the snippets, scaled by `scaler` or by one fitted to them, and opens the one-class model's objects.
    pub(super) fn ready(
        mut self,
        files: &ObjectFiles,
        config: &PairConfig,
        scaler: Option<&Scaler>,
        score_only: bool,
        device: &Device,
    ) -> Result<Ready> {
        loop {
            let videos = self.videos()?;
            let (snippets, scaler) = self.snippets(config, scaler)?;
            let source = ObjectSource { files, videos: &videos, snippets: &snippets, score_only };
            let (settings, seed) = (config.one_class.settings(), config.interleave.seed);
            let opened = config.has_one_class().then(|| settings.open(&source, seed, device));
            let (side, mut left) = opened
                .transpose()?
                .map_or_else(|| (None, Left::default()), |(side, left)| (Some(side), left));
            if left.bad.is_empty() {
                return Ok(Ready { selected: self, videos, snippets, scaler, side, left });
            }
            // They leave the snippets too, and all is read again without them.
            self.set = self.set.without(std::mem::take(&mut left.bad));
        }
    }
}
