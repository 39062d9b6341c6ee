//! What the figures mean for a user's footage.

use super::figure::Figure;

/// Frames of an hour at 30 a second.
const HOUR: f64 = 108_000.0;
/// Training segments of UCF-Crime, and the paper's epochs over them (§4).
const SEGMENTS: f64 = 779_951.0;
const EPOCHS: f64 = 15.0;

/// A sentence for each thing that the figures allow to say.
pub fn estimates(figures: &[Figure]) -> Vec<String> {
    let mut lines = Vec::new();
    let named = |f: &Figure| f.settings.get("net").and_then(|n| n.as_str()).map(str::to_owned);
    let mut nets: Vec<String> = figures.iter().filter_map(named).collect();
    nets.dedup();
    for net in nets {
        let of = |f: &&Figure| named(f).as_deref() == Some(net.as_str());
        let rates = figures.iter().filter(of).filter_map(|f| f.rates.get("frames/s").copied());
        let fastest = rates.fold(0.0, f64::max);
        let crops =
            figures.iter().find(of).and_then(|f| f.settings.get("crops_of_gcl_extract")?.as_u64());
        let crops = crops.unwrap_or(1);
        let time = words(HOUR * crops as f64 / fastest);
        let with = if crops > 1 { format!(", with its {crops} crops,") } else { String::new() };
        lines.push(format!(
            "An hour of footage of 30 frames a second takes {net}{with} about {time}."
        ));
    }
    if let Some(rate) = rate(figures, "decode", "frames/s") {
        let time = words(HOUR / rate);
        lines.push(format!(
            "Decoding that hour, one size as measured, takes one core about {time}."
        ));
    }
    // Another size says nothing about the paper's.
    let paper = |f: &&Figure| f.item == "gcl-step" && f.settings.get("dim") == Some(&2048.into());
    if let Some(rate) = figures.iter().find(paper).and_then(|f| f.rates.get("segments/s")) {
        let time = words(EPOCHS * SEGMENTS / rate);
        lines.push(format!(
            "Training on features of UCF-Crime's size, 15 epochs over 780 thousand segments, takes about \
             {time}."
        ));
    }
    lines
}

fn rate(figures: &[Figure], item: &str, unit: &str) -> Option<f64> {
    figures.iter().find(|f| f.item == item)?.rates.get(unit).copied()
}

/// A time in the unit that a person would take.
fn words(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} hours", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gcl_bench::measure::Timing;

    #[test]
    fn estimates_take_the_fastest_batch() {
        let figure = |net: &str, ms: f64| {
            let timing = Timing { median: ms / 1e3, least: 0.0, repetitions: 3 };
            Figure::new("extract", net.to_owned(), "clip", timing)
                .rate("frames/s", 16.0)
                .setting("net", net)
                .setting("crops_of_gcl_extract", if net == "i3d-resnet50" { 10 } else { 1 })
        };
        let slow = figure("i3d-resnet50", 400.0);
        let lines = estimates(&[figure("c3d", 50.0), figure("c3d", 40.0), slow]);
        // 108,000 frames at 400 a second; at 40 a second, ten times.
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("c3d about 4.5 min"), "{}", lines[0]);
        assert!(
            lines[1].contains("i3d-resnet50, with its 10 crops, about 7.5 hours"),
            "{}",
            lines[1]
        );
        assert!(estimates(&[]).is_empty());
    }
}
