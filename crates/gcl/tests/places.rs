//! A moment's box lies on who causes it: on rendered scenes, whose renderer knows where they are.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl::core::Device;
use gcl::data::FeatureSet;
use gcl::features::scene::{Scene, SceneOptions, SceneVideo};
use gcl::features::gradient::Gradient;
use gcl::features::{ExtractOptions, Extractor};
use gcl::find::{Find, Follow, find};
use gcl::train::config::DataFacts;
use gcl::train::{Method, Preset};
use gcl::train::{RunConfig, Silent, TrainOptions};


/// Writes a scene's videos as Y4M.
fn render(scene: &Scene, options: &SceneOptions, folder: &Path) {
    let SceneOptions { width, height, fps, .. } = *options;
    for video in scene.videos() {
        let path = video.id().file(folder, "y4m");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut out = BufWriter::new(File::create(path).unwrap());
        writeln!(out, "YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 Cmono XCOLORRANGE=FULL").unwrap();
        for frame in 0..video.frames() {
            out.write_all(b"FRAME\n").unwrap();
            out.write_all(&video.render(frame).unwrap().luma()).unwrap();
        }
        out.flush().unwrap();
    }
}

/// Boxes on who is abnormal, and how many a box of each size somewhere in the picture would have.
#[derive(Debug, Default)]
struct Tally {
    moments: usize,
    hits: usize,
    overlaps: usize,
    by_chance: f64,
    area: f64,
}

fn tally(extractor: &impl Extractor, method: Method, seed: u64) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let options = SceneOptions { train: 16, test: 8, ..SceneOptions::default() };
    let scene = Scene::new(seed, &options).unwrap();
    render(&scene, &options, &at.join("footage"));
    let cancel = AtomicBool::new(false);
    let configuration = |set: &FeatureSet| {
        let facts = DataFacts { dim: set.dim(), segments: set.total() };
        Ok(RunConfig::new(method, Preset::Any, 1, facts))
    };
    let wanted = Find {
        footage: &[at.join("footage")],
        out: &at.join("found"),
        extraction: ExtractOptions::default(),
        configuration: &configuration,
        training: TrainOptions::new(Device::flex(), &cancel),
        top: 40,
    };
    let mut follow = Follow {
        extraction: &|_| (),
        extracted: &mut |_| (),
        training: &mut Silent,
        scoring: &mut |_, _| (),
    };
    let found = find(&wanted, extractor, &mut follow).unwrap();
    let mut tally = Tally::default();
    for shown in &found.moments {
        let video = |video: &&SceneVideo| video.id().as_str() == shown.moment.video;
        let video = scene.videos().iter().find(video).unwrap();
        let frame = (shown.moment.peak_frame + 8).min(video.frames() - 1);
        let actors = video.abnormal_places(frame);
        let Some(place) = shown.place.as_ref().filter(|_| !actors.is_empty()) else { continue };
        let [x1, y1, x2, y2] = place.sides();
        let (rows, columns) = (place.heat_map.len() as f32, place.heat_map[0].len() as f32);
        let centres = actors.iter().map(|[a, b, c, d]| ((a + c) / 2.0, (b + d) / 2.0));
        let (x, y) = centres.clone().next().unwrap();
        if std::env::var("V").is_ok() {
            println!("{} {} {:?} actors {actors:?}", shown.moment.video, shown.moment.peak_frame, place.sides());
            for row in &place.heat_map { println!("  {}", row.iter().map(|h| format!("{:3.0}", h*100.0)).collect::<String>()); }
        }
        tally.moments += 1;
        tally.hits += usize::from(centres.into_iter().any(|(x, y)| x1 <= x && x <= x2 && y1 <= y && y <= y2));
        tally.overlaps += usize::from(actors.iter().any(|[a, b, c, d]| x1 < *c && *a < x2 && y1 < *d && *b < y2));
        // All whole-cell positions of a box of this size, and those that hold the actor's centre.
        let chance = |size: f32, centre: f32, cells: f32| {
            let (size, centre) = ((size * cells).round(), (centre * cells).min(cells - 0.5));
            let positions = cells - size + 1.0;
            let holding = (0..positions as usize).filter(|i| {
                let start = *i as f32;
                start <= centre && centre < start + size
            });
            holding.count() as f64 / f64::from(positions)
        };
        tally.by_chance += chance(x2 - x1, x, columns) * chance(y2 - y1, y, rows);
        tally.area += f64::from((x2 - x1) * (y2 - y1));
    }
    tally
}

#[test]
fn boxes_lie_on_who_is_abnormal() {
    let methods = std::env::var("M").unwrap_or("gcl-b".to_owned());
    for m in methods.split(' ') {
        for seed in [1, 2, 3] {
            let t = tally(&Gradient, m.parse().unwrap(), seed);
            println!("{m} {seed} {t:?}");
            if std::env::var("LITE").is_ok() {
                let e = gcl::features::lite0::Lite0::new(&Device::flex(), gcl::features::networks::Executor::default(), 1).unwrap();
                let t = tally(&e, m.parse().unwrap(), seed);
                println!("lite0 {m} {seed} {t:?}");
            }
        }
    }
}
