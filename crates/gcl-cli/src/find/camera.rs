//! Which videos are of one camera.

use std::collections::BTreeMap;

use clap::builder::PossibleValue;
use gcl_data::VideoId;
use gcl_features::VideoInput;

/// What tells cameras apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CameraRule {
    /// A manifest where it has a column for them, else the size of pictures.
    #[default]
    Manifest,
    /// The folder that a video is in.
    Folder,
    /// The size of pictures.
    View,
}

gcl_data::named!(CameraRule: Manifest = "manifest", Folder = "folder", View = "view");

impl CameraRule {
    /// The rules by name, each with its line in the help.
    pub fn values() -> [PossibleValue; 3] {
        let value = |rule: Self, help: &'static str| PossibleValue::new(rule.name()).help(help);
        [
            value(Self::Manifest, "the column `camera` of --labels, else the size of pictures"),
            value(
                Self::Folder,
                "the first folder below the one that is named, else the folder of the file",
            ),
            value(Self::View, "the size of pictures, whatever a manifest says"),
        ]
    }

    /// The cameras of videos, as far as this rule knows them; `listed` are those of a manifest.
    pub fn cameras(
        self,
        inputs: &[VideoInput],
        listed: BTreeMap<VideoId, String>,
    ) -> BTreeMap<VideoId, String> {
        match self {
            Self::Manifest => listed,
            Self::View => BTreeMap::new(),
            Self::Folder => {
                let named = inputs.iter().map(|input| (input.id.clone(), folder(input)));
                named.collect()
            }
        }
    }
}

/// The folder that stands for a camera.
fn folder(input: &VideoInput) -> String {
    let below = input.id.as_str().split_once('/').map(|(first, _)| first.to_owned());
    let own = || {
        let path = input.path.canonicalize().unwrap_or_else(|_| input.path.clone());
        let name = path.parent().and_then(|parent| parent.file_name());
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    };
    below.unwrap_or_else(own)
}
