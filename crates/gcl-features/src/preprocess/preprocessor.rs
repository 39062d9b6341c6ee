//! Pre-processing of frames and clips.

use serde_json::{Map, Value, json};

use super::picture::{Picture, Samples};
use super::size::place;
use super::values::{CropPlace, Values};
use super::{Crops, Filter, Preprocess, PreprocessError, linear, pillow};
use crate::colour::RgbRows;
use crate::frame::Frame;

/// Turns frames into a network's input. It holds no state between frames and may be shared by threads.
///
/// ```
/// use gcl_features::{Frame, Pixels, Preprocessor, Preset};
///
/// let preset = Preset::named("i3d-inception").ok_or("no such preset")?;
/// let preprocessor = Preprocessor::new(preset.preprocess)?;
/// let white = Frame::new(320, 240, Pixels::Rgb(vec![255; 320 * 240 * 3]))?;
/// let clip = preprocessor.clip_tensor(&vec![white; 2], 0)?;
/// assert_eq!(preprocessor.shape(2), [3, 2, 224, 224]);
/// assert!(clip.len() == 3 * 2 * 224 * 224 && clip.iter().all(|&value| value == 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Preprocessor {
    config: Preprocess,
    params: Map<String, Value>,
    values: Values,
}

gcl_data::brief_debug!(Preprocessor);

impl Preprocessor {
    /// Checks the parameters and reads the mean cube, where there is one.
    ///
    /// # Errors
    /// A parameter is out of range, or the cube cannot be read.
    pub fn new(config: Preprocess) -> Result<Self, PreprocessError> {
        config.validate()?;
        let values = Values::new(&config)?;
        let mut params = config.to_map()?;
        // What the file holds matters, not where it lies.
        params.insert("mean_cube".to_owned(), json!(values.cube_sha256()));
        Ok(Self { config, params, values })
    }

    /// The parameters.
    pub fn config(&self) -> &Preprocess {
        &self.config
    }

    /// The parameters for [`Extractor::preprocessing`](crate::Extractor::preprocessing); the mean cube by the
    /// SHA-256 of its file.
    pub fn params(&self) -> Map<String, Value> {
        self.params.clone()
    }

    /// Crops of a clip.
    pub fn crops(&self) -> usize {
        self.config.crops.count()
    }

    /// Shape of the tensor of one crop: channels, frames, height, width.
    pub fn shape(&self, frames: usize) -> [usize; 4] {
        [3, frames, self.config.crop, self.config.crop]
    }

    /// Resizes a frame, and keeps the part that crops need.
    ///
    /// # Errors
    /// The frame's size does not suit: [`PreprocessError::Video`].
    pub fn prepare(&self, frame: &Frame) -> Result<Picture, PreprocessError> {
        let axes = self.config.axes(frame.width(), frame.height())?;
        let rows = RgbRows::new(frame);
        let samples = match self.config.filter {
            Filter::Bilinear => Samples::Floats(linear::torch(&rows, axes)),
            Filter::OpencvBilinear => Samples::Bytes(linear::opencv(&rows, axes)),
            filter => Samples::Bytes(pillow::resize(&rows, filter, axes)),
        };
        let [x, y] = axes;
        let (left, top, of) = (x.start, y.start, (x.to, y.to));
        Ok(Picture { width: x.length, height: y.length, left, top, of, samples })
    }

    /// Writes crop `crop` of a clip to `out`: `[3, T, H, W]` as [`shape`](Self::shape) says, row-major.
    /// A frame may be in the clip more than once.
    ///
    /// # Errors
    /// There is no such crop, the buffer has another length, the pictures are not alike, or the mean cube has
    /// another shape.
    pub fn fill(
        &self,
        clip: &[&Picture],
        crop: usize,
        out: &mut [f32],
    ) -> Result<(), PreprocessError> {
        let refuse = |problem: String| Err(PreprocessError::Refused(problem));
        let crops = self.crops();
        if crop >= crops {
            return refuse(format!("no crop {crop}, there are {crops}"));
        }
        let (side, found) = (self.config.crop, out.len());
        let expected: usize = self.shape(clip.len()).into_iter().product();
        if found != expected {
            return refuse(format!(
                "a buffer for a tensor has {found} values, expected {expected}"
            ));
        }
        let Some(first) = clip.first() else { return Ok(()) };
        let suits = first.width >= side && first.height >= side;
        if !suits || !clip.iter().all(|picture| picture.is_like(first)) {
            return refuse("a clip's frames were not prepared alike".to_owned());
        }
        let (left, top, mirrored) = match self.config.crops {
            // The picture is that crop.
            Crops::Centre => place(4, first.width, first.height, side),
            Crops::Five | Crops::Ten => place(crop, first.width, first.height, side),
        };
        self.values.write(clip, &CropPlace { left, top, mirrored, side }, out)
    }

    /// One crop of a clip of frames as a tensor `[3, T, H, W]`: for single clips. Extractors prepare each frame
    /// once and call [`fill`](Self::fill).
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare) and [`fill`](Self::fill).
    pub fn clip_tensor(&self, frames: &[Frame], crop: usize) -> Result<Vec<f32>, PreprocessError> {
        let pictures: Vec<Picture> =
            frames.iter().map(|frame| self.prepare(frame)).collect::<Result<_, _>>()?;
        let mut out = vec![0.0; self.shape(frames.len()).into_iter().product()];
        self.fill(&pictures.iter().collect::<Vec<_>>(), crop, &mut out)?;
        Ok(out)
    }
}
