//! Jigsaw puzzles on object cubes, as the one-class model of a pair.

use gcl_core::jigsaw::JigsawConfig;
use gcl_core::{Device, Jigsaw};
use gcl_data::PackedCubes;

use super::Choice;
use super::models::OneClassSettings;
use crate::error::{Doing, Result, TrainError};
use crate::interleave::alone::AloneSettings;
use crate::interleave::files::{Left, ObjectSource};
use crate::interleave::side::{OneClassOn, OneClassSide};
use crate::interleave::sources::CubeObjects;

impl OneClassSettings for JigsawConfig {
    fn published(choice: &Choice) -> JigsawConfig {
        let (frames, side) = choice.cube;
        JigsawConfig { side, ..JigsawConfig::new(frames) }
    }

    /// 100 epochs of batches of 192, as its own paper.
    fn alone(settings: &mut AloneSettings) {
        (settings.epochs, settings.batch) = (100, 192);
    }

    fn validate(&self) -> Result<()> {
        JigsawConfig::validate(self).map_err(|e| TrainError::Config(format!("one_class: {e}")))
    }

    fn open(
        &self,
        source: &ObjectSource<'_>,
        seed: u64,
        device: &Device,
    ) -> Result<(Box<dyn OneClassSide>, Left)> {
        let missing = TrainError::NoObjects { model: "jigsaw", needs: "cubes" };
        let cubes = PackedCubes::open(source.files.cubes.as_ref().ok_or(missing)?)?;
        let (objects, left) = CubeObjects::new(cubes, source.videos)?;
        let model = Jigsaw::new(self.clone(), seed, device).doing("making the puzzles' network")?;
        Ok((Box::new(OneClassOn::new(model, objects, device)), left))
    }
}
