//! From the arguments' files to videos, snippets and objects.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use gcl_core::{AutoencoderOneClass, Device, Jigsaw, Scaler, StgNf};
use gcl_data::{Clips, FeatureSet, Manifest, PackedCubes, Tail, VideoId, Windows, resolve_all};
use gcl_train::interleave::{
    CubeObjects, Left, OneClassConfig, PairConfig, SnippetObjects, Snippets, StgNfSettings, Videos,
    WindowObjects, jigsaw_model,
};

use crate::cli::error::Failure;

/// Where objects come from.
#[derive(Args, Debug, Clone, Default)]
pub struct ObjectArgs {
    /// A folder of AlphaPose's tracked persons, one .json a video.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["tracks", "cubes"])]
    pub poses: Option<PathBuf>,
    /// A folder of tracks of boxes, one .txt a video.
    #[arg(long, value_name = "FOLDER", conflicts_with = "cubes")]
    pub tracks: Option<PathBuf>,
    /// A file of object cubes, .npy with a .csv beside it.
    #[arg(long, value_name = "FILE")]
    pub cubes: Option<PathBuf>,
}

/// What is known of the videos.
#[derive(Args, Debug, Clone, Default)]
pub struct VideoArgs {
    /// A manifest: columns `split`, `label` and `frames` of the videos.
    #[arg(long)]
    pub manifest: Option<PathBuf>,
    /// Frames in a clip of plain .npy features; 16 in the paper.
    #[arg(long, value_name = "FRAMES")]
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

/// A one-class model at its start, with what it trains on and what it scores.
pub enum OneClassSide {
    /// On snippets.
    Ae(AutoencoderOneClass, SnippetObjects),
    /// On windows.
    StgNf(StgNf, WindowObjects, Option<WindowObjects>),
    /// On cubes.
    Jigsaw(Jigsaw, CubeObjects),
}

impl OneClassSide {
    /// The model of a configuration and the objects of these videos; `scoring` reads only what is
    /// scored, in the first place.
    pub fn open(
        config: &PairConfig,
        files: &ObjectArgs,
        (videos, snippets): (&Videos, Option<&Snippets>),
        scoring: bool,
        device: &Device,
    ) -> Result<OneClassSide, Failure> {
        let seed = config.interleave.seed;
        Ok(match &config.one_class {
            OneClassConfig::Ae(settings) => {
                let snippets = snippets.ok_or_else(|| needs("--features"))?;
                let objects = SnippetObjects::new(snippets, videos)?;
                OneClassSide::Ae(settings.model(seed, device)?, objects)
            }
            OneClassConfig::StgNf(settings) => {
                let (train, score) = (settings.training(), settings.scoring());
                let first = windows(settings, files, videos, if scoring { score } else { train })?;
                let second = match !scoring && train != score {
                    true => Some(windows(settings, files, videos, score)?),
                    false => None,
                };
                let objects = |windows: Windows, mirror: bool| {
                    let mirror = mirror && settings.windows.mirror;
                    WindowObjects::new(windows, videos, settings.resolution(), mirror)
                };
                tell(&first.1);
                let second = second.map(|(windows, _)| objects(windows, false)).transpose()?;
                let model = settings.model(seed, device)?;
                OneClassSide::StgNf(model, objects(first.0, !scoring)?, second)
            }
            OneClassConfig::Jigsaw(settings) => {
                let path = files.cubes.as_ref().ok_or_else(|| needs("--cubes"))?;
                let cubes = PackedCubes::open(path).map_err(Failure::data)?;
                let (objects, left) = CubeObjects::new(cubes, videos)?;
                tell(&left);
                OneClassSide::Jigsaw(jigsaw_model(settings, seed, device)?, objects)
            }
        })
    }
}

fn windows(
    settings: &StgNfSettings,
    files: &ObjectArgs,
    videos: &Videos,
    rule: gcl_data::WindowRule,
) -> Result<(Windows, Left), Failure> {
    let (windows, left) = match (&files.poses, &files.tracks) {
        (Some(folder), _) => videos.pose_windows(folder, rule)?,
        (None, Some(folder)) => videos.box_windows(folder, rule, settings.windows.max_gap)?,
        (None, None) => return Err(needs("--poses or --tracks")),
    };
    if windows.is_empty() {
        let text = "no track is longer than a window: there is nothing to train on or score";
        return Err(Failure::Data(text.to_owned()));
    }
    Ok((windows, left))
}

fn needs(what: &str) -> Failure {
    Failure::Usage(format!("this one-class model needs {what}"))
}

/// Says what was left out.
fn tell(left: &Left) {
    if let Some(first) = left.without.first() {
        let count = left.without.len();
        eprintln!("{count} videos have no file of objects, such as {first}: no object is in them");
    }
    let counts = [
        (left.bad_lines, "lines of tracks are no box"),
        (left.flat, "windows have all their points at one height"),
        (left.elsewhere, "objects are of videos without features"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        eprintln!("left out: {count} {what}");
    }
}
