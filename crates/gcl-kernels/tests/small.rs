//! One graph for each sort of step, small enough for Miri: the thread pool, the sharing of buffers and every
//! step's unsafe code on the portable path.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Random, check, check_conv, graph, kinds};
use gcl_kernels::{AvgPool, MaxPool, Pad, PadValue};

#[test]
fn products() {
    let mut random = Random(1);
    check_conv(random.conv(17, 3, [1; 3], 1), [1, 1, 3], 2, &mut random);
    let conv = random.conv(3, 17, [1, 2, 1], 1).stride([1, 2, 1]);
    check_conv(conv.padding(Pad::Explicit([(0, 0), (1, 0), (0, 1)])), [1, 3, 2], 2, &mut random);
    check_conv(random.conv(5, 5, [1, 1, 2], 5), [1, 1, 3], 1, &mut random);
}

#[test]
fn groups() {
    let mut random = Random(2);
    for (width, stride) in [(4, 1), (16, 2)] {
        let channels = if width == 16 { 32 } else { 16 };
        let conv = random.conv(channels, channels, [3; 3], channels / width).stride([1, 1, stride]);
        let pad = Pad::Explicit([(1, 1), (1, 1), (1, 0)]);
        check_conv(conv.padding(pad), [1, 1, 5], 1, &mut random);
    }
}

#[test]
fn depthwise() {
    let mut random = Random(6);
    for stride in [1, 2] {
        let conv = random.conv(17, 17, [1, 2, 3], 17).stride([1, 1, stride]).padding(Pad::Same);
        check_conv(conv, [2, 2, 4], 2, &mut random);
    }
}

/// From rows, and by halves, which take Winograd's step.
#[test]
fn first_convolutions() {
    let mut random = Random(3);
    for (kernel, stride, size) in
        [([1, 2, 3], [1; 3], [1, 2, 3]), ([1, 5, 5], [1, 2, 2], [1, 2, 3])]
    {
        let conv = random.conv(3, 2, kernel, 1).stride(stride).padding(Pad::Same);
        let graph = graph(2, |g, x| g.conv(x, conv));
        assert!(kinds(&graph, size).contains(&"first conv"));
        check("first", &graph, size, 2, &mut random);
    }
}

#[test]
fn pools_and_joins() {
    let mut random = Random(5);
    let (kernel, stride, padding) = ([1, 2, 2], [1, 1, 2], Pad::Explicit([(0, 0), (1, 0), (0, 1)]));
    let graph = graph(17, |g, x| {
        let mean = g.avg_pool(x, AvgPool { kernel, stride, padding })?;
        let max = g.max_pool(x, MaxPool::new(kernel, stride).padding(padding, PadValue::Zero))?;
        let both = g.concat(&[mean, max, mean])?;
        let twice = g.add(both, both)?;
        g.flatten(twice)
    });
    check("pools", &graph, [1, 2, 3], 2, &mut random);
}
