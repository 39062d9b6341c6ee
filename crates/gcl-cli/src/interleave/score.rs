//! `gcl score RUN`: a trained pair's frame scores, both models'.

use std::path::{Path, PathBuf};

use gcl_core::{OneClass, State};
use gcl_data::{ScoreInfo, ScoreWriter, VideoId};
use gcl_train::TrainError;
use gcl_train::interleave::{Objects, PairModel, Videos, one_class_frames, weak_frames};

use super::data::{ObjectArgs, VideoArgs, check_extractor, snippets};
use super::side::OneClassSide;
use crate::device;
use crate::error::{Done, Failure, Outcome};

/// What to score, and where to.
pub struct Task {
    pub run: PathBuf,
    /// Features of snippets.
    pub features: PathBuf,
    pub files: ObjectArgs,
    pub about: VideoArgs,
    pub split: Option<String>,
    pub out: Option<PathBuf>,
    pub device: String,
}

/// Runs the command.
pub fn run(args: Task) -> Outcome {
    let device = device::find(&args.device)?;
    let folder = args.run.join("model");
    let card = PairModel::open(&folder)?;
    let set = args.about.features(&args.features)?;
    check_extractor(&card, &set)?;
    let ids: Vec<VideoId> = set.videos().iter().map(|video| video.id.clone()).collect();
    let known = args.about.known(&ids)?;
    let set = known.select(&set, args.split.as_deref(), false)?;
    let videos = Videos::of(&set, known.frames())?;
    let (snippets, _) = snippets(&set, &card.config, card.scaler.as_ref())?;
    let out = args.out.unwrap_or_else(|| args.run.join("scores"));

    if let Some(state) = PairModel::one_class(&folder)? {
        let own = (&videos, Some(&snippets));
        let frames = match OneClassSide::open(&card.config, &args.files, own, true, &device)? {
            OneClassSide::Ae(model, objects) => frames(model, &objects, &state, &device)?,
            OneClassSide::StgNf(model, objects, _) => frames(model, &objects, &state, &device)?,
            OneClassSide::Jigsaw(model, objects) => frames(model, &objects, &state, &device)?,
        };
        let kind = serde_json::to_value(&card.config.one_class).map_err(Failure::data)?;
        write(&out.join("one-class"), &kind["kind"], false, &frames)?;
    }
    if let Some(state) = PairModel::weak(&folder)? {
        let mut weak = card.config.weak_model(&device)?;
        weak.load(&state).map_err(Failure::data)?;
        let frames = weak_frames(weak.as_ref(), &snippets, &videos, &device)?;
        let kind = serde_json::to_value(&card.config.weak).map_err(Failure::data)?;
        write(&out.join("weak"), &kind["kind"], true, &frames)?;
    }
    println!("{}", out.display());
    Ok(Done::Fully)
}

fn frames<M: OneClass, X: Objects<Batch = M::Batch>>(
    mut model: M,
    objects: &X,
    state: &State,
    device: &gcl_core::Device,
) -> Result<Vec<(VideoId, Vec<f32>)>, TrainError> {
    let doing = "loading the one-class model".to_owned();
    model.load(state).map_err(|source| TrainError::Core { doing, source })?;
    one_class_frames(&model, objects, 1024, device)
}

/// Writes frame scores of videos into a folder.
pub fn write(
    folder: &Path,
    kind: &serde_json::Value,
    bounded: bool,
    frames: &[(VideoId, Vec<f32>)],
) -> Result<(), Failure> {
    let source = kind.as_str().unwrap_or("model").to_owned();
    let writer = ScoreWriter::create(folder, ScoreInfo { bounded, source, model: None })?;
    for (id, scores) in frames {
        writer.write(id, scores)?;
    }
    Ok(())
}
