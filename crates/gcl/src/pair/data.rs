//! From files to videos, snippets, objects and labels.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gcl_core::Scaler;
use gcl_data::files::Found;
use gcl_data::{
    Clips, FeatureSet, Manifest, PackedCubes, PoseSet, Tail, VideoId, read_lengths, resolve_all,
};
use gcl_train::interleave::{ObjectFiles, PairConfig, Snippets, Supervision, Video, Videos};

use crate::error::{Error, Result};

/// Where the data of a pair is.
#[derive(Clone, Debug, Default)]
pub struct PairData {
    /// Folder of the snippets' features; they determine the set of videos. `None` for a one-class model alone on
    /// objects: the videos are then those that have objects.
    pub features: Option<PathBuf>,
    /// Frames in a clip of plain features; 16 in the paper.
    pub clip_length: Option<usize>,
    /// Files of objects, for the one-class models that read them.
    pub objects: ObjectFiles,
    /// A manifest with the columns `split`, `label` and `frames`.
    pub manifest: Option<PathBuf>,
    /// What else says how many frames a video has: a manifest, or ground truth with a label for each frame. Of ground
    /// truth no label is used.
    pub frames: Option<PathBuf>,
    /// Only the videos of this split of the manifest.
    pub split: Option<String>,
}

/// What a manifest says of videos, by the ids that features have.
#[derive(Default)]
pub(super) struct Known {
    pub(super) frames: BTreeMap<VideoId, usize>,
    splits: BTreeMap<VideoId, String>,
    labels: BTreeMap<VideoId, bool>,
}

/// The videos that take part.
pub(super) struct Selected {
    pub(super) set: FeatureSet,
    pub(super) known: Known,
}

impl PairData {
    /// Opens the features, of all splits.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn features(&self) -> Result<FeatureSet> {
        let rule = |length| Clips { length, stride: length, tail: Tail::Shift };
        match &self.features {
            Some(features) => {
                Ok(FeatureSet::open_with(features, self.clip_length.map(rule))?.readable()?)
            }
            None => self.objects_alone(),
        }
    }

    /// The videos of the files of objects.
    fn objects_alone(&self) -> Result<FeatureSet> {
        let ObjectFiles { poses, tracks, cubes } = &self.objects;
        let (path, ids, left_out): (&PathBuf, Vec<VideoId>, _) = match (poses, tracks, cubes) {
            (Some(path), ..) => {
                let set = PoseSet::open(path)?;
                (path, set.videos.into_iter().map(|(id, _)| id).collect(), set.left_out)
            }
            (None, Some(path), _) => {
                let Found { files, left_out } = Found::below(path, "txt")?;
                (path, files.into_iter().map(|(id, _)| id).collect(), left_out)
            }
            (None, None, Some(path)) => {
                let places = PackedCubes::open(path)?.places;
                (path, places.into_iter().map(|place| place.video).collect(), Vec::new())
            }
            (None, None, None) => {
                let text = "no data: give a folder of features, or for a one-class model alone its poses, \
                            tracks or cubes";
                return Err(Error::Setting(text.to_owned()));
            }
        };
        if ids.is_empty() {
            return Err(Error::data(path)(
                "no file of objects here or below (tracks are .txt, poses .json)",
            ));
        }
        Ok(FeatureSet::of_objects(path, ids).without(left_out))
    }

    /// The videos of the split, and of these the normal ones if asked.
    pub(super) fn select(&self, set: &FeatureSet, normal_only: bool) -> Result<Selected> {
        let known = self.known(&ids(set))?;
        let split = self.split.as_deref();
        let left_out = set.left_out().to_vec();
        let set = set.select(|id| {
            split.is_none_or(|split| known.splits.get(id).is_some_and(|own| own == split))
                && (!normal_only || known.labels.get(id) == Some(&false))
        });
        if set.videos().is_empty() {
            let problem = format!(
                "no video is {}{}by the manifest",
                split.map_or(String::new(), |split| format!("of split `{split}` ")),
                if normal_only { "labelled normal " } else { "" },
            );
            return Err(Error::data(set.dir())(problem));
        }
        Ok(Selected { set: set.without(left_out), known })
    }

    /// Reads the manifest for these videos.
    pub(super) fn known(&self, ids: &[VideoId]) -> Result<Known> {
        let mut known = Known::default();
        if let Some(path) = &self.frames {
            let lengths = read_lengths(path)?;
            let names = resolve_all(ids, lengths.keys()).map_err(Error::data(path))?;
            let pairs = ids.iter().zip(names);
            known.frames.extend(pairs.filter_map(|(id, name)| Some((id.clone(), lengths[name?]))));
        }
        let Some(path) = &self.manifest else { return Ok(known) };
        let manifest = Manifest::read(path)?;
        let entries = resolve_all(ids, manifest.videos.keys()).map_err(Error::data(path))?;
        for (id, name) in ids.iter().zip(entries) {
            let Some(entry) = name.and_then(|name| manifest.videos.get(name)) else { continue };
            known.frames.extend(entry.frames.map(|frames| (id.clone(), frames)));
            known.splits.extend(entry.split.clone().map(|split| (id.clone(), split)));
            known.labels.extend(entry.label.map(|label| (id.clone(), label)));
        }
        Ok(known)
    }
}

impl Selected {
    pub(super) fn videos(&self) -> Result<Videos> {
        Ok(Videos::of(&self.set, &self.known.frames)?)
    }

    /// Whether each video is labelled anomalous, where the supervision is by such labels.
    pub(super) fn anomalous(&self, supervision: Supervision) -> Result<Option<Vec<bool>>> {
        match supervision {
            Supervision::None | Supervision::NormalVideos => Ok(None),
            Supervision::VideoLabels => {
                let label = |video: &Video| {
                    let found = self.known.labels.get(&video.id).copied();
                    found.ok_or_else(|| Error::NoLabel { id: video.id.clone() })
                };
                self.videos()?.list.iter().map(label).collect::<Result<_>>().map(Some)
            }
        }
    }

    /// Reads and scales the snippets; fits the scaler where none is given. Without features there is no scaler.
    pub(super) fn snippets(
        &self,
        config: &PairConfig,
        scaler: Option<&Scaler>,
    ) -> Result<(Snippets, Option<Scaler>)> {
        let mut snippets = Snippets::read(&self.set)?;
        if !self.set.has_features() {
            return Ok((snippets, None));
        }
        let scaler = match scaler {
            Some(scaler) => scaler.clone(),
            None => Scaler::fit(config.scaler, &snippets.means(), snippets.dim())
                .map_err(Error::data(self.set.dir()))?,
        };
        self.set.check_like(scaler.dim(), None)?;
        snippets.scale(&scaler)?;
        Ok((snippets, Some(scaler)))
    }
}

/// The ids of all videos.
pub(super) fn ids(set: &FeatureSet) -> Vec<VideoId> {
    set.videos().iter().map(|video| video.id.clone()).collect()
}
