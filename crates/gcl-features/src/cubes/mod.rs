//! Object cubes: T frames around a box, cropped where the box is in the middle one (Jigsaw-VAD, [Wang
//! et al., ECCV 2022](https://arxiv.org/abs/2207.10172)).
//!
//! [`select`] filters boxes as published, [`CubeReader`] decodes a video once and yields one cube after
//! the other, and [`pack_cubes`] writes those of many videos into one file
//! ([`gcl_data::cubes`]).

mod align;
mod error;
mod pack;
mod reader;
mod select;

pub use align::roi_align;
pub use error::CubeError;
pub use pack::{CubeSource, Packed, pack_cubes};
pub use reader::{Cube, CubeReader};
pub use select::select;

/// Which cubes are cut, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CubeRule {
    /// T, frames of a cube, odd: 7 on Ped2 and Avenue, 9 on ShanghaiTech.
    pub frames: usize,
    /// Width and height of a cube in pixels, 64.
    pub size: usize,
    /// The confidence that boxes must exceed, where they have one: 0.5 on Ped2, 0.8 elsewhere.
    pub confidence: f32,
    /// The longer side of a box in pixels, at least: 10.
    pub min_side: f32,
    /// Frames at each end of a video that are in no cube's middle. With 0 every box gives a cube, and
    /// the first and last frame are repeated as needed; published: T / 2 in scoring, T − 1 in training.
    pub margin: usize,
    /// Only every so many-th frame gives cubes, from `margin` on: 1; 5 in training on ShanghaiTech.
    pub every: usize,
}

impl Default for CubeRule {
    /// Ped2's: 7 frames of 64×64, confidence above 0.5, no margin.
    fn default() -> Self {
        Self { frames: 7, size: 64, confidence: 0.5, min_side: 10.0, margin: 0, every: 1 }
    }
}

impl CubeRule {
    /// Checks the rule: an odd number of frames up to 63, a size of 1 to 256, a margin of at most 256, a
    /// step of 1 to 256.
    ///
    /// # Errors
    /// [`CubeError::Rule`].
    pub fn validate(self) -> Result<Self, CubeError> {
        let refuse = |what, found, expected| {
            Err(CubeError::Rule(format!("cube {what} is {found}; expected {expected}")))
        };
        match self {
            Self { frames, .. } if frames % 2 == 0 || frames > 63 => {
                refuse("frames", frames, "an odd number up to 63")
            }
            Self { size, .. } if !(1..=256).contains(&size) => refuse("size", size, "1 to 256"),
            Self { every, .. } if !(1..=256).contains(&every) => refuse("every", every, "1 to 256"),
            Self { margin, .. } if margin > 256 => refuse("margin", margin, "at most 256"),
            _ => Ok(self),
        }
    }

    /// Values of a cube.
    pub fn values(&self) -> usize {
        3 * self.frames * self.size * self.size
    }
}
