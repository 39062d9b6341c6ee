//! Whether anything stands out: of rendered scenes, the videos in which nothing happens, and all of them.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl::core::Device;
use gcl::data::FeatureSet;
use gcl::features::ExtractOptions;
use gcl::features::gradient::Gradient;
use gcl::features::scene::{Part, Scene, SceneOptions};
use gcl::find::{Find, Follow, Learner, find};
use gcl::pick::Pick;
use gcl::train::config::DataFacts;
use gcl::train::{Method, Preset, RunConfig, Silent, TrainOptions};

/// Writes a scene's training videos as Y4M: those in which nothing happens, and the others.
fn render(seed: u64, [quiet, eventful]: [&Path; 2]) {
    let options = SceneOptions { width: 96, height: 72, ..SceneOptions::default() };
    for video in Scene::new(seed, &options).unwrap().videos {
        if video.part != Part::Train {
            continue;
        }
        let folder = if video.truth().contains(&true) { eventful } else { quiet };
        let path = video.id.file(folder, "y4m");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut out = BufWriter::new(File::create(path).unwrap());
        video.write_y4m(&mut out).unwrap();
        out.flush().unwrap();
    }
}

/// How many moments stand out of footage.
fn stand_out(footage: &[PathBuf], out: &Path) -> usize {
    let cancel = AtomicBool::new(false);
    let configuration = |set: &FeatureSet| {
        let facts = DataFacts { dim: set.dim(), segments: set.total() };
        Ok(RunConfig::new(Method::Knn, Preset::Any, 1, facts))
    };
    let wanted = Find {
        footage,
        out,
        extraction: ExtractOptions::default(),
        learner: Learner::Features(&configuration),
        training: TrainOptions::new(Device::flex(), &cancel),
        folds: 10,
        cameras: Default::default(),
        pick: Pick::default(),
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
    let found = find(&wanted, &Gradient, &mut follow).unwrap();
    assert!(found.moments.iter().all(|moment| moment.stands_out.is_some()), "{}", found.answer);
    found.moments.iter().filter(|moment| moment.stands_out == Some(true)).count()
}

#[test]
fn of_normal_footage_nothing_and_of_other_something() {
    // Four scenes; `STANDS_OUT_SCENES=24` judges more.
    let scenes = std::env::var("STANDS_OUT_SCENES").map_or(4, |count| count.parse().unwrap());
    let (mut wrong, mut right) = (0, 0);
    for seed in 101..101 + scenes {
        let folder = tempfile::tempdir().unwrap();
        let [quiet, eventful] = ["quiet", "eventful"].map(|name| folder.path().join(name));
        render(seed, [&quiet, &eventful]);
        let of_quiet = stand_out(std::slice::from_ref(&quiet), &folder.path().join("of-quiet"));
        let of_all = stand_out(&[quiet, eventful], &folder.path().join("of-all"));
        println!("scene {seed}: {of_quiet} of normal footage, {of_all} of all");
        wrong += u64::from(of_quiet > 0);
        right += u64::from(of_all > 0);
    }
    println!("something stands out in {wrong} of {scenes} without events, {right} with");
    assert!(wrong * 4 <= scenes && right * 4 >= scenes * 3, "{wrong} and {right} of {scenes}");
}
