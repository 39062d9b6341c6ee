//! Times decoding, conversion to RGB and every pre-processing preset on a video's first frames, on one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use gcl_features::preprocess::Picture;
use gcl_features::source::{Colour, Decoder, open_as};
use gcl_features::{Frame, Preprocessor, Preset};

/// Most frames that are held in memory.
const FRAMES: usize = 320;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: preprocess VIDEO")?;
    let mut source = open_as(path.as_ref(), Decoder::Auto, Colour::Rgb, 1)?;
    let (mut frame, mut frames) = (Frame::default(), Vec::new());
    let start = Instant::now();
    while frames.len() < FRAMES && source.next(&mut frame)? {
        frames.push(std::mem::take(&mut frame));
    }
    let info = source.info();
    println!("{} frames of {}x{}, {}", frames.len(), info.width, info.height, info.decoder);
    rate("decode", frames.len(), start.elapsed());
    let start = Instant::now();
    for frame in &frames {
        black_box(frame.to_rgb());
    }
    rate("RGB", frames.len(), start.elapsed());
    for name in Preset::names() {
        let Some(preset) = Preset::named(name) else { continue };
        let preprocessor = Preprocessor::new(preset.preprocess)?;
        let start = Instant::now();
        let pictures: Vec<Picture> =
            frames.iter().map(|frame| preprocessor.prepare(frame)).collect::<Result<_, _>>()?;
        rate(&format!("{name}: prepare"), frames.len(), start.elapsed());
        let clips: Vec<Vec<&Picture>> =
            pictures.chunks_exact(preset.clips.length).map(|clip| clip.iter().collect()).collect();
        let mut tensor = vec![0.0; preprocessor.shape(preset.clips.length).iter().product()];
        let start = Instant::now();
        for clip in &clips {
            for crop in 0..preprocessor.crops() {
                preprocessor.fill(clip, crop, &mut tensor)?;
                black_box(&tensor);
            }
        }
        rate(&format!("{name}: fill"), clips.len() * preset.clips.length, start.elapsed());
    }
    Ok(())
}

fn rate(what: &str, frames: usize, time: Duration) {
    println!("{what:<28}{:8.0} frames/s", frames as f64 / time.as_secs_f64());
}
