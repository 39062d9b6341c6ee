//! What the suites share: comparing a graph's plan with the reference.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod random;
pub mod reference;

use gcl_kernels::{Conv3d, Graph, GraphBuilder, GraphError, Isa, NodeId, Pad, Plan, PlanOptions};
pub use random::Random;

impl Random {
    pub fn range(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to - from + 1)
    }

    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    pub fn conv(&mut self, out: usize, inner: usize, kernel: [usize; 3], groups: usize) -> Conv3d {
        let [t, h, w] = kernel;
        let fan = inner / groups * t * h * w;
        let scale = 1.0 / (fan as f32).sqrt();
        let weight = self.values(out * fan).iter().map(|v| v * scale).collect();
        let conv = Conv3d::new([out, inner / groups, t, h, w], weight).groups(groups);
        if self.below(2) == 0 { conv.bias(self.values(out)) } else { conv }
    }

    pub fn pad(&mut self, kernel: [usize; 3]) -> Pad {
        match self.below(4) {
            0 => Pad::NONE,
            1 => Pad::Same,
            2 => Pad::both(kernel.map(|k| k / 2)),
            _ => Pad::Explicit(kernel.map(|k| (self.below(k), self.below(k)))),
        }
    }
}

/// Compares all outputs of a graph with the reference: within 1e-4, for every instruction set, for full
/// and for part batches, and bit for bit with 1, 2 and 3 threads.
pub fn check(what: &str, graph: &Graph, size: [usize; 3], batch: usize, random: &mut Random) {
    let [t, h, w] = size;
    let clip = graph.input_channels() * t * h * w;
    let clips = random.values(batch * clip);
    let expected: Vec<Vec<Vec<f32>>> =
        clips.chunks(clip).map(|c| reference::run(graph, c, size).unwrap()).collect();
    for isa in Isa::available() {
        let plan = |threads| {
            let shape = [batch, graph.input_channels(), t, h, w];
            Plan::with(graph, shape, &PlanOptions { threads, isa }).unwrap()
        };
        let mut one = plan(1);
        let found = one.run(&clips).unwrap();
        for (output, (name, node)) in found.iter().zip(graph.outputs()) {
            assert_eq!(output.name, *name);
            assert_eq!(output.shape.iter().product::<usize>(), output.data.len());
            let values = expected.iter().flat_map(|clip| &clip[node.index()]);
            assert_eq!(output.data.len(), values.clone().count(), "{what}");
            for (i, (a, b)) in output.data.iter().zip(values).enumerate() {
                let close = (a - b).abs() <= 1e-4 * b.abs().max(1.0);
                assert!(close, "{what}, {}, {name}[{i}]: {a} for {b}", isa.name());
            }
        }
        for threads in [2, 3] {
            assert!(plan(threads).run(&clips).unwrap() == found, "{what}: {threads} threads");
        }
        let part = one.run(&clips[..clip]).unwrap();
        let shape = [1, graph.input_channels(), t, h, w];
        let options = PlanOptions { threads: 1, isa };
        let alone = Plan::with(graph, shape, &options).unwrap().run(&clips[..clip]).unwrap();
        for ((a, b), c) in part.iter().zip(&alone).zip(&found) {
            assert!(c.data.starts_with(&a.data), "{what}: a clip depends on its neighbours");
            assert!(a.data == b.data, "{what}: a clip depends on the batch");
        }
    }
}

pub fn graph(
    channels: usize,
    build: impl FnOnce(&mut GraphBuilder, NodeId) -> Result<NodeId, GraphError>,
) -> Graph {
    let mut g = GraphBuilder::new(channels);
    let input = g.input();
    let x = build(&mut g, input).unwrap();
    g.output("x", x).unwrap();
    g.finish().unwrap()
}

/// A convolution behind a cut-off, so that its input is in blocks.
pub fn check_conv(conv: Conv3d, size: [usize; 3], batch: usize, random: &mut Random) {
    let channels = conv.shape[1] * conv.groups;
    let what = format!(
        "{:?} groups {} stride {:?} {:?} on {size:?}, batch {batch}",
        conv.shape, conv.groups, conv.stride, conv.padding
    );
    let graph = graph(channels, |g, x| {
        let x = g.relu(x)?;
        g.conv(x, conv)
    });
    check(&what, &graph, size, batch, random);
}

/// What steps a graph's plan takes, by kind.
pub fn kinds(graph: &Graph, size: [usize; 3]) -> Vec<&'static str> {
    let [t, h, w] = size;
    let channels = graph.input_channels();
    let mut plan = Plan::new(graph, [1, channels, t, h, w]).unwrap();
    let times = plan.profile(&vec![0.0; channels * t * h * w]).unwrap();
    times.iter().map(|step| step.kind).collect()
}
