//! A small surveillance scene that renders itself: a fixed camera over a street, people who walk in two
//! lanes, each with its own direction, and now and then something abnormal (a cyclist, somebody running,
//! somebody walking against the lane's direction).
//!
//! It exists so that the whole way from video to report can be tried without any download. The amount of
//! movement says little about what is abnormal: the crowd varies from nobody to dense, and the abnormal
//! events differ in speed, shape and direction. As in real unlabelled footage, the training videos hold
//! some of them too.
//!
//! Everything is a pure function of the seed: only additions, multiplications, divisions, square roots and
//! a portable random number generator are used, so that the same seed gives the same bytes on every machine.

mod actor;
mod canvas;
mod dice;
mod figure;
mod light;
mod place;
mod plan;
mod traffic;
mod tree;
mod trig;
mod video;
mod wear;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use gcl_data::{IdError, VideoId};

use dice::{Dice, Purpose};
use light::Light;
use place::Street;
use traffic::Extent;
use tree::Wind;
pub use video::{Part, SceneVideo};

/// Size of a scene's videos, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SceneOptions {
    /// Picture width in pixels, 64 to 1920.
    pub width: usize,
    /// Picture height in pixels, 48 to 1080.
    pub height: usize,
    /// Frames per second, 5 to 60: how far people get between two frames.
    pub fps: usize,
    /// Frames of each video, 16 to 100,000.
    pub frames: usize,
    /// Number of training videos, 1 to 999.
    pub train: usize,
    /// Number of test videos, 1 to 999.
    pub test: usize,
}

impl Default for SceneOptions {
    /// 160 by 120 pixels, 25 frames per second, 32 training and 8 test videos of 400 frames (16 s).
    fn default() -> Self {
        Self { width: 160, height: 120, fps: 25, frames: 400, train: 32, test: 8 }
    }
}

/// Why a scene cannot be made.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum SceneError {
    /// An option is outside its range.
    #[error("the scene's {option} is {found}, expected {low} to {high}")]
    Option { option: &'static str, found: usize, low: usize, high: usize },
    /// A video's id is refused.
    #[error(transparent)]
    Id(#[from] IdError),
}

/// A place with its videos.
#[derive(Debug)]
pub struct Scene {
    /// The videos: those for training, then those for the test.
    pub videos: Vec<SceneVideo>,
}

impl Scene {
    /// Plans the scene of a seed; nothing is rendered yet.
    ///
    /// # Errors
    /// An option is outside its range.
    pub fn new(seed: u64, options: &SceneOptions) -> Result<Self, SceneError> {
        check(options)?;
        let SceneOptions { width, height, frames, .. } = *options;
        let extent = Extent { width, frames, fps: options.fps as f32 };
        let place = Arc::new(Street::new(seed, width, height));
        let mut dice = Dice::new(seed, Purpose::Plan, 0, 0);
        let plans = plan::plans(&mut dice, options.train, options.test);
        let mut videos = Vec::with_capacity(plans.len());
        for (number, plan) in plans.into_iter().enumerate() {
            let name = match plan.part {
                Part::Train => format!("train/{:02}", number + 1),
                Part::Test => format!("test/{:02}", number + 1 - options.train),
            };
            let mut dice = Dice::new(seed, Purpose::Traffic, number, 0);
            let mut actors = traffic::crowd(&mut dice, &place, plan.crowd, extent);
            for kind in plan.events {
                actors.push(traffic::event(&mut dice, &place, kind, extent));
            }
            actors.sort_by(|a, b| a.row.total_cmp(&b.row));
            videos.push(SceneVideo {
                id: VideoId::new(name)?,
                part: plan.part,
                frames,
                place: Arc::clone(&place),
                actors,
                wind: Wind::new(seed, number, extent.fps, plan.wind),
                light: Light::new(seed, number, extent.fps),
                size: (width, height),
                fps: options.fps,
            });
        }
        Ok(Self { videos })
    }
}

fn check(options: &SceneOptions) -> Result<(), SceneError> {
    for (option, found, low, high) in [
        ("width", options.width, 64, 1920),
        ("height", options.height, 48, 1080),
        ("frame rate", options.fps, 5, 60),
        ("number of frames", options.frames, 16, 100_000),
        ("number of training videos", options.train, 1, 999),
        ("number of test videos", options.test, 1, 999),
    ] {
        if !(low..=high).contains(&found) {
            return Err(SceneError::Option { option, found, low, high });
        }
    }
    Ok(())
}
