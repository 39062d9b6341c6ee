//! One iteration of the cooperative pair (GCL paper §3.2), and the matrix products in it.

use gcl_core::weights::to_safetensors;
use gcl_core::{
    AutoencoderConfig, CooperativeConfig, CooperativePair, Device, DiscriminatorConfig, StepReport,
    Tensor, rng,
};

use super::{MeasureError, made_up};

/// A matrix product `[m, k] × [k, n]`: 2·m·k·n operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Product {
    /// `generator` or `discriminator`.
    pub network: &'static str,
    /// `forward`, `weights` or `inputs`: the layer's output, or which gradient it is.
    pub what: &'static str,
    /// Rows.
    pub m: usize,
    /// Summed over.
    pub k: usize,
    /// Columns.
    pub n: usize,
    /// How often in an iteration.
    pub times: usize,
}

/// The paper's networks for `dim` dimensions.
fn networks(dim: usize) -> (AutoencoderConfig, DiscriminatorConfig) {
    (AutoencoderConfig::new(dim), DiscriminatorConfig::new(dim))
}

/// The matrix products of one iteration. The generator runs once; the discriminator once to learn and
/// once more to label; nobody needs the gradient in the features.
pub fn products(batch: usize, dim: usize) -> Vec<Product> {
    let (g, d) = networks(dim);
    let mut all = Vec::new();
    for (network, hidden, last, forwards) in
        [("generator", g.hidden, dim, 1), ("discriminator", d.hidden, 1, 2)]
    {
        let widths: Vec<usize> = [dim].into_iter().chain(hidden).chain([last]).collect();
        for (i, pair) in widths.windows(2).enumerate() {
            let [a, b] = *pair else { continue };
            let product =
                |what, [m, k, n]: [usize; 3], times| Product { network, what, m, k, n, times };
            all.push(product("forward", [batch, a, b], forwards));
            all.push(product("weights", [a, batch, b], 1));
            if i > 0 {
                all.push(product("inputs", [batch, b, a], 1));
            }
        }
    }
    all
}

/// Floating-point operations of [`products`], a multiplication and an addition counted as two.
pub fn operations(batch: usize, dim: usize) -> f64 {
    let each = |p: Product| 2.0 * p.m as f64 * p.k as f64 * p.n as f64 * p.times as f64;
    products(batch, dim).into_iter().map(each).sum()
}

/// A pair with the paper's networks and settings, and a batch in [0, 1).
pub struct GclStep {
    pair: CooperativePair,
    batch: Tensor<2>,
    at: u64,
}

gcl_core::brief_debug!(GclStep);

impl GclStep {
    /// Sets the pair up on a device; batch and weights are the same on every device.
    ///
    /// # Errors
    /// [`MeasureError::Core`] if the sizes make no networks.
    pub fn new(batch: usize, dim: usize, device: &Device) -> Result<GclStep, MeasureError> {
        let (g, d) = networks(dim);
        let pair = CooperativePair::new(&g, &d, CooperativeConfig::default(), 1, device)?;
        let values: Vec<f32> = made_up(1, batch * dim).map(|v| (v + 1.0) / 2.0).collect();
        let batch = Tensor::<1>::from_floats(values.as_slice(), device).reshape([batch, dim]);
        Ok(GclStep { pair, batch, at: 0 })
    }

    /// One iteration.
    ///
    /// # Errors
    /// [`MeasureError::Core`] if a loss is not finite.
    pub fn run(&mut self) -> Result<StepReport, MeasureError> {
        self.at += 1;
        let mut rng = rng::stream(1, "targets", self.at);
        Ok(self.pair.step(self.batch.clone(), None, &mut rng)?)
    }

    /// The generator's and the discriminator's weights as they are now: safetensors in PyTorch's layout.
    ///
    /// # Errors
    /// [`MeasureError::Core`] if the device does not give them.
    pub fn weights(&self) -> Result<[Vec<u8>; 2], MeasureError> {
        let (g, d) = (self.pair.generator(), self.pair.discriminator());
        Ok([to_safetensors(g)?, to_safetensors(d)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_iteration_is_counted_by_hand() {
        // Weights of G: 2·(2048·1024 + 1024·512 + 512·256); D: 2048·512 + 512·32 + 32.
        let (g, d) = (2.0 * 2_752_512.0, 1_048_576.0 + 16_384.0 + 32.0);
        let first = (2_097_152.0, 1_048_576.0);
        let each = g + g + (g - first.0) + 2.0 * d + d + (d - first.1);
        assert_eq!(operations(8192, 2048), 2.0 * 8192.0 * each);
        assert_eq!(products(8, 64).len(), 6 * 3 - 1 + 3 * 3 - 1);
    }
}
