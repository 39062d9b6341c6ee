//! Writes a report about made-up scores: `cargo run --example sample_report -- report.html`

use gcl_data::Clock;
use gcl_eval::report::{Report, ShownMoment, Tile, VideoScores};
use gcl_eval::svg::{Bars, Histogram, LineChart, Series};
use gcl_eval::{Evaluator, MomentOptions, find_moments, rarities};

const FPS: f64 = 5.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: sample_report FILE.html")?;
    let videos: Vec<VideoScores> = (0..6).map(video).collect();

    let mut evaluator = Evaluator::default();
    for video in &videos {
        evaluator.push(&video.video, &video.scores, video.truth.as_deref().unwrap_or_default())?;
    }
    let (evaluation, ranking) = evaluator.finish_with_ranking();
    let (low, high) = ranking.range().unwrap_or_default();
    let (normal, abnormal) = ranking.histogram(60);

    let options = MomentOptions { sigma: 5.0, ..MomentOptions::default() };
    let moments = find_moments(videos.iter().map(|v| (&v.video, &v.scores)), &options)?;

    let mut report = Report::new("Loading bay, 21 to 26 June");
    report.subtitle = "Scores of a sample, made up to show what a report looks like".to_owned();
    report.tiles = vec![
        Tile { label: "Videos".into(), value: "6".into(), note: "6 hours, 1 left out".into() },
        Tile { label: "Moments".into(), value: moments.len().to_string(), note: "top 2 %".into() },
    ];
    report.warnings = vec![
        "The scores were trained on the same footage that they rank.".to_owned(),
        "cam-2/05 has no abnormal frame, so it has no AUC of its own.".to_owned(),
    ];
    let seconds = videos.iter().map(VideoScores::seconds).sum();
    let rarities = rarities(&moments, videos.iter().map(|v| &v.scores[..]), seconds);
    report.moments = moments
        .into_iter()
        .zip(rarities)
        .map(|(moment, rarity)| ShownMoment {
            moment,
            clock: Some(Clock::Even(FPS)),
            picture: None,
            place: None,
            rarity: Some(rarity),
            stands_out: None,
            recorded: None,
            clip: None,
        })
        .collect();
    report.histogram = Some(Histogram {
        title: "Scores by class".into(),
        x_label: "score".into(),
        low: low.into(),
        high: high.into(),
        series: vec![
            Bars { name: "normal".into(), counts: normal },
            Bars { name: "abnormal".into(), counts: abnormal },
        ],
    });
    report.training = training();
    report.evaluation = Some(evaluation);
    report.config = [("method", "gcl-pt"), ("epochs", "15"), ("batch", "8192"), ("seed", "1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    report.skipped = vec![("cam-2/06".into(), "the file ends inside a frame".into())];
    report.videos = videos;
    std::fs::write(path, report.render())?;
    Ok(())
}

/// An hour of noise with a few abnormal stretches, but for the last video.
fn video(index: usize) -> VideoScores {
    let mut state = index as u64 + 1;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let frames = 18_000 + 13 * index;
    let mut truth = vec![false; frames];
    if index < 5 {
        for event in 0..=index % 3 {
            let start = (2500 + 5200 * event + 900 * index) % (frames - 700);
            truth.iter_mut().skip(start).take(300 + 90 * event).for_each(|t| *t = true);
        }
    }
    let mut level = 0.0;
    let scores = truth.iter().map(|abnormal| {
        let target = if *abnormal { 0.55 } else { 0.0 };
        level += (target - level) * 0.03;
        (0.18 + level + 0.2 * (noise() + noise() - 1.0)).clamp(0.0, 1.0)
    });
    let scores = scores.collect();
    let camera = 1 + index / 3;
    VideoScores {
        video: format!("cam-{camera}/{index:02}"),
        scores,
        truth: Some(truth),
        clock: Some(Clock::Even(FPS)),
        recorded: None,
    }
}

fn training() -> Vec<LineChart> {
    let line = |name: &str, start: f64, end: f64, pace: f64| Series {
        name: name.to_owned(),
        points: (1..=15)
            .map(f64::from)
            .map(|epoch| (epoch, end + (start - end) * (-epoch / pace).exp()))
            .collect(),
    };
    let chart = |title: &str, y_label: &str, series| LineChart {
        title: title.to_owned(),
        x_label: "epoch".to_owned(),
        y_label: y_label.to_owned(),
        y_range: None,
        series,
    };
    vec![
        chart(
            "Losses",
            "mean loss of an epoch",
            vec![line("generator", 1.1, 0.31, 3.0), line("discriminator", 0.69, 0.42, 5.0)],
        ),
        chart(
            "Pseudo-labels",
            "share labelled abnormal (%)",
            vec![
                line("by the generator", 22.0, 9.0, 4.0),
                line("by the discriminator", 30.0, 11.0, 2.0),
            ],
        ),
    ]
}
