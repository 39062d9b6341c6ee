//! The forward pass of an extractor's network, by the way that `gcl extract` takes.

use gcl_core::Device;
use gcl_features::networks::{Executor, FcLayer, NetworkExtractor, RunOptions, Weights};
use gcl_features::preprocess::{Crops, Picture};
use gcl_features::{Extractor, Frame, Pixels, Preprocess, Published};

use super::{MeasureError, made_up};

/// Width and height of the made-up frames: those of UCF-Crime.
const SIZE: (usize, usize) = (320, 240);

/// A network with a batch of clips that are decoded and resized already. A run fills the network's
/// input and runs it.
pub struct Extraction {
    extractor: NetworkExtractor,
    pictures: Vec<Picture>,
    /// Frames of a clip.
    pub frames: usize,
}

gcl_core::brief_debug!(Extraction);

impl Extraction {
    /// Loads a network and makes up `batch` clips, each a frame later than the last one, one centre
    /// crop of each.
    ///
    /// # Errors
    /// The weights are not this network's, or the batch is larger than a network takes.
    pub fn new(
        network: Published,
        weights: &Weights,
        batch: usize,
        device: &Device,
    ) -> Result<Extraction, MeasureError> {
        let preset = network.preset();
        let preprocess = Preprocess { crops: Crops::Centre, ..preset.preprocess };
        let frames = preset.clips.length;
        let options =
            RunOptions { device: device.clone(), executor: Executor::Auto, batch, frames };
        let graph = network.network(FcLayer::Fc6);
        let extractor =
            NetworkExtractor::new(network.name, graph.as_ref(), weights, preprocess, &options)?;
        let pictures = (0..(batch + frames).saturating_sub(1))
            .map(|i| {
                let levels =
                    made_up(i as u32, SIZE.0 * SIZE.1 * 3).map(|v| (128.0 + 127.0 * v) as u8);
                let frame = Frame::new(SIZE.0, SIZE.1, Pixels::Rgb(levels.collect()))?;
                Ok(extractor.prepare(&frame)?)
            })
            .collect::<Result<Vec<_>, MeasureError>>()?;
        Ok(Extraction { extractor, pictures, frames })
    }

    /// The features of all clips, `[batch, d]`.
    ///
    /// # Errors
    /// The network failed.
    pub fn run(&self) -> Result<Vec<f32>, MeasureError> {
        let clips: Vec<Vec<&Picture>> =
            self.pictures.windows(self.frames).map(|clip| clip.iter().collect()).collect();
        Ok(self.extractor.describe(&clips)?)
    }
}
