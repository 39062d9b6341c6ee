//! SSD (Liu et al., ECCV 2016) on MobileNetV2 (Sandler et al., CVPR 2018), for pictures of 300x300.

use gcl_kernels::NodeId;

use super::anchors::{MAPS, per_place};
use super::{CLASSES, SIDE};
use crate::networks::{Layers, Network, NetworkError, Numbered, PublishedModel};

/// The published file.
pub const SSD: PublishedModel = PublishedModel {
    network: "SSD-MobileNetV2",
    source: "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite in objectron_solution_packed_assets.data of the npm package @mediapipe/objectron 0.4.1675468480",
    sha256: "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
};

/// The network, from pictures `[3, 1, 300, 300]` in -1 to 1 to six maps of boxes and classes. At each place of a
/// map stand the four numbers of each box, then the logits of each box's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SsdMobileNetV2;

/// Groups of blocks: repeats, stride of the first, channels out; each block widens its input by 6.
const GROUPS: [[usize; 3]; 6] =
    [[2, 2, 24], [3, 2, 32], [4, 2, 64], [3, 1, 96], [3, 2, 160], [1, 1, 320]];
/// The block whose widened input is the first map.
const FIRST_MAP: usize = 12;
/// The layers behind the last block, of two convolutions each: channels between, and out.
const BEHIND: [[usize; 2]; 4] = [[256, 512], [128, 256], [128, 256], [64, 128]];

impl Network for SsdMobileNetV2 {
    fn name(&self) -> &'static str {
        SSD.network
    }

    fn dim(&self) -> usize {
        let boxes = |(map, side): (usize, &usize)| side * side * per_place(map);
        MAPS.iter().enumerate().map(boxes).sum::<usize>() * (4 + CLASSES.len())
    }

    fn layer(&self) -> &'static str {
        "boxes"
    }

    fn classifier(&self) -> &'static [&'static str] {
        &[]
    }

    fn check(&self) -> Result<(), NetworkError> {
        Ok(())
    }

    fn build(&self, layers: &mut Layers<'_>) -> Result<NodeId, NetworkError> {
        let x = layers.input();
        let n = &mut Numbered::new(layers, &[]);
        let x = n.conv(x, [32, 3], 3, 2)?;
        let x = n.depthwise(x, 32, 3, 1, false)?;
        let mut x = n.plain(x, [16, 32], 1, |conv| conv)?;
        let (mut width, mut block) = (16, 0);
        for [repeats, stride, out] in GROUPS {
            for repeat in 0..repeats {
                let wide = 6 * width;
                let y = n.conv(x, [wide, width], 1, 1)?;
                if block == FIRST_MAP {
                    let map = predictions(n, y, wide, 0)?;
                    n.layers.output("map 0", map)?;
                }
                let stride = if repeat == 0 { stride } else { 1 };
                let y = n.depthwise(y, wide, 3, stride, false)?;
                let y = n.plain(y, [out, wide], 1, |conv| conv)?;
                x = if repeat == 0 { y } else { n.layers.sum(y, x)? };
                (width, block) = (out, block + 1);
            }
        }
        x = n.conv(x, [1280, width], 1, 1)?;
        width = 1280;
        for (map, [between, out]) in BEHIND.into_iter().enumerate() {
            let found = predictions(n, x, width, map + 1)?;
            n.layers.output(&format!("map {}", map + 1), found)?;
            let y = n.conv(x, [between, width], 1, 1)?;
            x = n.conv(y, [out, between], 3, 2)?;
            width = out;
        }
        predictions(n, x, width, MAPS.len() - 1)
    }
}

/// Boxes and classes at each place of a map.
fn predictions(
    n: &mut Numbered<'_, '_>,
    x: NodeId,
    width: usize,
    map: usize,
) -> Result<NodeId, NetworkError> {
    let boxes = n.plain(x, [4 * per_place(map), width], 1, |conv| conv)?;
    let classes = n.plain(x, [CLASSES.len() * per_place(map), width], 1, |conv| conv)?;
    n.layers.concat([boxes, classes])
}

/// The side of the first map follows from the pictures'.
const _: () = assert!(SIDE.div_ceil(16) == MAPS[0]);
