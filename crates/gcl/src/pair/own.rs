//! A pair trained on footage alone, and that footage scored by it: what [`find`](crate::find::find()) does with a pair.

use gcl_data::{FeatureSet, VideoId};
use gcl_train::interleave::{
    ObjectFiles, ObjectSource, Pair, PairConfig, PairModel, Snippets, weak_frames,
};
use gcl_train::{Listener, RunDir, TrainError, TrainOptions};

use super::data::{Known, Selected};
use super::score::write;
use crate::error::{Error, Result};
use crate::facts::{self, Facts, VideoFacts};

/// Trains a pair on a set of clip features whose one-class model needs no other objects, from wherever its run
/// stands, and writes the weakly-supervised model's frame scores of the same videos.
///
/// # Errors
/// If the run has another configuration or is of other footage, or something cannot be trained, read or written;
/// [`TrainError::Interrupted`] after a cancel, with the last loop's end saved.
pub(crate) fn train_and_score(
    set: &FeatureSet,
    run: &RunDir,
    config: &PairConfig,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<()> {
    let (device, cancel) = (&options.device, options.cancel);
    config.check_features(set.dim())?;
    let selected = Selected { set: set.clone(), known: Known::default() };
    let videos = selected.videos()?;
    let (snippets, scaler) = selected.snippets(config, None)?;
    let files = ObjectFiles::default();
    let source =
        ObjectSource { files: &files, videos: &videos, snippets: &snippets, score_only: false };
    let (side, _) = config.one_class.settings().open(&source, config.interleave.seed, device)?;
    let pair = Pair::new(config.clone()).device(device);
    let own = snippets.clone();
    let fit = || {
        run.keep_left_out(set.left_out())?;
        pair.fit_in(Some(run), Some(side), own, cancel, listener)
    };
    let fitted = if run.exists() { fit() } else { run.start(config, fit) }?;
    fitted.save(&run.model(), config, scaler, set.identity().cloned())?;

    let weak = fitted.weak().ok_or_else(|| {
        let text = "only a pair of two models scores footage".to_owned();
        Error::Setting(text)
    })?;
    let frames = weak_frames(weak, &snippets, &videos, device)?;
    write(&run.scores(), config.weak.kind().name(), true, &frames, set.left_out())?;
    let (features, areas) = (std::path::absolute(set.dir()).ok(), facts::areas(set)?);
    let known = set.videos().iter().map(|video| {
        let (features, areas) = (features.clone(), areas.clone());
        let facts = VideoFacts { fps: video.fps, features, areas, ..VideoFacts::default() };
        (video.id.clone(), facts)
    });
    facts::write(&run.scores(), &known.collect::<Facts>())
}

/// What scores single rows of features by the weakly-supervised model of a run, each on its own.
///
/// # Errors
/// If there is no such model, or it is of other features than the set's.
pub(crate) fn row_scores<'a>(
    run: &RunDir,
    set: &'a FeatureSet,
    device: &'a gcl_core::Device,
) -> Result<impl Fn(&[f32]) -> Result<Vec<f32>> + use<'a>> {
    let folder = run.model();
    let card = PairModel::open(&folder)?;
    set.check_like(
        card.scaler.as_ref().map_or(set.dim(), gcl_core::Scaler::dim),
        card.extractor.as_ref(),
    )?;
    let mut weak = card.config.weak_model(device)?;
    if let Some(state) = PairModel::weak(&folder)? {
        let doing = "loading the weakly-supervised model".to_owned();
        weak.load(&state).map_err(|source| TrainError::Core { doing, source })?;
    }
    Ok(move |rows: &[f32]| {
        let alone =
            (0..rows.len() / set.dim().max(1)).map(|row| Ok((VideoId::new(row.to_string())?, 1)));
        let alone = alone.collect::<std::result::Result<_, gcl_data::IdError>>();
        let alone = alone.map_err(Error::data(set.dir()))?;
        let mut snippets = Snippets::new(rows.to_vec(), 1, set.dim(), alone)?;
        if let Some(scaler) = &card.scaler {
            snippets.scale(scaler)?;
        }
        Ok(snippets.score(weak.as_ref(), device)?)
    })
}
