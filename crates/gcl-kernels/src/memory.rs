//! Buffers that several threads fill at once, and where a value lies in them.

use std::marker::PhantomData;

use crate::block::Block;

/// A buffer lent to all threads of a run.
///
/// Reading and writing go through pointers, each made with its range checked. That no two threads write
/// one place, and none reads what another writes, follows from how steps are cut: the tasks of a step
/// write disjoint parts of its output, which no step reads before all tasks are done, and a step's output
/// never overlaps its inputs.
#[derive(Clone, Copy)]
pub(crate) struct SharedBuffer<'a> {
    start: *mut Block,
    len: usize,
    buffer: PhantomData<&'a mut [Block]>,
}

// SAFETY: it is a pointer to plain floats; see the type for why accesses do not collide.
unsafe impl Send for SharedBuffer<'_> {}
// SAFETY: as above.
unsafe impl Sync for SharedBuffer<'_> {}

impl<'a> SharedBuffer<'a> {
    pub(crate) fn new(buffer: &'a mut [Block]) -> Self {
        Self { start: buffer.as_mut_ptr(), len: buffer.len(), buffer: PhantomData }
    }

    /// A pointer that is valid for `count` blocks from `first`.
    ///
    /// # Panics
    /// Where the buffer is shorter: a fault of this crate.
    pub(crate) fn at(&self, first: usize, count: usize) -> *mut Block {
        let end = first.checked_add(count);
        assert!(end.is_some_and(|end| end <= self.len), "{first} + {count} of {}", self.len);
        // SAFETY: first ≤ len.
        unsafe { self.start.add(first) }
    }
}

/// Where a value lies: `[clips, blocks, places]` blocks in a buffer, clips perhaps apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// Which buffer.
    pub slot: usize,
    /// The first block.
    pub first: usize,
    /// From one clip to the next.
    pub per_clip: usize,
    /// Blocks of 16 channels.
    pub blocks: usize,
    /// Places (time · height · width).
    pub places: usize,
}

impl View {
    /// First block of a clip's channel block.
    pub(crate) fn block(&self, clip: usize, block: usize) -> usize {
        self.first + clip * self.per_clip + block * self.places
    }
}
