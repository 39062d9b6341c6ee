//! Shapes, refusals, batch-norm folding, and the reference on cases worked out by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::reference;
use gcl_kernels::{
    AvgPool, BatchNorm, Conv3d, Graph, GraphBuilder, GraphError, Linear, MaxPool, Pad, PadValue,
    Shape,
};

/// A graph of one operation on the input, and what the reference gives for it.
fn run(
    channels: usize,
    size: [usize; 3],
    clip: &[f32],
    op: impl FnOnce(&mut GraphBuilder),
) -> Vec<f32> {
    let mut g = GraphBuilder::new(channels);
    op(&mut g);
    g.output("x", g.input()).unwrap();
    reference::run(&g.finish().unwrap(), clip, size).unwrap().pop().unwrap()
}

fn pool_shape(pool: MaxPool, size: [usize; 3]) -> Result<Vec<usize>, GraphError> {
    let mut g = GraphBuilder::new(1);
    let x = g.max_pool(g.input(), pool)?;
    g.output("x", x)?;
    Ok(g.finish()?.shapes(size)?[1].dims())
}

#[test]
fn a_convolution_by_hand() {
    // Two groups of one channel; kernel (1, 1, 2); stride 2 in width; one zero before.
    let conv = Conv3d::new([2, 1, 1, 1, 2], vec![1.0, 10.0, 2.0, 20.0])
        .stride([1, 1, 2])
        .padding(Pad::Explicit([(0, 0), (0, 0), (1, 0)]))
        .groups(2)
        .bias(vec![0.5, -0.5]);
    let out = run(2, [1, 1, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], |g| {
        g.conv(g.input(), conv).unwrap();
    });
    assert_eq!(out, [10.5, 32.5, 79.5, 129.5]);
}

#[test]
fn cut_offs_by_hand() {
    let clip = [-1.0, 0.5, 6.0, 7.5];
    let relu6 = run(1, [1, 1, 4], &clip, |g| drop(g.relu6(g.input())));
    assert_eq!(relu6, [0.0, 0.5, 6.0, 6.0]);
    assert_eq!(run(1, [1, 1, 4], &clip, |g| drop(g.relu(g.input()))), [0.0, 0.5, 6.0, 7.5]);
}

#[test]
fn pools_by_hand() {
    let clip = [-1.0, -2.0, -3.0];
    let pool = MaxPool::new([1, 1, 2], [1, 1, 2]);
    let end = Pad::Explicit([(0, 0), (0, 0), (0, 1)]);
    let max = |pool| run(1, [1, 1, 3], &clip, |g| drop(g.max_pool(g.input(), pool)));
    assert_eq!(max(pool), [-1.0]);
    assert_eq!(max(pool.padding(end, PadValue::Ignored)), [-1.0, -3.0]);
    assert_eq!(max(pool.padding(end, PadValue::Zero)), [-1.0, 0.0]);
    assert_eq!(max(pool.padding(Pad::Same, PadValue::Zero)), [-1.0, 0.0]);
    assert_eq!(max(pool.ceil_mode()), [-1.0, -3.0]);
    let mean = AvgPool { kernel: [1, 1, 2], stride: [1, 1, 2], padding: end };
    assert_eq!(run(1, [1, 1, 3], &clip, |g| drop(g.avg_pool(g.input(), mean))), [-1.5, -1.5]);
    assert_eq!(run(1, [1, 1, 3], &clip, |g| drop(g.global_avg_pool(g.input()))), [-2.0]);
}

#[test]
fn a_folded_norm_is_the_norm_after() {
    let weight: Vec<f32> = (0..6).map(|i| i as f32 * 0.25 - 0.5).collect();
    let conv = Conv3d::new([3, 2, 1, 1, 1], weight);
    let norm = BatchNorm {
        gamma: vec![1.5, -0.5, 2.0],
        beta: vec![0.1, 0.2, 0.3],
        mean: vec![0.7, -0.7, 0.0],
        var: vec![2.0, 0.5, 1.0],
        eps: 1e-3,
    };
    let clip = [0.3, -0.8];
    let plain = run(2, [1; 3], &clip, |g| drop(g.conv(g.input(), conv.clone())));
    let folded = run(2, [1; 3], &clip, |g| drop(g.conv_bn(g.input(), conv, &norm)));
    for o in 0..3 {
        let scale = norm.gamma[o] / (norm.var[o] + 1e-3).sqrt();
        let expected = (plain[o] - norm.mean[o]) * scale + norm.beta[o];
        assert!((folded[o] - expected).abs() < 1e-6, "{} for {expected}", folded[o]);
    }
}

#[test]
fn sizes_follow_pytorch_and_tensorflow() {
    let p = MaxPool::new([3; 3], [2; 3]);
    let both = p.padding(Pad::both([1; 3]), PadValue::Ignored);
    assert_eq!(pool_shape(both, [16, 56, 56]).unwrap(), [1, 8, 28, 28]);
    assert_eq!(pool_shape(p.padding(Pad::Same, PadValue::Zero), [7, 8, 5]).unwrap(), [1, 4, 4, 3]);
    assert_eq!(pool_shape(p, [7, 8, 5]).unwrap(), [1, 3, 3, 2]);
    assert_eq!(pool_shape(p.ceil_mode(), [7, 8, 5]).unwrap(), [1, 3, 4, 2]);
    // The last window would start in the padding after the input, so it does not count.
    let ceil = MaxPool::new([1, 1, 2], [1, 1, 2]).padding(Pad::both([0, 0, 1]), PadValue::Ignored);
    assert_eq!(pool_shape(ceil.ceil_mode(), [1, 1, 3]).unwrap(), [1, 1, 1, 2]);
}

fn two_heads() -> Graph {
    let mut g = GraphBuilder::new(1);
    let a = g.conv(g.input(), Conv3d::new([2, 1, 1, 1, 1], vec![1.0, -1.0])).unwrap();
    let r = g.relu(a).unwrap();
    let b = g.concat(&[a, r]).unwrap();
    let c = g.add(b, b).unwrap();
    let f = g.flatten(c).unwrap();
    let l = g.linear(f, Linear { shape: [1, 8], weight: vec![1.0; 8], bias: None }).unwrap();
    g.output("volume", c).unwrap();
    g.output("sum", l).unwrap();
    g.finish().unwrap()
}

#[test]
fn a_graph_with_two_outputs() {
    let graph = two_heads();
    let shapes = graph.shapes([1, 1, 2]).unwrap();
    assert_eq!(shapes[3], Shape::Volume { channels: 4, size: [1, 1, 2] });
    assert_eq!(shapes[6], Shape::Flat(1));
    let values = reference::run(&graph, &[3.0, -4.0], [1, 1, 2]).unwrap();
    let names: Vec<_> = graph.outputs().iter().map(|(name, id)| (&name[..], id.index())).collect();
    assert_eq!(names, [("volume", 4), ("sum", 6)]);
    assert_eq!(values[4], [6.0, -8.0, -6.0, 8.0, 6.0, 0.0, 0.0, 8.0]);
    assert_eq!(values[6], [14.0]);
    assert_eq!(graph.parameters(), 10);
}

#[test]
fn what_does_not_fit_is_named() {
    let graph = two_heads();
    let error = graph.shapes([1, 1, 3]).unwrap_err();
    assert_eq!(error.to_string(), "linear (node 6): input is [12]; expected [8]");
    assert!(graph.shapes([0, 1, 2]).is_err());
    assert!(matches!(graph.shapes([1 << 30, 1 << 30, 9]), Err(GraphError::TooLarge { .. })));

    let mut g = GraphBuilder::new(3);
    let conv = |groups, weights| Conv3d::new([4, 3, 1, 1, 1], vec![0.0; weights]).groups(groups);
    assert!(g.conv(g.input(), conv(1, 11)).is_err());
    assert!(g.conv(g.input(), conv(3, 12)).is_err());
    assert!(g.conv(g.input(), conv(1, 12).stride([1, 0, 1])).is_err());
    assert!(g.conv(g.input(), conv(1, 12).bias(vec![0.0; 3])).is_err());
    assert!(g.clone().finish().is_err_and(|e| e == GraphError::NoOutput));
    let foreign = {
        let mut other = GraphBuilder::new(3);
        let x = other.relu(other.input()).unwrap();
        other.relu(x).unwrap()
    };
    assert_eq!(g.relu(foreign), Err(GraphError::UnknownNode { id: 2, nodes: 1 }));
    let input = g.input();
    let x = g.named("stem").conv(input, conv(2, 12)).unwrap();
    g.output("x", x).unwrap();
    assert!(g.output("x", x).is_err());
    let error = g.finish().unwrap().shapes([1; 3]).unwrap_err();
    assert_eq!(error.to_string(), "stem: channels in is 3; expected 3 × 2 groups");
    assert!(matches!(
        pool_shape(MaxPool::new([3; 3], [1; 3]), [2, 3, 3]),
        Err(GraphError::TooSmall { .. })
    ));
    let wide = MaxPool::new([3; 3], [1; 3]).padding(Pad::both([3; 3]), PadValue::Ignored);
    assert!(pool_shape(wide, [5; 3]).is_err());
}
