//! A trained model: what scoring needs, and nothing of training.

use std::fs;
use std::path::Path;

use gcl_core::detector::Detector;
use gcl_core::rng::{FNV_START, fnv1a};
use gcl_core::weights::{from_safetensors, to_safetensors};
use gcl_core::{CooperativePair, Device, Scaler, State, Tensor};
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::{Clips, ExtractorIdentity, FeatureSet};
use serde::{Deserialize, Serialize};

use crate::config::{Loop, RunConfig, ScoreSource};
use crate::error::{Result, TrainError};
use crate::rank::RankScale;

/// The version of the model folder's layout.
const VERSION: u32 = 1;

/// Segments scored at once. Cut from each video's start, so a video's scores never depend on
/// what else is scored.
const CHUNK: usize = 512;

/// A model and the data it fits.
pub struct Model {
    card: ModelCard,
    network: Network,
}

enum Network {
    Pair(Box<CooperativePair>),
    Detector(Box<dyn Detector>),
}

/// `model.json`: everything about a model but its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The layout's version.
    pub version: u32,
    /// The run that made the model.
    pub config: RunConfig,
    /// The fingerprint of the training features, before scaling.
    pub trained_on: u64,
    /// What made the features; absent for plain `.npy` files.
    pub extractor: Option<ExtractorIdentity>,
    /// How videos were cut, where known.
    pub clips: Option<Clips>,
    /// The feature scaling.
    pub scaler: Scaler,
    /// The training distribution of G's errors.
    pub generator_ranks: Option<RankScale>,
    /// The training distribution of D's log-odds.
    pub discriminator_ranks: Option<RankScale>,
}

impl ModelCard {
    /// Parses and checks a card.
    fn parse(text: &[u8]) -> std::result::Result<ModelCard, String> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        // The version first: what a newer version added would only look like damage.
        let Versioned { version } = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        if version != VERSION {
            return Err(format!("model version {version}, this program reads {VERSION}"));
        }
        let card: ModelCard = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        card.config.validate().map_err(|e| e.to_string())?;
        let dim = card.config.generator.input;
        let (shift, factor) = (card.scaler.shift.len(), card.scaler.factor.len());
        if shift != dim || factor != dim || dim == 0 {
            return Err(format!("a scaler of {shift} and {factor} values for {dim} dimensions"));
        }
        Ok(card)
    }
}

/// The scores of one video's segments, from every network that the model has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentScores {
    /// D's probabilities.
    pub discriminator: Option<Vec<f32>>,
    /// G's reconstruction errors.
    pub generator: Option<Vec<f32>>,
    /// The mean rank of both.
    pub mean_rank: Option<Vec<f32>>,
    /// A plain detector's scores.
    pub detector: Option<Vec<f32>>,
}

impl SegmentScores {
    /// The scores of one source.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the sources that there are.
    pub fn get(self, source: ScoreSource) -> Result<Vec<f32>> {
        let all = [
            ("discriminator", ScoreSource::Discriminator, self.discriminator),
            ("generator", ScoreSource::Generator, self.generator),
            ("mean-rank", ScoreSource::MeanRank, self.mean_rank),
            ("detector", ScoreSource::Detector, self.detector),
        ];
        let present: Vec<_> =
            all.iter().filter(|(_, _, s)| s.is_some()).map(|(name, _, _)| *name).collect();
        let names = present.join(", ");
        let wanted = all.into_iter().find(|(_, s, _)| *s == source).and_then(|(_, _, s)| s);
        wanted.ok_or_else(|| {
            TrainError::Config(format!("the model has no score `{source:?}`; it has {names}"))
        })
    }
}

impl Model {
    pub(crate) fn from_pair(card: ModelCard, pair: CooperativePair) -> Model {
        Model { card, network: Network::Pair(Box::new(pair)) }
    }

    pub(crate) fn from_detector(card: ModelCard, detector: Box<dyn Detector>) -> Model {
        Model { card, network: Network::Detector(detector) }
    }

    pub(crate) fn new_card(
        config: RunConfig,
        set: &FeatureSet,
        scaler: Scaler,
        trained_on: u64,
    ) -> ModelCard {
        ModelCard {
            version: VERSION,
            config,
            trained_on,
            extractor: set.identity().cloned(),
            clips: set.clips(),
            scaler,
            generator_ranks: None,
            discriminator_ranks: None,
        }
    }

    /// Everything about the model but its weights.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Scores one video's segments, in order, from unscaled features, row-major `[segments, d]`.
    ///
    /// # Errors
    /// If the features are of another dimension, or a score is not finite.
    pub fn score(&self, features: &[f32]) -> Result<SegmentScores> {
        let mut scaled = features.to_vec();
        self.card.scaler.apply(&mut scaled).map_err(TrainError::core("scaling features"))?;
        let core = || TrainError::core("scoring");
        let pair = match &self.network {
            Network::Detector(detector) => {
                let scores = detector.score(&scaled).map_err(core())?;
                return Ok(SegmentScores { detector: Some(scores), ..Default::default() });
            }
            Network::Pair(pair) => pair,
        };
        let mut errors = Vec::new();
        let (mut probabilities, mut logits) = (Vec::new(), Vec::new());
        let with_discriminator = self.card.discriminator_ranks.is_some();
        for batch in chunks(&scaled, self.card.scaler.dim(), pair.device()) {
            errors.extend(pair.errors(batch.clone()).map_err(core())?);
            if with_discriminator {
                probabilities.extend(pair.probabilities(batch.clone()).map_err(core())?);
                logits.extend(pair.logits(batch).map_err(core())?);
            }
        }
        let mean_rank = match (&self.card.generator_ranks, &self.card.discriminator_ranks) {
            (Some(g), Some(d)) => {
                let pairs = errors.iter().zip(&logits);
                Some(pairs.map(|(&e, &l)| 0.5 * (g.rank(e) + d.rank(l))).collect())
            }
            _ => None,
        };
        Ok(SegmentScores {
            discriminator: with_discriminator.then_some(probabilities),
            generator: Some(errors),
            mean_rank,
            detector: None,
        })
    }

    /// Refuses features that the model was not trained for.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] naming the difference.
    pub fn check(&self, set: &FeatureSet) -> Result<()> {
        if set.dim() != self.card.scaler.dim() {
            return Err(TrainError::Mismatch(format!(
                "the model is for features of {} dimensions, {} has {}",
                self.card.scaler.dim(),
                set.dir().display(),
                set.dim()
            )));
        }
        let dir = set.dir().display();
        match (&self.card.extractor, set.identity()) {
            (Some(expected), Some(found)) => match expected.difference(found) {
                None => Ok(()),
                Some((what, expected, found)) => Err(TrainError::Mismatch(format!(
                    "the model was trained on other features than {dir}: the extractor's {what} \
                     was {expected} and is {found}"
                ))),
            },
            (Some(expected), None) => Err(TrainError::Mismatch(format!(
                "the model was trained on `{}` features; {dir} holds plain .npy files that do not \
                 say what made them",
                expected.name
            ))),
            (None, _) => Ok(()),
        }
    }

    /// A name that models share only if they are the same: the method, and a hash of the model
    /// card, which holds the training scores' distributions.
    ///
    /// # Errors
    /// If the card cannot be serialized.
    pub fn id(&self) -> Result<String> {
        let card = serde_json::to_vec(&self.card).map_err(TrainError::damaged(Path::new("")))?;
        let method = self.card.config.method;
        Ok(format!("{method}-{:016x}", fnv1a(FNV_START, &card)))
    }

    /// Writes the model into a folder. `model.json` comes last, and makes it a model.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            write_bytes_atomic(&path, bytes).map_err(TrainError::io(&path))
        };
        let core = || TrainError::core("writing the model");
        match &self.network {
            Network::Pair(pair) => {
                let generator = to_safetensors(pair.generator()).map_err(core())?;
                write("generator.safetensors", &generator)?;
                if self.card.discriminator_ranks.is_some() {
                    let discriminator = to_safetensors(pair.discriminator()).map_err(core())?;
                    write("discriminator.safetensors", &discriminator)?;
                }
            }
            Network::Detector(detector) => {
                let state = detector.save().and_then(|state| state.to_bytes()).map_err(core())?;
                write("detector.safetensors", &state)?;
            }
        }
        let card = serde_json::to_vec(&self.card).map_err(TrainError::damaged(folder))?;
        write("model.json", &card)
    }

    /// Reads a model from a folder, or from the run that the folder is.
    ///
    /// # Errors
    /// If there is none, or a file is damaged or of another version.
    pub fn load(folder: &Path, device: &Device) -> Result<Model> {
        let inside = folder.join("model");
        let folder = if inside.join("model.json").exists() { inside.as_path() } else { folder };
        let path = folder.join("model.json");
        if !path.exists() {
            let problem = "no model here (no model.json); is the training finished?".to_owned();
            return Err(TrainError::Run { path: folder.to_owned(), problem });
        }
        let text = fs::read(&path).map_err(TrainError::io(&path))?;
        let card = ModelCard::parse(&text).map_err(TrainError::damaged(&path))?;
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(TrainError::io(&path))
        };
        let core = || TrainError::core(format!("reading the model in {}", folder.display()));
        if let Some(settings) = card.config.detector {
            let mut detector = settings.build(card.config.seed, device)?;
            let state = State::from_bytes(&read("detector.safetensors")?).map_err(core())?;
            detector.load(&state).map_err(core())?;
            return Ok(Model { card, network: Network::Detector(detector) });
        }
        let config = &card.config;
        let cooperative = config.cooperative.clone();
        let (g, d) = (&config.generator, &config.discriminator);
        let mut pair =
            CooperativePair::new(g, d, cooperative, config.seed, device).map_err(core())?;
        let g = from_safetensors(pair.generator().clone(), read("generator.safetensors")?);
        let d = match card.discriminator_ranks.is_some() {
            true => {
                let bytes = read("discriminator.safetensors")?;
                from_safetensors(pair.discriminator().clone(), bytes).map_err(core())?
            }
            false => pair.discriminator().clone(),
        };
        pair.set_networks(g.map_err(core())?, d).map_err(core())?;
        Ok(Model { card, network: Network::Pair(Box::new(pair)) })
    }
}

/// The training distributions of both networks' scores; D's only where the method trains a D.
pub(crate) fn training_ranks(
    pair: &CooperativePair,
    kind: Loop,
    scaled: &[f32],
    dim: usize,
) -> Result<(RankScale, Option<RankScale>)> {
    let core = || TrainError::core("scoring the training segments");
    let with_discriminator = kind == Loop::Cooperate;
    let (mut errors, mut logits) = (Vec::new(), Vec::new());
    for batch in chunks(scaled, dim, pair.device()) {
        errors.extend(pair.errors(batch.clone()).map_err(core())?);
        if with_discriminator {
            logits.extend(pair.logits(batch).map_err(core())?);
        }
    }
    let discriminator = with_discriminator.then(|| RankScale::new(logits)).transpose()?;
    Ok((RankScale::new(errors)?, discriminator))
}

fn chunks<'a>(
    features: &'a [f32],
    dim: usize,
    device: &'a Device,
) -> impl Iterator<Item = Tensor<2>> + 'a {
    features.chunks(CHUNK * dim).map(move |chunk| {
        let data = burn::tensor::TensorData::new(chunk.to_vec(), [chunk.len() / dim, dim]);
        Tensor::from_data(data, device)
    })
}
