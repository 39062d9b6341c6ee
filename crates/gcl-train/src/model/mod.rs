//! A trained model: what scoring needs, and nothing of training.

mod card;
mod scores;

use std::fs;
use std::path::Path;

use gcl_core::detector::Detector;
use gcl_core::rng::{FNV_START, fnv1a, stream};
use gcl_core::weights::{from_safetensors, to_safetensors};
use gcl_core::{CooperativePair, Device, State};
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::{At, FeatureSet};

pub use card::ModelCard;
pub(crate) use scores::mean_ranks;
pub use scores::{Scorer, SegmentScores};

use crate::config::{DetectorConfig, RunConfig};
use crate::error::{Doing, Result, TrainError};
use crate::estimator::Rows;

/// A model and the data it fits.
pub struct Model {
    card: ModelCard,
    network: Network,
}

gcl_core::brief_debug!(Model);

enum Network {
    Pair(Box<CooperativePair>),
    Detector(Box<dyn Detector>),
}

impl Model {
    pub(crate) fn from_pair(card: ModelCard, pair: CooperativePair) -> Model {
        Model { card, network: Network::Pair(Box::new(pair)) }
    }

    pub(crate) fn from_detector(mut card: ModelCard, detector: Box<dyn Detector>) -> Model {
        let external = card.config.detector == Some(DetectorConfig::External);
        card.external = external.then(|| detector.name().to_owned());
        Model { card, network: Network::Detector(detector) }
    }

    /// Everything about the model but its weights.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// The two networks, unless it is a detector.
    pub fn pair(&self) -> Option<&CooperativePair> {
        match &self.network {
            Network::Pair(pair) => Some(pair),
            Network::Detector(_) => None,
        }
    }

    /// Scores one video's segments, in order, from unscaled features, row-major `[segments, d]`.
    ///
    /// # Errors
    /// If the features are of another dimension, or a score is not finite.
    pub fn score(&self, features: &[f32]) -> Result<SegmentScores> {
        let mut rows = features.to_vec();
        self.card.scaler.center_video(&mut rows).doing("centring features")?;
        self.score_centred(rows)
    }

    /// One score per row of a video, higher for more anomalous; a probability, an error in feature units or a mean rank, as
    /// the configuration's [`ScoreSource`](crate::ScoreSource) says. Give each video's rows as a whole: rows are scored in
    /// batches, and a batch of another size may round otherwise.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] for rows of another dimension than the
    /// training rows'; [`TrainError::Core`] if a score is not finite.
    pub fn score_rows(&self, rows: Rows<'_>) -> Result<Vec<f32>> {
        rows.check_dim(self.card.scaler.dim())?;
        self.score(rows.values())?.get(self.card.config.score)
    }

    /// As [`Model::score`], for some rows of a video of `segments` rows with this `mean`, `[d]`.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub fn score_part(&self, part: &[f32], mean: &[f32], segments: usize) -> Result<SegmentScores> {
        let mut rows = part.to_vec();
        self.card.scaler.center_part(&mut rows, mean, segments).doing("centring features")?;
        self.score_centred(rows)
    }

    /// Scores rows that are centred, if they are to be.
    fn score_centred(&self, mut rows: Vec<f32>) -> Result<SegmentScores> {
        match &self.network {
            Network::Detector(detector) => {
                self.card.scaler.apply(&mut rows).doing("scaling features")?;
                let scores = detector.score(&rows).doing("scoring")?;
                Ok(SegmentScores { detector: Some(scores), ..SegmentScores::default() })
            }
            Network::Pair(pair) => {
                let generator = self.card.generator_ranks.as_ref();
                let discriminator = self.card.discriminator_ranks.as_ref();
                let scaler = &self.card.scaler;
                Scorer { pair, scaler, generator, discriminator }.score_centred(rows)
            }
        }
    }

    /// Refuses features that the model was not trained for.
    ///
    /// # Errors
    /// [`TrainError::Features`] or [`TrainError::Mismatch`] naming the difference.
    pub fn check(&self, set: &FeatureSet) -> Result<()> {
        let extractor = self.card.extractor.as_ref();
        set.check_like(self.card.scaler.dim(), extractor)?;
        match (extractor, set.identity()) {
            (Some(expected), None) => Err(TrainError::Mismatch(format!(
                "the model was trained on `{}` features; {} holds plain .npy files that do not \
                 say what made them",
                expected.name,
                set.dir().display()
            ))),
            _ => Ok(()),
        }
    }

    /// A name that models share only if they are the same: the method, and a hash of the model
    /// card, which holds the training scores' distributions.
    ///
    /// # Errors
    /// If the card cannot be serialized.
    pub fn id(&self) -> Result<String> {
        let card = serde_json::to_vec(&self.card).at(Path::new(""))?;
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
            write_bytes_atomic(&path, bytes)
        };
        match &self.network {
            Network::Pair(pair) => {
                if self.card.generator_ranks.is_some() {
                    let generator = to_safetensors(pair.generator()).doing("writing the model")?;
                    write("generator.safetensors", &generator)?;
                }
                if self.card.discriminator_ranks.is_some() {
                    let discriminator =
                        to_safetensors(pair.discriminator()).doing("writing the model")?;
                    write("discriminator.safetensors", &discriminator)?;
                }
            }
            Network::Detector(detector) => {
                let state = detector
                    .save()
                    .and_then(|state| state.to_bytes())
                    .doing("writing the model")?;
                write("detector.safetensors", &state)?;
            }
        }
        let card = serde_json::to_vec(&self.card).at(folder)?;
        Ok(write("model.json", &card)?)
    }

    /// Reads a model from a folder, or from the run that the folder is.
    ///
    /// # Errors
    /// If there is none, or a file is damaged or of another version; [`TrainError::UnknownDetector`]
    /// for a detector of another crate.
    pub fn load(folder: &Path, device: &Device) -> Result<Model> {
        Model::load_with(folder, device, |_| None)
    }

    /// As [`Model::load`], for models that may be detectors of other crates: `make` gives an unfitted
    /// detector of the [`name`](Detector::name) that it is handed, if it knows it;
    /// [`Detector::load`] does the rest.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load_with(
        folder: &Path,
        device: &Device,
        make: impl FnOnce(&str) -> Option<Box<dyn Detector>>,
    ) -> Result<Model> {
        let inside = folder.join("model");
        let folder = if inside.join("model.json").exists() { inside.as_path() } else { folder };
        let path = folder.join("model.json");
        if !path.exists() {
            let problem = "no model here (no model.json); is the training finished?".to_owned();
            return Err(TrainError::Run { path: folder.to_owned(), problem });
        }
        let text = fs::read(&path).at(&path)?;
        let card = ModelCard::parse(&text).at(&path)?;
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).at(&path)
        };
        let core = format!("reading the model in {}", folder.display());
        if let Some(settings) = card.config.detector {
            let mut detector = match (settings, &card.external) {
                (DetectorConfig::External, Some(kind)) => make(kind).ok_or_else(|| {
                    TrainError::UnknownDetector { path: folder.to_owned(), kind: kind.clone() }
                })?,
                _ => settings.build(card.config.seed, device)?,
            };
            let state = State::from_bytes(&read("detector.safetensors")?).doing(&*core)?;
            detector.load(&state).doing(&*core)?;
            return Ok(Model { card, network: Network::Detector(detector) });
        }
        let weights = |trained: bool, name: &str| trained.then(|| read(name)).transpose();
        let generator = weights(card.generator_ranks.is_some(), "generator.safetensors")?;
        let discriminator =
            weights(card.discriminator_ranks.is_some(), "discriminator.safetensors")?;
        let (g, d) = (generator.as_deref(), discriminator.as_deref());
        let pair = pair_of(&card.config, g, d, device).doing(&*core)?;
        Ok(Model { card, network: Network::Pair(Box::new(pair)) })
    }
}

/// Two networks from their weights as safetensors; one without is as it was before training.
pub(crate) fn pair_of(
    config: &RunConfig,
    generator: Option<&[u8]>,
    discriminator: Option<&[u8]>,
    device: &Device,
) -> gcl_core::Result<CooperativePair> {
    let (training, seed) = (device.clone().autodiff(), config.seed);
    let g = match generator {
        Some(bytes) => from_safetensors(config.generator.zeros(&training)?, bytes)?,
        None => config.generator.init(&mut stream(seed, "generator", 0), &training)?,
    };
    let d = match discriminator {
        Some(bytes) => from_safetensors(config.discriminator.zeros(&training)?, bytes)?,
        None => config.discriminator.init(&mut stream(seed, "discriminator", 0), &training)?,
    };
    CooperativePair::from_networks(g, d, config.cooperative.clone(), device)
}
