//! Random graphs. Each case has a seed of its own, which a failure names; to run that one alone:
//!
//!     GCL_SEED=17 cargo test -p gcl-kernels --test random
//!
//! `GCL_CASES=1000` runs that many instead of the usual number.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Random, check};
use gcl_kernels::{AvgPool, Graph, GraphBuilder, MaxPool, NodeId, Pad, PadValue};

const CHANNELS: [usize; 10] = [1, 2, 3, 4, 15, 16, 17, 32, 33, 48];

/// A value of the graph so far, with its channels and size.
#[derive(Debug, Clone, Copy)]
struct Value {
    node: NodeId,
    channels: usize,
    size: [usize; 3],
}

/// A convolution of any sort that the value admits.
fn conv(g: &mut GraphBuilder, x: Value, random: &mut Random) -> Option<Value> {
    let any = [(); 3].map(|()| random.range(1, 4));
    let kernel = random.one_of(&[[1; 3], [1; 3], [3; 3], [3; 3], [1, 3, 3], [2, 7, 7], any]);
    let stride = random.one_of(&[[1; 3], [1; 3], [1; 3], [1, 2, 2], [2; 3], [1, 1, 2]]);
    let divisors: Vec<usize> = (1..=x.channels).filter(|n| x.channels.is_multiple_of(*n)).collect();
    let groups = if random.below(3) == 0 { random.one_of(&divisors) } else { 1 };
    let out = match random.below(2) {
        0 => x.channels,
        _ => groups * random.one_of(&CHANNELS).div_ceil(groups),
    };
    let pad = random.pad(kernel);
    let conv = random.conv(out, x.channels, kernel, groups).stride(stride).padding(pad);
    let size = sized(x.size, kernel, stride, pad)?;
    let node = g.conv(x.node, conv).unwrap();
    Some(Value { node, channels: out, size })
}

fn pool(g: &mut GraphBuilder, x: Value, random: &mut Random) -> Option<Value> {
    let kernel = [(); 3].map(|()| random.range(1, 3));
    let stride = [(); 3].map(|()| random.range(1, 2));
    let pad = random.pad(kernel);
    let size = sized(x.size, kernel, stride, pad)?;
    let node = match random.below(3) {
        0 => g.avg_pool(x.node, AvgPool { kernel, stride, padding: pad }).unwrap(),
        i => {
            let value = if i == 1 { PadValue::Zero } else { PadValue::Ignored };
            // A pool refuses padding as wide as its window.
            let narrow = pad.sides(x.size, kernel, stride);
            if (0..3).any(|a| narrow[a].0.max(narrow[a].1) >= kernel[a]) {
                return None;
            }
            g.max_pool(x.node, MaxPool::new(kernel, stride).padding(pad, value)).unwrap()
        }
    };
    Some(Value { node, channels: x.channels, size })
}

/// The size of what a window makes, if it fits.
fn sized(size: [usize; 3], kernel: [usize; 3], stride: [usize; 3], pad: Pad) -> Option<[usize; 3]> {
    let sides = pad.sides(size, kernel, stride);
    let mut out = [0; 3];
    for a in 0..3 {
        let whole = size[a] + sides[a].0 + sides[a].1;
        out[a] = whole.checked_sub(kernel[a])? / stride[a] + 1;
    }
    Some(out)
}

/// A network of a few nodes, some of whose values are outputs.
fn network(channels: usize, size: [usize; 3], random: &mut Random) -> Graph {
    let mut g = GraphBuilder::new(channels);
    let mut values = vec![Value { node: g.input(), channels, size }];
    for _ in 0..random.range(1, 6) {
        // Mostly the last value, so that the network becomes deep.
        let at = values.len() - 1 - random.below(values.len()) * random.below(2);
        let x = values[at];
        let twins: Vec<Value> = values.iter().copied().filter(|y| y.size == x.size).collect();
        let y = random.one_of(&twins);
        let made = match random.below(9) {
            0 if random.below(2) == 0 => g.relu6(x.node).ok().map(|node| Value { node, ..x }),
            0 => g.relu(x.node).ok().map(|node| Value { node, ..x }),
            1 | 2 if y.channels == x.channels => {
                g.add(x.node, y.node).ok().map(|node| Value { node, ..x })
            }
            3 => {
                let channels = x.channels + y.channels;
                g.concat(&[x.node, y.node]).ok().map(|node| Value { node, channels, ..x })
            }
            4 => pool(&mut g, x, random),
            _ => conv(&mut g, x, random),
        };
        // Values stay small enough for the slow reference.
        values.extend(made.filter(|v| v.channels <= 100));
    }
    for (i, value) in values.iter().enumerate() {
        if i + 1 == values.len() || random.below(4) == 0 {
            g.output(format!("value {i}"), value.node).unwrap();
        }
    }
    g.finish().unwrap()
}

fn case(seed: u64) {
    // Neighbouring seeds are far apart in the generator.
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    random.below(1);
    let channels = random.one_of(&CHANNELS);
    let wide = random.below(4) == 0;
    let size = [random.range(1, 4), random.range(1, 9), random.range(1, if wide { 31 } else { 9 })];
    let graph = network(channels, size, &mut random);
    let ops: Vec<&str> = graph.nodes().iter().map(|node| &node.name[..]).collect();
    let what = format!("GCL_SEED={seed}: {channels} channels on {size:?}, {ops:?}");
    check(&what, &graph, size, random.one_of(&[1, 1, 3]), &mut random);
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}

#[test]
#[cfg_attr(miri, ignore = "takes hours")]
fn random_networks() {
    let seeds = match variable("GCL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("GCL_CASES").unwrap_or(150),
    };
    for seed in seeds {
        // A panic inside a kernel step does not know the case.
        if let Err(panic) = std::panic::catch_unwind(|| case(seed)) {
            eprintln!("failing seed: GCL_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
