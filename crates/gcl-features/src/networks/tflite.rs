//! Networks that were published as TFLite models: their layers have numbers, and their files a known sum.

use std::path::Path;

use gcl_kernels::{Conv3d, NodeId, Pad};
use gcl_weights::{Format, Scalar, WeightError, WeightFile};

use super::{Layers, Loaded, Network, NetworkError, kernel};

/// A published model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedModel {
    /// The network's name.
    pub network: &'static str,
    /// Where the file comes from, and what it is called there.
    pub source: &'static str,
    /// SHA-256 of the model, 64 hex digits.
    pub sha256: &'static str,
}

/// A published model's network with its weights.
#[derive(Debug)]
pub struct LoadedModel {
    /// The network.
    pub loaded: Loaded,
    /// SHA-256 of the TFLite model that the weights came from, where the file says.
    pub source_sha256: Option<String>,
}

impl PublishedModel {
    /// The network with the weights of the published file, of a pack that holds it, or of a safetensors file that was
    /// made of it.
    ///
    /// # Errors
    /// Those of [`Network::load`]; [`NetworkError::Another`] for another network's file.
    pub fn load(
        &self,
        network: &(impl Network + ?Sized),
        file: &WeightFile,
    ) -> Result<LoadedModel, NetworkError> {
        let loaded = loaded(network, file)?;
        Ok(LoadedModel { source_sha256: source_sha256(file)?, loaded })
    }

    /// What to tell a user whose weights are not the published ones; nothing where they are.
    pub fn warning(&self, path: &Path, found: Option<&str>) -> Option<String> {
        if found == Some(self.sha256) {
            return None;
        }
        let found = found.map_or("does not say".to_owned(), |sum| format!("has SHA-256 {sum}"));
        Some(format!(
            "{path} is not the published {network} ({source}): that has SHA-256 {sum}, this {found}",
            path = path.display(),
            network = self.network,
            source = self.source,
            sum = self.sha256,
        ))
    }
}

/// As [`Network::load`], with one line for the file of another network.
fn loaded(network: &(impl Network + ?Sized), file: &WeightFile) -> Result<Loaded, NetworkError> {
    network.load(file).map_err(|error| match error {
        NetworkError::Weights(WeightError::Keys { path, report }) => {
            let missing = report.missing.iter().map(|(name, _)| name);
            let misshapen = report.misshapen.iter().map(|tensor| &tensor.name);
            let first = missing.chain(misshapen).next().cloned().unwrap_or_default();
            let count = report.missing.len() + report.misshapen.len();
            let expected = count + report.applied.len();
            NetworkError::Another { path, network: network.name(), count, expected, first }
        }
        error => error,
    })
}

/// The sum of the model itself: the file's own, or what it was converted from.
fn source_sha256(file: &WeightFile) -> Result<Option<String>, NetworkError> {
    if file.format == Format::Tflite {
        return Ok(Some(file.sha256()?));
    }
    Ok(match file.metadata.get("source_sha256") {
        Some(Scalar::Text(sum)) => Some(sum.clone()),
        _ => None,
    })
}

/// Convolutions of pictures in the order of a model, without those that are not needed.
pub(crate) struct Numbered<'n, 'a> {
    pub layers: &'n mut Layers<'a>,
    next: usize,
    unused: &'static [&'static str],
}

impl<'n, 'a> Numbered<'n, 'a> {
    /// `unused` are patterns of the names of layers, such as `layers.4.*`.
    pub fn new(layers: &'n mut Layers<'a>, unused: &'static [&'static str]) -> Self {
        Self { layers, next: 0, unused }
    }

    fn name(&mut self) -> String {
        loop {
            let name = format!("layers.{}", self.next);
            self.next += 1;
            if !self.unused.contains(&format!("{name}.*").as_str()) {
                return name;
            }
        }
    }

    /// The next layer, with no cut-off: `[out, in / groups]` channels, `taps` a side.
    pub fn plain(
        &mut self,
        x: NodeId,
        [out, inner]: [usize; 2],
        taps: usize,
        change: impl FnOnce(Conv3d) -> Conv3d,
    ) -> Result<NodeId, NetworkError> {
        let name = self.name();
        let conv = kernel([out, inner, 1, taps, taps]).padding(Pad::Same);
        self.layers.conv_2d(x, &name, change(conv))
    }

    /// The next layer, and ReLU6.
    pub fn conv(
        &mut self,
        x: NodeId,
        channels: [usize; 2],
        taps: usize,
        stride: usize,
    ) -> Result<NodeId, NetworkError> {
        let y = self.plain(x, channels, taps, |conv| conv.stride([1, stride, stride]))?;
        self.layers.relu6(y)
    }

    /// The next layer, a filter for each channel, and ReLU6. A `stride` of more than 1 with `even` pads both sides
    /// alike; else TensorFlow's SAME.
    pub fn depthwise(
        &mut self,
        x: NodeId,
        channels: usize,
        taps: usize,
        stride: usize,
        even: bool,
    ) -> Result<NodeId, NetworkError> {
        let pad = if even { Pad::both([0, taps / 2, taps / 2]) } else { Pad::Same };
        let change = |conv: Conv3d| conv.stride([1, stride, stride]).groups(channels).padding(pad);
        let y = self.plain(x, [channels, 1], taps, change)?;
        self.layers.relu6(y)
    }
}
