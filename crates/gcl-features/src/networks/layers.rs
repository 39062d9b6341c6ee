//! The layers that the networks are written in: an operation of the graph and the tensors under its published names.

use gcl_kernels::{BatchNorm, Conv3d, GraphBuilder, Linear, MaxPool, NodeId, Pad, PadValue};

use super::NetworkError;
use super::source::{Role, Source};

/// A network being built, layer by layer. Where only the names of tensors are wanted, every layer gives its input
/// back. A layer fails with [`NetworkError::Weights`] for a tensor that is missing or misshapen, and with
/// [`NetworkError::Graph`] for sizes that do not fit together.
pub struct Layers<'a> {
    graph: GraphBuilder,
    source: Source<'a>,
}

gcl_data::brief_debug!(Layers<'_>);

/// A convolution without its weights: `[out, in / groups, kt, kh, kw]`.
pub fn kernel(shape: [usize; 5]) -> Conv3d {
    Conv3d::new(shape, Vec::new())
}

/// A batch-norm's name and constants.
#[derive(Debug, Clone, Copy)]
pub struct Norm<'n> {
    /// What stands before `.weight`, `.bias`, `.running_mean` and `.running_var`.
    pub name: &'n str,
    /// Added to the variance.
    pub eps: f64,
    /// The scale where weights are random: 1, or less where a residual block ends, so that sums stay small.
    pub gain: f32,
}

impl<'a> Layers<'a> {
    /// A network for clips of RGB.
    pub(super) fn new(source: Source<'a>) -> Self {
        Self { graph: GraphBuilder::new(3), source }
    }

    /// The clip.
    pub fn input(&self) -> NodeId {
        self.graph.input()
    }

    /// A convolution with a bias: `<name>.weight`, `<name>.bias`.
    pub fn conv(
        &mut self,
        x: NodeId,
        name: &str,
        mut conv: Conv3d,
    ) -> Result<NodeId, NetworkError> {
        conv.weight = self.weight(name, &conv.shape)?;
        let bias = self.source.take(&format!("{name}.bias"), &conv.shape[..1], Role::Shift)?;
        self.add(x, |g| g.named(name).conv(x, conv.bias(bias)))
    }

    /// A convolution without bias, `<name>.weight`, and the norm after it.
    pub fn conv_norm(
        &mut self,
        x: NodeId,
        name: &str,
        norm: Norm<'_>,
        mut conv: Conv3d,
    ) -> Result<NodeId, NetworkError> {
        conv.weight = self.weight(name, &conv.shape)?;
        let channels = &conv.shape[..1];
        let mut take =
            |what, role| self.source.take(&format!("{}.{what}", norm.name), channels, role);
        let gamma = take("weight", Role::Scale(norm.gain))?;
        let beta = take("bias", Role::Shift)?;
        let mean = take("running_mean", Role::Shift)?;
        let var = take("running_var", Role::Scale(1.0))?;
        if let Some(found) = var.iter().copied().find(|v| *v < 0.0) {
            return Err(NetworkError::Variance {
                name: format!("{}.running_var", norm.name),
                found,
            });
        }
        let norm = BatchNorm { gamma, beta, mean, var, eps: norm.eps };
        self.add(x, |g| g.named(name).conv_bn(x, conv, &norm))
    }

    /// A fully connected layer: `<name>.weight` of `[out, in]`, `<name>.bias`.
    pub fn linear(
        &mut self,
        x: NodeId,
        name: &str,
        shape: [usize; 2],
    ) -> Result<NodeId, NetworkError> {
        let weight = self.weight(name, &shape)?;
        let bias = Some(self.source.take(&format!("{name}.bias"), &shape[..1], Role::Shift)?);
        self.add(x, |g| g.named(name).linear(x, Linear { shape, weight, bias }))
    }

    /// A convolution of one tap whose weights are the identity, and zeros beyond: the first `from` of `to` channels.
    pub fn pass(
        &mut self,
        x: NodeId,
        from: usize,
        to: usize,
        stride: [usize; 3],
    ) -> Result<NodeId, NetworkError> {
        self.add(x, |g| {
            let mut weight = vec![0.0; to * from];
            weight.iter_mut().step_by(from + 1).take(from.min(to)).for_each(|w| *w = 1.0);
            g.conv(x, Conv3d::new([to, from, 1, 1, 1], weight).stride(stride))
        })
    }

    /// max(x, 0).
    pub fn relu(&mut self, x: NodeId) -> Result<NodeId, NetworkError> {
        self.add(x, |g| g.relu(x))
    }

    /// A max-pool that sees nothing in its padding.
    pub fn max_pool(
        &mut self,
        x: NodeId,
        kernel: [usize; 3],
        stride: [usize; 3],
        pad: [usize; 3],
    ) -> Result<NodeId, NetworkError> {
        let pool = MaxPool::new(kernel, stride).padding(Pad::both(pad), PadValue::Ignored);
        self.add(x, |g| g.max_pool(x, pool))
    }

    /// A max-pool with TensorFlow's SAME padding, of zeros that take part.
    pub fn max_pool_same(
        &mut self,
        x: NodeId,
        kernel: [usize; 3],
        stride: [usize; 3],
    ) -> Result<NodeId, NetworkError> {
        let pool = MaxPool::new(kernel, stride).padding(Pad::Same, PadValue::Zero);
        self.add(x, |g| g.max_pool(x, pool))
    }

    /// a + b.
    pub fn sum(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, NetworkError> {
        self.add(a, |g| g.add(a, b))
    }

    /// Channels one after the other.
    pub fn concat(&mut self, parts: [NodeId; 4]) -> Result<NodeId, NetworkError> {
        self.add(parts[0], |g| g.concat(&parts))
    }

    /// A volume as a vector.
    pub fn flatten(&mut self, x: NodeId) -> Result<NodeId, NetworkError> {
        self.add(x, |g| g.flatten(x))
    }

    /// The mean of each channel as a vector.
    pub fn mean(&mut self, x: NodeId) -> Result<NodeId, NetworkError> {
        let x = self.add(x, |g| g.global_avg_pool(x))?;
        self.flatten(x)
    }

    /// The finished graph builder, and the names that were written down.
    pub(super) fn finish(self) -> (GraphBuilder, Source<'a>) {
        (self.graph, self.source)
    }

    fn weight(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, NetworkError> {
        let fan_in = shape[1..].iter().product();
        self.source.take(&format!("{name}.weight"), shape, Role::Weight { fan_in })
    }

    fn add(
        &mut self,
        x: NodeId,
        layer: impl FnOnce(&mut GraphBuilder) -> Result<NodeId, gcl_kernels::GraphError>,
    ) -> Result<NodeId, NetworkError> {
        match self.source {
            Source::Names(_) => Ok(x),
            Source::File(_) | Source::Random(_) => Ok(layer(&mut self.graph)?),
        }
    }
}
