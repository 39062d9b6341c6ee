//! Generated snippets, windows and cubes of the same six videos: in every third one, snippets 8 to
//! 10 are unlike the others.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_core::rng;
use gcl_data::poses::{Points, Resolution};
use gcl_data::{CubePlace, CubeType, CubeWriter, PackedCubes, WindowRule, Windows};
use gcl_train::interleave::{
    Choice, CubeObjects, InterleavePreset, OneClassKind, PairConfig, PairMethod, SnippetObjects,
    Snippets, Videos, WeakKind, WindowObjects,
};
use rand::RngExt;

use crate::common::{D, features, is_odd};

const POINTS: Points = Points { joints: 3, channels: 2 };
const FRAMES: usize = 8;

pub fn odd(video: usize, snippet: usize) -> bool {
    video.is_multiple_of(3) && is_odd(snippet)
}

pub struct Data {
    pub snippets: Snippets,
    pub videos: Videos,
    cubes: PathBuf,
}

impl Data {
    pub fn new(folder: &Path) -> Data {
        let set = features(&folder.join("features"), 6, 1);
        let mut snippets = Snippets::read(&set).unwrap();
        let scaler =
            gcl_core::Scaler::fit(gcl_core::ScalerKind::ZScore, &snippets.means(), snippets.dim());
        snippets.scale(&scaler.unwrap()).unwrap();
        let videos = Videos::of(&set, &BTreeMap::new()).unwrap();
        let data = Data { snippets, videos, cubes: folder.join("cubes.npy") };
        data.write_cubes();
        data
    }

    pub fn snippet_objects(&self) -> SnippetObjects {
        SnippetObjects::new(&self.snippets, &self.videos).unwrap()
    }

    /// A triangle that wanders; in odd snippets it shakes.
    pub fn windows(&self, stride: usize) -> WindowObjects {
        let rule = WindowRule { length: FRAMES, stride, missing: 0 };
        let mut windows = Windows::new(rule, POINTS).unwrap();
        for (v, video) in self.videos.list.iter().enumerate() {
            let at = windows.add_video(video.id.clone());
            let mut random = rng::stream(5, "windows", v as u64);
            let frames: Vec<u32> = (0..300).collect();
            let mut values = Vec::new();
            let (mut x, mut y) = (200.0f32, 100.0f32);
            for &frame in &frames {
                let shake = if odd(v, frame as usize / 16) { 40.0 } else { 1.0 };
                x += 1.0;
                y += 0.2;
                for (dx, dy) in [(0.0, 0.0), (20.0, 0.0), (10.0, 60.0)] {
                    let mut noise = || shake * (random.random::<f32>() - 0.5);
                    values.extend([x + dx + noise(), y + dy + noise()]);
                }
            }
            windows.add_points(at, 0, &frames, &values).unwrap();
        }
        WindowObjects::new(windows, &self.videos, Resolution::default(), true).unwrap()
    }

    /// A cube for every snippet: a gradient that moves; in odd snippets noise.
    fn write_cubes(&self) {
        let (frames, side) = (3, 16);
        let mut writer = CubeWriter::create(&self.cubes, frames, side, CubeType::Byte).unwrap();
        for (v, video) in self.videos.list.iter().enumerate() {
            let mut random = rng::stream(6, "cubes", v as u64);
            for snippet in 0..video.snippets {
                let value = |i: usize| {
                    let (t, row, column) =
                        ((i / (side * side)) % frames, (i / side) % side, i % side);
                    let moved = (row + column + 3 * t) as f32 / 40.0;
                    if odd(v, snippet) { random.random() } else { moved.min(1.0) }
                };
                let values: Vec<f32> = (0..3 * frames * side * side).map(value).collect();
                let place = CubePlace {
                    video: video.id.clone(),
                    frame: 16 * snippet as u32 + 5,
                    bounds: [0.0, 0.0, 16.0, 16.0],
                };
                writer.push(&place, &values).unwrap();
            }
        }
        writer.finish().unwrap();
    }

    pub fn cubes(&self) -> CubeObjects {
        CubeObjects::new(PackedCubes::open(&self.cubes).unwrap(), &self.videos).unwrap().0
    }
}

/// A pair of tiny networks and two loops a module, three modules at most.
pub fn pair_config(one_class: OneClassKind, weak: WeakKind, set: &[&str]) -> PairConfig {
    let config = PairConfig::new(Choice {
        method: PairMethod::Interleave,
        preset: InterleavePreset::JointVadCode,
        one_class,
        weak,
        dim: D,
        points: POINTS,
        cube: (3, 16),
        seed: 4,
    });
    let mut pairs = vec![
        "interleave.threshold.share=0.05",
        "interleave.threshold.max_modules=3",
        "interleave.loops.most=2",
        "interleave.weak.length=60",
        "interleave.weak.bag=4",
        "interleave.weak.batch=4",
        "interleave.one_class.batch=64",
    ];
    pairs.extend(match one_class {
        OneClassKind::Ae => &["one_class.optimizer.learning_rate=0.005"][..],
        OneClassKind::StgNf => &[
            "one_class.model.optimizer.learning_rate=0.01",
            "one_class.model.frames=8",
            "one_class.model.kernel=5",
            "one_class.model.steps=2",
            "one_class.model.skeleton.joints=3",
            "one_class.model.skeleton.edges=[[0, 1], [1, 2]]",
            "one_class.model.skeleton.centre=0",
        ],
        OneClassKind::Jigsaw => &["one_class.width=2", "one_class.hidden=8"],
    });
    pairs.extend_from_slice(match weak {
        WeakKind::Rtfm => &["weak.optimizer.learning_rate=0.005", "weak.dropout=0.1"][..],
        WeakKind::Sultani => &["weak.hidden=[16, 4]", "weak.optimizer.learning_rate=0.05"],
    });
    pairs.extend_from_slice(set);
    config.with(&pairs).unwrap()
}
