//! A small generated data set in the layout of the real ones: persons who walk, and some who run.

use std::error::Error;
use std::fs;
use std::path::Path;

use gcl::core::rng;
use gcl::data::write_f32;
use rand::RngExt;

use super::DataSet;

/// Small settings, so that all rows take a minute or two.
pub const SMALL: [&str; 10] = [
    "interleave.threshold.max_modules=2",
    "interleave.loops.most=2",
    "interleave.weak.length=60",
    "interleave.weak.bag=4",
    "interleave.weak.batch=4",
    "interleave.one_class.batch=64",
    "scaler=z-score",
    "weak.dropout=0.1",
    "weak.optimizer.learning_rate=0.005",
    "alone.epochs=1",
];

/// A flow of few steps must take larger ones.
pub const SMALL_FLOW: &str = "one_class.model.optimizer.learning_rate=0.01";

const VIDEOS: usize = 10;
const FRAMES: usize = 320;
const D: usize = 16;

/// Writes it to `out/data`.
pub fn make(out: &Path) -> Result<DataSet, Box<dyn Error>> {
    let folder = out.join("data");
    for name in ["tracks", "i3d", "truth"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let mut manifest = String::from("id,split,label,frames\n");
    for v in 0..VIDEOS {
        let odd = |frame: usize| v.is_multiple_of(3) && (128..176).contains(&frame);
        let split = if v < 6 { "train" } else { "test" };
        manifest += &format!("v{v},{split},{},{FRAMES}\n", u8::from(v.is_multiple_of(3)));
        let mut random = rng::stream(1, "stand-in", v as u64);
        let (mut text, mut x) = (String::new(), 50.0);
        for frame in 0..FRAMES {
            x += if odd(frame) { 8.0 } else { 1.0 };
            let (left, top) = (x + random.random::<f64>(), 100.0 + random.random::<f64>());
            text += &format!("{frame} 0 1 {left} {top} {} {}\n", left + 30.0, top + 80.0);
        }
        fs::write(folder.join(format!("tracks/v{v}.txt")), text)?;
        let snippets = FRAMES / 16;
        let far = |i: usize| if odd(i / D * 16) { 2.0 } else { 0.0 };
        let values: Vec<f32> = (0..snippets * D).map(|i| random.random::<f32>() + far(i)).collect();
        write_f32(&folder.join(format!("i3d/v{v}.npy")), &[snippets, D], &values)?;
        let mask: Vec<f32> = (0..FRAMES).map(|f| f32::from(u8::from(odd(f)))).collect();
        if split == "test" {
            write_f32(&folder.join(format!("truth/v{v}.npy")), &[FRAMES], &mask)?;
        }
    }
    fs::write(folder.join("videos.csv"), manifest)?;
    Ok(DataSet { name: "stand-in", share: "0.15", frames: 24, folder, small: true })
}
