//! `gcl train --method interleave`, and each model alone.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use gcl_core::{OneClass, Scaler};
use gcl_data::poses::Points;
use gcl_data::tracks::BOX_POINTS;
use gcl_data::{FeatureSet, PackedCubes, VideoId};
use gcl_train::interleave::{
    Alone, Choice, InterleaveEvent, InterleavePreset, InterleaveRun, Interleaver, Objects,
    OneClassAlone, OneClassKind, PairConfig, PairMethod, PairModel, Snippets, Supervision, Videos,
    WeakAlone, WeakKind, interleave, train_alone,
};
use serde::Serialize;

use super::data::{ObjectArgs, OneClassSide, VideoArgs, snippets};
use super::judge::{TestArgs, TestVideos};
use super::progress::{Terminal, line};
use crate::cli::error::{Done, Failure, Outcome};
use crate::cli::progress::Progress;
use crate::cli::{device, interrupt};

/// Train a one-class and a weakly-supervised model that label for each other, without labels; or
/// one of them alone, with the labels that its own paper uses.
#[derive(Parser, Debug)]
#[command(after_help = "Examples:
  gcl train --method interleave --occ stg-nf --ws rtfm --poses poses --features i3d --out runs/pair
  gcl train --method interleave --occ ae --ws sultani --features c3d --clip-length 16 --out runs/ae
  gcl train --method interleave --occ stg-nf --ws rtfm --tracks tracks --features boxes --out runs/t \\
      --manifest videos.csv --split train --test-split test --truth masks
  gcl train --method stg-nf --poses poses --features i3d --manifest videos.csv --out runs/flow
  gcl train --resume --out runs/pair --poses poses --features i3d")]
pub struct PairArgs {
    /// Both models; or one alone: a one-class model on videos labelled normal (on all of them with
    /// --set supervision=none), a weakly-supervised one with a label for each video.
    #[arg(long, default_value = "interleave")]
    method: Method,
    /// The one-class model: ae, stg-nf or jigsaw.
    #[arg(long, default_value = "stg-nf")]
    occ: Occ,
    /// The weakly-supervised model: rtfm or sultani.
    #[arg(long, default_value = "rtfm")]
    ws: Ws,
    #[command(flatten)]
    files: ObjectArgs,
    /// Features of snippets: one .npy a video, [T, d] or [T, crops, d]. They also say which videos
    /// there are.
    #[arg(long)]
    features: PathBuf,
    /// The run's folder.
    #[arg(long, short)]
    out: PathBuf,
    #[command(flatten)]
    about: VideoArgs,
    /// Train on this split of the manifest.
    #[arg(long, requires = "manifest")]
    split: Option<String>,
    #[command(flatten)]
    test: TestArgs,
    /// Where the settings come from: the paper's text, or what its authors' code does.
    #[arg(long, default_value = "joint-vad-code")]
    preset: Preset,
    /// Every random decision follows from this number.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Change one value of the configuration: key=value, with dots into the tables.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Go on with a run that was interrupted, with the same data.
    #[arg(long, conflicts_with_all = ["method", "occ", "ws", "preset", "seed", "set"])]
    resume: bool,
    /// The device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Method {
    Interleave,
    StgNf,
    Jigsaw,
    Rtfm,
    Sultani,
    /// Whatever --occ says, alone.
    OneClass,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Occ {
    Ae,
    StgNf,
    Jigsaw,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Ws {
    Rtfm,
    Sultani,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    Paper,
    JointVadCode,
}

/// Runs the command.
pub fn run(args: PairArgs) -> Outcome {
    // Nothing is written before everything is known to be right.
    let device = device::find(&args.device)?;
    let features = args.about.features(&args.features)?;
    let ids: Vec<VideoId> = features.videos().iter().map(|video| video.id.clone()).collect();
    let known = args.about.known(&ids)?;
    let run = InterleaveRun::new(&args.out);
    let config = match (args.resume, run.dir().exists()) {
        (true, true) => run.config()?,
        (true, false) => {
            let text = "no run to resume here; leave --resume out to start one";
            return Err(Failure::Usage(format!("{}: {text}", args.out.display())));
        }
        (false, true) => {
            let text = "there is a run already; --resume goes on with it, or choose another folder";
            return Err(Failure::Usage(format!("{}: {text}", args.out.display())));
        }
        (false, false) => args.configuration(&features)?,
    };
    let normal_only = config.supervision == Supervision::NormalVideos;
    let set = known.select(&features, args.split.as_deref(), normal_only)?;
    let videos = Videos::of(&set, known.frames())?;
    let (snippets, scaler) = snippets(&set, &config, None)?;
    let labels = match config.supervision {
        Supervision::VideoLabels => Some(known.anomalous(&videos)?),
        _ => None,
    };
    let side = match config.method {
        PairMethod::Weak => None,
        _ => Some(OneClassSide::open(
            &config,
            &args.files,
            (&videos, Some(&snippets)),
            false,
            &device,
        )?),
    };
    let about = (&args.about, &args.files);
    let test = args.test.open(&features, about, (&config, &scaler))?;
    let test_side = match (&test, &side) {
        (Some(test), Some(_)) => {
            let own = (&test.videos, Some(&test.snippets));
            Some(OneClassSide::open(&config, &test.files, own, true, &device)?)
        }
        _ => None,
    };
    if !args.resume {
        run.create(&config)?;
    }
    let training = Training { run, config, scaler, set, snippets, labels, test, device };
    let outcome = match (side, test_side) {
        (None, _) => training.weak_alone(),
        (Some(OneClassSide::Ae(model, objects)), test) => {
            let test = test.and_then(|side| match side {
                OneClassSide::Ae(_, objects) => Some(objects),
                _ => None,
            });
            training.one_class(model, (objects, None), test)
        }
        (Some(OneClassSide::StgNf(model, objects, scored)), test) => {
            let test = test.and_then(|side| match side {
                OneClassSide::StgNf(_, objects, _) => Some(objects),
                _ => None,
            });
            training.one_class(model, (objects, scored), test)
        }
        (Some(OneClassSide::Jigsaw(model, objects)), test) => {
            let test = test.and_then(|side| match side {
                OneClassSide::Jigsaw(_, objects) => Some(objects),
                _ => None,
            });
            training.one_class(model, (objects, None), test)
        }
    };
    outcome.map_err(|failure| match failure {
        Failure::Interrupted(text) => {
            Failure::Interrupted(format!("{text}: the same command with --resume goes on"))
        }
        other => other,
    })?;
    println!("{}", args.out.display());
    Ok(Done::Fully)
}

impl PairArgs {
    fn configuration(&self, features: &FeatureSet) -> Result<PairConfig, Failure> {
        let method = match self.method {
            Method::Interleave => PairMethod::Interleave,
            Method::StgNf | Method::Jigsaw | Method::OneClass => PairMethod::OneClass,
            Method::Rtfm | Method::Sultani => PairMethod::Weak,
        };
        let one_class = match (self.method, self.occ) {
            (Method::StgNf, _) | (Method::Interleave | Method::OneClass, Occ::StgNf) => {
                OneClassKind::StgNf
            }
            (Method::Jigsaw, _) | (Method::Interleave | Method::OneClass, Occ::Jigsaw) => {
                OneClassKind::Jigsaw
            }
            _ => OneClassKind::Ae,
        };
        let weak = match (self.method, self.ws) {
            (Method::Sultani, _) | (Method::Interleave, Ws::Sultani) => WeakKind::Sultani,
            _ => WeakKind::Rtfm,
        };
        let boxes = self.files.tracks.is_some() || self.files.poses.is_none() && is_boxes(features);
        let cube = match (&self.files.cubes, one_class) {
            (Some(path), OneClassKind::Jigsaw) => {
                let cubes = PackedCubes::open(path).map_err(Failure::data)?;
                let at = |i: usize| cubes.shape().get(i).copied().unwrap_or(0);
                (at(1), at(2))
            }
            _ => (9, 64),
        };
        let preset = match self.preset {
            Preset::Paper => InterleavePreset::Paper,
            Preset::JointVadCode => InterleavePreset::JointVadCode,
        };
        let points = if boxes { BOX_POINTS } else { Points { joints: 18, channels: 3 } };
        let (dim, seed) = (features.dim(), self.seed);
        let choice = Choice { method, preset, one_class, weak, dim, points, cube, seed };
        Ok(PairConfig::new(choice).with(&self.set)?)
    }
}

/// Whether the features were made of box tracks.
fn is_boxes(features: &FeatureSet) -> bool {
    features.identity().is_some_and(|identity| identity.name == "box-tracks")
}

/// One training, ready to go.
struct Training {
    run: InterleaveRun,
    config: PairConfig,
    scaler: Scaler,
    set: FeatureSet,
    snippets: Snippets,
    labels: Option<Vec<bool>>,
    test: Option<TestVideos>,
    device: gcl_core::Device,
}

/// What results.json holds. `oracle` was chosen with the test set's labels: an upper bound.
#[derive(Serialize)]
struct Results {
    test_videos: usize,
    test_frames: usize,
    last: Auc,
    #[serde(skip_serializing_if = "Option::is_none")]
    oracle: Option<Auc>,
    thresholds: Vec<usize>,
}

/// Frame AUCs.
#[derive(Clone, Copy, Serialize)]
struct Auc {
    one_class: Option<f64>,
    weak: Option<f64>,
}

impl Training {
    /// The one-class model with its partner, or alone.
    fn one_class<M: OneClass, X: Objects<Batch = M::Batch>>(
        self,
        model: M,
        (objects, scored): (X, Option<X>),
        test_objects: Option<X>,
    ) -> Result<(), Failure> {
        if self.config.method == PairMethod::OneClass {
            return self.one_class_alone(model, objects, test_objects);
        }
        let weak = self.config.weak_model(&self.device)?;
        let mut training = Interleaver::new(
            self.config.interleave.clone(),
            (model, objects, scored),
            (weak, self.snippets.clone()),
            self.labels.as_deref(),
            &self.device,
        )?;
        let mut terminal = Terminal {
            progress: Progress::new("interleaving", "steps", 0),
            steps: 0,
            test: self.test.as_ref().zip(test_objects),
            device: self.device.clone(),
        };
        let result = interleave(&self.run, &mut training, &interrupt::INTERRUPTED, &mut terminal);
        terminal.progress.finish();
        result?;
        let core = |e: gcl_core::CoreError| Failure::data(e);
        let one_class = training.one_class().save().map_err(core)?;
        let weak = training.weak().save().map_err(core)?;
        self.card().save(&self.run.dir().model(), Some(one_class), Some(weak))?;

        let mut judged = Vec::new();
        for event in self.run.events()? {
            if let InterleaveEvent::Judged(j) = event {
                judged.push(Auc { one_class: j.one_class, weak: j.weak });
            }
        }
        if let Some(last) = judged.last().copied() {
            let best = |of: fn(&Auc) -> Option<f64>| judged.iter().filter_map(of).reduce(f64::max);
            let oracle = Auc { one_class: best(|a| a.one_class), weak: best(|a| a.weak) };
            self.write_results(last, Some(oracle), training.thresholds().to_vec())?;
        }
        Ok(())
    }

    fn one_class_alone<M: OneClass, X: Objects<Batch = M::Batch>>(
        self,
        model: M,
        objects: X,
        test_objects: Option<X>,
    ) -> Result<(), Failure> {
        let (settings, seed) = (self.config.alone.clone(), self.config.interleave.seed);
        let mut alone = OneClassAlone::new(model, objects, settings, seed, &self.device)?;
        self.rounds(&mut alone)?;
        let state = alone.model().save().map_err(Failure::data)?;
        self.card().save(&self.run.dir().model(), Some(state), None)?;
        if let Some((test, objects)) = self.test.as_ref().zip(test_objects) {
            let one_class = test.one_class(alone.model(), &objects, &self.device)?;
            self.write_results(Auc { one_class, weak: None }, None, Vec::new())?;
        }
        Ok(())
    }

    fn weak_alone(self) -> Result<(), Failure> {
        let labels = self.labels.as_deref().ok_or_else(|| {
            Failure::Usage(
                "a weakly-supervised model alone needs supervision = \"video-labels\"".to_owned(),
            )
        })?;
        let weak = self.config.weak_model(&self.device)?;
        let (settings, seed) = (self.config.alone.clone(), self.config.interleave.seed);
        let mut alone = WeakAlone::new(weak, &self.snippets, labels, settings, seed, &self.device)?;
        self.rounds(&mut alone)?;
        let state = alone.model().save().map_err(Failure::data)?;
        self.card().save(&self.run.dir().model(), None, Some(state))?;
        if let Some(test) = &self.test {
            let weak = test.weak(alone.model(), &self.device)?;
            self.write_results(Auc { one_class: None, weak }, None, Vec::new())?;
        }
        Ok(())
    }

    /// Trains a model alone, from the start or from the run's saved state.
    fn rounds(&self, alone: &mut dyn Alone) -> Result<(), Failure> {
        let dir = self.run.dir();
        let mut log = match dir.state()? {
            Some((state, events)) => {
                alone.load(&state)?;
                dir.event_log(events)?
            }
            None => dir.event_log(0)?,
        };
        let progress = std::cell::RefCell::new(Progress::new("training", "steps", 0));
        let result = train_alone(
            alone,
            &mut |step, steps| {
                let mut progress = progress.borrow_mut();
                progress.set_total(steps as u64);
                progress.set(step as u64);
                !interrupt::requested()
            },
            &mut |alone, epoch, loss| {
                let event = InterleaveEvent::Epoch { epoch, loss };
                log.write(&event)?;
                if let Some(text) = line(&event) {
                    progress.borrow().say(&text);
                }
                dir.save_state(alone.save()?, log.count())
            },
        );
        progress.into_inner().finish();
        Ok(result?)
    }

    fn card(&self) -> PairModel {
        let (config, scaler) = (self.config.clone(), Some(self.scaler.clone()));
        PairModel { config, scaler, extractor: self.set.identity().cloned() }
    }

    /// Writes results.json and prints the AUCs to standard error.
    fn write_results(
        &self,
        last: Auc,
        oracle: Option<Auc>,
        thresholds: Vec<usize>,
    ) -> Result<(), Failure> {
        let Some(test) = &self.test else { return Ok(()) };
        let (test_videos, test_frames) = test.size();
        let show = |auc: Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.4}"));
        eprintln!("frame AUC: one-class {}, weak {}", show(last.one_class), show(last.weak));
        if let Some(best) = oracle {
            let (one_class, weak) = (show(best.one_class), show(best.weak));
            eprintln!("best loops, chosen by these labels: one-class {one_class}, weak {weak}");
        }
        let results = Results { test_videos, test_frames, last, oracle, thresholds };
        let json = serde_json::to_vec_pretty(&results).map_err(Failure::data)?;
        let path = self.run.dir().path().join("results.json");
        gcl_data::atomic::write_bytes_atomic(&path, &json).map_err(Failure::io(&path))
    }
}

/// The features' facts that both training and scoring must agree on.
pub fn check_extractor(card: &PairModel, set: &FeatureSet) -> Result<(), Failure> {
    match (&card.extractor, set.identity()) {
        (Some(a), Some(b)) => match a.difference(b) {
            None => Ok(()),
            Some((what, expected, found)) => Err(Failure::Data(format!(
                "{}: other features than the training ones: the extractor's {what} was {expected} \
                 and is {found}",
                set.dir().display()
            ))),
        },
        _ => Ok(()),
    }
}
