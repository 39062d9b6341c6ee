//! Training and scoring without files: features in memory to a model that scores.

mod fitted;
mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_core::Device;
use gcl_core::detector::Detector;
use gcl_data::VideoId;

use crate::config::{DataFacts, Method, Preset, RunConfig, apply_overrides};
use crate::error::{Doing, Result, TrainError};
use crate::events::{Event, Listener};
use crate::model::{Model, ModelCard};
use crate::run::{TrainOptions, train_on};
use crate::samples::{SampleVideo, Samples};
use crate::sink::Sink;
pub use fitted::FittedGcl;
use fitted::threshold;
pub use rows::Rows;

/// Any method that needs no labels, on features in memory.
///
/// The same features, configuration and seed give the same model as [`train`](crate::train()), bit
/// for bit. A run that should survive being killed, or whose features are larger than memory, needs
/// files: see [`RunDir`](crate::RunDir).
///
/// ```
/// use gcl_train::{Gcl, Method, Rows};
///
/// // 200 segments of 8 dimensions; the last ten are five times as large as the others.
/// let size = |i: usize| if i >= 190 * 8 { 5.0 } else { 1.0 };
/// let values: Vec<f32> = (0..200 * 8).map(|i| size(i) * (i as f32 * 1.7).sin()).collect();
/// let rows = Rows::new(&values, 8)?;
///
/// let gcl = Gcl::new(Method::GclB).seed(1).contamination(0.05);
/// // A quick look; the preset trains longer.
/// let gcl = gcl.set("training.budget={epochs=1, min_steps=50, max_steps=50}");
/// let fitted = gcl.fit(rows)?;
/// assert_eq!(fitted.score(rows)?.len(), 200);
/// assert!(fitted.predict(rows)?.iter().filter(|&&odd| odd).count() <= 10);
/// # Ok::<(), gcl_train::TrainError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gcl {
    base: Base,
    preset: Option<Preset>,
    seed: Option<u64>,
    settings: Vec<String>,
    contamination: f64,
    device: Device,
}

/// Where the configuration comes from.
#[derive(Clone, Debug)]
enum Base {
    Method(Method),
    Config(Box<RunConfig>),
    Detector(Make),
}

/// What makes unfitted detectors.
#[derive(Clone)]
struct Make(Arc<dyn Fn() -> Box<dyn Detector> + Send + Sync>);

gcl_core::brief_debug!(Make);

impl Gcl {
    /// A method with preset `any`, seed 0, a contamination of 0.05, on burn's default device.
    pub fn new(method: Method) -> Gcl {
        Gcl::with(Base::Method(method))
    }

    /// A whole configuration, as in a run's `config.toml`.
    pub fn from_config(config: RunConfig) -> Gcl {
        Gcl::with(Base::Config(Box::new(config)))
    }

    /// A detector of your own crate, on scaled features: `make` gives an unfitted one for each fit.
    /// The model is saved as all are, and read again by [`Model::load_with`]. Of the settings only the
    /// scaler (`scaler=raw`) has a meaning here.
    ///
    /// ```
    /// use gcl_core::detector::Pca;
    /// use gcl_train::{Gcl, Rows};
    ///
    /// let values: Vec<f32> = (0..80).map(|i| (i as f32 * 0.7).sin()).collect();
    /// let rows = Rows::new(&values, 4)?;
    /// // Yours implements `Detector`, as this one does.
    /// let fitted = Gcl::with_detector(|| Box::new(Pca::new(2, 0))).fit(rows)?;
    /// assert_eq!(fitted.score(rows)?.len(), 20);
    /// # Ok::<(), gcl_train::TrainError>(())
    /// ```
    pub fn with_detector(make: impl Fn() -> Box<dyn Detector> + Send + Sync + 'static) -> Gcl {
        Gcl::with(Base::Detector(Make(Arc::new(make))))
    }

    fn with(base: Base) -> Gcl {
        let (preset, seed, settings) = (None, None, Vec::new());
        Gcl { base, preset, seed, settings, contamination: 0.05, device: Device::default() }
    }

    /// Where the method's values come from.
    pub fn preset(mut self, preset: Preset) -> Gcl {
        self.preset = Some(preset);
        self
    }

    /// The seed of all random numbers.
    pub fn seed(mut self, seed: u64) -> Gcl {
        self.seed = Some(seed);
        self
    }

    /// The share of training segments that [`FittedGcl::predict`] labels anomalous, in [0, 1). It does
    /// not affect training or scores.
    pub fn contamination(mut self, share: f64) -> Gcl {
        self.contamination = share;
        self
    }

    /// The device of all tensors.
    pub fn device(mut self, device: Device) -> Gcl {
        self.device = device;
        self
    }

    /// Changes one value of the configuration, as [`apply_overrides`] does: `training.batch=128`.
    pub fn set(mut self, pair: impl Into<String>) -> Gcl {
        self.settings.push(pair.into());
        self
    }

    /// Trains on one video, its rows in temporal order.
    ///
    /// # Errors
    /// As [`Gcl::fit_videos`].
    pub fn fit(&self, rows: Rows<'_>) -> Result<FittedGcl> {
        let id = VideoId::new("rows").map_err(|e| TrainError::Config(e.to_string()))?;
        self.fit_videos(&[(id, rows)])
    }

    /// Trains on several videos, in any order: which segments are temporally stable is decided within
    /// each.
    ///
    /// # Errors
    /// [`TrainError::Config`] and [`TrainError::Mismatch`] for videos or settings that cannot be used
    /// together, before anything is trained; [`TrainError::Core`] for a numerical failure.
    pub fn fit_videos(&self, videos: &[(VideoId, Rows<'_>)]) -> Result<FittedGcl> {
        self.fit_until(videos, &AtomicBool::new(false))
    }

    /// As [`Gcl::fit_videos`], until someone sets `cancel`: it is looked at after every step of training and before each
    /// video is scored. A detector's own fit is one step.
    ///
    /// # Errors
    /// [`TrainError::Interrupted`] after a cancel, with nothing kept; else as [`Gcl::fit_videos`].
    pub fn fit_until(
        &self,
        videos: &[(VideoId, Rows<'_>)],
        cancel: &AtomicBool,
    ) -> Result<FittedGcl> {
        if !(0.0..1.0).contains(&self.contamination) {
            return Err(TrainError::Config(format!(
                "the contamination is {}, expected from 0 to below 1",
                self.contamination
            )));
        }
        // In the order of their ids, as videos from a folder are.
        let mut videos: Vec<&(VideoId, Rows<'_>)> = videos.iter().collect();
        videos.sort_by(|a, b| a.0.cmp(&b.0));
        let samples = pool(&videos)?;
        let data = DataFacts { dim: samples.dim(), segments: samples.len() };
        let config = self.resolve(data)?;

        let options = TrainOptions::new(self.device.clone(), cancel);
        let mut warnings = Warnings::default();
        let model = match &self.base {
            Base::Detector(Make(make)) => fit_detector(make(), samples, config)?,
            Base::Method(_) | Base::Config(_) => {
                train_on(samples, config, None, Sink::new(None), &options, &mut warnings)?
            }
        };
        let scores = Vec::with_capacity(data.segments);
        let mut fitted = FittedGcl { model, threshold: 0.0, scores, warnings: warnings.0 };
        for (_, rows) in videos {
            if cancel.load(Ordering::Relaxed) {
                return Err(TrainError::Interrupted);
            }
            let scores = fitted.score(*rows)?;
            fitted.scores.extend(scores);
        }
        fitted.threshold = threshold(&fitted.scores, self.contamination);
        Ok(fitted)
    }

    /// The configuration on this data.
    fn resolve(&self, data: DataFacts) -> Result<RunConfig> {
        let preset = self.preset.unwrap_or(Preset::Any);
        let mut config = match &self.base {
            Base::Method(method) => RunConfig::new(*method, preset, 0, data),
            Base::Detector(_) => RunConfig::new(Method::External, preset, 0, data),
            Base::Config(_) if self.preset.is_some() => {
                let text = "a whole configuration takes no preset".to_owned();
                return Err(TrainError::Config(text));
            }
            Base::Config(config) => (**config).clone(),
        };
        if !matches!(self.base, Base::Config(_)) {
            // Rows in memory may be of no video: what many of them have in common stays in their scores.
            config.center_videos = 0;
        }
        config.seed = self.seed.unwrap_or(config.seed);
        let config = apply_overrides(&config, &self.settings)?;
        match config.uses_labels() {
            true => Err(TrainError::Config(format!(
                "method {} uses video labels as configured; from memory it cannot have any",
                config.method
            ))),
            false => Ok(config),
        }
    }
}

/// Keeps what a user should know.
#[derive(Default)]
struct Warnings(Vec<String>);

impl Listener for Warnings {
    fn event(&mut self, event: &Event) {
        if let Event::Warning { text } = event {
            self.0.push(text.clone());
        }
    }
}

/// Fits a detector of another crate to all segments, scaled.
fn fit_detector(
    mut detector: Box<dyn Detector>,
    mut samples: Samples,
    config: RunConfig,
) -> Result<Model> {
    let trained_on = samples.fingerprint();
    let scaler = samples.fit_and_scale(config.scaler, config.center_videos)?;
    let rows = samples.subsample(samples.len(), config.seed, "detector")?;
    let fitted = detector.fit(&rows, samples.dim());
    fitted.doing("fitting the detector")?;
    Ok(Model::from_detector(ModelCard::new(config, None, scaler, trained_on), detector))
}

/// The rows of all videos, which are sorted by id.
fn pool(videos: &[&(VideoId, Rows<'_>)]) -> Result<Samples> {
    let none = || TrainError::Mismatch("no video to train on".to_owned());
    let dim = videos.first().ok_or_else(none)?.1.dim();
    if let Some(pair) = videos.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(TrainError::Mismatch(format!("video `{}` is there twice", pair[0].0)));
    }
    let (mut values, mut pooled, mut start) = (Vec::new(), Vec::new(), 0);
    for (id, rows) in videos {
        rows.check_dim(dim)?;
        values.extend_from_slice(rows.values());
        let segments = start..start + rows.len();
        start = segments.end;
        pooled.push(SampleVideo { id: id.clone(), segments, normal: None });
    }
    Samples::new(values, dim, pooled)
}
