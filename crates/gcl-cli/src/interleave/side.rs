//! A one-class model of the pair, with its objects.

use gcl_core::{AutoencoderOneClass, Device, Jigsaw, StgNf};
use gcl_data::{PackedCubes, Windows};
use gcl_train::interleave::{
    CubeObjects, Left, OneClassConfig, PairConfig, SnippetObjects, Snippets, StgNfSettings, Videos,
    WindowObjects, jigsaw_model,
};

use super::data::ObjectArgs;
use crate::error::Failure;

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
    /// Its snippets.
    pub fn snippets(self) -> Option<SnippetObjects> {
        if let OneClassSide::Ae(_, objects) = self { Some(objects) } else { None }
    }

    /// Its windows.
    pub fn windows(self) -> Option<WindowObjects> {
        if let OneClassSide::StgNf(_, objects, _) = self { Some(objects) } else { None }
    }

    /// Its cubes.
    pub fn cubes(self) -> Option<CubeObjects> {
        if let OneClassSide::Jigsaw(_, objects) = self { Some(objects) } else { None }
    }

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
        (left.elsewhere, "objects are of videos that do not take part"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        eprintln!("left out: {count} {what}");
    }
}
