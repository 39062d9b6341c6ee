//! What the tests of this crate share.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::Path;

use gcl_core::{Device, rng};
use gcl_data::{Clips, ExtractorIdentity, FeatureMeta, FeatureSet, Tail, VideoId, write_features};
use rand::RngExt;

pub const D: usize = 12;

/// Every device that the test binary holds, by name.
pub fn devices() -> Vec<(&'static str, Device)> {
    let mut devices = vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex()),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)]
        ("ndarray", Device::ndarray()),
    ];
    devices.extend(gpus());
    devices
}

/// GPUs; a kind that the binary holds and the machine lacks is named.
fn gpus() -> Vec<(&'static str, Device)> {
    let kinds: Vec<(&'static str, Option<Device>)> = vec![
        #[cfg(feature = "cuda")]
        ("cuda", Device::enumerate(burn::tensor::DeviceType::Cuda).into_iter().next()),
        #[cfg(feature = "vulkan")]
        ("vulkan", Device::enumerate(burn::tensor::DeviceType::Vulkan).into_iter().next()),
        #[cfg(feature = "wgpu")]
        ("wgpu", Device::enumerate(burn::tensor::DeviceType::Wgpu).into_iter().next()),
    ];
    kinds
        .into_iter()
        .filter_map(|(name, device)| match device {
            Some(device) => Some((name, device)),
            None => {
                eprintln!("SKIPPED: no {name} device");
                None
            }
        })
        .collect()
}

/// A folder of features: `videos` videos of 20 segments; in every third one, segments 8 to 10 lie
/// apart from the rest.
pub fn features(folder: &Path, videos: usize, seed: u64) -> FeatureSet {
    let meta = meta(20);
    for v in 0..videos {
        let mut rng = rng::stream(seed, "features", v as u64);
        let rows: Vec<f32> = (0..20 * D)
            .map(|i| {
                // Each odd segment lies apart in a direction of its own, as anomalies do.
                let scale = if v % 3 == 0 && is_odd(i / D) { 5.0 } else { 1.0 };
                3.0 + scale * rng.sample::<f32, _>(rand_distr::StandardNormal)
            })
            .collect();
        write_video(folder, v, &rows, &meta);
    }
    FeatureSet::open(folder).unwrap()
}

/// The description of a video of this many segments.
pub fn meta(segments: usize) -> FeatureMeta {
    let clips = Clips { length: 16, stride: 16, tail: Tail::Shift };
    FeatureMeta {
        extractor: ExtractorIdentity {
            name: "test".to_owned(),
            version: "1".to_owned(),
            parameters: serde_json::Map::new(),
            preprocessing: serde_json::Map::new(),
            weights_sha256: None,
            random_weights: false,
            clips,
            crops: 1,
        },
        decoder: "none".to_owned(),
        frames: segments * 16 - 5,
        fps: Some(10.0),
        footage: None,
        regions: None,
        video: Default::default(),
    }
}

/// Writes one video, `cam/NN`.
pub fn write_video(folder: &Path, number: usize, rows: &[f32], meta: &FeatureMeta) {
    let id = VideoId::new(format!("cam/{number:02}")).unwrap();
    write_features(folder, &id, &[rows.len() / D, D], rows, meta).unwrap();
}

pub fn is_odd(segment: usize) -> bool {
    (8..11).contains(&segment)
}
