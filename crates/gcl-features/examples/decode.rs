//! Writes a video's samples to standard output as raw planes, as `ffmpeg -f rawvideo` does,
//! and its size, frame count and decoding time to standard error.

use std::io::Write;
use std::time::Instant;

use gcl_features::source::{Decoder, open};
use gcl_features::{Frame, Pixels};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: decode VIDEO > planes.raw")?;
    let mut source = open(path.as_ref(), Decoder::Auto)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut frame, mut frames, start) = (Frame::default(), 0, Instant::now());
    while source.next(&mut frame)? {
        frames += 1;
        match frame.pixels() {
            Pixels::Gray(samples) | Pixels::Rgb(samples) => out.write_all(samples)?,
            Pixels::Yuv { y, u, v, .. } => [y, u, v].iter().try_for_each(|p| out.write_all(p))?,
        }
    }
    let (info, seconds) = (source.info(), start.elapsed().as_secs_f64());
    eprintln!("{info:?}: {frames} frames in {seconds:.2} s");
    Ok(())
}
