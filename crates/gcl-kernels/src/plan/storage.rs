//! Which buffer a value lives in: buffers are used again once nothing needs what they hold.

/// A run of steps during which a buffer is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct BufferLifetime {
    /// Blocks.
    pub size: usize,
    /// The first step that writes it.
    pub first: usize,
    /// The last step that reads it.
    pub last: usize,
}

/// A slot for each storage, and the slots' sizes.
pub(super) fn assign(storages: &[BufferLifetime]) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..storages.len()).collect();
    order.sort_by_key(|i| storages[*i].first);
    let mut slots: Vec<(usize, usize)> = Vec::new(); // (size, last step)
    let mut slot_of = vec![0; storages.len()];
    for i in order {
        let BufferLifetime { size, first, last } = storages[i];
        // The smallest free one that is large enough, otherwise the largest, grown.
        let free = || slots.iter().enumerate().filter(|(_, (_, until))| *until < first);
        let fits = free().filter(|(_, (s, _))| *s >= size).min_by_key(|(_, (s, _))| *s);
        let chosen = fits.or_else(|| free().max_by_key(|(_, (s, _))| *s)).map(|(at, _)| at);
        match chosen {
            Some(at) => {
                slots[at] = (slots[at].0.max(size), last);
                slot_of[i] = at;
            }
            None => {
                slot_of[i] = slots.len();
                slots.push((size, last));
            }
        }
    }
    (slot_of, slots.into_iter().map(|(size, _)| size).collect())
}

#[cfg(test)]
mod tests {
    use super::{BufferLifetime, assign};

    #[test]
    fn living_values_never_share_and_dead_ones_are_replaced() {
        let s = |size, first, last| BufferLifetime { size, first, last };
        let all = [s(8, 0, 1), s(4, 1, 3), s(6, 2, 3), s(9, 4, 5), s(1, 4, 4)];
        let (slots, sizes) = assign(&all);
        assert_eq!(slots, [0, 1, 0, 0, 1]);
        assert_eq!(sizes, [9, 4]);
    }
}
