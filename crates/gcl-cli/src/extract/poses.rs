//! Poses from footage, by a detector and a network of poses.

use std::path::{Path, PathBuf};

use clap::Args;
use gcl_data::ExtractorIdentity;
use gcl_features::detect::{
    DetectOptions, DetectorOptions, Model, SSD, SsdMobileNetV2, extract_detected,
};
use gcl_features::networks::{Network, PublishedModel};
use gcl_features::pose::{BLAZEPOSE, BlazePoseLite, PoseOptions, extract_poses};
use gcl_features::{ExtractOptions, Summary};
use gcl_weights::read;

use super::with_progress;
use crate::error::Failure;
use crate::interrupt;

/// How persons are found.
#[derive(Args, Debug)]
pub struct PoseArgs {
    /// For poses, and for objects that a network should find: weights of the detector, SSD-MobileNetV2.
    #[arg(long, value_name = "FILE")]
    pub detector: Option<PathBuf>,
    /// For --detector: parts that each frame is cut into, to be seen after the whole: finds what is small
    /// [default: 1x1]
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = tiles, requires = "detector")]
    tiles: Option<[usize; 2]>,
    /// For --detector: least confidence in an object [default: 0.3]
    #[arg(long, value_name = "SHARE", hide_short_help = true, requires = "detector")]
    least: Option<f32>,
    /// For --detector: confidence from which on an object's track starts [default: 0.4]
    #[arg(long, value_name = "SHARE", hide_short_help = true, requires = "detector")]
    sure: Option<f32>,
    /// For poses: least probability of a person by the network of poses [default: 0.5]
    #[arg(long, value_name = "SHARE", hide_short_help = true)]
    person: Option<f32>,
    /// For poses: frame stride; poses between are filled in [default: 1]
    #[arg(long, value_name = "FRAMES", hide_short_help = true)]
    every: Option<u32>,
}

/// As 3x2.
fn tiles(text: &str) -> Result<[usize; 2], String> {
    let parts = text.split_once('x').and_then(|(columns, rows)| {
        Some([columns.parse::<usize>().ok()?, rows.parse::<usize>().ok()?])
    });
    parts.ok_or_else(|| "expected columns and rows, as 3x2".to_owned())
}

impl PoseArgs {
    /// What of them objects without poses have.
    fn objects(&self) -> Result<DetectOptions, Failure> {
        let PoseOptions { detector, sure, .. } = self.options()?;
        Ok(DetectOptions { detector, sure })
    }

    /// Refuses options of poses for another extractor, which would be without effect.
    pub fn only_for_poses(&self) -> Result<(), Failure> {
        let given = [("--person", self.person.is_some()), ("--every", self.every.is_some())];
        match given.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Failure::Usage(format!("{name} is for poses: use it with --net poses")))
            }
        }
    }

    fn options(&self) -> Result<PoseOptions, Failure> {
        let defaults = PoseOptions::default();
        let detector = DetectorOptions {
            least: self.least.unwrap_or(defaults.detector.least),
            tiles: self.tiles.unwrap_or(defaults.detector.tiles),
            ..defaults.detector
        };
        detector.validate().map_err(|error| Failure::Usage(error.to_string()))?;
        let sure = self.sure.unwrap_or(defaults.sure);
        let person = self.person.unwrap_or(defaults.person);
        let every = self.every.unwrap_or(defaults.every);
        for (name, share) in [("--sure", sure), ("--person", person)] {
            if !(0.0..=1.0).contains(&share) {
                return Err(Failure::Usage(format!("{name} is {share}; it must be 0 to 1")));
            }
        }
        if every == 0 {
            return Err(Failure::Usage("--every is 0; it must be at least 1".to_owned()));
        }
        Ok(PoseOptions { detector, sure, person, every, ..defaults })
    }
}

/// Extracts the poses of all footage.
pub fn extract(
    footage: &[PathBuf],
    out: &Path,
    args: &PoseArgs,
    weights: Option<&Path>,
    how: &ExtractOptions,
) -> Result<Summary, Failure> {
    let options = args.options()?;
    let missing = |option: &str, model: PublishedModel| {
        Failure::Usage(format!(
            "`poses` needs the weights of {} ({option} FILE): {}. They are not part of this program; \
             docs/extraction.md says more",
            model.network, model.source
        ))
    };
    let detector = args.detector.as_deref().ok_or_else(|| missing("--detector", SSD))?;
    let weights = weights.ok_or_else(|| missing("--weights", BLAZEPOSE))?;
    let detector = model(SSD, &SsdMobileNetV2, detector)?;
    let poser = model(BLAZEPOSE, &BlazePoseLite, weights)?;
    with_progress(footage, |inputs, follow| {
        let cancel = &interrupt::INTERRUPTED;
        extract_poses(inputs, out, [&detector, &poser], &options, how, cancel, follow)
    })
}

/// Extracts objects that the detector finds, and what describes them.
pub fn extract_objects(
    footage: &[PathBuf],
    out: &Path,
    (args, detector): (&PoseArgs, &Path),
    how: &ExtractOptions,
) -> Result<(Summary, ExtractorIdentity), Failure> {
    let options = args.objects()?;
    let model = model(SSD, &SsdMobileNetV2, detector)?;
    let summary = with_progress(footage, |inputs, follow| {
        let cancel = &interrupt::INTERRUPTED;
        extract_detected(inputs, out, &model, &options, how, cancel, follow)
    })?;
    Ok((summary, options.identity(&model, how.clips)))
}

/// A network with its weights, and a word where they are not the published ones.
fn model(published: PublishedModel, network: &impl Network, path: &Path) -> Result<Model, Failure> {
    let file = read(path).map_err(Failure::data)?;
    let model = published.load(network, &file).map_err(Failure::data)?;
    if let Some(text) = published.warning(path, model.source_sha256.as_deref()) {
        eprintln!("warning: {text}");
    }
    Ok(Model { graph: model.loaded.graph, sha256: model.loaded.sha256 })
}
