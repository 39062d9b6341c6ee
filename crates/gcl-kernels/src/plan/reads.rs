//! What steps need to know of nodes.

use super::fusion::Draft;
use crate::graph::{Conv3d, Graph, Op, Pad, Shape};
use crate::steps::{Geometry, Halved, PadRowsStep, PlanarStep};

/// What a draft reads.
pub(super) struct Reads {
    /// Values in blocks.
    pub values: Vec<usize>,
    /// The clip, rearranged for this draft alone, in this many blocks.
    pub rows: Option<usize>,
}

pub(super) fn reads_of(graph: &Graph, shapes: &[Shape], draft: &Draft) -> Reads {
    let node = &graph.nodes()[draft.node];
    let mut values: Vec<usize> = node.inputs.iter().map(|x| x.0).collect();
    let mut rows = None;
    if let (Op::Conv3d(conv), [0]) = (&node.op, &values[..])
        && draft.residual.is_none()
    {
        let g = conv_geometry(conv, shapes[0], shapes[draft.node]);
        if Halved::fits(conv, &g).is_some() {
            rows = Some(Halved::blocks(conv, &g));
        } else if PlanarStep::fits(conv) {
            rows = Some(PadRowsStep::blocks(conv.shape[1], g.size, PlanarStep::row(&g)));
        }
        if rows.is_some() {
            values.clear();
        }
    }
    values.extend(draft.residual);
    Reads { values, rows }
}

pub(super) fn size(shape: Shape) -> [usize; 3] {
    match shape {
        Shape::Volume { size, .. } => size,
        Shape::Flat(_) => [1; 3],
    }
}

pub(super) fn channels(shape: Shape) -> usize {
    match shape {
        Shape::Volume { channels, .. } => channels,
        Shape::Flat(length) => length,
    }
}

pub(super) fn geometry(
    kernel: [usize; 3],
    stride: [usize; 3],
    pad: Pad,
    from: Shape,
    to: Shape,
) -> Geometry {
    let (size, out) = (size(from), size(to));
    Geometry { size, out, kernel, stride, pads: pad.sides(size, kernel, stride) }
}

pub(super) fn conv_geometry(conv: &Conv3d, from: Shape, to: Shape) -> Geometry {
    geometry(conv.kernel(), conv.stride, conv.padding, from, to)
}

pub(super) fn kind_of(conv: &Conv3d, g: &Geometry) -> &'static str {
    match (conv.groups, g.kernel) {
        (1, [1, 1, 1]) => "1x1x1",
        (1, _) => "dense",
        _ => "grouped",
    }
}
