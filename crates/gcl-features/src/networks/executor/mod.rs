//! Running a graph: on the host by kernels made for these networks, or on any device by tensors.

mod burn_graph;
mod pool;

use burn::tensor::Device;
use gcl_kernels::{Graph, Plan};

use super::NetworkError;
use burn_graph::BurnGraph;

/// The most clips at once.
pub const MOST_CLIPS: usize = 4096;

/// What runs a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Executor {
    /// The host's own kernels (`gcl-kernels`) where the device is `flex`, burn's tensors on every other one.
    #[default]
    Auto,
    /// Burn's tensors on every device.
    Burn,
}

/// A network ready to run on batches of clips of one size.
pub trait Forward: Send {
    /// Feature vectors `[n, d]` of clips `[n, 3, T, H, W]`, both row-major; 1 to as many clips as the batch was set to.
    ///
    /// # Errors
    /// The values are no whole clips, or too many; the device failed.
    fn run(&mut self, clips: &[f32]) -> Result<Vec<f32>, NetworkError>;
}

/// Makes a graph's first output ready for batches of clips of `shape`, `[batch, 3, T, H, W]`, on a device.
///
/// # Errors
/// The graph does not fit together at this size, the batch is not 1 to [`MOST_CLIPS`], or the device failed.
pub fn forward(
    graph: Graph,
    shape: [usize; 5],
    device: &Device,
    executor: Executor,
) -> Result<Box<dyn Forward>, NetworkError> {
    if shape[0] > MOST_CLIPS {
        return Err(NetworkError::Size {
            network: "batch",
            what: "number of clips",
            found: shape[0].to_string(),
            expected: format!("1 to {MOST_CLIPS}"),
        });
    }
    if executor == Executor::Auto && is_flex(device) {
        return Ok(Box::new(Plan::new(&graph, shape)?));
    }
    Ok(Box::new(BurnGraph::new(graph, shape, device)?))
}

impl Forward for Plan {
    fn run(&mut self, clips: &[f32]) -> Result<Vec<f32>, NetworkError> {
        let outputs = Plan::run(self, clips)?;
        Ok(outputs.into_iter().next().map(|output| output.data).unwrap_or_default())
    }
}

#[cfg(feature = "flex")]
pub(crate) fn is_flex(device: &Device) -> bool {
    *device == Device::flex()
}

#[cfg(not(feature = "flex"))]
pub(crate) fn is_flex(_: &Device) -> bool {
    false
}
