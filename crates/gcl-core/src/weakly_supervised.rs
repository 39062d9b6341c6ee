//! The contract of a weakly-supervised model.

use burn::tensor::Tensor;

use crate::error::{CoreError, Result};
use crate::finite::ensure_finite_tensor;
use crate::rng::HostRng;
use crate::state::State;

/// A model that learns from bags of snippets of which only the bag's label is known, and then
/// scores every snippet ([Joint-VAD](https://arxiv.org/abs/2401.13551), §3.3).
///
/// [`Rtfm`](crate::Rtfm) and [`Sultani`](crate::Sultani) are of this kind. The trait is all that the
/// interleaving needs: a model from another crate takes part by implementing it.
///
/// Implementations draw every random number of a training step (dropout, say) from the generator
/// they are handed, and keep their optimizer inside, so that a saved state resumes bit for bit.
///
/// ```
/// use gcl_core::{Device, Sultani, SultaniConfig, Tensor, WeaklySupervised, rng};
///
/// let device = Device::flex();
/// let mut model = Sultani::new(SultaniConfig::new(16), 1, &device)?;
/// let positive = Tensor::ones([2, 1, 8, 16], &device); // bags, crops, snippets, d
/// let negative = Tensor::zeros([3, 1, 8, 16], &device);
/// let loss = model.train_step(positive, negative, &mut rng::stream(1, "step", 0))?;
/// assert!(loss.is_finite());
/// let scores = model.score(Tensor::ones([1, 5, 16], &device))?; // one crop, five snippets
/// assert!(scores.len() == 5 && scores.iter().all(|score| (0.0..=1.0).contains(score)));
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub trait WeaklySupervised: Send {
    /// Draws new weights from `seed` and resets the optimizer.
    ///
    /// # Errors
    /// If the model's settings make no network.
    fn reset(&mut self, seed: u64) -> Result<()>;

    /// Resets the optimizer and keeps the weights, as Joint-VAD's code does before every loop. A model
    /// whose optimizer has no state need not do anything.
    ///
    /// # Errors
    /// If the optimizer's settings make no optimizer.
    fn restart_optimizer(&mut self) -> Result<()> {
        Ok(())
    }

    /// One optimisation step on positive (holding an anomaly) and negative bags; returns the loss.
    ///
    /// # Shapes
    /// - positive: `[bags, crops, snippets, d]`
    /// - negative: `[bags, crops, snippets, d]`; the number of bags may differ
    ///
    /// # Errors
    /// If the shapes do not fit the model, or the loss is not finite.
    fn train_step(
        &mut self,
        positive: Tensor<4>,
        negative: Tensor<4>,
        rng: &mut HostRng,
    ) -> Result<f32>;

    /// The scores of one video's snippets, in order, each in [0, 1]; higher is more anomalous.
    ///
    /// # Shapes
    /// - video: `[crops, snippets, d]`
    ///
    /// # Errors
    /// If the shape does not fit the model, or a value is not finite.
    fn score(&self, video: Tensor<3>) -> Result<Vec<f32>>;

    /// Everything that [`WeaklySupervised::load`] needs to resume bit for bit: weights, running
    /// statistics and the optimizer's state.
    ///
    /// # Errors
    /// If the weights cannot be read from the device.
    fn save(&self) -> Result<State>;

    /// Restores a saved state.
    ///
    /// # Errors
    /// If the state is damaged or of another model.
    fn load(&mut self, state: &State) -> Result<()>;
}

/// Checks that bags fit a model of `d` dimensions, and each other.
pub(crate) fn check_bags(positive: &Tensor<4>, negative: &Tensor<4>, d: usize) -> Result<()> {
    let [bags, crops, t, found] = positive.dims();
    let [others, crops_there, t_there, found_there] = negative.dims();
    for found in [found, found_there] {
        if found != d {
            return Err(CoreError::shape("dimension", d, found));
        }
    }
    if [crops, t] != [crops_there, t_there] {
        let (expected, found) = (format!("{crops} × {t}"), format!("{crops_there} × {t_there}"));
        return Err(CoreError::shape("crops and snippets of negative bags", expected, found));
    }
    if bags * others * crops * t == 0 {
        return Err(CoreError::shape("bags, crops and snippets", "1 or more", 0));
    }
    ensure_finite_tensor("a positive bag", positive)?;
    ensure_finite_tensor("a negative bag", negative)
}

/// Checks that a video fits a model of `d` dimensions; returns its shape.
pub(crate) fn check_video(video: &Tensor<3>, d: usize) -> Result<[usize; 3]> {
    let [crops, t, found] = video.dims();
    if found != d {
        return Err(CoreError::shape("dimension", d, found));
    }
    if crops * t == 0 {
        let found = format!("{crops} × {t}");
        return Err(CoreError::shape("crops and snippets", "1 or more", found));
    }
    ensure_finite_tensor("a snippet", video)?;
    Ok([crops, t, found])
}
