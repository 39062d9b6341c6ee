//! `gcl demo`: the whole way, on a scene that the program renders itself.

mod motion;
mod render;

use std::path::{Path, PathBuf};

use clap::Args;
use gcl::facts::remember_footage;
use gcl::find::train_or_load;
use gcl::judge::{Judgement, TestSet, judge};
use gcl::pick::Pick;
use gcl::recorded::Recorded;
use gcl::report::{self, Contents};
use gcl::score::Scoring;
use gcl_data::{Clips, FeatureSet, Truth, TruthFormat, VideoId};
use gcl_eval::report::Tile;
use gcl_eval::{Evaluator, Measure};
use gcl_features::discover;
use gcl_features::scene::SceneOptions;
use gcl_train::{Model, RunDir, ScoreSource};

use super::device;
use super::error::{Done, Failure, Outcome};
use super::extract::{FootageArgs, Pictures};
use super::score;
use super::terminal::Terminal;
use super::train::{self, MethodArgs};

/// Render a small surveillance scene, learn from it without labels, and evaluate the result: the
/// complete pipeline in about a minute, without a download.
#[derive(Args, Debug)]
#[command(
    after_help = "People walk through the picture; now and then somebody rides a bicycle, runs, or \
walks against the
flow. The training videos hold a few of these too, unlabelled. Open the report at the end."
)]
pub struct DemoArgs {
    /// Output folder of the demo.
    #[arg(long, short, default_value = "gcl-demo")]
    out: PathBuf,
    /// Random seed of the scene: another seed gives a different place, people and events.
    #[arg(long, default_value_t = 1)]
    scene_seed: u64,
    #[command(flatten)]
    choice: MethodArgs,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The frame AUC of one way to score.
struct Row {
    name: String,
    auc: Measure,
}

/// Runs the command.
pub fn run(args: DemoArgs) -> Outcome {
    device::find(&args.choice.learning.how.device)?;
    train::check_settings(&args.choice)?;
    let (videos, features) = (args.out.join("videos"), args.out.join("features"));
    let truth_path = args.out.join("truth.csv");
    render::scene(args.scene_seed, &SceneOptions::default(), &videos, &truth_path)?;
    let footage = [videos.clone()];
    let extractor = Pictures::Gradient { clips: Clips::default() };
    extractor.extract(&footage, &features, &FootageArgs::default(), None)?;

    let set = FeatureSet::open(&features)?;
    let (train, test) =
        (set.select(|id| is_part(id, "train")), set.select(|id| is_part(id, "test")));
    let run = RunDir::new(args.out.join("run"));
    let config = train::configuration(&args.choice, None, &train)?;
    let normal = train::normal_videos(&args.choice.learning)?;
    let options = train::training_options(&args.choice.learning, &normal)?;
    let mut terminal = Terminal::new(None);
    let model = train_or_load(&train, &run, &config, &options, &mut terminal);
    terminal.finish();
    let model = model?;
    let how = Scoring { source: model.card().config.score, manifest: None, smooth: 0.0 };
    score::with_progress(&model, &test, &how, &run.scores())?;
    let inputs = discover(&footage).map_err(Failure::data)?;
    remember_footage(&inputs, &Recorded::default(), &run.scores())?;

    let truth = Truth::read(&truth_path, TruthFormat::Ranges)?;
    let clips = test.clips().unwrap_or_default();
    let rows = rate(&model, &TestSet::new(test, clips, &truth, None)?, &videos)?;
    let tiles = rows.iter().skip(1).map(|row| Tile {
        label: format!("AUC by {}", row.name),
        value: shown(row.auc),
        note: String::new(),
    });
    let contents = Contents {
        title: Some(format!("Demo: scene {}", args.scene_seed)),
        truth: Some(&truth),
        pick: Pick::top(12),
        device: Some(&options.device),
        tiles: tiles.collect(),
        ..Contents::default()
    };
    let out = run.report();
    report::write(&run, &contents, &out)?;
    print(&rows, &out, args.json)?;
    Ok(Done::Fully)
}

fn is_part(id: &VideoId, part: &str) -> bool {
    id.as_str().split('/').next() == Some(part)
}

/// The frame AUC of every score that the model has, its own first, and of plain motion energy.
fn rate(model: &Model, test: &TestSet, videos: &Path) -> Result<Vec<Row>, Failure> {
    let (method, own) = (model.card().config.method, model.card().config.score);
    let mut judged = judge(model, test)?;
    judged
        .sort_by_key(|judged| (judged.source != own, judged.source != ScoreSource::Discriminator));
    let row = |judged: Judgement| Row {
        name: format!("{method}, {}", judged.source),
        auc: judged.evaluation.micro_auc,
    };
    let mut rows: Vec<Row> = judged.into_iter().map(row).collect();
    let mut motion = Evaluator::default();
    for video in &test.videos {
        let energy = motion::energy(&video.id.file(videos, "y4m"), test.clips)?;
        motion.push(video.id.as_str(), &test.expand(video, &energy)?, &video.labels)?;
    }
    let auc = motion.finish().micro_auc;
    rows.push(Row { name: "motion energy, for comparison".to_owned(), auc });
    Ok(rows)
}

fn shown(auc: Measure) -> String {
    auc.value().map_or_else(|| "undefined".to_owned(), |value| format!("{value:.4}"))
}

fn print(rows: &[Row], report: &Path, json: bool) -> Result<(), Failure> {
    if json {
        let auc: serde_json::Map<String, serde_json::Value> =
            rows.iter().map(|row| (row.name.clone(), serde_json::json!(row.auc))).collect();
        let json = serde_json::json!({ "auc": auc, "report": report });
        println!("{}", serde_json::to_string_pretty(&json).map_err(Failure::data)?);
        return Ok(());
    }
    println!("frame AUC  score");
    for row in rows {
        println!("{:>9}  {}", shown(row.auc), row.name);
    }
    println!("\nreport: {}", report.display());
    Ok(())
}
