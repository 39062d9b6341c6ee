//! The pre-processing and clip rule of each published extractor.

use gcl_data::{Clips, Tail};

use super::{Channels, Crops, Filter, Preprocess, Resize};

/// A published extractor's pre-processing and clip rule. See docs/method.md for the sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// The pre-processing of frames.
    pub preprocess: Preprocess,
    /// The clip rule: 16 frames, and the treatment of a video's last frames.
    pub clips: Clips,
}

impl Preset {
    /// Every name that [`named`](Self::named) knows.
    pub const NAMES: [&str; 7] = [
        "resnext101-2017",
        "resnext101-2020",
        "c3d-eko",
        "c3d-dc3d",
        "i3d-inception",
        "i3d-resnet50",
        "i3d-resnet50-340",
    ];

    /// The preset of this name:
    ///
    /// | name | for | size | crops | values | last frames |
    /// |---|---|---|---|---|---|
    /// | `resnext101-2017` | the 2017 3D-ResNet checkpoints and their feature extractor | shorter side 112, Pillow bilinear | centre 112 | 0 to 255 minus ActivityNet's mean | ceil(n / 16) - 1 clips |
    /// | `resnext101-2020` | the 2020 code of the same authors | the same | the same | 0 to 1, Kinetics' mean and deviation | looped |
    /// | `c3d-eko` | C3D in a PyTorch port of Sultani et al. | 171x128, bilinear without rounding | centre 112 | 0 to 1, ImageNet's mean, times 4.2585 | dropped |
    /// | `c3d-dc3d` | C3D as its PyTorch port shows it | 200x112, the same | centre 112 | 0 to 255 | dropped |
    /// | `i3d-inception` | I3D on Inception | at least 226, OpenCV bilinear | centre 224 | -1 to 1 | one more clip, shifted back |
    /// | `i3d-resnet50` | I3D on ResNet-50, as RTFM describes it | shorter side 256, Pillow bilinear | ten of 224 | minus 114.75, over 57.375 | looped |
    /// | `i3d-resnet50-340` | a third party's variant of it | 340x256, Pillow Lanczos | ten of 224 | -1 to 1 | dropped |
    pub fn named(name: &str) -> Option<Self> {
        let short = |side, crop| Preprocess {
            resize: Resize::ShortSide(side),
            filter: Filter::PillowBilinear,
            crop,
            crops: Crops::Centre,
            channels: Channels::Rgb,
            divide: 1.0,
            mean: [0.0; 3],
            std: [1.0; 3],
            mean_cube: None,
        };
        let exact = |width, height, filter, crop| Preprocess {
            resize: Resize::Exact { width, height },
            filter,
            ..short(height, crop)
        };
        // 2 x / 255 - 1, which is the same in floating point.
        let around_zero =
            |base| Preprocess { divide: 255.0, mean: [0.5; 3], std: [0.5; 3], ..base };
        let (preprocess, tail) = match name {
            "resnext101-2017" => (
                Preprocess { mean: [114.7748, 107.7354, 99.4750], ..short(112, 112) },
                Tail::PaperResnext,
            ),
            "resnext101-2020" => (
                Preprocess {
                    divide: 255.0,
                    mean: [0.4345, 0.4051, 0.3775],
                    std: [0.2768, 0.2713, 0.2737],
                    ..short(112, 112)
                },
                Tail::Loop,
            ),
            "c3d-eko" => (
                Preprocess {
                    divide: 255.0,
                    mean: [124.0 / 255.0, 117.0 / 255.0, 104.0 / 255.0],
                    std: [1.0 / (0.0167 * 255.0); 3],
                    ..exact(171, 128, Filter::Bilinear, 112)
                },
                Tail::Drop,
            ),
            "c3d-dc3d" => (exact(200, 112, Filter::Bilinear, 112), Tail::Drop),
            "i3d-inception" => (
                around_zero(Preprocess {
                    resize: Resize::AtLeast(226),
                    filter: Filter::OpencvBilinear,
                    ..short(226, 224)
                }),
                Tail::Shift,
            ),
            "i3d-resnet50" => (
                Preprocess {
                    crops: Crops::Ten,
                    mean: [114.75; 3],
                    std: [57.375; 3],
                    ..short(256, 224)
                },
                Tail::Loop,
            ),
            "i3d-resnet50-340" => {
                let base = exact(340, 256, Filter::PillowLanczos, 224);
                (around_zero(Preprocess { crops: Crops::Ten, ..base }), Tail::Drop)
            }
            _ => return None,
        };
        Some(Self { preprocess, clips: Clips { length: 16, stride: 16, tail } })
    }
}
