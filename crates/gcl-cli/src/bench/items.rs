//! What is measured, each as figures.

use gcl_bench::measure::{
    AucCase, Budget, CAMERA, Extraction, GclStep, MeasureError, decode as pass, operations, repeat,
    time,
};
use gcl_core::Device;
use gcl_data::At;
use gcl_features::networks::Weights;
use gcl_features::{Decoder, Published};

use super::BenchArgs;
use super::figure::Figure;
use crate::error::Failure;
use crate::interrupt;

/// A million frames.
const FRAMES: usize = 1_000_000;

/// Stops between two runs where someone asked for it.
fn going_on() -> Result<(), Failure> {
    match interrupt::requested() {
        true => Err(Failure::Interrupted("interrupted; nothing is kept".to_owned())),
        false => Ok(()),
    }
}

fn timed<T>(
    args: &BenchArgs,
    mut case: impl FnMut() -> Result<T, MeasureError>,
) -> Result<gcl_bench::measure::Timing, Failure> {
    time(Budget::seconds(args.seconds), || {
        going_on()?;
        Ok(case()?)
    })
}

/// One iteration of the cooperative pair.
pub fn gcl_step(args: &BenchArgs, device: &Device) -> Result<Figure, Failure> {
    let (batch, dim) = (args.batch as usize, args.dim as usize);
    let name = format!("GCL iteration, {batch} × {dim}");
    eprintln!("measuring {name}");
    let mut step = GclStep::new(batch, dim, device)?;
    let timing = timed(args, || step.run())?;
    Ok(Figure::new("gcl-step", name, "iteration", timing)
        .rate("GFLOP/s", operations(batch, dim) / 1e9)
        .rate("segments/s", batch as f64)
        .setting("batch", batch)
        .setting("dim", dim)
        .setting("operations", operations(batch, dim)))
}

/// A network's forward pass.
pub fn extract(
    args: &BenchArgs,
    network: Published,
    clips: usize,
    device: &Device,
) -> Result<Figure, Failure> {
    let name = format!("{}, {clips} at once", network.name);
    eprintln!("measuring {name}");
    let weights = match &args.weights {
        Some(path) => Weights::File(path.clone()),
        None => Weights::Random { seed: 0 },
    };
    let extraction = Extraction::new(network, &weights, clips, device)?;
    let timing = timed(args, || extraction.run())?.per(clips);
    let frames = extraction.frames;
    // One is measured; gcl extract takes as many as the network's authors do.
    let crops = network.preset().preprocess.crops.count();
    Ok(Figure::new("extract", name, "clip", timing)
        .rate("clips/s", 1.0)
        .rate("frames/s", frames as f64)
        .setting("net", network.name)
        .setting("clips", clips)
        .setting("frames", frames)
        .setting("crops_of_gcl_extract", crops)
        .setting("random_weights", args.weights.is_none()))
}

/// Decoding a video on one thread.
pub fn decode(args: &BenchArgs) -> Result<Figure, Failure> {
    let folder = tempfile::tempdir().map_err(Failure::data)?;
    let (path, source) = match &args.video {
        Some(path) => (path.clone(), path.display().to_string()),
        None => {
            let path = folder.path().join("camera.mp4");
            std::fs::write(&path, CAMERA).at(&path)?;
            (path, "built in".to_owned())
        }
    };
    eprintln!("measuring decoding");
    let mut seen = None;
    let timing = repeat(Budget::seconds(args.seconds), || {
        going_on()?;
        let decoded = pass(&path, Decoder::Auto, args.seconds)?;
        if decoded.frames == 0 {
            return Err(Failure::Data(format!("{}: no frames", path.display())));
        }
        let seconds = decoded.seconds / decoded.frames as f64;
        seen = Some(decoded);
        Ok(seconds)
    })?;
    let (width, height, decoder) =
        seen.map_or((0, 0, String::new()), |d| (d.width, d.height, d.decoder));
    let name = format!("decoding {width} × {height}, 1 thread");
    Ok(Figure::new("decode", name, "frame", timing)
        .rate("frames/s", 1.0)
        .setting("video", source)
        .setting("width", width)
        .setting("height", height)
        .setting("decoder", decoder))
}

/// ROC-AUC, with as many different scores as frames or as clips.
pub fn auc(args: &BenchArgs) -> Result<Vec<Figure>, Failure> {
    let figure = |(each, what): (usize, &str)| {
        let name = format!("AUC of a million frames, {what}");
        eprintln!("measuring {name}");
        let case = AucCase::new(FRAMES, each);
        let timing = timed(args, || case.run())?;
        Ok(Figure::new("auc", name, "AUC", timing)
            .rate("frames/s", FRAMES as f64)
            .setting("frames", FRAMES)
            .setting("frames_with_equal_scores", each))
    };
    [(1, "a score a frame"), (16, "a score a clip")].into_iter().map(figure).collect()
}
