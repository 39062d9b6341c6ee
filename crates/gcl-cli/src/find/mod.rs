//! `gcl find`: unlabelled footage to its most anomalous moments, in one go.

mod areas;
mod camera;
mod pair;
mod way;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use gcl::find::{FOLDS, Find, Follow, Found, Learner, find, method, until, when};
use gcl::pair::PairData;
use gcl::pick::Limit;
use gcl_bench::PresetChoice;
use gcl_data::{Claim, FeatureSet, Manifest, VideoId, WallTime};
use gcl_eval::report::ShownMoment;
use gcl_eval::{Rarity, about};
use gcl_features::discover::discover;
use gcl_features::gradient::Gradient;
use gcl_features::lite0;
use gcl_features::objects::ObjectFeatures;
use gcl_features::{FeatureWork, VideoInput};
use gcl_train::Preset;

use crate::device;
use crate::error::{Done, Failure, Outcome};
use crate::extract::{
    Chosen, FootageArgs, NetworkArgs, Pictures, Shown, list_passed_over, list_skipped,
};
use crate::pick_args::PickArgs;
use crate::progress::Progress;
use crate::terminal::Terminal;
use crate::train::{self, LearningArgs, MethodArgs};
use crate::values::named;
use areas::AreaArgs;
use camera::CameraRule;
use way::{Way, ways};

/// Find the most anomalous moments of unlabelled footage: extract features, train on the same
/// footage, score it, and write a report with a picture of each moment.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl find footage
  gcl find camera1.mp4 camera2.mp4 --out cameras --top 50
  gcl find footage --method interleave
  gcl find footage --net resnext101 --weights resnext-101-kinetics.pth

The result is found/report.html, and for other programs found/moments.csv and
found/moments.json, for video editors found/moments.edl and .otio. Rerun the same command to resume after an interruption,
or after files were added: only what is new is looked at.")]
pub struct FindArgs {
    /// Video files or folders.
    #[arg(required = true)]
    footage: Vec<PathBuf>,
    /// Output folder.
    #[arg(long, short, default_value = "found")]
    out: PathBuf,
    #[command(flatten)]
    moments: PickArgs,
    /// Method to train [default: knn; with preset `paper` gcl-pt]
    #[arg(long, value_parser = ways())]
    method: Option<Way>,
    /// Hyperparameters: `paper` is tuned for ResNeXt-101 features, `any` is for all others; `auto`
    /// selects one based on the features.
    #[arg(long, default_value = "auto",
          value_parser = named::<PresetChoice>(["auto", "any", "paper"]))]
    preset: PresetChoice,
    #[command(flatten)]
    learning: LearningArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// What tells cameras apart: each one's scores are put on one scale, and counted by themselves
    #[arg(long, value_name = "RULE", default_value = "manifest",
          value_parser = named::<CameraRule>(CameraRule::values()))]
    camera: CameraRule,
    #[command(flatten)]
    areas: AreaArgs,
    #[command(flatten)]
    how: FootageArgs,
    /// Cut the footage into this many parts and score each by a model that was trained on the others, so
    /// that no event is its own example of what is usual; 0 scores it by the model of all of it, and so is
    /// footage of fewer than 10 clips a part [default: 10; not for `interleave`]
    #[arg(long, value_name = "FOLDS")]
    cross_fit: Option<usize>,
    /// Train anew where footage was added, changed or taken away since the run in the output folder, whatever the
    /// method; the baselines such as knn, which are quick, always are.
    #[arg(long)]
    refit: bool,
    /// Write each moment to a video file of its own, found/clips/NNNN-VIDEO.mp4, which the report plays: H.264, HEVC
    /// and Motion JPEG in MP4, MOV or Matroska are cut without loss, other files by an ffmpeg on the PATH
    #[arg(long)]
    clips: bool,
    /// Print the moments as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(mut args: FindArgs) -> Outcome {
    args.how.areas = args.areas.areas()?;
    // A wrong device or setting should not come to light after an hour of extraction.
    device::find(&args.learning.how.device)?;
    if args.moments.pick()?.limit == Limit::Top(0) {
        return unsuited("--top is 0; it must be at least 1");
    }
    match args.method {
        Some(Way::Interleave) => pair::check(&args)?,
        _ => train::check_settings(&args.choice())?,
    }
    let inputs = discover(&args.footage).map_err(Failure::data)?;
    list_passed_over(&args.footage);
    let net = || match lite0::sees(&inputs, args.how.decoder) {
        true => "lite0",
        false => "gradient",
    };
    let pictures = match args.network.choose(&args.learning.how.device, net)? {
        Chosen::Pictures(pictures) => pictures,
        Chosen::Tracks { .. } => {
            return unsuited("box-tracks are no footage: use gcl extract, train and score");
        }
        Chosen::Cubes => {
            return unsuited(
                "cubes are for a pair of models: use gcl extract and gcl pair train --cubes",
            );
        }
        Chosen::Poses { .. } => {
            return unsuited(
                "poses are for a pair of models: use gcl extract and gcl pair train --poses",
            );
        }
    };
    if let (Some(Way::Interleave), Pictures::Objects { what: ObjectFeatures::Windows, .. }) =
        (args.method, &pictures)
    {
        return unsuited("interleave learns from clips; the rows of object-windows are objects");
    }
    let _claim = Claim::alone(&args.out)?;
    let found = match &pictures {
        Pictures::Gradient { .. } => find_with(&args, &inputs, &pictures, &Gradient)?,
        Pictures::Lite0 { extractor, .. } => find_with(&args, &inputs, &pictures, &**extractor)?,
        Pictures::Network { extractor, .. } => find_with(&args, &inputs, &pictures, &**extractor)?,
        Pictures::Objects { what, .. } => find_with(&args, &inputs, &pictures, what)?,
    };
    match args.json {
        true => {
            eprintln!("{}", found.answer);
            println!("{}", gcl::moments::json(&found.moments)?);
        }
        false => {
            println!("{}\n", found.answer);
            print_table(&found.moments);
        }
    }
    eprintln!(
        "{} on {} features, scored by {}",
        found.method,
        pictures.identity().name,
        found.source
    );
    found.listed.iter().for_each(|text| eprintln!("{text}"));
    if let Some(views) = &found.views {
        eprintln!("{views}");
    }
    if args.clips {
        let (all, cut) =
            (found.moments.len(), found.moments.iter().filter(|m| m.clip.is_some()).count());
        let why = if cut < all { "; the report says why the others have none" } else { "" };
        eprintln!("clips: {cut} of {all} moments{why}");
    }
    eprintln!("report: {}", found.report.display());
    Ok(Done::all(found.extraction.skipped.is_empty()))
}

/// Refuses an extractor whose features are not for this command, and says which commands take them.
fn unsuited(text: &str) -> Outcome {
    Err(Failure::Usage(text.to_owned()))
}

impl FindArgs {
    /// The arguments of a method of features.
    fn choice(&self) -> MethodArgs {
        let method = match self.method {
            Some(Way::Features(method)) => Some(method),
            _ => None,
        };
        MethodArgs { method, preset: self.preset, learning: self.learning.clone() }
    }
}

/// The clock times of videos, by the manifest that also has the labels.
fn clocks(args: &FindArgs) -> Result<BTreeMap<VideoId, WallTime>, Failure> {
    let manifest = args.learning.labels.as_deref().map(Manifest::read).transpose()?;
    let videos = manifest.map(|manifest| manifest.videos).unwrap_or_default();
    Ok(videos.into_iter().filter_map(|(id, entry)| Some((id, entry.clock?))).collect())
}

/// Finds with progress on the terminal.
fn find_with<E: FeatureWork>(
    args: &FindArgs,
    inputs: &[VideoInput],
    pictures: &Pictures,
    extractor: &E,
) -> Result<Found, Failure> {
    let normal = train::normal_videos(&args.learning)?;
    let configuration = |set: &FeatureSet| {
        let mut choice = args.choice();
        choice.method = choice
            .method
            .or_else(|| (args.preset != PresetChoice::Fixed(Preset::Paper)).then(|| method(set)));
        let config = train::configuration(&choice, None, set);
        config.map_err(|failure| gcl::Error::Setting(failure.message().to_owned()))
    };
    let of_pair = |set: &FeatureSet| pair::choice(args).config(&PairData::default(), set);
    let interleaved = args.method == Some(Way::Interleave);
    let wanted = Find {
        footage: &args.footage,
        out: &args.out,
        extraction: pictures.options(&args.how, None),
        learner: match interleaved {
            true => Learner::Pair(&of_pair),
            false => Learner::Features(&configuration),
        },
        training: train::training_options(&args.learning, &normal)?,
        folds: args.cross_fit.unwrap_or(FOLDS),
        cameras: args.camera.cameras(inputs, train::cameras(&args.learning)?),
        clocks: clocks(args)?,
        pick: args.moments.pick()?,
        refit: args.refit,
        clips: args.clips,
    };
    if let Some(change) = wanted.check(inputs)? {
        eprintln!("footage: {change}; the model is trained anew on what is there now");
    }
    let shown = Shown::new(inputs);
    let mut terminal = if interleaved { Terminal::pair() } else { Terminal::new(None) };
    let mut scoring = None;
    let found = find(
        &wanted,
        extractor,
        &mut Follow {
            extraction: &|step| shown.follow(step),
            extracted: &mut |summary| {
                shown.finish();
                list_skipped(summary);
            },
            training: &mut terminal,
            scoring: &mut |done, videos| {
                let bar = || Progress::new("scoring", "videos", videos as u64);
                scoring.get_or_insert_with(bar).set(done as u64);
            },
        },
    );
    shown.finish();
    terminal.finish();
    if let Some(bar) = scoring {
        bar.finish();
    }
    Ok(found?)
}

fn print_table(moments: &[ShownMoment]) {
    // A column more where any recording tells its clock time.
    let any = moments.iter().any(|shown| shown.recorded.is_some());
    let recorded = if any { format!("{:<21}", "recorded") } else { String::new() };
    println!(
        "{:>4}  {:>8}  {:>9}  {:>9}  {:>12}  {:>12}  {recorded}video",
        "rank", "score", "rarity", "once in", "from", "to"
    );
    for (i, shown) in moments.iter().enumerate() {
        let (moment, clock) = (&shown.moment, shown.clock.as_ref());
        let (from, to) = (when(moment.start, clock), until(moment.end, clock));
        let once_in = shown.rarity.and_then(|rarity| rarity.once_in).map(about);
        let rarity = shown.rarity.map(|r| Rarity { once_in: None, ..r }.to_string());
        let at = shown.wall_time(moment.start).map(|at| at.to_string()).unwrap_or_default();
        let at = if any { format!("{at:<21}") } else { at };
        println!(
            "{:>4}  {:>8.4}  {:>9}  {:>9}  {from:>12}  {to:>12}  {at}{}",
            i + 1,
            moment.score,
            rarity.unwrap_or_default(),
            once_in.unwrap_or_default(),
            moment.video
        );
    }
}
