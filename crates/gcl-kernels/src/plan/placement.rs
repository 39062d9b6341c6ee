//! Where every value lies.

use super::fusion::Draft;
use super::storage::{BufferLifetime, assign};
use crate::block::{LANES, blocks};
use crate::error::PlanError;
use crate::graph::{Graph, Op, Shape};
use crate::memory::View;
use crate::plan::reads::{Reads, channels, size};

/// Views of the values that are kept, and the sizes of the slots.
pub(super) struct Placement {
    /// By node; `None` for values that no step makes.
    pub views: Vec<Option<View>>,
    /// By draft: the clip, rearranged for it.
    pub rows: Vec<Option<View>>,
    /// Blocks of each slot.
    pub slots: Vec<usize>,
}

/// `(blocks of channels, places)`.
pub(super) fn extent(shape: Shape) -> (usize, usize) {
    (blocks(channels(shape)), size(shape).iter().product())
}

/// The value that each value is a part of, if any, and its first block there. A part of a concatenation
/// is written in its place straight away where it starts on a whole block; a vector made of a volume of
/// one place is that volume.
fn parents(graph: &Graph, shapes: &[Shape]) -> Vec<Option<(usize, usize)>> {
    let mut parents = vec![None; graph.nodes().len()];
    for (i, node) in graph.nodes().iter().enumerate() {
        if matches!(node.op, Op::Flatten) && extent(shapes[node.inputs[0].0]).1 == 1 {
            parents[i] = Some((node.inputs[0].0, 0));
        }
    }
    for (i, node) in graph.nodes().iter().enumerate() {
        if !matches!(node.op, Op::Concat) {
            continue;
        }
        let mut channel = 0;
        for (k, part) in node.inputs.iter().enumerate() {
            let Shape::Volume { channels, .. } = shapes[part.0] else { continue };
            let whole = channels.is_multiple_of(LANES) || k + 1 == node.inputs.len();
            if channel % LANES == 0 && whole && part.0 != 0 && parents[part.0].is_none() {
                parents[part.0] = Some((i, channel / LANES));
            }
            channel += channels;
        }
    }
    parents
}

/// Lays out all values of `drafts` for `batch` clips.
pub(super) fn place(
    graph: &Graph,
    shapes: &[Shape],
    drafts: &[Draft],
    reads: &[Reads],
    batch: usize,
) -> Result<Placement, PlanError> {
    let parents = parents(graph, shapes);
    let root = |mut x: usize| {
        let mut first = 0;
        while let Some((parent, block)) = parents[x] {
            first += block;
            x = parent;
        }
        (x, first)
    };
    let size = |per_clip: usize| {
        let all = per_clip.checked_mul(batch);
        all.filter(|n| *n <= isize::MAX as usize / 64)
            .ok_or(PlanError::Memory { blocks: usize::MAX })
    };
    let mut storages: Vec<BufferLifetime> = Vec::new();
    let mut storage_of: Vec<Option<usize>> = vec![None; shapes.len()];
    let mut rows = Vec::with_capacity(drafts.len());
    for (step, (draft, reads)) in drafts.iter().zip(reads).enumerate() {
        let (value, _) = root(draft.value);
        let whole = extent(shapes[value]);
        let at = match storage_of[value] {
            Some(at) => at,
            None => {
                let size = size(whole.0 * whole.1)?;
                storages.push(BufferLifetime { size, first: step, last: step });
                storage_of[value] = Some(storages.len() - 1);
                storages.len() - 1
            }
        };
        storages[at].last = step;
        for x in &reads.values {
            if let Some(at) = storage_of[root(*x).0] {
                storages[at].last = step;
            }
        }
        rows.push(match reads.rows {
            Some(per_clip) => {
                storages.push(BufferLifetime { size: size(per_clip)?, first: step, last: step });
                Some((storages.len() - 1, per_clip))
            }
            None => None,
        });
    }
    for (_, x) in graph.outputs() {
        if let Some(at) = storage_of[root(x.0).0] {
            storages[at].last = usize::MAX;
        }
    }
    let (slot_of, slots) = assign(&storages);
    let view = |x: usize| {
        let (value, block) = root(x);
        let (blocks, places) = extent(shapes[x]);
        let (all, _) = extent(shapes[value]);
        let slot = slot_of[storage_of[value]?];
        Some(View { slot, first: block * places, per_clip: all * places, blocks, places })
    };
    let rows = rows.into_iter().map(|r| {
        let (at, per_clip) = r?;
        Some(View { slot: slot_of[at], first: 0, per_clip, blocks: per_clip, places: 1 })
    });
    Ok(Placement { views: (0..shapes.len()).map(view).collect(), rows: rows.collect(), slots })
}
