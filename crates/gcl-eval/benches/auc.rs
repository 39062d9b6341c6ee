//! Time of one ROC-AUC over the frames of UCF-Crime's test set, on made-up scores; best of ten.

use std::hint::black_box;
use std::time::{Duration, Instant};

const FRAMES: usize = 1_114_144;

fn main() -> Result<(), gcl_eval::EvalError> {
    let mut state = 1u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let labels: Vec<bool> = (0..FRAMES).map(|_| uniform() < 0.08).collect();
    let distinct: Vec<f32> = (0..FRAMES).map(|_| uniform()).collect();
    let segments: Vec<f32> = distinct.iter().flat_map(|s| [*s; 16]).take(FRAMES).collect();
    for (name, scores) in [("a score a frame", &distinct), ("a score a segment", &segments)] {
        let mut best = Duration::MAX;
        for _ in 0..10 {
            let start = Instant::now();
            black_box(gcl_eval::roc_auc(black_box(scores), black_box(&labels))?);
            best = best.min(start.elapsed());
        }
        println!("{name}: {:.2} ms for {FRAMES} frames", best.as_secs_f64() * 1e3);
    }
    Ok(())
}
