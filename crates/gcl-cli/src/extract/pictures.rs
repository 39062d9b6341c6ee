//! An extractor of pictures: chosen on the command line, or the one that a model's features came from.

use std::path::{Path, PathBuf};

use gcl_data::{Clips, ExtractorIdentity};
use gcl_features::gradient::Gradient;
use gcl_features::lite0::Lite0;
use gcl_features::networks::{Executor, FcLayer, RunOptions, Weights};
use gcl_features::{ExtractOptions, Extractor, NetworkExtractor, Published, Shard, Summary};
use serde_json::Value;

use super::network::{BATCH, ready};
use super::{FootageArgs, extract_with};
use crate::device;
use crate::error::Failure;

/// An extractor of pictures.
pub enum Pictures {
    /// The built-in descriptor.
    Gradient {
        /// The clip rule.
        clips: Clips,
    },
    /// The embedded network.
    Lite0 {
        /// The network.
        extractor: Box<Lite0>,
        /// The clip rule.
        clips: Clips,
    },
    /// A published network.
    Network {
        /// The network with its pre-processing.
        extractor: Box<NetworkExtractor>,
        /// The clip rule.
        clips: Clips,
    },
}

impl Pictures {
    /// The extractor that a model's features came from, to extract more in the same way. `weights` must be the
    /// file that was used then, as its SHA-256 tells; random ones are made again from their seed.
    ///
    /// It is an error if the extractor does not read pictures, or if its weights are missing or others.
    pub fn like(
        identity: &ExtractorIdentity,
        weights: Option<&Path>,
        device: &str,
    ) -> Result<Self, Failure> {
        let (name, clips) = (&identity.name, identity.clips);
        let usage = |text: String| Err(Failure::Usage(text));
        let Some(published) = Published::named(name) else {
            return match (name.as_str(), weights) {
                ("gradient", None) => Ok(Self::Gradient { clips }),
                ("lite0", None) => {
                    let pictures = Self::lite0(device, BATCH, clips)?;
                    same_weights(identity, &pictures.identity())?;
                    Ok(pictures)
                }
                ("gradient" | "lite0", Some(_)) => {
                    usage("the model's features need no --weights".to_owned())
                }
                _ => usage(format!(
                    "the model was trained on `{name}` features, which do not come from footage; \
                     extract them in the same way first, and score those"
                )),
            };
        };
        let weights = match (weights, identity.random_weights) {
            (Some(path), false) => Weights::File(path.to_owned()),
            (None, true) => {
                let seed = identity.parameters.get("seed").and_then(Value::as_u64);
                Weights::Random { seed: seed.unwrap_or(0) }
            }
            (Some(_), true) => {
                return usage(format!(
                    "the model was trained on `{name}` features of random weights; leave --weights out"
                ));
            }
            (None, false) => {
                return usage(format!(
                    "the model was trained on `{name}` features: give that network's weights \
                     (--weights FILE), or features that were extracted with them"
                ));
            }
        };
        let layer = identity.parameters.get("layer").and_then(Value::as_str);
        let layer = layer.and_then(|name| name.parse().ok()).unwrap_or(FcLayer::Fc6);
        let preprocess =
            published.preset().preprocess.with(&identity.preprocessing).map_err(Failure::data)?;
        let options = RunOptions {
            device: device::find(device)?,
            executor: Executor::Auto,
            batch: BATCH,
            frames: clips.length,
        };
        let extractor = Box::new(ready(published, layer, &weights, preprocess, &options)?);
        same_weights(identity, &extractor.identity(clips))?;
        Ok(Self::Network { extractor, clips })
    }

    /// The embedded network on a device by name.
    pub(super) fn lite0(device: &str, batch: usize, clips: Clips) -> Result<Self, Failure> {
        let made = Lite0::new(&device::find(device)?, Executor::Auto, batch);
        Ok(Self::Lite0 { extractor: Box::new(made.map_err(Failure::data)?), clips })
    }

    /// Extracts all footage, shows progress, and lists what was skipped on standard error.
    pub fn extract(
        &self,
        footage: &[PathBuf],
        out: &Path,
        how: &FootageArgs,
        shard: Option<Shard>,
    ) -> Result<Summary, Failure> {
        let options = self.options(how, shard);
        match self {
            Self::Gradient { .. } => extract_with(footage, out, &Gradient, &options),
            Self::Lite0 { extractor, .. } => extract_with(footage, out, &**extractor, &options),
            Self::Network { extractor, .. } => extract_with(footage, out, &**extractor, &options),
        }
    }

    /// How footage is read for it.
    pub fn options(&self, how: &FootageArgs, shard: Option<Shard>) -> ExtractOptions {
        let mut options = how.options(shard);
        options.clips = self.clips();
        if !matches!(self, Self::Gradient { .. }) && how.threads.is_none() {
            // The network takes one batch at a time; more videos would only fill memory.
            options.threads = options.threads.min(4);
        }
        options
    }

    /// What describes the features.
    pub fn identity(&self) -> ExtractorIdentity {
        match self {
            Self::Gradient { clips } => Gradient.identity(*clips),
            Self::Lite0 { extractor, clips } => extractor.identity(*clips),
            Self::Network { extractor, clips } => extractor.identity(*clips),
        }
    }

    fn clips(&self) -> Clips {
        match self {
            Self::Gradient { clips } | Self::Lite0 { clips, .. } | Self::Network { clips, .. } => {
                *clips
            }
        }
    }
}

/// Refuses weights that are not those of a model's features.
fn same_weights(theirs: &ExtractorIdentity, ours: &ExtractorIdentity) -> Result<(), Failure> {
    if theirs.weights_sha256 == ours.weights_sha256 {
        return Ok(());
    }
    let shown = |of: &ExtractorIdentity| of.weights_sha256.clone().unwrap_or("none".to_owned());
    Err(Failure::Data(format!(
        "the model's `{}` features came from other weights, of SHA-256 {}; these have {}",
        theirs.name,
        shown(theirs),
        shown(ours)
    )))
}
