//! Where windows lie.

use std::ops::Range;

use crate::kernels::copy::OUTSIDE;

/// Where windows lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Geometry {
    /// Input size.
    pub size: [usize; 3],
    /// Output size.
    pub out: [usize; 3],
    /// Window.
    pub kernel: [usize; 3],
    /// Step.
    pub stride: [usize; 3],
    /// Padding `(before, after)`.
    pub pads: [(usize, usize); 3],
}

impl Geometry {
    /// Whether every place of the output needs just that place of the input.
    pub(crate) fn pointwise(&self) -> bool {
        self.kernel == [1; 3] && self.stride == [1; 3] && self.pads == [(0, 0); 3]
    }

    /// Taps in time that meet the input, for output times `from..=to`.
    pub(crate) fn times(&self, from: usize, to: usize) -> Range<usize> {
        let (before, kernel) = (self.pads[0].0, self.kernel[0]);
        let low = before.saturating_sub(to * self.stride[0]).min(kernel);
        let high = (self.size[0] + before).saturating_sub(from * self.stride[0]).min(kernel);
        low..high.max(low)
    }

    /// Taps of a window that lie inside along an axis, and the input position under the first.
    pub(crate) fn inside(&self, axis: usize, out: usize) -> (Range<usize>, usize) {
        let (before, kernel) = (self.pads[axis].0, self.kernel[axis]);
        let start = out * self.stride[axis];
        let from = before.saturating_sub(start).min(kernel);
        let to = (self.size[axis] + before).saturating_sub(start).min(kernel).max(from);
        (from..to, (start + from).saturating_sub(before))
    }

    /// Time, height and width of an output place's window, before padding is taken off.
    pub(crate) fn corner(&self, at: usize) -> [usize; 3] {
        let [_, h, w] = self.out;
        let out = [at / (h * w), at / w % h, at % w];
        std::array::from_fn(|axis| out[axis] * self.stride[axis])
    }

    /// The input place under a tap of a window, or [`OUTSIDE`].
    pub(crate) fn place(&self, corner: [usize; 3], tap: [usize; 3]) -> usize {
        let mut place = 0;
        for axis in 0..3 {
            match (corner[axis] + tap[axis]).checked_sub(self.pads[axis].0) {
                Some(p) if p < self.size[axis] => place = place * self.size[axis] + p,
                _ => return OUTSIDE,
            }
        }
        place
    }
}
