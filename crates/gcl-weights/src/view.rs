//! A tensor as a view of a storage: an offset, a shape and strides.

use crate::region::{Bytes, PIECE, Region};
use crate::{Dtype, Fault, WeightError};

/// Where a tensor's elements are. It has been held against its storage's length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// Which storage.
    pub storage: u32,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    /// Elements from one index to the next, for each dimension.
    stride: Vec<u64>,
    /// The first element.
    offset: u64,
    /// The last element, plus one.
    end: u64,
    /// Elements of the tensor.
    pub elements: u64,
}

impl View {
    pub fn new(
        storage: u32,
        dtype: Dtype,
        storage_elements: u64,
        offset: i128,
        shape: &[i128],
        stride: &[i128],
    ) -> Result<Self, Fault> {
        let (sizes, strides, start) = (shape, stride, offset);
        let impossible =
            || Fault::Impossible { shape: sizes.into(), stride: strides.into(), offset: start };
        if shape.len() != stride.len() {
            return Err(impossible());
        }
        let shape: Option<Vec<usize>> = shape.iter().map(|n| usize::try_from(*n).ok()).collect();
        let stride: Option<Vec<u64>> = stride.iter().map(|n| u64::try_from(*n).ok()).collect();
        let (Some(shape), Some(stride), Ok(offset)) = (shape, stride, u64::try_from(offset)) else {
            return Err(impossible());
        };
        let elements = product(&shape).ok_or_else(impossible)?;
        // The element count times the largest element must fit too.
        elements.checked_mul(8).filter(|n| *n <= isize::MAX as u64).ok_or_else(impossible)?;
        let mut last = offset;
        for (n, step) in shape.iter().zip(&stride) {
            let reach = (n.saturating_sub(1) as u64).checked_mul(*step);
            last = reach.and_then(|r| last.checked_add(r)).ok_or_else(impossible)?;
        }
        let end = if elements == 0 { offset } else { last.saturating_add(1) };
        // A step that is never made may be any number.
        let made = |(n, step)| if n > 1 { step } else { 0 };
        let stride: Vec<u64> = shape.iter().copied().zip(stride).map(made).collect();
        if end > storage_elements {
            return Err(Fault::Outside { shape, stride, offset, last, elements: storage_elements });
        }
        Ok(Self { storage, dtype, shape, stride, offset, end, elements })
    }

    /// All of a region of its own, in row-major order.
    pub fn whole(storage: u32, dtype: Dtype, shape: &[u64]) -> Option<Self> {
        let shape: Vec<usize> =
            shape.iter().map(|n| usize::try_from(*n).ok()).collect::<Option<_>>()?;
        let elements = product(&shape)?;
        elements.checked_mul(8).filter(|n| *n <= isize::MAX as u64)?;
        let mut stride: Vec<u64> = Vec::with_capacity(shape.len());
        let mut step = 1u64;
        for n in shape.iter().rev() {
            stride.push(step);
            step = step.saturating_mul(*n as u64);
        }
        stride.reverse();
        Some(Self { storage, dtype, shape, stride, offset: 0, end: elements, elements })
    }

    /// Without the axes of size 1 before the last.
    pub fn squeeze(&mut self) {
        let last = self.shape.len().saturating_sub(1);
        let axes = self.shape.iter().copied().zip(self.stride.iter().copied()).enumerate();
        let kept = axes.filter(|(i, (n, _))| *i == last || *n != 1).map(|(_, axis)| axis);
        (self.shape, self.stride) = kept.unzip();
    }

    /// The last axis first, and the one before it second: `[..., in, out]` as `[out, in, ...]`.
    pub fn outputs_first(&mut self) {
        if self.shape.len() >= 2 {
            self.shape.rotate_right(2);
            self.shape.swap(0, 1);
            self.stride.rotate_right(2);
            self.stride.swap(0, 1);
        }
    }

    /// A view of the same shape that repeats the first number of another storage in single precision.
    pub fn ones(&self, storage: u32) -> Self {
        let (dtype, stride) = (Dtype::F32, vec![0; self.shape.len()]);
        Self { storage, dtype, stride, offset: 0, end: 1.min(self.elements), ..self.clone() }
    }

    /// Bytes of the tensor when it is written out in row-major order.
    pub fn bytes(&self) -> u64 {
        self.elements * self.dtype.size()
    }

    fn is_contiguous(&self) -> bool {
        let mut step = 1u64;
        for (n, stride) in self.shape.iter().zip(&self.stride).rev() {
            if *n > 1 {
                if *stride != step {
                    return false;
                }
                step *= *n as u64;
            }
        }
        true
    }

    /// Hands over the elements' bytes in row-major order, in pieces of whole elements.
    pub fn pieces(
        &self,
        file: &Bytes,
        storage: Region,
        mut take: impl FnMut(&[u8]) -> Result<(), WeightError>,
        fail: impl Fn(Fault) -> WeightError,
    ) -> Result<(), WeightError> {
        if self.elements == 0 {
            return Ok(());
        }
        let size = self.dtype.size();
        let span = storage
            .part(self.offset * size, (self.end - self.offset) * size, "a tensor")
            .map_err(&fail)?;
        if self.is_contiguous() {
            return span.pieces(file, |piece| take(piece).map_err(PieceError::Taker)).map_err(
                |stop| match stop {
                    PieceError::Taker(error) => error,
                    PieceError::Reader(fault) => fail(fault),
                },
            );
        }
        // Reading all that lies between is fastest, unless most of it belongs to others.
        let dense = span.len / size <= self.elements.saturating_mul(8).saturating_add(1 << 16);
        let mut window = Window::new(file, span, if dense { span.len } else { WINDOW });
        let mut piece = Vec::with_capacity(PIECE);
        let mut index = vec![0usize; self.shape.len()];
        let mut at = 0u64;
        for _ in 0..self.elements {
            piece.extend_from_slice(window.get(at * size, size).map_err(&fail)?);
            if piece.len() >= PIECE {
                take(&piece)?;
                piece.clear();
            }
            at = self.next(&mut index, at);
        }
        take(&piece)
    }

    /// Moves `index` on by one in row-major order; answers with the new place, from `at`.
    fn next(&self, index: &mut [usize], mut at: u64) -> u64 {
        for ((i, n), step) in index.iter_mut().zip(&self.shape).zip(&self.stride).rev() {
            *i += 1;
            at += step;
            if *i < *n {
                return at;
            }
            at -= *i as u64 * step;
            *i = 0;
        }
        at
    }
}

/// Bytes read ahead for elements that do not follow each other.
const WINDOW: u64 = 1 << 12;

/// A moving window on a part of a file.
struct Window<'f> {
    file: &'f Bytes,
    span: Region,
    /// Bytes that are read at a time.
    size: u64,
    /// Where the bytes at hand start in the span.
    start: u64,
    bytes: Vec<u8>,
}

impl<'f> Window<'f> {
    fn new(file: &'f Bytes, span: Region, size: u64) -> Self {
        Self { file, span, size, start: 0, bytes: Vec::new() }
    }

    /// The `len` bytes from `at` on, which lie within the span.
    fn get(&mut self, at: u64, len: u64) -> Result<&[u8], Fault> {
        if at < self.start || at + len > self.start + self.bytes.len() as u64 {
            let size = self.size.max(len).min(self.span.len.saturating_sub(at));
            self.bytes = self.span.part(at, size, "a view")?.read(self.file, "a view", size)?;
            self.start = at;
        }
        let from = (at - self.start) as usize;
        Ok(self.bytes.get(from..from + len as usize).unwrap_or_default())
    }
}

/// Who ended the reading of a region.
enum PieceError {
    Taker(WeightError),
    Reader(Fault),
}

impl From<Fault> for PieceError {
    fn from(fault: Fault) -> Self {
        PieceError::Reader(fault)
    }
}

fn product(shape: &[usize]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1u64, |product, n| product.checked_mul(*n as u64))
}
