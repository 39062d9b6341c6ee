//! From nodes to steps.

use super::fusion::{Draft, fuse};
use super::placement::{Placement, place};
use super::{PlanOptions, Planned};
use crate::error::PlanError;
use crate::graph::{Conv3d, Graph, Linear, Op, Pad, PadValue, Shape, pads};
use crate::memory::View;
use crate::steps::{
    CombineStep, ConvStep, CopyStep, FlattenStep, FromPlanarStep, Geometry, GroupedStep,
    PadRowsStep, PlanarStep, PoolKind, PoolStep, Step, WinogradStep,
};

/// Steps, the slots' sizes, and where the outputs are.
pub(super) struct Lowered {
    pub steps: Vec<Planned>,
    pub slots: Vec<usize>,
    pub outputs: Vec<(String, Shape, View)>,
}

/// What a draft reads.
pub(super) struct Reads {
    /// Values in blocks.
    pub values: Vec<usize>,
    /// The clip as widened rows, of this many blocks.
    pub rows: Option<usize>,
}

pub(super) fn lower(
    graph: &Graph,
    shapes: &[Shape],
    batch: usize,
    options: &PlanOptions,
) -> Result<Lowered, PlanError> {
    let mut drafts = fuse(graph);
    let mut reads: Vec<Reads> = drafts.iter().map(|draft| reads_of(graph, shapes, draft)).collect();
    let wanted = graph.outputs().iter().any(|(_, x)| x.0 == 0);
    if wanted || reads.iter().any(|r| r.values.contains(&0)) {
        drafts.insert(0, Draft { node: 0, value: 0, residual: None, relu: false });
        reads.insert(0, Reads { values: Vec::new(), rows: None });
    }
    let placement = place(graph, shapes, &drafts, &reads, batch)?;
    let mut lowering =
        Lowering { graph, shapes, placement: &placement, batch, options, steps: Vec::new() };
    for (draft, rows) in drafts.iter().zip(&placement.rows) {
        lowering.step(draft, *rows);
    }
    let steps = lowering.steps;
    let output = |(name, x): &(String, crate::NodeId)| {
        placement.views[x.0].map(|view| (name.clone(), shapes[x.0], view))
    };
    let outputs = graph.outputs().iter().filter_map(output).collect();
    Ok(Lowered { steps, slots: placement.slots, outputs })
}

fn reads_of(graph: &Graph, shapes: &[Shape], draft: &Draft) -> Reads {
    let node = &graph.nodes()[draft.node];
    let mut values: Vec<usize> = node.inputs.iter().map(|x| x.0).collect();
    let mut rows = None;
    if let (Op::Conv3d(conv), [0]) = (&node.op, &values[..])
        && draft.residual.is_none()
        && PlanarStep::fits(conv)
    {
        let g = conv_geometry(conv, shapes[0], shapes[draft.node]);
        rows = Some(PadRowsStep::blocks(conv.shape[1], g.size, PlanarStep::row(&g)));
        values.clear();
    }
    values.extend(draft.residual);
    Reads { values, rows }
}

fn size(shape: Shape) -> [usize; 3] {
    match shape {
        Shape::Volume { size, .. } => size,
        Shape::Flat(_) => [1; 3],
    }
}

fn channels(shape: Shape) -> usize {
    match shape {
        Shape::Volume { channels, .. } => channels,
        Shape::Flat(length) => length,
    }
}

fn geometry(kernel: [usize; 3], stride: [usize; 3], pad: Pad, from: Shape, to: Shape) -> Geometry {
    let (size, out) = (size(from), size(to));
    Geometry { size, out, kernel, stride, pads: pads(size, kernel, stride, pad) }
}

fn conv_geometry(conv: &Conv3d, from: Shape, to: Shape) -> Geometry {
    geometry(conv.kernel(), conv.stride, conv.padding, from, to)
}

struct Lowering<'a> {
    graph: &'a Graph,
    shapes: &'a [Shape],
    placement: &'a Placement,
    batch: usize,
    options: &'a PlanOptions,
    steps: Vec<Planned>,
}

impl Lowering<'_> {
    fn push(
        &mut self,
        draft: &Draft,
        kind: &'static str,
        operations: u64,
        step: impl Step + 'static,
    ) {
        let name = self.graph.nodes()[draft.node].name.clone();
        self.steps.push(Planned { name, kind, operations, step: Box::new(step) });
    }

    /// The steps of one draft. Every value that a draft reads or makes has a view.
    fn step(&mut self, draft: &Draft, rows: Option<View>) {
        let node = &self.graph.nodes()[draft.node];
        let Some(to) = self.placement.views[draft.value] else { return };
        let views: Vec<View> =
            node.inputs.iter().filter_map(|x| self.placement.views[x.0]).collect();
        let from_shape = node.inputs.first().map_or(self.shapes[0], |x| self.shapes[x.0]);
        let to_shape = self.shapes[draft.node];
        let isa = self.options.isa;
        match (&node.op, &views[..]) {
            (Op::Conv3d(conv), views) => {
                let g = conv_geometry(conv, from_shape, to_shape);
                let places: usize = g.out.iter().product();
                let work = 2 * (conv.weight.len() * places) as u64;
                if let Some(rows) = rows {
                    self.planar(draft, conv, g, rows, to, work);
                } else if let Some(from) = views.first() {
                    let kind = kind_of(conv, &g);
                    self.conv(draft, conv, g, (*from, to), (kind, work));
                }
            }
            (Op::Linear(linear), [from]) => {
                let conv = as_conv(linear);
                let g = geometry([1; 3], [1; 3], Pad::NONE, Shape::Flat(0), Shape::Flat(0));
                let work = 2 * linear.weight.len() as u64;
                self.conv(draft, &conv, g, (*from, to), ("linear", work));
            }
            (Op::MaxPool(pool), [from]) => {
                let geometry =
                    geometry(pool.kernel, pool.stride, pool.padding, from_shape, to_shape);
                let kind = PoolKind::Max { zeros: pool.pad_value == PadValue::Zero };
                self.push(draft, "pool", 0, PoolStep { isa, from: *from, to, geometry, kind });
            }
            (Op::AvgPool(pool), [from]) => {
                let geometry =
                    geometry(pool.kernel, pool.stride, pool.padding, from_shape, to_shape);
                let kind = PoolKind::Mean(1.0 / pool.kernel.iter().product::<usize>() as f32);
                self.push(draft, "pool", 0, PoolStep { isa, from: *from, to, geometry, kind });
            }
            (Op::GlobalAvgPool, [from]) => {
                let whole = size(from_shape);
                let geometry = geometry(whole, whole, Pad::NONE, from_shape, to_shape);
                let kind = PoolKind::Mean(1.0 / from.places as f32);
                self.push(draft, "pool", 0, PoolStep { isa, from: *from, to, geometry, kind });
            }
            (Op::Add | Op::Relu, [a, rest @ ..]) => {
                let b = rest.first().copied();
                self.push(draft, "sum", 0, CombineStep { isa, a: *a, b, relu: draft.relu, to });
            }
            (Op::Concat, parts) => self.join(draft, parts, to),
            (Op::Flatten, [from]) if *from != to => {
                let channels = channels(from_shape);
                self.push(draft, "layout", 0, FlattenStep { channels, from: *from, to });
            }
            (Op::Input { channels }, _) => {
                let channels = *channels;
                self.push(draft, "layout", 0, FromPlanarStep { channels, to });
            }
            _ => {}
        }
    }

    fn planar(
        &mut self,
        draft: &Draft,
        conv: &Conv3d,
        g: Geometry,
        rows: View,
        to: View,
        work: u64,
    ) {
        let row = PlanarStep::row(&g);
        let (channels, size, before) = (conv.shape[1], g.size, g.pads[2].0);
        self.push(draft, "layout", 0, PadRowsStep { channels, size, before, row, to: rows });
        let mut step = PlanarStep::new(self.options.isa, conv, g, rows, to);
        step.relu = draft.relu;
        self.push(draft, "first conv", work, step);
    }

    fn conv(
        &mut self,
        draft: &Draft,
        conv: &Conv3d,
        g: Geometry,
        views: (View, View),
        (kind, work): (&'static str, u64),
    ) {
        let load = (self.batch, self.options.threads);
        if draft.residual.is_none() && GroupedStep::fits(conv) {
            let mut step = GroupedStep::new(self.options.isa, conv, g, views, load);
            step.relu = draft.relu;
            self.push(draft, kind, work, step);
            return;
        }
        if let Some(m) = WinogradStep::fits(conv, &g) {
            let mut step = WinogradStep::new(self.options.isa, m, conv, g, views, load);
            step.relu = draft.relu;
            step.residual = draft.residual.and_then(|x| self.placement.views[x]);
            self.push(draft, if m == 2 { "winograd 2" } else { "winograd 4" }, work, step);
            return;
        }
        let mut step = ConvStep::new(self.options.isa, conv, g, views, load);
        step.relu = draft.relu;
        step.residual = draft.residual.and_then(|x| self.placement.views[x]);
        self.push(draft, kind, work, step);
    }

    /// Copies the parts that were not written in their place.
    fn join(&mut self, draft: &Draft, parts: &[View], to: View) {
        let total = channels(self.shapes[draft.value]);
        let mut first = 0;
        for (x, from) in self.graph.nodes()[draft.node].inputs.iter().zip(parts) {
            let channels = channels(self.shapes[x.0]);
            let in_place = from.slot == to.slot && from.first == to.first + first / 16 * to.places;
            if !in_place {
                let step = CopyStep { channels, from: *from, to, first, total };
                self.push(draft, "layout", 0, step);
            }
            first += channels;
        }
    }
}

fn kind_of(conv: &Conv3d, g: &Geometry) -> &'static str {
    match (conv.groups, g.kernel) {
        (1, [1, 1, 1]) => "1x1x1",
        (1, _) => "dense",
        _ => "grouped",
    }
}

/// A linear layer as a convolution of one place.
fn as_conv(linear: &Linear) -> Conv3d {
    let [out, inner] = linear.shape;
    let conv = Conv3d::new([out, inner, 1, 1, 1], linear.weight.clone());
    Conv3d { bias: linear.bias.clone(), ..conv }
}
