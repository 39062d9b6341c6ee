//! Sizes of all values, once the clip's is known.

use super::{Graph, Node, Op, Pad};
use crate::GraphError;

const MOST_VALUES: usize = 1 << 40;

/// The shape of one clip's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `[channels, T, H, W]`.
    Volume {
        /// Channels.
        channels: usize,
        /// Time, height, width.
        size: [usize; 3],
    },
    /// A vector.
    Flat(usize),
}

impl Shape {
    /// Number of values.
    pub fn elements(self) -> usize {
        self.dims().into_iter().product()
    }

    /// `[channels, T, H, W]`, or `[length]`.
    pub fn dims(self) -> Vec<usize> {
        match self {
            Self::Volume { channels, size: [t, h, w] } => vec![channels, t, h, w],
            Self::Flat(length) => vec![length],
        }
    }
}

impl Graph {
    /// Every node's shape for clips of `size` (time, height, width).
    ///
    /// # Errors
    /// The first node whose operands do not fit it.
    pub fn shapes(&self, size: [usize; 3]) -> Result<Vec<Shape>, GraphError> {
        let mut shapes: Vec<Shape> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let inputs: Vec<Shape> = node.inputs.iter().map(|x| shapes[x.0]).collect();
            let shape = infer(node, &inputs, size)?;
            bounded(node, shape)?;
            shapes.push(shape);
        }
        Ok(shapes)
    }
}

fn infer(node: &Node, inputs: &[Shape], clip: [usize; 3]) -> Result<Shape, GraphError> {
    Ok(match &node.op {
        Op::Input { channels } => {
            if clip.contains(&0) || *channels == 0 {
                return Err(wrong(node, "clip", format!("{channels} × {clip:?}"), "no zero"));
            }
            Shape::Volume { channels: *channels, size: clip }
        }
        Op::Conv3d(conv) => {
            let (channels, size) = volume(node, inputs, 0)?;
            let expected = conv.shape[1].checked_mul(conv.groups);
            if expected != Some(channels) {
                let expected = format!("{} × {} groups", conv.shape[1], conv.groups);
                return Err(wrong(node, "channels in", channels, expected));
            }
            let size = window(node, size, conv.kernel(), conv.stride, conv.padding, false)?;
            Shape::Volume { channels: conv.shape[0], size }
        }
        Op::MaxPool(pool) => {
            let (channels, size) = volume(node, inputs, 0)?;
            let sides = pool.padding.sides(size, pool.kernel, pool.stride);
            if (0..3).any(|a| sides[a].0.max(sides[a].1) >= pool.kernel[a]) {
                let expected = format!("less than the kernel {:?}", pool.kernel);
                return Err(wrong(node, "padding", format!("{sides:?}"), expected));
            }
            let size = window(node, size, pool.kernel, pool.stride, pool.padding, pool.ceil_mode)?;
            Shape::Volume { channels, size }
        }
        Op::AvgPool(pool) => {
            let (channels, size) = volume(node, inputs, 0)?;
            let size = window(node, size, pool.kernel, pool.stride, pool.padding, false)?;
            Shape::Volume { channels, size }
        }
        Op::GlobalAvgPool => {
            let (channels, _) = volume(node, inputs, 0)?;
            Shape::Volume { channels, size: [1; 3] }
        }
        Op::Linear(linear) => match inputs[0] {
            Shape::Flat(length) if length == linear.shape[1] => Shape::Flat(linear.shape[0]),
            found => {
                let expected = format!("[{}]", linear.shape[1]);
                return Err(wrong(node, "input", format!("{:?}", found.dims()), expected));
            }
        },
        Op::Relu | Op::Relu6 => inputs[0],
        Op::Add if inputs[0] == inputs[1] => inputs[0],
        Op::Add => {
            let expected = format!("{:?}", inputs[0].dims());
            return Err(wrong(node, "second input", format!("{:?}", inputs[1].dims()), expected));
        }
        Op::Concat => {
            let (mut channels, size) = volume(node, inputs, 0)?;
            for i in 1..inputs.len() {
                let (more, other) = volume(node, inputs, i)?;
                if other != size {
                    let found = format!("{other:?}");
                    return Err(wrong(node, "size of a part", found, format!("{size:?}")));
                }
                channels = channels.saturating_add(more);
            }
            Shape::Volume { channels, size }
        }
        Op::Flatten => {
            let (channels, size) = volume(node, inputs, 0)?;
            Shape::Flat(channels * size.iter().product::<usize>())
        }
    })
}

fn volume(node: &Node, inputs: &[Shape], i: usize) -> Result<(usize, [usize; 3]), GraphError> {
    match inputs[i] {
        Shape::Volume { channels, size } => Ok((channels, size)),
        Shape::Flat(length) => {
            Err(wrong(node, "input", format!("[{length}]"), "[channels, T, H, W]"))
        }
    }
}

fn wrong(
    node: &Node,
    what: &'static str,
    found: impl ToString,
    expected: impl ToString,
) -> GraphError {
    GraphError::mismatch(&node.name, what, found, expected)
}

fn bounded(node: &Node, shape: Shape) -> Result<(), GraphError> {
    let values = shape.dims().iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    match values {
        Some(n) if n <= MOST_VALUES => Ok(()),
        _ => Err(GraphError::TooLarge { node: node.name.clone() }),
    }
}

/// Windows along one axis, or nothing where not one fits.
fn out_size(
    size: usize,
    kernel: usize,
    stride: usize,
    (before, after): (usize, usize),
    ceil: bool,
) -> Option<usize> {
    let padded = size.checked_add(before)?.checked_add(after)?;
    let room = padded.checked_sub(kernel)?;
    let mut out = if ceil { room.div_ceil(stride) } else { room / stride } + 1;
    if ceil && (out - 1) * stride >= size + before {
        out -= 1;
    }
    (out > 0).then_some(out)
}

fn window(
    node: &Node,
    size: [usize; 3],
    kernel: [usize; 3],
    stride: [usize; 3],
    pad: Pad,
    ceil: bool,
) -> Result<[usize; 3], GraphError> {
    let sides = pad.sides(size, kernel, stride);
    let mut out = [0; 3];
    for axis in 0..3 {
        let windows = out_size(size[axis], kernel[axis], stride[axis], sides[axis], ceil);
        out[axis] = windows.ok_or_else(|| GraphError::TooSmall {
            node: node.name.clone(),
            found: std::array::from_fn(|a| {
                size[a].saturating_add(sides[a].0).saturating_add(sides[a].1)
            }),
            kernel,
        })?;
    }
    Ok(out)
}
