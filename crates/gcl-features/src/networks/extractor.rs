//! A network as an extractor.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use serde_json::{Map, Value, json};

use super::{Executor, Forward, Network, NetworkError, forward};
use crate::extractor::{Extractor, ExtractorError};
use crate::frame::Frame;
use crate::preprocess::{Picture, Preprocess, Preprocessor};
use crate::source::Colour;

/// Where a network's weights come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weights {
    /// A weight file: a PyTorch checkpoint or safetensors.
    File(PathBuf),
    /// Random ones, for tests; features say so.
    Random {
        /// The same seed gives the same weights everywhere.
        seed: u64,
    },
}

/// How a network is run. Features do not depend on it but for rounding.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Where.
    pub device: Device,
    /// By what.
    pub executor: Executor,
    /// Clips times crops at once, at least 1.
    pub batch: usize,
    /// Frames of a clip.
    pub frames: usize,
}

/// A network and its pre-processing. Videos are decoded and resized side by side; the network runs on one batch at a
/// time, with all of the device.
pub struct NetworkExtractor {
    name: String,
    layer: &'static str,
    dim: usize,
    preprocessor: Preprocessor,
    frames: usize,
    batch: usize,
    sha256: Option<String>,
    seed: Option<u64>,
    forward: Mutex<Box<dyn Forward>>,
    /// Input buffers that no video uses now: a fresh one for each batch would cost its page faults.
    inputs: Mutex<Vec<Vec<f32>>>,
}

gcl_data::brief_debug!(NetworkExtractor);

impl NetworkExtractor {
    /// Reads the weights, and makes the network ready for crops of the pre-processing's size. `name` goes into the
    /// description of features.
    ///
    /// # Errors
    /// Weights or pre-processing are not as they must be, or the network does not take clips of this size.
    pub fn new(
        name: impl Into<String>,
        network: &dyn Network,
        weights: &Weights,
        preprocess: Preprocess,
        options: &RunOptions,
    ) -> Result<Self, NetworkError> {
        let preprocessor = Preprocessor::new(preprocess)?;
        let (graph, sha256, seed) = match weights {
            Weights::File(path) => {
                let loaded = network.load(&gcl_weights::read(path)?)?;
                (loaded.graph, Some(loaded.sha256), None)
            }
            Weights::Random { seed } => (network.random(*seed)?, None, Some(*seed)),
        };
        let (batch, frames) = (options.batch.max(1), options.frames);
        let [c, t, h, w] = preprocessor.shape(frames);
        let forward = forward(graph, [batch, c, t, h, w], &options.device, options.executor)?;
        Ok(Self {
            name: name.into(),
            layer: network.layer(),
            dim: network.dim(),
            preprocessor,
            frames,
            batch,
            sha256,
            seed,
            forward: Mutex::new(forward),
            inputs: Mutex::new(Vec::new()),
        })
    }
}

impl Extractor for NetworkExtractor {
    type Prepared = Picture;

    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        "1"
    }

    fn params(&self) -> Map<String, Value> {
        let mut params = Map::new();
        params.insert("layer".to_owned(), json!(self.layer));
        if let Some(seed) = self.seed {
            params.insert("seed".to_owned(), json!(seed));
        }
        params
    }

    fn preprocessing(&self) -> Map<String, Value> {
        self.preprocessor.params()
    }

    fn weights_sha256(&self) -> Option<String> {
        self.sha256.clone()
    }

    fn random_weights(&self) -> bool {
        self.seed.is_some()
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn crops(&self) -> usize {
        self.preprocessor.crops()
    }

    fn batch(&self) -> usize {
        (self.batch / self.crops()).max(1)
    }

    fn ahead(&self) -> usize {
        // The next batch's frames while the network runs on this one's; at most 1024 pictures, however large the batch.
        self.batch().saturating_mul(self.frames).min(1024)
    }

    fn colour(&self) -> Colour {
        Colour::Rgb
    }

    fn prepare(&self, frame: &Frame) -> Result<Picture, ExtractorError> {
        Ok(self.preprocessor.prepare(frame)?)
    }

    fn describe(&self, clips: &[Vec<&Picture>]) -> Result<Vec<f32>, ExtractorError> {
        if let Some(clip) = clips.iter().find(|clip| clip.len() != self.frames) {
            let (found, expected) = (clip.len(), self.frames);
            let text = format!("a clip of {found} frames; the network was set up for {expected}");
            return Err(ExtractorError::Failed(text));
        }
        let size: usize = self.preprocessor.shape(self.frames).iter().product();
        let crops = self.crops();
        let all: Vec<(&Vec<&Picture>, usize)> =
            clips.iter().flat_map(|clip| (0..crops).map(move |crop| (clip, crop))).collect();
        let mut features = Vec::with_capacity(all.len() * self.dim);
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tensor = inputs.pop().unwrap_or_default();
        drop(inputs);
        tensor.resize(size * self.batch.min(all.len()), 0.0);
        for part in all.chunks(self.batch) {
            for ((clip, crop), place) in part.iter().zip(tensor.chunks_exact_mut(size)) {
                self.preprocessor.fill(clip, *crop, place)?;
            }
            let filled = tensor.get(..part.len() * size).unwrap_or_default();
            let mut forward = self.forward.lock().unwrap_or_else(PoisonError::into_inner);
            features.extend(forward.run(filled)?);
        }
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).push(tensor);
        Ok(features)
    }
}
