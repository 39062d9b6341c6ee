//! ROC-AUC over the frames of UCF-Crime's test set, on made-up scores: `cargo bench --bench auc`, or
//! `-- serve SCORES.npy LABELS.npy` for `python/side_by_side.py`.

#[path = "common/serve.rs"]
mod serve;

use std::time::Instant;

use gcl::data::Npy;
use gcl_bench::measure::{AucCase, Budget, UCF_CRIME_FRAMES, time};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = serve::arguments();
    if let [mode, scores, labels] = &arguments[..]
        && mode == "serve"
    {
        let labels = Npy::open(labels)?.to_f32()?.iter().map(|v| *v > 0.5).collect();
        let case = AucCase::of(Npy::open(scores)?.to_f32()?, labels);
        return serve::serve(|_| {
            let start = Instant::now();
            let auc = case.run()?;
            let ms = 1e3 * start.elapsed().as_secs_f64();
            Ok(format!("{ms} {}", auc.value().unwrap_or(f64::NAN)))
        });
    }
    for (name, each) in [("a score a frame", 1), ("a score a segment", 16)] {
        let case = AucCase::new(UCF_CRIME_FRAMES, each);
        let timing = time(Budget::seconds(1.0), || case.run())?;
        let (median, least) = (1e3 * timing.median, 1e3 * timing.least);
        println!("{name}: {median:.2} ms (least {least:.2}) for {UCF_CRIME_FRAMES} frames");
    }
    Ok(())
}
