//! `gcl find`: unlabelled footage to its most anomalous moments, in one go.

use std::path::{Path, PathBuf};

use clap::Args;
use gcl_bench::quoted;
use gcl_data::FeatureSet;
use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::report::ShownMoment;
use gcl_eval::timestamp;
use gcl_features::discover::discover;
use gcl_train::{Model, RunDir, Samples};

use super::device;
use super::error::{Done, Failure, Outcome};
use super::extract::{Chosen, FootageArgs, NetworkArgs};
use super::facts;
use super::report::{self, Contents};
use super::score::{Scoring, score};
use super::train::{self, MethodArgs};

/// Find the most anomalous moments of unlabelled footage: extract features, train on the same
/// footage, score it, and write a report with a picture of each moment.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl find footage --out found
  gcl find camera1.mp4 camera2.mp4 --out found --top 50
  gcl find footage --out found --net resnext101 --weights resnext-101-kinetics.pth

The result is found/report.html, and found/moments.csv for other programs. Rerun the same
command to resume after an interruption.")]
pub struct FindArgs {
    /// Video files or folders.
    #[arg(required = true)]
    footage: Vec<PathBuf>,
    /// Output folder.
    #[arg(long, short)]
    out: PathBuf,
    /// Maximum number of moments.
    #[arg(long, default_value_t = 20)]
    top: usize,
    #[command(flatten)]
    choice: MethodArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    how: FootageArgs,
    /// Print the moments as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: FindArgs) -> Outcome {
    // A wrong device or setting should not come to light after an hour of extraction.
    device::find(&args.choice.learning.device)?;
    train::check_settings(&args.choice)?;
    let Chosen::Pictures(extractor) = args.network.choose(&args.choice.learning.device)? else {
        let text = "box-tracks are no footage: use gcl extract, train and score";
        return Err(Failure::Usage(text.to_owned()));
    };
    let features = args.out.join("features");
    let summary = extractor.extract(&args.footage, &features, &args.how, None)?;
    // Only this footage, whatever an earlier call left in the folder.
    let wanted = discover(&args.footage).map_err(Failure::data)?;
    let set = FeatureSet::open(&features)?.select(|id| wanted.iter().any(|input| input.id == *id));
    let run = RunDir::new(&args.out);
    let model = train_or_load(&set, &run, &args.choice)?;
    let source = model.card().config.score;
    let how = Scoring { source, footage: None, manifest: None, smooth: 0.0 };
    score(&model, &set, &how, &run.scores())?;
    remember_footage(&args.footage, &run.scores())?;

    let skipped = summary.skipped.iter().map(|(id, why)| (id.to_string(), why.to_string()));
    let contents = Contents {
        title: Some("The most anomalous moments".to_owned()),
        top: args.top,
        skipped: skipped.collect(),
        ..Contents::default()
    };
    let moments = report::write(&run, &contents, &run.report())?.moments;
    write_csv(&moments, &args.out.join("moments.csv"))?;
    match args.json {
        true => print_json(&moments)?,
        false => print_table(&moments),
    }
    eprintln!("report: {}", run.report().display());
    match summary.skipped.is_empty() {
        true => Ok(Done::Fully),
        false => Ok(Done::WithSkips),
    }
}

/// A trained model: the run's own if it is finished, else trained from wherever it stands.
///
/// A run that exists keeps its configuration; other settings on the command line are refused
/// rather than ignored.
pub fn train_or_load(
    set: &FeatureSet,
    run: &RunDir,
    choice: &MethodArgs,
) -> Result<Model, Failure> {
    let wanted = train::configuration(choice, None, set)?;
    if run.exists() {
        if run.config()? != wanted {
            return Err(Failure::Usage(format!(
                "{}: the run there has other settings (config.toml); choose another folder",
                run.path().display()
            )));
        }
        if run.model().join("model.json").exists() {
            let model = Model::load(run.path(), &device::find(&choice.learning.device)?)?;
            if model.card().trained_on != Samples::on_disk(set)?.fingerprint() {
                return Err(Failure::Usage(format!(
                    "{}: the model there was trained on other footage; choose another folder, or \
                     use `gcl score`",
                    run.path().display()
                )));
            }
            eprintln!("{}: trained already", run.path().display());
            return Ok(model);
        }
    } else {
        run.create(&wanted)?;
    }
    train::train(set, run, choice, None)
}

/// Notes where each video's footage lies, for the report's pictures.
pub fn remember_footage(footage: &[PathBuf], scores: &Path) -> Result<(), Failure> {
    let mut known = facts::read(scores)?;
    for input in discover(footage).map_err(Failure::data)? {
        if let Some(video) = known.get_mut(&input.id) {
            video.footage = Some(input.path);
        }
    }
    facts::write(scores, &known)
}

/// A moment's start or end: a time where the frame rate is known, else a frame.
fn when(frame: usize, fps: Option<f64>) -> String {
    let time = fps.and_then(|fps| timestamp(frame, fps));
    time.unwrap_or_else(|| format!("frame {frame}"))
}

fn print_table(moments: &[ShownMoment]) {
    println!("{:>4}  {:>7}  {:>12}  {:>12}  video", "rank", "score", "from", "to");
    for (i, shown) in moments.iter().enumerate() {
        let (moment, fps) = (&shown.moment, shown.fps);
        let (from, to) = (when(moment.start, fps), when(moment.end, fps));
        println!("{:>4}  {:>7.4}  {from:>12}  {to:>12}  {}", i + 1, moment.score, moment.video);
    }
}

fn print_json(moments: &[ShownMoment]) -> Result<(), Failure> {
    let rows: Vec<_> = moments
        .iter()
        .enumerate()
        .map(|(i, shown)| {
            let m = &shown.moment;
            serde_json::json!({
                "rank": i + 1, "video": m.video, "start_frame": m.start, "end_frame": m.end,
                "peak_frame": m.peak_frame, "score": m.score, "fps": shown.fps,
            })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&rows).map_err(Failure::data)?);
    Ok(())
}

fn write_csv(moments: &[ShownMoment], path: &Path) -> Result<(), Failure> {
    let mut text = String::from("rank,video,start_frame,end_frame,peak_frame,score,from,to\n");
    for (i, shown) in moments.iter().enumerate() {
        let m = &shown.moment;
        let (from, to) = (when(m.start, shown.fps), when(m.end, shown.fps));
        let video = quoted(&m.video);
        text += &format!(
            "{},{video},{},{},{},{},{from},{to}\n",
            i + 1,
            m.start,
            m.end,
            m.peak_frame,
            m.score
        );
    }
    write_bytes_atomic(path, text.as_bytes()).map_err(Failure::io(path))
}
