//! The built-in extractor that knows things: EfficientNet-Lite0 for what is there, gradients for what moves.
//!
//! The network was trained to name what is in pictures (ImageNet); its weights are part of the program
//! ([`gcl_lite0`]). It sees every eighth frame of a video, brought to 384x256 pixels whatever the aspect, and
//! gives 1280 values a frame: its last channels, averaged over the picture. Pictures say nothing of motion, so
//! that of [`gradient`](crate::gradient) stands beside them:
//!
//! | values | what |
//! |---|---|
//! | 0 to 1279 | what is there: the network's, averaged over the clip's frames that it sees |
//! | 1280 to 1351 | what moves, times [`MOTION`]: of each of 4x3 areas the most that a cell has of channels 0, 1, 2, -2, 3 and -3 of `gradient`, that is of change in the clip's first half and in its second, and of flow to the right, left, down and up |

mod motion;
mod network;
mod runners;

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use gcl_data::Regions;
use serde_json::{Map, Value, json};

use crate::discover::VideoInput;
use crate::extractor::{Extractor, ExtractorError};
use crate::frame::Frame;
use crate::gradient::{Gradient, GradientFrame};
use crate::networks::{Executor, NetworkError};
use crate::preprocess::resized;
use crate::source::{Decoder, open};
use runners::Runners;

/// What the network sees.
const WIDTH: usize = 384;
const HEIGHT: usize = 256;
/// It sees the frames whose place in the video is a multiple of this.
const EVERY: usize = 8;
/// Frames that it sees of a clip of sixteen.
const PER_CLIP: usize = 2;
/// Factor of the motion's values: with it they vary from clip to clip about as much as the network's, or more.
pub const MOTION: f32 = 0.4;

/// The extractor `lite0`, version 2: 1352 values a clip.
pub struct Lite0 {
    runners: Mutex<Runners>,
    clips: usize,
}

impl std::fmt::Debug for Lite0 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lite0").finish_non_exhaustive()
    }
}

/// A frame's gradients, and its picture where the network sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lite0Frame {
    gradient: GradientFrame,
    /// `[HEIGHT, WIDTH, 3]`.
    picture: Option<Vec<u8>>,
}

/// Whether footage is large enough for the network to see what is in it: pictures of at least 96x64, a quarter
/// a side of what it looks at. Told by the first of these that can be opened; `false` if none can.
#[must_use]
pub fn sees(footage: &[VideoInput], decoder: Decoder) -> bool {
    let size = |video: &VideoInput| {
        let mut source = open(&video.path, decoder).ok()?;
        let mut frame = Frame::default();
        let any = source.next(&mut frame).ok()?;
        any.then(|| (frame.width(), frame.height()))
    };
    let first = footage.iter().filter(|video| video.refused.is_none()).find_map(size);
    first.is_some_and(|(width, height)| 4 * width >= WIDTH && 4 * height >= HEIGHT)
}

impl Lite0 {
    /// Makes the embedded network ready on a device: `batch` frames in a pass where the device is not the host.
    ///
    /// # Errors
    /// [`NetworkError::Device`] where the device fails, and [`NetworkError::Size`] for too large a batch.
    pub fn new(device: &Device, executor: Executor, batch: usize) -> Result<Self, NetworkError> {
        let file = gcl_weights::read_bytes("the embedded weights", gcl_lite0::WEIGHTS)?;
        let runners = Runners::new(network::graph(&file)?, batch.max(1), device, executor)?;
        Ok(Self { clips: runners.clips(), runners: Mutex::new(runners) })
    }

    /// The network's vectors of pictures of 384x256 pixels, interleaved RGB: 1280 values each.
    ///
    /// # Errors
    /// [`NetworkError::Device`]; [`NetworkError::Plan`] for a picture of another size.
    pub fn see(&self, pictures: &[&[u8]]) -> Result<Vec<f32>, NetworkError> {
        self.runners.lock().unwrap_or_else(PoisonError::into_inner).run(pictures)
    }
}

impl Extractor for Lite0 {
    type Prepared = Lite0Frame;

    fn name(&self) -> &str {
        "lite0"
    }

    fn version(&self) -> &str {
        "2"
    }

    fn params(&self) -> Map<String, Value> {
        let mut params = Map::new();
        params.insert("every".to_owned(), json!(EVERY));
        params.insert("parts".to_owned(), json!({ "picture": 1.0, "motion": f64::from(MOTION) }));
        params
    }

    fn preprocessing(&self) -> Map<String, Value> {
        let mut steps = Map::new();
        steps.insert("luma".to_owned(), json!("as coded"));
        steps.insert("picture".to_owned(), json!([WIDTH, HEIGHT]));
        steps.insert("filter".to_owned(), json!("pillow-bilinear"));
        steps
    }

    fn weights_sha256(&self) -> Option<String> {
        Some(gcl_lite0::SHA256.to_owned())
    }

    fn dim(&self) -> usize {
        network::DIM + motion::DIM
    }

    fn regions(&self) -> Option<Regions> {
        Some(Regions {
            rows: motion::AREA_ROWS,
            columns: motion::AREA_COLUMNS,
            first: network::DIM,
        })
    }

    fn batch(&self) -> usize {
        self.clips
    }

    fn ahead(&self) -> usize {
        // The next clips' frames while the network runs on these.
        16 * self.clips
    }

    fn prepare(&self, frame: &Frame) -> Result<Lite0Frame, ExtractorError> {
        self.prepare_at(0, frame)
    }

    fn prepare_at(&self, place: usize, frame: &Frame) -> Result<Lite0Frame, ExtractorError> {
        let picture = place.is_multiple_of(EVERY).then(|| resized(frame, WIDTH, HEIGHT));
        Ok(Lite0Frame { gradient: Gradient.prepare(frame)?, picture })
    }

    fn describe(&self, clips: &[Vec<&Lite0Frame>]) -> Result<Vec<f32>, ExtractorError> {
        let gradients: Vec<Vec<&GradientFrame>> =
            clips.iter().map(|clip| clip.iter().map(|frame| &frame.gradient).collect()).collect();
        let gradients = Gradient.describe(&gradients)?;
        let pictures: Vec<&[u8]> =
            clips.iter().flatten().filter_map(|frame| frame.picture.as_deref()).collect();
        let vectors = self.see(&pictures)?;
        let mut vectors = vectors.chunks_exact(network::DIM);
        let mut values = Vec::with_capacity(clips.len() * self.dim());
        for (clip, gradient) in clips.iter().zip(gradients.chunks_exact(Gradient.dim())) {
            let seen = clip.iter().filter(|frame| frame.picture.is_some()).count();
            if seen == 0 {
                let text = "a clip without a frame that the network sees";
                return Err(ExtractorError::Failed(text.to_owned()));
            }
            let mut sums = [0.0; network::DIM];
            for vector in vectors.by_ref().take(seen) {
                sums.iter_mut().zip(vector).for_each(|(sum, v)| *sum += v);
            }
            values.extend(sums.iter().map(|sum| sum / seen as f32));
            let first = values.len();
            motion::describe(gradient, &mut values);
            values.iter_mut().skip(first).for_each(|v| *v *= MOTION);
        }
        Ok(values)
    }
}
