//! The operations, with their weights as plain data. Sizes are (time, height, width) throughout.

/// One operation of a network. All are defined on one clip; executors handle the batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// The clip, `[channels, T, H, W]`.
    Input {
        /// Channels, such as 3 of RGB.
        channels: usize,
    },
    /// Convolution over time, height and width.
    Conv3d(Conv3d),
    /// Largest value of each window.
    MaxPool(MaxPool),
    /// Mean of each window.
    AvgPool(AvgPool),
    /// Mean of each channel: `[C, T, H, W]` to `[C, 1, 1, 1]`.
    GlobalAvgPool,
    /// Matrix times vector.
    Linear(Linear),
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// Sum of two values of one shape.
    Add,
    /// Volumes of one size, concatenated along the channels.
    Concat,
    /// `[C, T, H, W]` to a vector, in this order.
    Flatten,
}

/// The padding of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pad {
    /// `(before, after)` in time, height and width.
    Explicit([(usize, usize); 3]),
    /// TensorFlow's SAME: output size ⌈input / stride⌉; an odd padding has the extra element after.
    Same,
}

impl Pad {
    /// No padding.
    pub const NONE: Self = Self::Explicit([(0, 0); 3]);

    /// The same on both sides, as PyTorch's `padding`.
    pub fn both([t, h, w]: [usize; 3]) -> Self {
        Self::Explicit([(t, t), (h, h), (w, w)])
    }

    /// `(before, after)` in time, height and width, for an input of `size` under a window.
    pub fn sides(
        self,
        size: [usize; 3],
        kernel: [usize; 3],
        stride: [usize; 3],
    ) -> [(usize, usize); 3] {
        match self {
            Pad::Explicit(sides) => sides,
            Pad::Same => std::array::from_fn(|axis| {
                let out = size[axis].div_ceil(stride[axis]).saturating_sub(1);
                let needed = out.saturating_mul(stride[axis]).saturating_add(kernel[axis]);
                let total = needed.saturating_sub(size[axis]);
                (total / 2, total - total / 2)
            }),
        }
    }
}

/// The value of a max-pool's padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadValue {
    /// Nothing: minus infinity, as in PyTorch.
    Ignored,
    /// Zeros, as Inception-I3D's pools that pad their input themselves.
    Zero,
}

/// A convolution's weights and geometry. No dilation.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv3d {
    /// `[out, in / groups, kt, kh, kw]`.
    pub shape: [usize; 5],
    /// Weights of that shape, row-major.
    pub weight: Vec<f32>,
    /// One value per output channel.
    pub bias: Option<Vec<f32>>,
    /// Step in time, height and width.
    pub stride: [usize; 3],
    /// Zeros around the input.
    pub padding: Pad,
    /// Input and output channels form this many independent groups.
    pub groups: usize,
}

impl Conv3d {
    /// Stride 1, no padding, one group, no bias.
    pub fn new(shape: [usize; 5], weight: Vec<f32>) -> Self {
        Self { shape, weight, bias: None, stride: [1; 3], padding: Pad::NONE, groups: 1 }
    }

    /// With this stride.
    pub fn stride(self, stride: [usize; 3]) -> Self {
        Self { stride, ..self }
    }

    /// With this padding.
    pub fn padding(self, padding: Pad) -> Self {
        Self { padding, ..self }
    }

    /// With this many groups.
    pub fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// With this bias.
    pub fn bias(self, bias: Vec<f32>) -> Self {
        Self { bias: Some(bias), ..self }
    }

    /// Kernel size in time, height and width.
    pub fn kernel(&self) -> [usize; 3] {
        [self.shape[2], self.shape[3], self.shape[4]]
    }
}

/// A batch-norm at inference: `gamma · (x − mean) / √(var + eps) + beta`, each of one value per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm {
    /// Scale.
    pub gamma: Vec<f32>,
    /// Shift.
    pub beta: Vec<f32>,
    /// Running mean.
    pub mean: Vec<f32>,
    /// Running variance.
    pub var: Vec<f32>,
    /// Added to the variance.
    pub eps: f64,
}

/// Largest value of each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxPool {
    /// Window.
    pub kernel: [usize; 3],
    /// Step.
    pub stride: [usize; 3],
    /// The padding of the input.
    pub padding: Pad,
    /// The value of the padding.
    pub pad_value: PadValue,
    /// Whether a last, incomplete window counts (PyTorch's rule: if it starts inside the input or the
    /// padding before it).
    pub ceil_mode: bool,
}

impl MaxPool {
    /// No padding, complete windows only.
    pub fn new(kernel: [usize; 3], stride: [usize; 3]) -> Self {
        let (padding, pad_value) = (Pad::NONE, PadValue::Ignored);
        Self { kernel, stride, padding, pad_value, ceil_mode: false }
    }

    /// With this padding.
    pub fn padding(self, padding: Pad, pad_value: PadValue) -> Self {
        Self { padding, pad_value, ..self }
    }

    /// With incomplete windows.
    pub fn ceil_mode(self) -> Self {
        Self { ceil_mode: true, ..self }
    }
}

/// Mean of each window, padding of zeros included in the count (PyTorch's default).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvgPool {
    /// Window.
    pub kernel: [usize; 3],
    /// Step.
    pub stride: [usize; 3],
    /// Zeros around the input.
    pub padding: Pad,
}

/// `weight · x + bias` of a vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// `[out, in]`.
    pub shape: [usize; 2],
    /// Weights of that shape, row-major.
    pub weight: Vec<f32>,
    /// One value per output.
    pub bias: Option<Vec<f32>>,
}
