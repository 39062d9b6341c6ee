//! Arguments that the verbs of pairs share, and the models by name.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use gcl::pair::PairData;
use gcl_train::interleave::{ObjectFiles, OneClassKind, WeakKind};

use crate::values::named;

/// Where the data of a pair is.
#[derive(Args, Debug)]
pub struct DataArgs {
    /// Folder of the snippets' features: one .npy per video, [T, d] or [T, crops, d]. They determine
    /// the set of videos. Leave it out for a one-class model alone on poses, tracks or cubes.
    features: Option<PathBuf>,
    /// Frames per clip, for plain features; 16 in the paper.
    #[arg(long, value_name = "FRAMES")]
    clip_length: Option<usize>,
    #[command(flatten)]
    objects: ObjectArgs,
    /// Manifest with the columns `split`, `label` and `frames`. On its own, a one-class model trains on
    /// videos labelled normal (on all of them without a manifest, or with --set supervision=none), and a
    /// weakly-supervised model needs a label for each video; a pair needs no labels.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// How many frames each video has, from a manifest or ground truth (of which no label is used). Without it, a
    /// video of poses or tracks alone is assumed to end with its last window.
    #[arg(long, value_name = "PATH")]
    frames: Option<PathBuf>,
    /// Use this split of the manifest.
    #[arg(long, requires = "manifest")]
    split: Option<String>,
}

impl DataArgs {
    /// As the library has it.
    pub fn data(self) -> PairData {
        PairData {
            features: self.features,
            clip_length: self.clip_length,
            objects: self.objects.files(),
            manifest: self.manifest,
            frames: self.frames,
            split: self.split,
        }
    }
}

/// Where objects come from.
#[derive(Args, Debug)]
pub struct ObjectArgs {
    /// Folder of persons tracked by AlphaPose, one .json per video.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["tracks", "cubes"])]
    poses: Option<PathBuf>,
    /// Folder of box tracks, one .txt per video.
    #[arg(long, value_name = "FOLDER", conflicts_with = "cubes")]
    tracks: Option<PathBuf>,
    /// File of object cubes: .npy, with a .csv of the same name in the same folder.
    #[arg(long, value_name = "FILE")]
    cubes: Option<PathBuf>,
}

impl ObjectArgs {
    fn files(self) -> ObjectFiles {
        ObjectFiles { poses: self.poses, tracks: self.tracks, cubes: self.cubes }
    }
}

/// The one-class models by name, each with its line in the help.
pub fn one_class() -> impl TypedValueParser<Value = OneClassKind> {
    named(OneClassKind::ALL.iter().map(|kind| PossibleValue::new(kind.name()).help(kind.about())))
}

/// The weakly-supervised models by name.
pub fn weak() -> impl TypedValueParser<Value = WeakKind> {
    named(WeakKind::ALL.iter().map(|kind| PossibleValue::new(kind.name()).help(kind.about())))
}
