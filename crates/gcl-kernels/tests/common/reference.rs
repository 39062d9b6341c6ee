//! The reference implementation of every operation: plain loops in f64, for tests of executors.

use gcl_kernels::{AvgPool, Conv3d, Graph, GraphError, Linear, MaxPool, Op, PadValue, Shape};

/// Values of every node for one clip `[channels, T, H, W]`, row-major, in the graph's order. Slow.
///
/// # Errors
/// Those of [`Graph::shapes`].
pub fn run(graph: &Graph, clip: &[f32], size: [usize; 3]) -> Result<Vec<Vec<f32>>, GraphError> {
    let shapes = graph.shapes(size)?;
    assert_eq!(clip.len(), shapes[0].elements(), "values of a clip");
    let mut values: Vec<Vec<f32>> = Vec::with_capacity(shapes.len());
    for (node, shape) in graph.nodes().iter().zip(&shapes) {
        let x = node.inputs.first().map(|i| (&values[i.index()][..], shapes[i.index()]));
        let value = match (&node.op, x) {
            (Op::Conv3d(conv), Some((x, from))) => convolve(conv, x, from, *shape),
            (Op::MaxPool(pool), Some((x, from))) => max_pool(pool, x, from, *shape),
            (Op::AvgPool(pool), Some((x, from))) => avg_pool(pool, x, from, *shape),
            (Op::GlobalAvgPool, Some((x, from))) => {
                let (Shape::Volume { channels, .. } | Shape::Flat(channels)) = from;
                x.chunks_exact(x.len() / channels).map(mean).collect()
            }
            (Op::Linear(linear), Some((x, _))) => multiply(linear, x),
            (Op::Relu, Some((x, _))) => x.iter().map(|v| v.max(0.0)).collect(),
            (Op::Relu6, Some((x, _))) => x.iter().map(|v| v.clamp(0.0, 6.0)).collect(),
            (Op::Add, Some((x, _))) => {
                x.iter().zip(&values[node.inputs[1].index()]).map(|(a, b)| a + b).collect()
            }
            (Op::Concat, _) => {
                node.inputs.iter().flat_map(|i| values[i.index()].iter().copied()).collect()
            }
            (Op::Flatten, Some((x, _))) => x.to_vec(),
            _ => clip.to_vec(),
        };
        values.push(value);
    }
    Ok(values)
}

fn mean(values: &[f32]) -> f32 {
    (values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64) as f32
}

fn parts(shape: Shape) -> (usize, [usize; 3]) {
    match shape {
        Shape::Volume { channels, size } => (channels, size),
        Shape::Flat(length) => (length, [1; 3]),
    }
}

/// Calls `f` with every output's channel and window corner (before padding is taken off), in order.
fn each_output(
    shape: Shape,
    stride: [usize; 3],
    mut f: impl FnMut(usize, [usize; 3]) -> f32,
) -> Vec<f32> {
    let (channels, [t, h, w]) = parts(shape);
    let mut out = Vec::with_capacity(shape.elements());
    for c in 0..channels {
        for i in 0..t * h * w {
            let at = [i / (h * w), i / w % h, i % w];
            out.push(f(c, std::array::from_fn(|a| at[a] * stride[a])));
        }
    }
    out
}

/// Calls `f` with every tap of a window and the place in the volume it falls on, if on any.
fn each_tap(
    corner: [usize; 3],
    kernel: [usize; 3],
    pads: [(usize, usize); 3],
    size: [usize; 3],
    mut f: impl FnMut(usize, Option<usize>),
) {
    for i in 0..kernel.iter().product::<usize>() {
        let tap = [i / (kernel[1] * kernel[2]), i / kernel[2] % kernel[1], i % kernel[2]];
        let at: [Option<usize>; 3] = std::array::from_fn(|a| {
            (corner[a] + tap[a]).checked_sub(pads[a].0).filter(|p| *p < size[a])
        });
        f(
            i,
            match at {
                [Some(t), Some(h), Some(w)] => Some((t * size[1] + h) * size[2] + w),
                _ => None,
            },
        );
    }
}

fn convolve(conv: &Conv3d, x: &[f32], from: Shape, to: Shape) -> Vec<f32> {
    let (_, size) = parts(from);
    let volume: usize = size.iter().product();
    let taps: usize = conv.kernel().iter().product();
    let pads = conv.padding.sides(size, conv.kernel(), conv.stride);
    let (inner, per_group) = (conv.shape[1], conv.shape[0] / conv.groups);
    each_output(to, conv.stride, |o, corner| {
        let mut sum = conv.bias.as_ref().map_or(0.0, |b| f64::from(b[o]));
        each_tap(corner, conv.kernel(), pads, size, |tap, at| {
            let Some(at) = at else { return };
            for i in 0..inner {
                let channel = o / per_group * inner + i;
                let w = conv.weight[(o * inner + i) * taps + tap];
                sum += f64::from(w) * f64::from(x[channel * volume + at]);
            }
        });
        sum as f32
    })
}

fn max_pool(pool: &MaxPool, x: &[f32], from: Shape, to: Shape) -> Vec<f32> {
    let (_, size) = parts(from);
    let volume: usize = size.iter().product();
    let pads = pool.padding.sides(size, pool.kernel, pool.stride);
    each_output(to, pool.stride, |c, corner| {
        let mut best = f32::NEG_INFINITY;
        for i in 0..pool.kernel.iter().product::<usize>() {
            let k = pool.kernel;
            let tap = [i / (k[1] * k[2]), i / k[2] % k[1], i % k[2]];
            let p: [usize; 3] = std::array::from_fn(|a| corner[a] + tap[a]);
            let inside = (0..3).all(|a| p[a] >= pads[a].0 && p[a] - pads[a].0 < size[a]);
            let padded = (0..3).all(|a| p[a] < pads[a].0 + size[a] + pads[a].1);
            if inside {
                let [t, h, w] = std::array::from_fn(|a| p[a] - pads[a].0);
                best = best.max(x[c * volume + (t * size[1] + h) * size[2] + w]);
            } else if padded && pool.pad_value == PadValue::Zero {
                best = best.max(0.0);
            }
        }
        best
    })
}

fn avg_pool(pool: &AvgPool, x: &[f32], from: Shape, to: Shape) -> Vec<f32> {
    let (_, size) = parts(from);
    let volume: usize = size.iter().product();
    let pads = pool.padding.sides(size, pool.kernel, pool.stride);
    let taps = pool.kernel.iter().product::<usize>() as f64;
    each_output(to, pool.stride, |c, corner| {
        let mut sum = 0.0;
        each_tap(corner, pool.kernel, pads, size, |_, at| {
            sum += at.map_or(0.0, |at| f64::from(x[c * volume + at]));
        });
        (sum / taps) as f32
    })
}

fn multiply(linear: &Linear, x: &[f32]) -> Vec<f32> {
    let rows = linear.weight.chunks_exact(linear.shape[1]).enumerate();
    rows.map(|(o, row)| {
        let bias = linear.bias.as_ref().map_or(0.0, |b| f64::from(b[o]));
        let dot: f64 = row.iter().zip(x).map(|(w, v)| f64::from(*w) * f64::from(*v)).sum();
        (bias + dot) as f32
    })
    .collect()
}
