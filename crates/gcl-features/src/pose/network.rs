//! BlazePose's landmarks (Bazarevsky et al., 2020, <https://arxiv.org/abs/2006.10204>), the lite model, for pictures of
//! 256x256.

use gcl_kernels::{NodeId, Pad};

use crate::networks::{Layers, Network, NetworkError, Numbered, PublishedModel};

/// The published file.
pub const BLAZEPOSE: PublishedModel = PublishedModel {
    network: "BlazePose landmark lite",
    source: "pose_landmark_lite.tflite of the npm package @mediapipe/pose 0.5.1675469404",
    sha256: "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
};

/// Points of the model's answer: 33 of the body, and 6 that help to cut the next picture of a video.
pub(super) const POINTS: usize = 39;
/// Numbers of a point: x, y and z in pixels, and logits of its being visible and of its being in the picture.
pub(super) const PARTS: usize = 5;

/// The network, from pictures `[3, 1, 256, 256]` in 0 to 1 to 39 points of 5 numbers and the logit of a person's
/// being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlazePoseLite;

/// Layers for answers that are not asked for: the person's outline, heat maps, and points in metres.
const UNUSED: &[&str] = &[
    "layers.4.*",
    "layers.5.*",
    "layers.12.*",
    "layers.13.*",
    "layers.20.*",
    "layers.21.*",
    "layers.40.*",
    "layers.41.*",
    "layers.55.*",
    "layers.56.*",
    "layers.57.*",
    "layers.58.*",
    "layers.59.*",
    "layers.60.*",
    "layers.61.*",
    "layers.62.*",
    "layers.63.*",
    "layers.64.*",
    "layers.65.*",
    "layers.66.*",
    "layers.67.*",
    "layers.68.*",
    "layers.86.*",
];

/// Groups of blocks: repeats, taps, stride of the first, channels out.
const GROUPS: [[usize; 4]; 5] =
    [[2, 3, 2, 16], [2, 5, 2, 24], [3, 3, 2, 40], [3, 5, 1, 56], [4, 5, 2, 96]];
/// Channels before the first block, and in it; the others widen theirs by 6.
const FIRST: [usize; 2] = [8, 32];
/// Blocks behind them: whether each halves the picture.
const HEAD: [bool; 7] = [true, false, false, true, false, false, false];
const WIDTH: usize = 192;

impl Network for BlazePoseLite {
    fn name(&self) -> &'static str {
        BLAZEPOSE.network
    }

    fn dim(&self) -> usize {
        POINTS * PARTS + 1
    }

    fn layer(&self) -> &'static str {
        "landmarks"
    }

    fn classifier(&self) -> &'static [&'static str] {
        UNUSED
    }

    fn check(&self) -> Result<(), NetworkError> {
        Ok(())
    }

    fn build(&self, layers: &mut Layers<'_>) -> Result<NodeId, NetworkError> {
        let x = layers.input();
        let n = &mut Numbered::new(layers, UNUSED);
        let x =
            n.plain(x, [24, 3], 3, |conv| conv.stride([1, 2, 2]).padding(Pad::both([0, 1, 1])))?;
        let x = n.layers.relu6(x)?;
        let x = n.depthwise(x, 24, 3, 1, false)?;
        let mut width = FIRST[0];
        let mut x = n.plain(x, [width, 24], 1, |conv| conv)?;
        for [repeats, taps, stride, out] in GROUPS {
            for repeat in 0..repeats {
                let wide = if width == FIRST[0] { FIRST[1] } else { 6 * width };
                let y = n.conv(x, [wide, width], 1, 1)?;
                let stride = if repeat == 0 { stride } else { 1 };
                let y = n.depthwise(y, wide, taps, stride, stride > 1)?;
                let y = n.plain(y, [out, wide], 1, |conv| conv)?;
                x = if repeat == 0 { y } else { n.layers.sum(y, x)? };
                width = out;
            }
        }
        let wide = 6 * width;
        let x = n.conv(x, [wide, width], 1, 1)?;
        let x = n.depthwise(x, wide, 3, 1, false)?;
        let x = n.depthwise(x, wide, 3, 1, false)?;
        let mut x = n.conv(x, [WIDTH, wide], 1, 1)?;
        for halves in HEAD {
            let y = n.depthwise(x, WIDTH, 3, if halves { 2 } else { 1 }, false)?;
            let y = n.plain(y, [WIDTH, WIDTH], 1, |conv| conv)?;
            let kept =
                if halves { n.layers.max_pool(x, [1, 2, 2], [1, 2, 2], [0; 3])? } else { x };
            let sum = n.layers.sum(kept, y)?;
            x = n.layers.relu6(sum)?;
        }
        let points = n.plain(x, [POINTS * PARTS, WIDTH], 2, |conv| conv.padding(Pad::NONE))?;
        let person = n.plain(x, [1, WIDTH], 2, |conv| conv.padding(Pad::NONE))?;
        let all = n.layers.concat([points, person])?;
        n.layers.flatten(all)
    }
}
