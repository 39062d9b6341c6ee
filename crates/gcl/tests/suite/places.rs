//! A moment's box lies on who causes it: on rendered scenes, whose renderer knows where they are.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl::core::Device;
use gcl::data::FeatureSet;
use gcl::eval::report::ShownMoment;
use gcl::features::gradient::Gradient;
use gcl::features::lite0::Lite0;
use gcl::features::networks::Executor;
use gcl::features::objects::ObjectFeatures;
use gcl::features::scene::{Scene, SceneOptions};
use gcl::features::{ExtractOptions, FeatureWork};
use gcl::find::{Find, Follow, Learner, find};
use gcl::pick::Pick;
use gcl::train::config::DataFacts;
use gcl::train::{Method, Preset, RunConfig, Silent, TrainOptions};

/// Writes a scene's videos as Y4M.
fn render(scene: &Scene, folder: &Path) {
    for video in &scene.videos {
        let path = video.id.file(folder, "y4m");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut out = BufWriter::new(File::create(path).unwrap());
        video.write_y4m(&mut out).unwrap();
        out.flush().unwrap();
    }
}

/// The moments that a method finds.
fn moments(
    extractor: &impl FeatureWork,
    (method, folds): (Method, usize),
    footage: &Path,
    out: &Path,
) -> Vec<ShownMoment> {
    let cancel = AtomicBool::new(false);
    let configuration = |set: &FeatureSet| {
        let facts = DataFacts { dim: set.dim(), segments: set.total() };
        Ok(RunConfig::new(method, Preset::Any, 1, facts))
    };
    let wanted = Find {
        footage: &[PathBuf::from(footage)],
        out,
        extraction: ExtractOptions::default(),
        learner: Learner::Features(&configuration),
        training: TrainOptions::new(Device::flex(), &cancel),
        folds,
        cameras: Default::default(),
        pick: Pick::top(40),
        refit: false,
        clips: false,
        clocks: Default::default(),
    };
    let mut follow = Follow {
        extraction: &|_| (),
        extracted: &mut |_| (),
        training: &mut Silent,
        scoring: &mut |_, _| (),
    };
    find(&wanted, extractor, &mut follow).unwrap().moments
}

/// Moments with somebody abnormal in view, those whose box holds the middle of one of them, and how many
/// would if each box were somewhere in the picture.
#[derive(Debug, Default)]
struct Tally {
    moments: usize,
    on_them: usize,
    by_chance: f64,
}

impl Tally {
    fn add(&mut self, scene: &Scene, moments: &[ShownMoment]) {
        for shown in moments {
            let id = &shown.moment.video;
            let video = scene.videos.iter().find(|video| video.id.as_str() == id).unwrap();
            let middles: Vec<[f32; 2]> = video
                .abnormal_places(shown.moment.peak_frame)
                .iter()
                .map(|[x1, y1, x2, y2]| [(x1 + x2) / 2.0, (y1 + y2) / 2.0])
                .collect();
            if middles.is_empty() {
                continue;
            }
            self.moments += 1;
            let Some(place) = &shown.place else { continue };
            let [x1, y1, x2, y2] = place.sides();
            let holds = |[x, y]: &[f32; 2]| (x1..x2).contains(x) && (y1..y2).contains(y);
            self.on_them += usize::from(middles.iter().any(holds));
            let [rows, columns] = [place.heat_map.len(), place.heat_map[0].len()];
            let by_chance = middles.iter().map(|[x, y]| {
                chance(x2 - x1, *x, columns as f32) * chance(y2 - y1, *y, rows as f32)
            });
            self.by_chance += by_chance.sum::<f64>().min(1.0);
        }
    }
}

/// The share of positions in a row of cells at which a box of this size holds a point.
fn chance(size: f32, point: f32, cells: f32) -> f64 {
    let (size, point) = ((size * cells).round(), point * cells);
    let positions = (cells - size) as usize + 1;
    let holding = (0..positions).filter(|at| (*at as f32..*at as f32 + size).contains(&point));
    holding.count() as f64 / positions as f64
}

#[test]
fn boxes_lie_on_who_is_abnormal() {
    let methods = [Method::GclB, Method::Mahalanobis, Method::Knn];
    let mut tallies = methods.map(|method| (method, Tally::default()));
    for seed in [1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let footage = folder.path().join("footage");
        let options = SceneOptions { train: 16, test: 8, ..SceneOptions::default() };
        let scene = Scene::new(seed, &options).unwrap();
        render(&scene, &footage);
        for (method, tally) in &mut tallies {
            let out = folder.path().join(method.name());
            tally.add(&scene, &moments(&Gradient, (*method, 0), &footage, &out));
        }
    }
    for (method, tally) in tallies {
        println!("{method}: {tally:?}");
        assert!(tally.moments >= 10, "{method}: {tally:?}");
        let share = tally.on_them as f64 / tally.moments as f64;
        assert!(share >= 0.7, "{method}: {tally:?}");
        assert!(tally.on_them as f64 >= 5.0 * tally.by_chance, "{method}: {tally:?}");
    }
}

#[test]
fn boxes_of_the_embedded_network_are_finer_than_its_areas() {
    let mut tally = Tally::default();
    let lite0 = Lite0::new(&Device::flex(), Executor::Auto, 8).unwrap();
    for seed in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        let footage = folder.path().join("footage");
        let options = SceneOptions { train: 16, test: 8, ..SceneOptions::default() };
        let scene = Scene::new(seed, &options).unwrap();
        render(&scene, &footage);
        let found = moments(&lite0, (Method::Knn, 10), &footage, &folder.path().join("found"));
        tally.add(&scene, &found);
    }
    println!("lite0: {tally:?}");
    assert!(tally.moments >= 10, "{tally:?}");
    assert!(tally.on_them as f64 >= 0.65 * tally.moments as f64, "{tally:?}");
    assert!(tally.on_them as f64 >= 5.0 * tally.by_chance, "{tally:?}");
}

/// Whether the middle of a box lies in another one.
fn in_the_middle_of([x1, y1, x2, y2]: [f32; 4], [left, top, right, bottom]: [f32; 4]) -> bool {
    (left..right).contains(&((x1 + x2) / 2.0)) && (top..bottom).contains(&((y1 + y2) / 2.0))
}

#[test]
fn boxes_of_objects_are_of_who_is_abnormal() {
    // By models of parts of the footage, and by one of all of it.
    let cases = [(Method::Knn, 10), (Method::Mahalanobis, 0)];
    let mut tallies = cases.map(|case| (case, Tally::default()));
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let footage = folder.path().join("footage");
        let options = SceneOptions { train: 16, test: 8, ..SceneOptions::default() };
        let scene = Scene::new(seed, &options).unwrap();
        render(&scene, &footage);
        for (case, tally) in &mut tallies {
            let out = folder.path().join(case.0.name());
            for shown in moments(&ObjectFeatures::Windows, *case, &footage, &out) {
                let id = &shown.moment.video;
                let video = scene.videos.iter().find(|video| video.id.as_str() == id).unwrap();
                let truth = video.abnormal_places(shown.moment.peak_frame);
                let place = shown.place.unwrap();
                assert!(place.heat_map.is_empty());
                if !truth.is_empty() {
                    tally.moments += 1;
                    let on = |truth: &[f32; 4]| in_the_middle_of(place.sides(), *truth);
                    tally.on_them += usize::from(truth.iter().any(on));
                    let areas = truth.iter().map(|[x1, y1, x2, y2]| (x2 - x1) * (y2 - y1));
                    tally.by_chance += f64::from(areas.sum::<f32>());
                }
            }
        }
    }
    for ((method, folds), tally) in tallies {
        println!("{method}, {folds} folds: {tally:?}");
        assert!(tally.moments >= 10, "{method}: {tally:?}");
        let share = tally.on_them as f64 / tally.moments as f64;
        assert!(share >= 0.65, "{method}: {tally:?}");
        assert!(tally.on_them as f64 >= 5.0 * tally.by_chance, "{method}: {tally:?}");
    }
}
