//! From nodes to steps.

use super::fusion::{Draft, fuse};
use super::placement::{Placement, place};
use super::reads::{Reads, channels, conv_geometry, geometry, kind_of, reads_of, size};
use super::{PlanOptions, Planned};
use crate::error::PlanError;
use crate::graph::{Conv3d, Graph, Op, Pad, PadValue, Shape};
use crate::kernels::Clamp;
use crate::memory::View;
use crate::steps::{
    CombineStep, ConvStep, CopyStep, DepthwiseStep, Filter, FlattenStep, FromPlanarStep, Geometry,
    GroupedStep, Halved, HalvesStep, Layer, PadRowsStep, PlanarStep, PoolKind, PoolStep, Step,
    WinogradStep,
};

/// Steps, the slots' sizes, and where the outputs are.
pub(super) struct Lowered {
    pub steps: Vec<Planned>,
    pub slots: Vec<usize>,
    pub outputs: Vec<(String, Shape, View)>,
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
        drafts.insert(0, Draft { node: 0, value: 0, residual: None, clamp: Clamp::NONE });
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
                    self.first(draft, conv, g, rows, to, work);
                } else if let Some(from) = views.first() {
                    let kind = kind_of(conv, &g);
                    self.conv(draft, conv, g, (*from, to), (kind, work));
                }
            }
            (Op::Linear(linear), [from]) => {
                let g = geometry([1; 3], [1; 3], Pad::NONE, Shape::Flat(0), Shape::Flat(0));
                let work = 2 * linear.weight.len() as u64;
                self.product(draft, linear.into(), g, (*from, to), ("linear", work));
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
            (Op::Add | Op::Relu | Op::Relu6, [a, rest @ ..]) => {
                let b = rest.first().copied();
                self.push(draft, "sum", 0, CombineStep { isa, a: *a, b, clamp: draft.clamp, to });
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

    /// A convolution of the clip, from an arrangement of its own.
    fn first(
        &mut self,
        draft: &Draft,
        conv: &Conv3d,
        g: Geometry,
        rows: View,
        to: View,
        work: u64,
    ) {
        if let Some(filter) = Halved::fits(conv, &g) {
            let from = View { blocks: 1, places: rows.per_clip, ..rows };
            self.push(draft, "layout", 0, HalvesStep::new(conv, &g, from));
            let halved = Halved::new(conv, &g);
            let load = (self.batch, self.options.threads);
            let (isa, geometry) = (self.options.isa, halved.geometry);
            let mut step = WinogradStep::new(isa, filter, &halved.conv, geometry, (from, to), load);
            step.clamp = draft.clamp;
            self.push(draft, "first conv", work, step);
            return;
        }
        let row = PlanarStep::row(&g);
        let (channels, size, before) = (conv.shape[1], g.size, g.pads[2].0);
        self.push(draft, "layout", 0, PadRowsStep { channels, size, before, row, to: rows });
        let mut step = PlanarStep::new(self.options.isa, conv, g, rows, to);
        step.clamp = draft.clamp;
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
        if draft.residual.is_none() && DepthwiseStep::fits(conv) {
            let mut step = DepthwiseStep::new(self.options.isa, conv, g, views, load);
            step.clamp = draft.clamp;
            self.push(draft, "depthwise", work, step);
            return;
        }
        if draft.residual.is_none() && GroupedStep::fits(conv) {
            let mut step = GroupedStep::new(self.options.isa, conv, g, views, load);
            step.clamp = draft.clamp;
            self.push(draft, kind, work, step);
            return;
        }
        if let Some(filter) = Filter::for_conv(conv, &g) {
            let mut step = WinogradStep::new(self.options.isa, filter, conv, g, views, load);
            step.clamp = draft.clamp;
            step.residual = draft.residual.and_then(|x| self.placement.views[x]);
            self.push(draft, filter.name(), work, step);
            return;
        }
        self.product(draft, conv.into(), g, views, (kind, work));
    }

    fn product(
        &mut self,
        draft: &Draft,
        layer: Layer<'_>,
        g: Geometry,
        views: (View, View),
        (kind, work): (&'static str, u64),
    ) {
        let load = (self.batch, self.options.threads);
        let mut step = ConvStep::new(self.options.isa, layer, g, views, load);
        step.clamp = draft.clamp;
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
