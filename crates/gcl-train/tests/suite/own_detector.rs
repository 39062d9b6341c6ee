//! A detector of another crate is trained, stored and read as those of this one are.

use crate::common::devices;
use gcl_core::detector::{Detector, Pca};
use gcl_core::{CoreError, State};
use gcl_data::VideoId;
use gcl_train::config::{DataFacts, DetectorConfig};
use gcl_train::{Gcl, Method, Model, Preset, Rows, RunConfig, TrainError};

/// How far a row lies outside the box of the training rows.
#[derive(Default)]
struct Outside {
    low: Vec<f32>,
    high: Vec<f32>,
}

impl Detector for Outside {
    fn name(&self) -> &'static str {
        "outside"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> gcl_core::Result<()> {
        let over = |pick: fn(f32, f32) -> f32| -> Vec<f32> {
            let column = |j| features.iter().skip(j).step_by(d).copied().reduce(pick).unwrap();
            (0..d).map(column).collect()
        };
        (self.low, self.high) = (over(f32::min), over(f32::max));
        Ok(())
    }

    fn score(&self, features: &[f32]) -> gcl_core::Result<Vec<f32>> {
        if self.low.is_empty() {
            return Err(CoreError::NotFitted("outside"));
        }
        let score = |row: &[f32]| {
            let outside = |((x, low), high): ((&f32, &f32), &f32)| (low - x).max(x - high).max(0.0);
            row.iter().zip(&self.low).zip(&self.high).map(outside).sum()
        };
        Ok(features.chunks_exact(self.low.len()).map(score).collect())
    }

    fn save(&self) -> gcl_core::Result<State> {
        let mut state = State::default();
        state.put_f32s("low", &self.low);
        state.put_f32s("high", &self.high);
        Ok(state)
    }

    fn load(&mut self, state: &State) -> gcl_core::Result<()> {
        (self.low, self.high) = (state.get_f32s("low")?, state.get_f32s("high")?);
        Ok(())
    }
}

fn known(kind: &str) -> Option<Box<dyn Detector>> {
    (kind == "outside").then(|| Box::new(Outside::default()) as _)
}

fn values(scale: f32) -> Vec<f32> {
    (0..120).map(|i| scale * (i as f32 * 0.7).sin() + 3.0).collect()
}

#[test]
fn it_is_fitted_saved_and_opened_with_the_same_scores() {
    let (train, test) = (values(1.0), values(1.7));
    let rows = [("a", &train[..60]), ("b", &train[60..])]
        .map(|(id, values)| (VideoId::new(id).unwrap(), Rows::new(values, 4).unwrap()));
    for (name, device) in devices() {
        let gcl = Gcl::with_detector(|| Box::new(Outside::default())).device(device.clone());
        let fitted = gcl.fit_videos(&rows).unwrap();
        let of = |model: &Model, values| model.score(values).unwrap().detector.unwrap();
        // No training row lies outside; the wider test rows do.
        assert!(of(&fitted.model, &train).iter().all(|&score| score == 0.0), "{name}");
        let scores = fitted.score(Rows::new(&test, 4).unwrap()).unwrap();
        assert!(scores.iter().any(|&score| score > 0.1), "{name}: {scores:?}");
        // It is given scaled features, as configured.
        let raw = gcl.clone().set("scaler=raw").fit_videos(&rows).unwrap();
        assert_ne!(of(&raw.model, &test), scores, "{name}");

        let folder = tempfile::tempdir().unwrap();
        fitted.model.save(folder.path()).unwrap();
        let opened = Model::load_with(folder.path(), &device, known).unwrap();
        assert_eq!(opened.card(), fitted.model.card(), "{name}");
        let bits = |scores: &[f32]| scores.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&of(&opened, &test)), bits(&scores), "{name}");
    }
}

#[test]
fn who_does_not_know_it_is_told_its_name() {
    let values = values(1.0);
    let (_, device) = devices().remove(0);
    let gcl = Gcl::with_detector(|| Box::new(Outside::default())).device(device.clone());
    let fitted = gcl.fit(Rows::new(&values, 4).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fitted.model.save(folder.path()).unwrap();
    for opened in [
        Model::load(folder.path(), &device),
        Model::load_with(folder.path(), &device, |kind| known(&kind.to_uppercase())),
    ] {
        let error = opened.unwrap_err();
        assert!(error.to_string().contains("`outside`"), "{error}");
        assert!(
            matches!(&error, TrainError::UnknownDetector { path, kind }
                if path == folder.path() && kind == "outside"),
            "{error:?}"
        );
    }
    // Another detector under its name does not take its state.
    let other = Model::load_with(folder.path(), &device, |_| Some(Box::new(Pca::new(2, 0))));
    assert!(matches!(other, Err(TrainError::Core { .. })), "{other:?}");
}

#[test]
fn no_configuration_makes_it() {
    let values = values(1.0);
    let data = DataFacts { dim: 4, segments: 30 };
    let config = RunConfig::new(Method::External, Preset::Any, 0, data);
    assert_eq!(config.detector, Some(DetectorConfig::External));
    let error = Gcl::from_config(config).fit(Rows::new(&values, 4).unwrap()).unwrap_err();
    assert!(
        matches!(&error, TrainError::Config(text) if text.contains("with_detector")),
        "{error}"
    );
    assert!("external".parse::<Method>().is_err());
}
