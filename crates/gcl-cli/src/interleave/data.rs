//! From the arguments' files to videos, snippets and objects.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use gcl_core::Scaler;
use gcl_data::{Clips, FeatureSet, Manifest, Tail, VideoId, resolve_all};
use gcl_train::interleave::{PairConfig, PairModel, Snippets, Videos};

use crate::error::Failure;

/// Where objects come from.
#[derive(Args, Debug, Clone, Default)]
pub struct ObjectArgs {
    /// Folder of persons tracked by AlphaPose, one .json per video.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["tracks", "cubes"])]
    pub poses: Option<PathBuf>,
    /// Folder of box tracks, one .txt per video.
    #[arg(long, value_name = "FOLDER", conflicts_with = "cubes")]
    pub tracks: Option<PathBuf>,
    /// File of object cubes: .npy, with a .csv of the same name in the same folder.
    #[arg(long, value_name = "FILE")]
    pub cubes: Option<PathBuf>,
}

/// What is known of the videos.
#[derive(Debug, Clone, Default)]
pub struct VideoArgs {
    /// A manifest: columns `split`, `label` and `frames` of the videos.
    pub manifest: Option<PathBuf>,
    /// Frames in a clip of plain .npy features; 16 in the paper.
    pub clip_length: Option<usize>,
}

/// A manifest's entries by the ids that features have.
pub struct Known {
    frames: BTreeMap<VideoId, usize>,
    splits: BTreeMap<VideoId, String>,
    labels: BTreeMap<VideoId, bool>,
}

impl VideoArgs {
    /// Opens features, with the clip rule if it was given.
    pub fn features(&self, folder: &std::path::Path) -> Result<FeatureSet, Failure> {
        let rule = |length| Clips { length, stride: length, tail: Tail::Shift };
        Ok(FeatureSet::open_with(folder, self.clip_length.map(rule))?)
    }

    /// Reads the manifest for these videos.
    pub fn known(&self, ids: &[VideoId]) -> Result<Known, Failure> {
        let mut known =
            Known { frames: BTreeMap::new(), splits: BTreeMap::new(), labels: BTreeMap::new() };
        let Some(path) = &self.manifest else { return Ok(known) };
        let manifest = Manifest::read(path)?;
        let located = |e| Failure::Data(format!("{}: {e}", path.display()));
        let entries = resolve_all(ids, manifest.videos.keys()).map_err(located)?;
        for (id, name) in ids.iter().zip(entries) {
            let Some(entry) = name.and_then(|name| manifest.videos.get(name)) else { continue };
            known.frames.extend(entry.frames.map(|frames| (id.clone(), frames)));
            known.splits.extend(entry.split.clone().map(|split| (id.clone(), split)));
            known.labels.extend(entry.label.map(|label| (id.clone(), label)));
        }
        Ok(known)
    }
}

impl Known {
    /// Keeps the videos of a split, and of these the normal ones if asked.
    pub fn select(
        &self,
        set: &FeatureSet,
        split: Option<&str>,
        normal_only: bool,
    ) -> Result<FeatureSet, Failure> {
        let set = set.select(|id| {
            split.is_none_or(|split| self.splits.get(id).is_some_and(|own| own == split))
                && (!normal_only || self.labels.get(id) == Some(&false))
        });
        match set.videos().is_empty() {
            false => Ok(set),
            true => Err(Failure::Data(format!(
                "{}: no video is {}{}by the manifest",
                set.dir().display(),
                split.map_or(String::new(), |split| format!("of split `{split}` ")),
                if normal_only { "labelled normal " } else { "" },
            ))),
        }
    }

    /// Whether each video is labelled anomalous.
    pub fn anomalous(&self, videos: &Videos) -> Result<Vec<bool>, Failure> {
        let label = |video: &gcl_train::interleave::Video| {
            self.labels.get(&video.id).copied().ok_or_else(|| {
                Failure::Usage(format!(
                    "this training uses video labels, and the manifest has none for {}",
                    video.id
                ))
            })
        };
        videos.list.iter().map(label).collect()
    }

    /// Frames by video.
    pub fn frames(&self) -> &BTreeMap<VideoId, usize> {
        &self.frames
    }
}

/// Reads and scales the snippets of a set; fits the scaler where none is given.
pub fn snippets(
    set: &FeatureSet,
    config: &PairConfig,
    scaler: Option<&Scaler>,
) -> Result<(Snippets, Scaler), Failure> {
    let mut snippets = Snippets::read(set)?;
    let scaler = match scaler {
        Some(scaler) => scaler.clone(),
        None => {
            Scaler::fit(config.scaler, &snippets.means(), snippets.dim()).map_err(Failure::data)?
        }
    };
    if scaler.dim() != snippets.dim() {
        return Err(Failure::Data(format!(
            "{}: features of {} dimensions, the model was trained on {}",
            set.dir().display(),
            snippets.dim(),
            scaler.dim()
        )));
    }
    snippets.scale(&scaler)?;
    Ok((snippets, scaler))
}

/// The features' facts that both training and scoring must agree on.
pub fn check_extractor(card: &PairModel, set: &FeatureSet) -> Result<(), Failure> {
    match (&card.extractor, set.identity()) {
        (Some(a), Some(b)) => match a.difference(b) {
            None => Ok(()),
            Some((what, expected, found)) => Err(Failure::Data(format!(
                "{}: other features than the training ones: the extractor's {what} was {expected} \
                 and is {found}",
                set.dir().display()
            ))),
        },
        _ => Ok(()),
    }
}
