//! Which extractor, with which weights and pre-processing.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use gcl_data::{Clips, Tail};
use gcl_features::networks::{Executor, FcLayer, NetworkError, RunOptions, Weights};
use gcl_features::objects::ObjectFeatures;
use gcl_features::{NetworkExtractor, Preprocess, Preset, Published};
use serde_json::{Map, Value};

use super::pictures::Pictures;
use crate::device;
use crate::error::Failure;
use crate::values::named;

/// Clips, times crops, that a network takes at once unless told otherwise.
pub(super) const BATCH: usize = 8;

/// The extractors that are not published networks.
const OWN: [&str; 7] =
    ["gradient", "lite0", "objects", "object-windows", "box-tracks", "cubes", "poses"];

/// The extractor's arguments.
#[derive(Args, Debug)]
pub struct NetworkArgs {
    /// Extractor: `gradient` needs no weights, `lite0` is a network that is part of the program, `objects` finds and
    /// follows what moves and describes the boxes of each clip, `object-windows` each object in each clip,
    /// `box-tracks` reads tracks instead of images, `cubes` crops objects around boxes (one file, for the jigsaw
    /// model), `poses` finds persons and their joints (a JSON each video, for stg-nf); the others are published
    /// networks [default: `gradient`; of `gcl find`: `lite0` for
    /// pictures of at least 96x64, as the first video that can be read has them]
    #[arg(long, value_parser =
          PossibleValuesParser::new(OWN.into_iter().chain(Published::names())))]
    net: Option<String>,
    /// Weights of the network: a PyTorch checkpoint, a safetensors file or, for poses, a TFLite model.
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Use random weights, to test a set-up. Such features are meaningless and are marked as such.
    #[arg(long, conflicts_with = "weights")]
    random_weights: bool,
    /// Override a pre-processing parameter of the network, such as `crop=224`; values are JSON.
    /// `preset=NAME` selects a named set first.
    #[arg(long, value_name = "KEY=VALUE")]
    preprocess: Vec<String>,
    /// Override the extractor's rule for the last frames.
    #[arg(long, value_name = "RULE", value_parser = named::<Tail>(Tail::ALL.map(Tail::name)))]
    tail: Option<Tail>,
    /// Batch size of the network, in clips times crops.
    #[arg(long, default_value_t = BATCH)]
    batch: usize,
    /// Override the network's crops.
    #[arg(long, value_parser = ["centre", "five", "ten"])]
    crops: Option<String>,
    /// Layer of c3d from which features are taken [default: fc6]
    #[arg(long, value_parser = layers())]
    layer: Option<FcLayer>,
}

/// An extractor ready to work, and how videos are cut for it.
pub enum Chosen {
    /// Of pictures.
    Pictures(Pictures),
    /// Of tracks of boxes.
    Tracks {
        /// The clip rule.
        clips: Clips,
    },
    /// Object cubes.
    Cubes,
    /// Poses of persons.
    Poses {
        /// Of the network of poses.
        weights: Option<PathBuf>,
    },
}

impl NetworkArgs {
    /// Loads what was asked for, to run on a device by name. Nothing is guessed: no weights without a word, no
    /// device in place of another. `default` is the extractor that nobody named.
    pub fn choose(
        &self,
        device: &str,
        default: impl FnOnce() -> &'static str,
    ) -> Result<Chosen, Failure> {
        let net = self.net.as_deref().unwrap_or_else(|| default());
        let usage = |text: String| Err(Failure::Usage(text));
        if self.batch == 0 {
            return usage("--batch is 0; it must be at least 1".to_owned());
        }
        let Some(published) = Published::named(net) else {
            let poses = net == "poses";
            let given = self.weights.is_some() && !poses
                || self.random_weights
                || !self.preprocess.is_empty()
                || self.crops.is_some()
                || self.layer.is_some();
            if given {
                return usage(format!(
                    "`{net}` takes no weights, pre-processing, crops or layers; name a published network with --net"
                ));
            }
            let clips = self.cut(Clips::default());
            let objects = |what| Chosen::Pictures(Pictures::Objects { what, clips });
            return Ok(match net {
                "box-tracks" => Chosen::Tracks { clips },
                "cubes" => Chosen::Cubes,
                "poses" => Chosen::Poses { weights: self.weights.clone() },
                "objects" => objects(ObjectFeatures::Clips),
                "object-windows" => objects(ObjectFeatures::Windows),
                "lite0" => Chosen::Pictures(Pictures::lite0(device, self.batch, clips)?),
                _ => Chosen::Pictures(Pictures::Gradient { clips }),
            });
        };
        let weights = match (&self.weights, self.random_weights) {
            (Some(path), _) => Weights::File(path.clone()),
            (None, true) => Weights::Random { seed: 0 },
            (None, false) => {
                return usage(format!(
                    "`{}` needs its weights (--weights FILE): {}. They are not part of this program; \
                     docs/extraction.md says more",
                    net, published.checkpoint
                ));
            }
        };
        if self.layer.is_some() && published.layers.is_empty() {
            return usage(format!("`{}` has no choice of layers; c3d has", net));
        }
        let device = device::find(device)?;
        let (preprocess, clips) = self.preprocessing(published)?;
        let clips = self.cut(clips);
        let (batch, frames) = (self.batch, clips.length);
        let options = RunOptions { device, executor: Executor::Auto, batch, frames };
        let layer = self.layer.unwrap_or(FcLayer::Fc6);
        let extractor = Box::new(ready(published, layer, &weights, preprocess, &options)?);
        Ok(Chosen::Pictures(Pictures::Network { extractor, clips }))
    }

    /// The network's own pre-processing and clip rule, and what is to be different.
    fn preprocessing(&self, published: Published) -> Result<(Preprocess, Clips), Failure> {
        let mut name = published.preset_name().to_owned();
        let mut changes = Map::new();
        for pair in &self.preprocess {
            let Some((key, value)) = pair.split_once('=') else {
                let text = format!("--preprocess {pair}: expected KEY=VALUE, as crop=224");
                return Err(Failure::Usage(text));
            };
            match key {
                "preset" => value.clone_into(&mut name),
                // Bare words are texts: filter=bilinear.
                _ => {
                    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
                    changes.insert(key.to_owned(), value);
                }
            }
        }
        if let Some(crops) = &self.crops {
            changes.insert("crops".to_owned(), Value::from(crops.as_str()));
        }
        let preset = Preset::named(&name).ok_or_else(|| {
            let known = Preset::names().collect::<Vec<_>>().join(", ");
            Failure::Usage(format!("--preprocess preset={name}: no such preset; there are {known}"))
        })?;
        let preprocess = preset.preprocess.with(&changes);
        Ok((preprocess.map_err(|error| Failure::Usage(error.to_string()))?, preset.clips))
    }

    fn cut(&self, clips: Clips) -> Clips {
        Clips { tail: self.tail.unwrap_or(clips.tail), ..clips }
    }
}

/// A network that is ready to work; what a user can change for the better is an error of usage.
pub(super) fn ready(
    published: Published,
    layer: FcLayer,
    weights: &Weights,
    preprocess: Preprocess,
    options: &RunOptions,
) -> Result<NetworkExtractor, Failure> {
    let network = published.network(layer);
    let made =
        NetworkExtractor::new(published.name, network.as_ref(), weights, preprocess, options);
    let extractor = made.map_err(|error| match error {
        NetworkError::Preprocess(_)
        | NetworkError::Size { .. }
        | NetworkError::Graph(_)
        | NetworkError::Plan(_) => Failure::Usage(error.to_string()),
        error => Failure::data(error),
    })?;
    if matches!(weights, Weights::Random { .. }) {
        eprintln!(
            "warning: random weights: these features mean nothing, and are marked so \
             (random_weights in every description)"
        );
    }
    Ok(extractor)
}

/// The published networks by name.
pub fn networks() -> impl TypedValueParser<Value = Published> {
    let named = |name: String| Published::named(&name).ok_or("no such network");
    PossibleValuesParser::new(Published::names()).try_map(named)
}

/// The layers by name that features can be taken from.
pub fn layers() -> impl TypedValueParser<Value = FcLayer> {
    named(FcLayer::ALL.map(FcLayer::name))
}
