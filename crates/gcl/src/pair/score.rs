//! A trained pair's frame scores, both models'.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{ScoreInfo, ScoreWriter, VideoId};
use gcl_train::interleave::{Left, ObjectSource, PairMethod, PairModel, weak_frames};
use gcl_train::{RunDir, TrainError};

use super::data::PairData;
use crate::error::{Error, Result};

/// Scores videos by the models of a run: one score per frame, into `one-class/` and `weak/` in the
/// folder `out`, whichever models there are. Returns what was left out of the objects.
///
/// # Errors
/// If there is no trained pair, the features are of another kind, or something cannot be read or
/// written.
pub fn score(run: &RunDir, data: &PairData, out: &Path, device: &Device) -> Result<Left> {
    let folder = run.model();
    let card = PairModel::open(&folder)?;
    let set = data.features()?;
    if !set.has_features() && card.config.method != PairMethod::OneClass {
        let text = "features are missing: this run has a model of snippets";
        return Err(Error::Setting(text.to_owned()));
    }
    let dim = card.scaler.as_ref().map_or(set.dim(), gcl_core::Scaler::dim);
    if card.scaler.is_some() && set.has_features() {
        set.check_like(dim, card.extractor.as_ref())?;
    }
    let selected = data.select(&set, false)?;
    let videos = selected.videos()?;
    let (snippets, _) = selected.snippets(&card.config, card.scaler.as_ref())?;
    let mut left = Left::default();

    if let Some(state) = PairModel::one_class(&folder)? {
        let (files, score_only) = (&data.objects, true);
        let source = ObjectSource { files, videos: &videos, snippets: &snippets, score_only };
        let settings = card.config.one_class.settings();
        let (mut side, found) = settings.open(&source, card.config.interleave.seed, device)?;
        side.load(&state)?;
        let source = card.config.one_class.kind().name();
        write(&out.join("one-class"), source, false, &side.frames()?)?;
        left = found;
    }
    if let Some(state) = PairModel::weak(&folder)? {
        let mut weak = card.config.weak_model(device)?;
        let doing = "loading the weakly-supervised model".to_owned();
        weak.load(&state).map_err(|source| TrainError::Core { doing, source })?;
        let frames = weak_frames(weak.as_ref(), &snippets, &videos, device)?;
        write(&out.join("weak"), card.config.weak.kind().name(), true, &frames)?;
    }
    Ok(left)
}

/// Writes frame scores of videos into a folder.
pub(super) fn write(
    folder: &Path,
    source: &str,
    bounded: bool,
    frames: &[(VideoId, Vec<f32>)],
) -> Result<()> {
    let info = ScoreInfo { bounded, source: source.to_owned(), model: None };
    let writer = ScoreWriter::create(folder, info)?;
    for (id, scores) in frames {
        writer.write(id, scores)?;
    }
    Ok(())
}
