//! EfficientNet-Lite0 as a graph (Tan and Le, "EfficientNet", ICML 2019; the Lite variants leave out squeeze and
//! excitation, and replace swish by ReLU6).

use gcl_kernels::{Conv3d, Graph, GraphBuilder, NodeId, Pad};
use gcl_weights::{Expected, KeyMap, Matched, WeightFile, matched};

use crate::networks::NetworkError;

/// Length of a picture's vector.
pub(super) const DIM: usize = 1280;

/// Groups of blocks: repeats, taps a side, stride of the first, widening, channels out.
const GROUPS: [[usize; 5]; 7] = [
    [1, 3, 1, 1, 16],
    [2, 3, 2, 6, 24],
    [2, 5, 2, 6, 40],
    [3, 3, 2, 6, 80],
    [3, 5, 1, 6, 112],
    [4, 5, 2, 6, 192],
    [1, 3, 1, 6, 320],
];

/// One convolution, its batch-norm folded in: `<name>.weight` of `[out, in / groups, taps, taps]`, `<name>.bias`.
struct Layer {
    name: String,
    shape: [usize; 4],
    stride: usize,
    groups: usize,
    /// What follows it.
    then: Then,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Relu6,
    Nothing,
    /// The sum with what the block began with.
    Sum,
}

/// All convolutions in their order.
fn layers() -> Vec<Layer> {
    let dense = |name: String, out, inner, then| {
        let shape = [out, inner, 1, 1];
        Layer { name, shape, stride: 1, groups: 1, then }
    };
    let stem = [32, 3, 3, 3];
    let mut layers = vec![Layer {
        name: "_conv_stem".to_owned(),
        shape: stem,
        stride: 2,
        groups: 1,
        then: Then::Relu6,
    }];
    let (mut width, mut block) = (32, 0);
    for [repeats, taps, stride, wider, out] in GROUPS {
        for repeat in 0..repeats {
            let name = |conv: &str| format!("_blocks.{block}.{conv}");
            let wide = width * wider;
            if wider > 1 {
                layers.push(dense(name("_expand_conv"), wide, width, Then::Relu6));
            }
            layers.push(Layer {
                name: name("_depthwise_conv"),
                shape: [wide, 1, taps, taps],
                stride: if repeat == 0 { stride } else { 1 },
                groups: wide,
                then: Then::Relu6,
            });
            let then = if repeat == 0 { Then::Nothing } else { Then::Sum };
            layers.push(dense(name("_project_conv"), out, wide, then));
            (width, block) = (out, block + 1);
        }
    }
    layers.push(dense("_conv_head".to_owned(), DIM, width, Then::Relu6));
    layers
}

/// The graph from pictures `[3, 1, H, W]` to their vectors of [`DIM`] values: the last channels, averaged.
pub(super) fn graph(file: &WeightFile) -> Result<Graph, NetworkError> {
    let layers = layers();
    let expected: Vec<Expected> = layers
        .iter()
        .flat_map(|layer| {
            let (name, shape) = (&layer.name, layer.shape);
            [
                Expected::new(format!("{name}.weight"), shape),
                Expected::new(format!("{name}.bias"), [shape[0]]),
            ]
        })
        .collect();
    let weights = matched(file, &KeyMap::new(), &expected)?;
    let mut g = GraphBuilder::new(3);
    let mut x = g.input();
    let mut begun = x;
    for layer in &layers {
        let y = conv(&mut g, x, layer, &weights)?;
        x = match layer.then {
            Then::Relu6 => g.relu6(y)?,
            Then::Nothing => y,
            Then::Sum => g.add(y, begun)?,
        };
        if layer.then != Then::Relu6 {
            begun = x;
        }
    }
    let mean = g.global_avg_pool(x)?;
    let vector = g.flatten(mean)?;
    g.output("features", vector)?;
    Ok(g.finish()?)
}

fn conv(
    g: &mut GraphBuilder,
    x: NodeId,
    layer: &Layer,
    weights: &Matched<'_>,
) -> Result<NodeId, NetworkError> {
    let [out, inner, height, width] = layer.shape;
    let weight = weights.f32(&format!("{}.weight", layer.name))?;
    let bias = weights.f32(&format!("{}.bias", layer.name))?;
    let conv = Conv3d::new([out, inner, 1, height, width], weight)
        .bias(bias)
        .stride([1, layer.stride, layer.stride])
        .groups(layer.groups)
        .padding(Pad::Same);
    Ok(g.named(layer.name.as_str()).conv(x, conv)?)
}
