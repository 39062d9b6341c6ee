//! Tables of shapes at the edges of blocks, tiles and windows, for each sort of step; every case is compared with
//! the reference on each instruction set, with whole and part batches and different numbers of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Random, check, check_conv, graph, kinds};
use gcl_kernels::{AvgPool, Conv3d, Graph, Linear, MaxPool, Pad, PadValue};

/// Less than a block of sixteen, a whole one, and more.
const CHANNELS: [usize; 6] = [1, 3, 15, 16, 17, 33];
/// One place; one wide, high or deep; fewer and more places than a tile of 2, 6 or 14.
const SIZES: [[usize; 3]; 8] =
    [[1, 1, 1], [1, 1, 5], [2, 5, 1], [1, 3, 3], [1, 1, 14], [3, 1, 5], [1, 4, 7], [2, 3, 5]];
/// Padding on one side, on both, and more than the window.
const PADS: [Pad; 6] = [
    Pad::Explicit([(1, 0), (1, 0), (1, 0)]),
    Pad::Explicit([(0, 1), (0, 1), (0, 1)]),
    Pad::Explicit([(0, 2), (2, 0), (0, 2)]),
    Pad::Explicit([(1, 1), (1, 1), (1, 1)]),
    Pad::Explicit([(3, 0), (0, 4), (4, 3)]),
    Pad::Same,
];

/// Strides of 1, of 2, and of both.
const STRIDES: [[usize; 3]; 3] = [[1; 3], [2; 3], [1, 2, 1]];

/// The size, made large enough for a window under a padding.
fn grown(size: [usize; 3], kernel: [usize; 3], pad: Pad) -> [usize; 3] {
    let sides = pad.sides(size, kernel, [1; 3]);
    [0, 1, 2].map(|a| size[a].max(kernel[a].saturating_sub(sides[a].0 + sides[a].1)))
}

/// That a case runs on the step that it is there for.
fn takes(kind: &str, graph: &Graph, size: [usize; 3]) {
    let found = kinds(graph, size);
    assert!(found.contains(&kind), "{kind} is not among {found:?} on {size:?}");
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn pointwise() {
    let mut random = Random(1);
    for (i, out) in CHANNELS.into_iter().enumerate() {
        for (j, inner) in CHANNELS.into_iter().enumerate() {
            // Two sizes and a batch for each pair of channels, so that each size meets each number.
            for (k, batch) in [(0, 1), (4, 3)] {
                let conv = random.conv(out, inner, [1; 3], 1);
                check_conv(conv, SIZES[(i + j + k) % 8], batch, &mut random);
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn gathered() {
    let mut random = Random(2);
    for (i, kernel) in [[1, 1, 2], [3, 1, 1], [2, 2, 2], [1, 2, 4]].into_iter().enumerate() {
        for (j, pad) in PADS.into_iter().enumerate() {
            for (k, stride) in STRIDES.into_iter().enumerate() {
                let (out, inner) = (CHANNELS[(i + j) % 6], CHANNELS[(2 * i + j + k) % 6]);
                let size = grown(SIZES[(i + j + 3 * k) % 8], kernel, pad);
                let conv = random.conv(out, inner, kernel, 1).stride(stride).padding(pad);
                check_conv(conv, size, if (i + k) % 2 == 0 { 1 } else { 3 }, &mut random);
            }
        }
    }
}

/// Chunks of the depth: below, at and past the sixteen blocks of one.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn deep() {
    let mut random = Random(3);
    for inner in [255, 256, 257, 513] {
        for (size, batch) in [([1; 3], 3), ([1, 2, 3], 1), ([1, 3, 5], 3)] {
            check_conv(random.conv(17, inner, [1; 3], 1), size, batch, &mut random);
            check_conv(
                random.conv(33, inner, [1, 1, 2], 1).padding(Pad::Same),
                size,
                batch,
                &mut random,
            );
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn grouped() {
    let mut random = Random(4);
    for (i, width) in [4, 8, 16].into_iter().enumerate() {
        for (j, pad) in PADS.into_iter().enumerate() {
            for (k, stride) in STRIDES.into_iter().enumerate() {
                let channels = [16, 48][(j + k) % 2].max(2 * width);
                let size = grown(SIZES[(i + j + k) % 8], [3; 3], pad);
                let conv = random.conv(channels, channels, [3; 3], channels / width);
                let conv = conv.stride(stride).padding(pad);
                check_conv(conv, size, if j % 2 == 0 { 1 } else { 3 }, &mut random);
            }
        }
    }
    // Groups that are no part of a block, and those of one channel.
    for (width, out, groups) in
        [(1, 1, 17), (1, 2, 33), (3, 5, 5), (15, 1, 3), (17, 3, 2), (33, 33, 2)]
    {
        for stride in [1, 2] {
            let conv = random.conv(out * groups, width * groups, [1, 3, 2], groups);
            check_conv(conv.stride([stride; 3]).padding(PADS[3]), [2, 3, 5], 3, &mut random);
        }
    }
}

/// One channel a group, as many out as in: taps around the tiles' widths, before and behind a ReLU6.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn depthwise() {
    let mut random = Random(12);
    for (i, width) in [1, 2, 3, 6, 7, 13, 14, 15, 31].into_iter().enumerate() {
        for (j, pad) in PADS.into_iter().enumerate() {
            let kernel = [[1, 3, 3], [1, 5, 5], [1, 1, 2]][(i + j) % 3];
            let stride = [[1; 3], [1, 2, 2], [2, 1, 2], [1, 2, 1]][(i + 2 * j) % 4];
            let (channels, rows) = (CHANNELS[(i + j) % 6], 1 + (i + 2 * j) % 6);
            let size = grown([1 + j % 2, rows, width], kernel, pad);
            let conv = random.conv(channels, channels, kernel, channels);
            let conv = conv.stride(stride).padding(pad);
            let what = format!("{:?} stride {stride:?} {pad:?} on {size:?}", conv.shape);
            let graph = graph(channels, |g, x| {
                // Large enough that the upper limit is met too.
                let weight = (0..channels).map(|_| 9.0).collect();
                let x = g.conv(x, Conv3d::new([channels, 1, 1, 1, 1], weight).groups(channels))?;
                let x = g.relu6(x)?;
                let x = g.conv(x, conv)?;
                g.relu6(x)
            });
            takes("depthwise", &graph, size);
            check(&what, &graph, size, if j % 2 == 0 { 3 } else { 1 }, &mut random);
        }
    }
}

/// A sum after a depthwise convolution, and values that more than the cut-off reads.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn depthwise_among_others() {
    let mut random = Random(13);
    for channels in [5, 16, 33] {
        let first = random.conv(channels, channels, [1, 3, 3], channels).padding(Pad::Same);
        let second = random.conv(channels, channels, [1, 3, 3], channels).padding(Pad::Same);
        let graph = graph(channels, |g, x| {
            let y = g.conv(x, first)?;
            let cut = g.relu6(y)?;
            let z = g.conv(cut, second)?;
            let sum = g.add(z, y)?;
            let low = g.relu6(sum)?;
            g.add(low, cut)
        });
        check(&format!("{channels} channels"), &graph, [1, 5, 9], 2, &mut random);
    }
}

/// Rows as they came: widths around the tiles of 2, 6 and 14 places.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn planar() {
    let mut random = Random(5);
    for (i, width) in [1, 2, 3, 5, 6, 7, 13, 14, 15, 29].into_iter().enumerate() {
        for (j, pad) in PADS.into_iter().enumerate() {
            let stride = [[1; 3], [2; 3], [2, 1, 2], [3, 3, 1]][(i + j) % 4];
            let kernel = [[1, 1, 1], [2, 3, 3], [1, 2, 4]][j % 3];
            let (out, inner) = (CHANNELS[(i + j) % 6], [1, 2, 3, 4][i % 4]);
            let size = grown([2, 3 + 13 * (i % 2), width], kernel, pad);
            let conv = random.conv(out, inner, kernel, 1).stride(stride).padding(pad);
            let what = format!("{:?} stride {stride:?} {pad:?} on {size:?}", conv.shape);
            let graph = graph(inner, |g, x| g.conv(x, conv));
            takes("first conv", &graph, size);
            check(&what, &graph, size, if i % 2 == 0 { 1 } else { 3 }, &mut random);
        }
    }
}

/// Stems of stride 2, by even and odd rows and columns.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn halves() {
    let mut random = Random(6);
    for (i, width) in [1, 2, 3, 7, 8, 11, 14].into_iter().enumerate() {
        for (j, pad) in PADS.into_iter().enumerate() {
            let kernel = [[1, 5, 6], [3, 7, 7], [2, 8, 7], [1, 6, 5]][(i + j) % 4];
            let (out, inner) = ([1, 16, 33][i % 3], [1, 2, 3, 4][(i + j) % 4]);
            let size = grown([2, 1 + 2 * i, width], kernel, pad);
            let stride = [1 + j % 2, 2, 2];
            let conv = random.conv(out, inner, kernel, 1).stride(stride).padding(pad);
            let what = format!("{:?} stride {stride:?} {pad:?} on {size:?}", conv.shape);
            let graph = graph(inner, |g, x| g.conv(x, conv));
            takes("first conv", &graph, size);
            check(&what, &graph, size, if i % 2 == 0 { 1 } else { 3 }, &mut random);
        }
    }
}

/// Planes that whole tiles of 2 or 4 cover, or do not, with a residual and without.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn winograd() {
    let mut random = Random(7);
    let mut seen = std::collections::BTreeSet::new();
    for (i, size) in [
        [1, 2, 2],
        [1, 3, 5],
        [2, 4, 4],
        [1, 8, 9],
        [3, 7, 7],
        [1, 12, 13],
        [2, 11, 14],
        [4, 12, 13],
        [1, 1, 12],
    ]
    .into_iter()
    .enumerate()
    {
        for (j, pad) in [PADS[0], PADS[1], PADS[3], PADS[5]].into_iter().enumerate() {
            let (out, inner) = ([16, 33, 48, 97][(i + j) % 4], [16, 17, 33, 64][j]);
            let kernel = [1 + 2 * (i % 2), 3, 3];
            let size = grown(size, kernel, pad);
            let first = random.conv(out, inner, kernel, 1).stride([1 + j % 2, 1, 1]).padding(pad);
            let second = random.conv(out, out, [1, 3, 3], 1).padding(Pad::both([0, 1, 1]));
            let what = format!("{:?} {pad:?} on {size:?}", first.shape);
            let graph = graph(inner, |g, x| {
                let y = g.conv(x, first)?;
                let z = g.conv(y, second)?;
                let sum = g.add(z, y)?;
                g.relu(sum)
            });
            seen.extend(kinds(&graph, size));
            check(&what, &graph, size, if i % 2 == 0 { 1 } else { 3 }, &mut random);
        }
    }
    assert!(seen.contains("winograd 2") && seen.contains("winograd 4"), "{seen:?}");
}

/// So many output times and rows of tiles that tasks share them out.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn winograd_in_bands() {
    let mut random = Random(11);
    for (kernel, size) in
        [([1, 3, 3], [7, 30, 31]), ([3, 3, 3], [9, 17, 34]), ([1, 3, 3], [1, 61, 70])]
    {
        let conv = random.conv(17, 33, kernel, 1).padding(Pad::Same);
        let what = format!("{kernel:?} on {size:?}");
        let graph = graph(33, |g, x| g.conv(x, conv));
        assert!(kinds(&graph, size).iter().any(|kind| kind.starts_with("winograd")));
        check(&what, &graph, size, 1, &mut random);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn pools() {
    let mut random = Random(8);
    for (i, channels) in CHANNELS.into_iter().enumerate() {
        for (j, pad) in PADS.into_iter().filter(|pad| *pad != PADS[4]).enumerate() {
            for (k, stride) in STRIDES.into_iter().enumerate() {
                let kernel = if j == 2 { [3; 3] } else { [[2; 3], [3; 3], [2, 3, 2]][(i + k) % 3] };
                let size = grown(SIZES[(i + j + k) % 8], kernel, pad);
                let value = if (i + j) % 2 == 0 { PadValue::Zero } else { PadValue::Ignored };
                let pool = MaxPool::new(kernel, stride).padding(pad, value);
                let pool = if k == 1 { pool.ceil_mode() } else { pool };
                let graph = graph(channels, |g, x| {
                    // Below zero, so that a zero of the padding shows.
                    let below = Conv3d::new([channels, 1, 1, 1, 1], vec![0.5; channels]);
                    let below = below.groups(channels).bias(vec![-1.0; channels]);
                    let x = g.conv(x, below)?;
                    let mean = g.avg_pool(x, AvgPool { kernel, stride, padding: pad })?;
                    let mean = g.global_avg_pool(mean)?;
                    let max = g.max_pool(x, pool)?;
                    let max = g.global_avg_pool(max)?;
                    g.concat(&[mean, max])
                });
                let what = format!("{channels} channels, {pool:?} on {size:?}");
                check(&what, &graph, size, if k == 0 { 3 } else { 1 }, &mut random);
            }
        }
    }
}

/// Parts of a concatenation that start and end inside blocks, and sums and cut-offs of them.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn joins() {
    let mut random = Random(9);
    for (i, a) in CHANNELS.into_iter().enumerate() {
        for (j, b) in CHANNELS.into_iter().enumerate() {
            let (size, inner) = (SIZES[(i + 2 * j) % 8], CHANNELS[(i + j) % 6]);
            let graph = graph(inner, |g, x| {
                let left = g.conv(x, random.conv(a, inner, [1; 3], 1))?;
                let right = g.conv(x, random.conv(b, inner, [1; 3], 1))?;
                let cut = g.relu(right)?;
                let one = g.concat(&[left, x, right])?;
                let two = g.concat(&[cut, left, x])?;
                let (one, two) = (g.flatten(one)?, g.flatten(two)?);
                let sum = g.add(one, two)?;
                g.relu(sum)
            });
            let what = format!("{a} and {b} and {inner} channels on {size:?}");
            check(&what, &graph, size, if j % 2 == 0 { 1 } else { 3 }, &mut random);
        }
    }
}

/// The clip as an output and as a vector, alone and under a linear layer.
#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn layouts() {
    let mut random = Random(10);
    for (i, channels) in CHANNELS.into_iter().enumerate() {
        for (j, size) in SIZES.into_iter().enumerate() {
            let inner = channels * size.iter().product::<usize>();
            let out = CHANNELS[(i + j) % 6];
            let (weight, bias) = (random.values(out * inner), Some(random.values(out)));
            let graph = {
                let mut g = gcl_kernels::GraphBuilder::new(channels);
                let clip = g.input();
                let flat = g.flatten(clip).unwrap();
                let linear = g.linear(flat, Linear { shape: [out, inner], weight, bias }).unwrap();
                for (name, x) in [("clip", clip), ("flat", flat), ("linear", linear)] {
                    g.output(name, x).unwrap();
                }
                g.finish().unwrap()
            };
            let what = format!("{channels} channels on {size:?}");
            check(&what, &graph, size, if j % 2 == 0 { 3 } else { 1 }, &mut random);
        }
    }
}
