//! A graph run by burn's tensors, on any device.

use burn::tensor::module::{conv3d, linear};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use gcl_kernels::{Graph, GraphError, Op, Shape};

use super::pool::{avg_pool, max_pool, pad};
use super::{Forward, NetworkError};
use crate::guard::guarded;

/// A graph's operations and shapes, with its weights on a device.
pub(super) struct BurnGraph {
    nodes: Vec<Ready>,
    output: usize,
    /// Clips at once, and the shape of one.
    batch: usize,
    clip: [usize; 4],
    device: Device,
}

/// One operation. Its weights are the device's; those of `op` are gone.
struct Ready {
    op: Op,
    inputs: Vec<usize>,
    shape: Shape,
    weights: Weights,
    /// The values that nothing after this node reads.
    done: Vec<usize>,
}

enum Weights {
    None,
    Conv(Tensor<5>, Option<Tensor<1>>),
    Linear(Tensor<2>, Option<Tensor<1>>),
}

/// A value on its way: volumes `[n, C, T, H, W]` or vectors `[n, length]`.
#[derive(Clone)]
enum Value {
    Volume(Tensor<5>),
    Flat(Tensor<2>),
}

impl BurnGraph {
    pub(super) fn new(
        graph: Graph,
        [batch, channels, t, h, w]: [usize; 5],
        device: &Device,
    ) -> Result<Self, NetworkError> {
        let (expected, clip) = (graph.input_channels(), [channels, t, h, w]);
        if channels != expected {
            return Err(gcl_kernels::PlanError::Channels { found: channels, expected }.into());
        }
        if batch == 0 {
            return Err(gcl_kernels::PlanError::Nothing { batch, threads: 1 }.into());
        }
        let shapes = graph.shapes([t, h, w])?;
        let output = graph.outputs().first().ok_or(GraphError::NoOutput)?.1.index();
        let mut nodes: Vec<Ready> = Vec::with_capacity(shapes.len());
        for (node, shape) in graph.nodes().iter().zip(shapes) {
            let inputs = node.inputs.iter().map(|x| x.index()).collect();
            let (op, weights) = on_device(&node.op, device)?;
            nodes.push(Ready { op, inputs, shape, weights, done: Vec::new() });
        }
        for value in (0..nodes.len()).filter(|value| *value != output) {
            if let Some(last) = nodes.iter_mut().rfind(|node| node.inputs.contains(&value)) {
                last.done.push(value);
            }
        }
        Ok(Self { nodes, output, batch, clip, device: device.clone() })
    }

    fn evaluate(&self, clips: Tensor<5>) -> Result<Vec<f32>, NetworkError> {
        let mut values: Vec<Option<Value>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let inputs: Vec<Value> =
                node.inputs.iter().filter_map(|x| values.get(*x).cloned().flatten()).collect();
            for value in &node.done {
                if let Some(value) = values.get_mut(*value) {
                    *value = None;
                }
            }
            let value = node.apply(inputs, &clips);
            values.push(value);
        }
        let data = match values.get_mut(self.output).and_then(Option::take) {
            Some(Value::Volume(x)) => x.try_into_data(),
            Some(Value::Flat(x)) => x.try_into_data(),
            None => return Err(GraphError::NoOutput.into()),
        };
        let failed = |error: &dyn std::fmt::Debug| NetworkError::Device(format!("{error:?}"));
        let data = data.map_err(|error| failed(&error))?.convert::<f32>();
        data.try_into_vec().map_err(|error| failed(&error))
    }
}

impl Forward for BurnGraph {
    fn run(&mut self, clips: &[f32]) -> Result<Vec<f32>, NetworkError> {
        let [c, t, h, w] = self.clip;
        let clip: usize = self.clip.iter().product();
        let n = clips.len() / clip;
        if n == 0 || n > self.batch || clips.len() != n * clip {
            let (found, batch) = (clips.len(), self.batch);
            return Err(gcl_kernels::PlanError::Length { found, clip, batch }.into());
        }
        // Devices report what they cannot do by panicking.
        let run = || {
            let data = TensorData::new(clips.to_vec(), [n, c, t, h, w]);
            self.evaluate(Tensor::from_data(data, &self.device))
        };
        guarded(run).unwrap_or_else(|message| Err(NetworkError::Device(message)))
    }
}

impl Ready {
    /// The node's value. `None` stands for operands that do not fit it, which [`Graph::shapes`] has ruled out.
    fn apply(&self, inputs: Vec<Value>, clips: &Tensor<5>) -> Option<Value> {
        let size = match self.shape {
            Shape::Volume { size, .. } => size,
            Shape::Flat(_) => [1; 3],
        };
        let mut inputs = inputs.into_iter();
        Some(match (&self.op, &self.weights) {
            (Op::Input { .. }, _) => Value::Volume(clips.clone()),
            (Op::Conv3d(conv), Weights::Conv(weight, bias)) => {
                let x = volume(inputs.next())?;
                let [_, _, t, h, w] = x.dims();
                let sides = conv.padding.sides([t, h, w], conv.kernel(), conv.stride);
                let even = sides.iter().all(|(before, after)| before == after);
                // Burn takes the same on both sides; all else is put there first.
                let own = if even { sides.map(|(before, _)| before) } else { [0; 3] };
                let x = if even { x } else { pad(x, sides, 0.0) };
                let options = ConvOptions::new(conv.stride, own, [1; 3], conv.groups);
                Value::Volume(conv3d(x, weight.clone(), bias.clone(), options))
            }
            (Op::Linear(_), Weights::Linear(weight, bias)) => match inputs.next()? {
                Value::Flat(x) => Value::Flat(linear(x, weight.clone(), bias.clone())),
                Value::Volume(_) => return None,
            },
            (Op::MaxPool(pool), _) => Value::Volume(max_pool(volume(inputs.next())?, pool, size)),
            (Op::AvgPool(pool), _) => Value::Volume(avg_pool(volume(inputs.next())?, pool, size)),
            (Op::GlobalAvgPool, _) => {
                let x = volume(inputs.next())?;
                let [n, c, t, h, w] = x.dims();
                let mean = x.reshape([n, c, t * h * w]).mean_dim(2);
                Value::Volume(mean.reshape([n, c, 1, 1, 1]))
            }
            (Op::Relu, _) => match inputs.next()? {
                Value::Volume(x) => Value::Volume(burn::tensor::activation::relu(x)),
                Value::Flat(x) => Value::Flat(burn::tensor::activation::relu(x)),
            },
            (Op::Relu6, _) => match inputs.next()? {
                Value::Volume(x) => Value::Volume(x.clamp(0.0, 6.0)),
                Value::Flat(x) => Value::Flat(x.clamp(0.0, 6.0)),
            },
            (Op::Add, _) => match (inputs.next()?, inputs.next()?) {
                (Value::Volume(a), Value::Volume(b)) => Value::Volume(a + b),
                (Value::Flat(a), Value::Flat(b)) => Value::Flat(a + b),
                _ => return None,
            },
            (Op::Concat, _) => {
                let parts: Option<Vec<_>> = inputs.map(|part| volume(Some(part))).collect();
                Value::Volume(Tensor::cat(parts?, 1))
            }
            (Op::Flatten, _) => {
                let x = volume(inputs.next())?;
                let [n, c, t, h, w] = x.dims();
                Value::Flat(x.reshape([n, c * t * h * w]))
            }
            (Op::Conv3d(_) | Op::Linear(_), _) => return None,
        })
    }
}

fn volume(value: Option<Value>) -> Option<Tensor<5>> {
    match value {
        Some(Value::Volume(x)) => Some(x),
        _ => None,
    }
}

/// An operation without its weights, and these on the device.
fn on_device(op: &Op, device: &Device) -> Result<(Op, Weights), NetworkError> {
    let vector = |bias: &Option<Vec<f32>>| {
        bias.clone().map(|values| {
            let length = values.len();
            Tensor::<1>::from_data(TensorData::new(values, [length]), device)
        })
    };
    let put = || match op {
        Op::Conv3d(conv) => {
            let weight = TensorData::new(conv.weight.clone(), conv.shape);
            let weights = Weights::Conv(Tensor::from_data(weight, device), vector(&conv.bias));
            let bare = gcl_kernels::Conv3d::new(conv.shape, Vec::new());
            let bare = bare.stride(conv.stride).padding(conv.padding).groups(conv.groups);
            (Op::Conv3d(bare), weights)
        }
        Op::Linear(layer) => {
            let [out, inner] = layer.shape;
            let weight = TensorData::new(layer.weight.clone(), [out, inner]);
            // Burn keeps the weights of a layer the other way round.
            let weight = Tensor::<2>::from_data(weight, device).transpose();
            let weights = Weights::Linear(weight, vector(&layer.bias));
            let bare = gcl_kernels::Linear { shape: layer.shape, weight: vec![], bias: None };
            (Op::Linear(bare), weights)
        }
        other => (other.clone(), Weights::None),
    };
    guarded(put).map_err(NetworkError::Device)
}
