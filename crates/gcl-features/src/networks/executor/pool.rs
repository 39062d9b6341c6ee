//! Pooling over time, height and width: burn has it over two axes only, and both kinds can be done one after the other.

use burn::tensor::Tensor;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions, PadMode};
use gcl_kernels::{AvgPool, MaxPool, PadValue};

/// Widening of a volume: before and after, in time, height and width.
pub(super) type Sides = [(usize, usize); 3];

/// Puts `value` around volumes `[n, C, T, H, W]`.
pub(super) fn pad(x: Tensor<5>, sides: Sides, value: f32) -> Tensor<5> {
    match sides {
        [(0, 0), (0, 0), (0, 0)] => x,
        sides => x.pad(sides, PadMode::Constant(value)),
    }
}

/// Largest values of windows, `out` of them along each axis.
pub(super) fn max_pool(x: Tensor<5>, pool: &MaxPool, out: [usize; 3]) -> Tensor<5> {
    let [_, _, t, h, w] = x.dims();
    let sides = pool.padding.sides([t, h, w], pool.kernel, pool.stride);
    // A finite number, since not every device can write an infinite one.
    let value = if pool.pad_value == PadValue::Zero { 0.0 } else { f32::MIN };
    let x = pad(x, sides, value);
    // What the last windows reach beyond that, where incomplete ones count.
    let [_, _, t, h, w] = x.dims();
    let beyond = std::array::from_fn(|a| {
        let reach = (out[a] - 1) * pool.stride[a] + pool.kernel[a];
        (0, reach.saturating_sub([t, h, w][a]))
    });
    let x = pad(x, beyond, f32::MIN);
    let ([kt, kh, kw], [st, sh, sw]) = (pool.kernel, pool.stride);
    separately(x, out, |x, in_space| {
        let (kernel, stride) = if in_space { ([kh, kw], [sh, sw]) } else { ([kt, 1], [st, 1]) };
        match (kernel, stride) {
            ([1, 1], [1, 1]) => x,
            _ => max_pool2d(x, MaxPoolOptions::new(kernel).with_stride(stride)),
        }
    })
}

/// Means of windows; zeros of the padding count.
pub(super) fn avg_pool(x: Tensor<5>, pool: &AvgPool, out: [usize; 3]) -> Tensor<5> {
    let [_, _, t, h, w] = x.dims();
    let x = pad(x, pool.padding.sides([t, h, w], pool.kernel, pool.stride), 0.0);
    let ([kt, kh, kw], [st, sh, sw]) = (pool.kernel, pool.stride);
    separately(x, out, |x, in_space| {
        let (kernel, stride) = if in_space { ([kh, kw], [sh, sw]) } else { ([kt, 1], [st, 1]) };
        match (kernel, stride) {
            ([1, 1], [1, 1]) => x,
            _ => avg_pool2d(x, AvgPoolOptions::new(kernel).with_stride(stride)),
        }
    })
}

/// First every frame `[n, C * T, H, W]` in space, then every place `[n, C, T, H * W]` in time.
fn separately(
    x: Tensor<5>,
    [t, h, w]: [usize; 3],
    pool: impl Fn(Tensor<4>, bool) -> Tensor<4>,
) -> Tensor<5> {
    let [n, c, before, height, width] = x.dims();
    let x = pool(x.reshape([n, c * before, height, width]), true);
    let [_, _, found_h, found_w] = x.dims();
    // A window that a stride leaves out is not looked at.
    let x = x.slice([0..n, 0..c * before, 0..h.min(found_h), 0..w.min(found_w)]);
    let x = pool(x.reshape([n, c, before, h * w]), false);
    x.slice([0..n, 0..c, 0..t, 0..h * w]).reshape([n, c, t, h, w])
}
