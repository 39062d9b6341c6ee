//! The library without the command: a scene to features, features to a model, the model to frame
//! scores, and the most anomalous moments.
//!
//!     cargo run --release --example quickstart

use std::error::Error;
use std::sync::atomic::AtomicBool;

use gcl::core::Device;
use gcl::data::FeatureSet;
use gcl::eval::{MomentOptions, find_moments, timestamp};
use gcl::features::gradient::Gradient;
use gcl::features::scene::{Scene, SceneOptions};
use gcl::features::{ExtractOptions, discover, extract};
use gcl::train::config::DataFacts;
use gcl::train::{Method, Preset, RunConfig, RunDir, ScoreSource, Silent, TrainOptions, train};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("gcl-quickstart-{}", std::process::id()));
    let result = run(&folder);
    std::fs::remove_dir_all(&folder)?;
    result
}

fn run(folder: &std::path::Path) -> Result<(), Box<dyn Error>> {
    // Footage: here a rendered scene, written as Y4M; anything that decodes would do.
    let options = SceneOptions { train: 8, test: 2, frames: 200, ..SceneOptions::default() };
    for video in Scene::new(3, &options)?.videos {
        let path = video.id.file(&folder.join("videos"), "y4m");
        std::fs::create_dir_all(path.parent().ok_or("a video without a folder")?)?;
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        video.write_y4m(&mut file)?;
    }

    // Features: one .npy a video, of [clips, dimensions].
    let never = AtomicBool::new(false);
    let (videos, features) = (discover(&[folder.join("videos")])?, folder.join("features"));
    extract(&videos, &features, &Gradient, &ExtractOptions::default(), &never, &|_| {})?;
    let set = FeatureSet::open(&features)?;

    // Training, without labels, on all of it.
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    let mut config = RunConfig::new(Method::GclB, Preset::Any, 1, data);
    config.training.budget.min_steps = 200; // a quick look; the preset trains longer
    let run = RunDir::new(folder.join("run"));
    run.create(&config)?;
    let how = TrainOptions::new(Device::flex(), &never);
    let model = train(&set, &run, &how, &mut Silent)?;

    // Scores: one a clip, then one a frame.
    let clips = set.clips().ok_or("features without a clip rule")?;
    let mut scored = Vec::new();
    let mut rows = Vec::new();
    for (index, video) in set.videos().iter().enumerate() {
        set.read(index, &mut rows)?;
        let scores = model.score(&rows)?.get(ScoreSource::MeanRank)?;
        let frames = video.frames.ok_or("features without a frame count")?;
        scored.push((video.id.to_string(), clips.expand(&scores, frames)?));
    }
    let look = MomentOptions { top: 5, ..MomentOptions::default() };
    for moment in find_moments(scored.iter().map(|(id, s)| (id.as_str(), s)), &look)? {
        let time = timestamp(moment.start, options.fps as f64).unwrap_or_default();
        println!("{:.3}  {}  {}", moment.score, moment.video, time);
    }
    Ok(())
}
