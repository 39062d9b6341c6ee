//! Every fast path against the plain reference, on each instruction set that this machine has.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Random, check, check_conv, graph, kinds};
use gcl_kernels::{
    AvgPool, GraphBuilder, Linear, MaxPool, NodeId, Pad, PadValue, Plan, PlanError, PlanOptions,
};

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn dense_convolutions() {
    let mut random = Random(1);
    for _ in 0..60 {
        let kernel = [(); 3].map(|()| random.range(1, 4));
        let size = [0, 1, 2].map(|a| random.range(kernel[a], 9));
        let stride = [(); 3].map(|()| random.range(1, 3));
        let (out, inner) = (random.range(1, 70), random.range(1, 40));
        let pad = random.pad(kernel);
        let conv = random.conv(out, inner, kernel, 1).stride(stride).padding(pad);
        let batch = random.range(1, 3);
        check_conv(conv, size, batch, &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn pointwise_convolutions() {
    let mut random = Random(2);
    for _ in 0..30 {
        let size = [(); 3].map(|()| random.range(1, 7));
        let (out, inner) = (random.range(1, 130), random.range(1, 600));
        let conv = random.conv(out, inner, [1; 3], 1);
        let batch = random.range(1, 3);
        check_conv(conv, size, batch, &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn convolutions_of_three() {
    let mut random = Random(3);
    for i in 0..30 {
        let (out, inner) = (random.range(1, 50), random.range(1, 50));
        let size = [0, 1, 2].map(|_| random.range(3, 17 - i % 8));
        let pad = if i % 2 == 0 { Pad::both([1; 3]) } else { random.pad([3; 3]) };
        let conv = random.conv(out, inner, [3; 3], 1).padding(pad);
        let batch = random.range(1, 2);
        check_conv(conv, size, batch, &mut random);
    }
}

/// Winograd's filters are what is chosen, and hold to the tolerance, for both tile sizes.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn minimal_filters() {
    let mut random = Random(10);
    let mut seen = std::collections::BTreeSet::new();
    for (kernel, size, channels, stride) in [
        ([3; 3], [3, 13, 9], [32, 40], 1),
        ([3; 3], [2, 16, 16], [64, 64], 1),
        ([3; 3], [5, 8, 12], [20, 33], 2),
        ([1, 3, 3], [2, 6, 7], [48, 16], 1),
        ([3; 3], [2, 6, 6], [128, 128], 1),
        ([2, 3, 3], [3, 30, 31], [32, 16], 1),
    ] {
        for pad in [Pad::both([kernel[0] / 2, 1, 1]), Pad::NONE, Pad::Same] {
            let conv = random.conv(channels[0], channels[1], kernel, 1);
            let conv = conv.stride([stride, 1, 1]).padding(pad);
            let size = size.map(|s| s + 2 * usize::from(pad == Pad::NONE));
            let what = format!("{kernel:?} {channels:?} {pad:?} on {size:?}");
            let graph = graph(channels[1], |g, x| {
                let y = g.conv(x, conv)?;
                let z = g.relu(y)?;
                let back = random.conv(channels[0], channels[0], [1, 3, 3], 1);
                let back = g.conv(z, back.padding(Pad::both([0, 1, 1])))?;
                let sum = g.add(back, z)?;
                g.relu(sum)
            });
            seen.extend(kinds(&graph, size));
            check(&what, &graph, size, 2, &mut random);
        }
    }
    assert!(seen.contains("winograd 2") && seen.contains("winograd 4"), "{seen:?}");
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn grouped_convolutions() {
    let mut random = Random(4);
    for i in 0..60 {
        let width = [4, 8, 16, 32, 1, 2, 3, 5, 12, 24][i % 10];
        let groups = random.range(2, 96 / width.max(6)) * if i % 3 == 0 { 1 } else { 2 };
        let kernel = if i % 4 == 3 { [1, 3, 2] } else { [3; 3] };
        let per_out = if i % 5 == 4 { random.range(1, 9) } else { width };
        let stride = [(); 3].map(|()| random.range(1, 2));
        let size = [0, 1, 2].map(|_| random.range(3, 9 + 10 * (i / 40)));
        let pad = random.pad(kernel);
        let conv = random.conv(groups * per_out, groups * width, kernel, groups);
        let batch = random.range(1, 2);
        check_conv(conv.stride(stride).padding(pad), size, batch, &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn grouped_convolutions_of_real_widths() {
    let mut random = Random(5);
    for (width, size, stride) in [
        (4, [3, 28, 28], 1),
        (8, [2, 15, 14], 1),
        (8, [3, 28, 28], 2),
        (16, [2, 7, 7], 1),
        (16, [4, 14, 14], 2),
        (32, [1, 4, 4], 1),
    ] {
        let groups = 64 / width;
        let conv = random.conv(64, 64, [3; 3], groups);
        let conv = conv.stride([stride; 3]).padding(Pad::both([1; 3]));
        check_conv(conv, size, 1, &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn first_convolutions() {
    let mut random = Random(6);
    for i in 0..30 {
        let kernel = if i % 3 == 0 { [7; 3] } else { [(); 3].map(|()| random.range(1, 5)) };
        let size = [0, 1, 2].map(|a| random.range(kernel[a], 20));
        let stride = [random.range(1, 2), random.range(1, 3), random.range(1, 3)];
        let (out, inner) = (random.range(1, 70), random.range(1, 4));
        let pad = random.pad(kernel);
        let conv = random.conv(out, inner, kernel, 1).stride(stride).padding(pad);
        let what = format!("{:?} stride {stride:?} {pad:?} on {size:?}", conv.shape);
        let relu = random.below(2) == 0;
        let graph = graph(inner, |g, x| {
            let x = g.conv(x, conv)?;
            if relu { g.relu(x) } else { Ok(x) }
        });
        let batch = random.range(1, 2);
        check(&what, &graph, size, batch, &mut random);
    }
    // Strides of 2, by halves.
    for _ in 0..30 {
        let k = [random.range(1, 7), random.range(5, 8), random.range(5, 8)];
        let size = [0, 1, 2].map(|a| random.range(k[a], 21));
        let (out, inner) = (random.range(1, 70), random.range(1, 4));
        let pad = random.pad(k);
        let conv = random.conv(out, inner, k, 1).stride([random.range(1, 2), 2, 2]).padding(pad);
        let what = format!("{:?} stride {:?} {pad:?} on {size:?}", conv.shape, conv.stride);
        let graph = graph(inner, |g, x| g.conv(x, conv));
        check(&what, &graph, size, random.range(1, 2), &mut random);
    }
    // The stems of the real networks, on smaller clips.
    for (kernel, stride) in [([7; 3], [1, 2, 2]), ([7; 3], [2; 3]), ([5, 7, 7], [2; 3])] {
        let conv = random.conv(64, 3, kernel, 1).stride(stride).padding(Pad::Same);
        let graph = graph(3, |g, x| g.conv(x, conv));
        check("stem", &graph, [9, 15, 40], 2, &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn pools() {
    let mut random = Random(7);
    for i in 0..60 {
        let kernel = [(); 3].map(|()| random.range(1, 4 + 6 * (i % 2)));
        let size = [0, 1, 2].map(|a| random.range(kernel[a], 11));
        let stride = [(); 3].map(|()| random.range(1, 3));
        let pad = random.pad(kernel);
        let channels = random.range(1, 40);
        let graph = graph(channels, |g, x| match i % 4 {
            0 => g.avg_pool(x, AvgPool { kernel, stride, padding: pad }),
            1 => g.global_avg_pool(x),
            2 => g.max_pool(x, MaxPool::new(kernel, stride).padding(pad, PadValue::Ignored)),
            _ => {
                let pool = MaxPool::new(kernel, stride).padding(pad, PadValue::Zero);
                g.max_pool(x, if random.below(2) == 0 { pool } else { pool.ceil_mode() })
            }
        });
        let what = format!("pool {i} {kernel:?} {stride:?} {pad:?} on {size:?}");
        check(&what, &graph, size, random.range(1, 3), &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn linear_layers() {
    let mut random = Random(8);
    for batch in 1..=20 {
        let size = [random.range(1, 3), random.range(1, 3), random.range(1, 3)];
        let channels = random.range(1, 50);
        let inner = channels * size.iter().product::<usize>();
        let (middle, out) = (random.range(1, 60), random.range(1, 60));
        let (first, second) = (random.values(middle * inner), random.values(out * middle));
        let bias = Some(random.values(middle));
        let graph = graph(channels, |g, x| {
            let x = g.flatten(x)?;
            let x = g.linear(x, Linear { shape: [middle, inner], weight: first, bias })?;
            let x = g.relu(x)?;
            g.linear(x, Linear { shape: [out, middle], weight: second, bias: None })
        });
        check("linear", &graph, size, batch, &mut random);
    }
}

/// Residual blocks, branches joined at whole and at odd channels, values used twice, and named on the way.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn networks() {
    let mut random = Random(9);
    for (a, b, c) in [(16, 32, 16), (16, 32, 5), (7, 9, 16), (33, 1, 2)] {
        let width = a + b + c;
        let mut g = GraphBuilder::new(3);
        let clip = g.input();
        let stem = g.conv(clip, random.conv(20, 3, [3; 3], 1).padding(Pad::both([1; 3]))).unwrap();
        let x = g.relu(stem).unwrap();
        let parts: Vec<NodeId> = [a, b, c]
            .iter()
            .map(|out| {
                let y = g.conv(x, random.conv(*out, 20, [1; 3], 1)).unwrap();
                g.relu(y).unwrap()
            })
            .collect();
        let joined = g.concat(&parts).unwrap();
        let twice = g.concat(&[joined, parts[1], parts[1]]).unwrap();
        let y = g.conv(joined, random.conv(width, width, [1, 3, 3], 1).padding(Pad::Same)).unwrap();
        let z = g.conv(joined, random.conv(width, width, [1; 3], 1)).unwrap();
        let both = g.add(y, z).unwrap();
        let cut = g.relu(both).unwrap();
        let again = g.add(cut, cut).unwrap();
        let residual = g.conv(again, random.conv(width, width, [1; 3], 1)).unwrap();
        let residual = g.add(joined, residual).unwrap();
        let sum = g.add(residual, joined).unwrap();
        let pooled = g.global_avg_pool(sum).unwrap();
        let flat = g.flatten(pooled).unwrap();
        let weight = random.values(10 * width);
        let out = g.linear(flat, Linear { shape: [10, width], weight, bias: None }).unwrap();
        let whole = g.flatten(residual).unwrap();
        for (name, x) in [
            ("clip", clip),
            ("stem", stem),
            ("joined", joined),
            ("twice", twice),
            ("whole", whole),
            ("flat", flat),
            ("out", out),
        ] {
            g.output(name, x).unwrap();
        }
        let what = format!("network {a} {b} {c}");
        check(&what, &g.finish().unwrap(), [3, 5, 6], 3, &mut random);
    }
}

#[test]
fn wrong_clips_are_refused() {
    let graph = graph(2, |g, x| g.relu(x));
    let mut plan = Plan::new(&graph, [2, 2, 1, 1, 3]).unwrap();
    assert_eq!(plan.run(&[1.0; 12]).unwrap()[0].shape, [2, 2, 1, 1, 3]);
    for found in [0, 5, 7, 18] {
        let error = plan.run(&vec![0.0; found]).unwrap_err();
        assert_eq!(error, PlanError::Length { found, clip: 6, batch: 2 });
    }
    assert!(matches!(Plan::new(&graph, [1, 3, 1, 1, 3]), Err(PlanError::Channels { .. })));
    assert!(matches!(Plan::new(&graph, [0, 2, 1, 1, 3]), Err(PlanError::Nothing { .. })));
    assert!(matches!(Plan::new(&graph, [1, 2, 0, 1, 3]), Err(PlanError::Graph(_))));
    let huge = Plan::new(&graph, [usize::MAX / 8, 2, 1 << 10, 1 << 10, 3]);
    assert!(matches!(huge, Err(PlanError::Memory { .. })));
    let many = PlanOptions { threads: usize::MAX, ..PlanOptions::default() };
    let mut many = Plan::with(&graph, [1, 2, 1, 1, 3], &many).unwrap();
    assert_eq!(
        many.run(&[-1.0, 1.0, 2.0, -3.0, 4.0, 5.0]).unwrap()[0].data,
        [0., 1., 2., 0., 4., 5.]
    );
    let none = PlanOptions { threads: 0, ..PlanOptions::default() };
    assert!(matches!(Plan::with(&graph, [1, 2, 1, 1, 3], &none), Err(PlanError::Nothing { .. })));
}
