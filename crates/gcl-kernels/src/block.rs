//! Sixteen channels of one place: the unit of memory in which values are kept.

/// Channels in a block.
pub(crate) const LANES: usize = 16;

/// Sixteen neighbouring channels of one place, aligned as a cache line.
///
/// A volume `[C, T, H, W]` is kept as `[⌈C / 16⌉, T · H · W]` blocks; channels past the last are zeros.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Block(pub [f32; LANES]);

impl Block {
    pub(crate) const ZERO: Self = Self([0.0; LANES]);
}

/// One value a channel, in this many blocks.
pub(crate) fn in_blocks(values: &[f32], blocks: usize) -> Vec<Block> {
    let mut all = vec![Block::ZERO; blocks];
    for (channel, value) in values.iter().enumerate() {
        all[channel / LANES].0[channel % LANES] = *value;
    }
    all
}

/// Blocks that hold `channels`.
pub(crate) fn blocks(channels: usize) -> usize {
    channels.div_ceil(LANES)
}
