//! From levels to the values of a tensor.

use std::fs;
use std::path::PathBuf;

use gcl_data::{At, FileError, Npy};
use sha2::{Digest, Sha256};

use super::picture::{Picture, Samples};
use super::{Channels, Preprocess, PreprocessError};

/// `(level / divide - mean) / std` for each channel, in f32 as PyTorch computes it.
pub(super) struct Values {
    divide: f32,
    mean: [f32; 3],
    std: [f32; 3],
    /// The same for each whole level.
    table: [[f32; 256]; 3],
    /// Which sample of a pixel is the first channel, the second and the third.
    sample: [usize; 3],
    cube: Option<MeanCube>,
}

/// A mean for each place of a clip.
struct MeanCube {
    path: PathBuf,
    shape: Vec<usize>,
    values: Vec<f32>,
    sha256: String,
}

/// A crop of a clip.
pub(super) struct CropPlace {
    pub left: usize,
    pub top: usize,
    pub mirrored: bool,
    pub side: usize,
}

impl Values {
    pub(super) fn new(config: &Preprocess) -> Result<Self, PreprocessError> {
        let divide = config.divide as f32;
        let (mean, std) = (config.mean.map(|n| n as f32), config.std.map(|n| n as f32));
        let value = |c: usize, level: usize| (level as f32 / divide - mean[c]) / std[c];
        let table = std::array::from_fn(|c| std::array::from_fn(|level| value(c, level)));
        let sample = match config.channels {
            Channels::Rgb => [0, 1, 2],
            Channels::Bgr => [2, 1, 0],
        };
        let cube = config.mean_cube.clone().map(MeanCube::read).transpose()?;
        Ok(Self { divide, mean, std, table, sample, cube })
    }

    /// SHA-256 of the mean cube's file, where there is one.
    pub(super) fn cube_sha256(&self) -> Option<&str> {
        self.cube.as_ref().map(|cube| cube.sha256.as_str())
    }

    /// Writes a crop of a clip as `[3, T, side, side]`. The place must lie in the pictures.
    pub(super) fn write(
        &self,
        clip: &[&Picture],
        place: &CropPlace,
        out: &mut [f32],
    ) -> Result<(), PreprocessError> {
        let side = place.side;
        let frames = clip.iter().cycle();
        for (n, (plane, picture)) in out.chunks_exact_mut(side * side).zip(frames).enumerate() {
            let (channel, t) = (n / clip.len(), n % clip.len());
            for (y, row) in plane.chunks_exact_mut(side).enumerate() {
                let from = (place.top + y) * picture.width + place.left;
                self.row(&picture.samples, from, channel, row);
                if let Some(cube) = &self.cube {
                    let mean = cube.row(clip.len(), picture, channel, t, place, y)?;
                    for (value, mean) in row.iter_mut().zip(mean) {
                        *value = (*value / self.divide - mean) / self.std[channel];
                    }
                }
                if place.mirrored {
                    row.reverse();
                }
            }
        }
        Ok(())
    }

    /// One channel of a row of pixels from pixel `from` on; bare levels where a cube is still to be subtracted.
    fn row(&self, samples: &Samples, from: usize, channel: usize, row: &mut [f32]) {
        let (sample, bare) = (self.sample[channel], self.cube.is_some());
        match samples {
            Samples::Bytes(bytes) => {
                let pixels = &bytes.as_chunks::<3>().0[from..];
                let table = &self.table[channel];
                for (value, pixel) in row.iter_mut().zip(pixels) {
                    let level = pixel[sample];
                    *value = if bare { f32::from(level) } else { table[usize::from(level)] };
                }
            }
            Samples::Floats(floats) => {
                let pixels = &floats.as_chunks::<3>().0[from..];
                let (mean, std) = (self.mean[channel], self.std[channel]);
                for (value, pixel) in row.iter_mut().zip(pixels) {
                    let level = pixel[sample];
                    *value = if bare { level } else { (level / self.divide - mean) / std };
                }
            }
        }
    }
}

impl MeanCube {
    fn read(path: PathBuf) -> Result<Self, PreprocessError> {
        let bytes = fs::read(&path).at(&path)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let npy = Npy::open(&path)?;
        let (shape, values) = (npy.shape().to_vec(), npy.to_f32()?);
        Ok(Self { path, shape, values, sha256 })
    }

    /// The means of a row of a crop.
    fn row(
        &self,
        frames: usize,
        picture: &Picture,
        channel: usize,
        t: usize,
        place: &CropPlace,
        y: usize,
    ) -> Result<&[f32], PreprocessError> {
        let (width, height) = picture.of;
        let expected = [3, frames, height, width];
        if self.shape != expected {
            let found = &self.shape;
            let problem = format!("its shape is {found:?}, the clips need {expected:?}");
            let wrong = PreprocessError::from(FileError::new(&self.path, problem));
            // Channels and frames are the same for all videos; height and width are the video's.
            let of_video = found.len() == expected.len() && found.starts_with(&expected[..2]);
            return Err(if of_video { PreprocessError::Video(wrong.to_string()) } else { wrong });
        }
        let (top, left) = (picture.top + place.top + y, picture.left + place.left);
        let from = ((channel * frames + t) * height + top) * width + left;
        Ok(&self.values[from..from + place.side])
    }
}
