//! A trained pair's frame scores, both models'.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{LeftOut, ScoreInfo, ScoreWriter, VideoId};
use gcl_train::interleave::{Left, PairMethod, PairModel, weak_frames};
use gcl_train::{RunDir, TrainError};

use super::data::PairData;
use super::ready::Ready;
use crate::error::{Error, Result};

/// What was left out of the scores, and what is to be said of the features.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scored {
    /// What was left out; videos with a file that cannot be read are in [`Left::bad`], and have no scores.
    pub left: Left,
    /// How features were read, where that is not the usual way.
    pub notes: Vec<String>,
}

/// Scores videos by the models of a run: one score per frame, into `one-class/` and `weak/` in the
/// folder `out`, whichever models there are.
///
/// # Errors
/// If there is no trained pair, the features are of another kind, or something cannot be read or
/// written.
pub fn score(run: &RunDir, data: &PairData, out: &Path, device: &Device) -> Result<Scored> {
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
    let ready = selected.ready(&data.objects, &card.config, card.scaler.as_ref(), true, device)?;
    let Ready { selected, videos, snippets, side, mut left, .. } = ready;
    left.bad = selected.set.left_out().to_vec();

    if let (Some(mut side), Some(state)) = (side, PairModel::one_class(&folder)?) {
        side.load(&state)?;
        let source = card.config.one_class.kind().name();
        write(&out.join("one-class"), source, false, &side.frames()?, &left.bad)?;
    }
    if let Some(state) = PairModel::weak(&folder)? {
        let mut weak = card.config.weak_model(device)?;
        let doing = "loading the weakly-supervised model".to_owned();
        weak.load(&state).map_err(|source| TrainError::Core { doing, source })?;
        let frames = weak_frames(weak.as_ref(), &snippets, &videos, device)?;
        write(&out.join("weak"), card.config.weak.kind().name(), true, &frames, &left.bad)?;
    }
    let notes = set.notes().iter().map(ToString::to_string).collect();
    Ok(Scored { left, notes })
}

/// Writes frame scores of videos into a folder.
pub(super) fn write(
    folder: &Path,
    source: &str,
    bounded: bool,
    frames: &[(VideoId, Vec<f32>)],
    left_out: &[LeftOut],
) -> Result<()> {
    let info = ScoreInfo { bounded, source: source.to_owned(), model: None };
    let writer = ScoreWriter::create(folder, info)?;
    for (id, scores) in frames {
        writer.write(id, scores)?;
    }
    Ok(writer.leave_out(left_out)?)
}
