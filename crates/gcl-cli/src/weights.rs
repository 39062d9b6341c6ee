//! `gcl weights`: what is in a weight file, and whether a network can use it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use gcl_features::Published;
use gcl_features::detect::{SSD, SsdMobileNetV2};
use gcl_features::networks::{FcLayer, Loaded, Network, PublishedModel};
use gcl_features::pose::{BLAZEPOSE, BlazePoseLite};
use gcl_weights::{Dtype, Expected, KeyMap, KeyReport, WeightFile, matched, read};
use serde_json::{Value, json};

use super::error::{Done, Failure, Outcome};
use super::extract::layers;

/// Inspect and convert weight files (PyTorch and Flax checkpoints, safetensors, TFLite models) without executing their code.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl weights inspect resnext-101-kinetics.pth --net resnext101
  gcl weights convert resnext-101-kinetics.pth resnext101.safetensors --net resnext101
  gcl weights convert i3d-kinetics-400.ckpt i3d.safetensors --net i3d
  gcl weights convert objectron_solution_packed_assets.data ssd.safetensors --net ssd
  gcl weights convert pose_landmark_lite.tflite blazepose.safetensors --net blazepose")]
pub struct WeightsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List a file's tensors and their location in the file, its other values, and its SHA-256.
    Inspect {
        /// The weight file.
        file: PathBuf,
        #[command(flatten)]
        fit: FitArgs,
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a file's tensors as safetensors after validating their values, and print the new file's
    /// SHA-256. With --net: exactly the tensors that the network needs, under its names.
    Convert {
        /// The weight file.
        file: PathBuf,
        /// The safetensors file to write.
        out: PathBuf,
        #[command(flatten)]
        fit: FitArgs,
    },
}

/// The network that a file is held against.
#[derive(Args, Debug)]
struct FitArgs {
    /// The network.
    #[arg(long, value_parser = known())]
    net: Option<Known>,
    /// Layer of c3d from which features are taken [default: fc6]
    #[arg(long, value_parser = layers(), requires = "net")]
    layer: Option<FcLayer>,
}

impl FitArgs {
    fn network(&self) -> Option<Box<dyn Network>> {
        let network: Box<dyn Network> = match self.net? {
            Known::Features(net) => net.network(self.layer.unwrap_or(FcLayer::Fc6)),
            Known::Ssd => Box::new(SsdMobileNetV2),
            Known::BlazePose => Box::new(BlazePoseLite),
        };
        Some(network)
    }
}

/// A network whose weights users bring.
#[derive(Debug, Clone, Copy)]
enum Known {
    Features(Published),
    Ssd,
    BlazePose,
}

const SSD_NAME: &str = "ssd";
const BLAZEPOSE_NAME: &str = "blazepose";

impl Known {
    fn name(self) -> &'static str {
        match self {
            Self::Features(net) => net.name,
            Self::Ssd => SSD_NAME,
            Self::BlazePose => BLAZEPOSE_NAME,
        }
    }

    /// The one file that was published, where there is one.
    fn published(self) -> Option<PublishedModel> {
        match self {
            Self::Features(_) => None,
            Self::Ssd => Some(SSD),
            Self::BlazePose => Some(BLAZEPOSE),
        }
    }
}

/// The networks by name.
fn known() -> impl TypedValueParser<Value = Known> {
    let names = Published::names().chain([SSD_NAME, BLAZEPOSE_NAME]);
    PossibleValuesParser::new(names).try_map(|name| match name.as_str() {
        SSD_NAME => Ok(Known::Ssd),
        BLAZEPOSE_NAME => Ok(Known::BlazePose),
        _ => Published::named(&name).map(Known::Features).ok_or("no such network"),
    })
}

/// A file's fit with a network: its weights are read and checked, and a word is said where they are not the published
/// ones.
fn load(network: &dyn Network, fit: &FitArgs, file: &WeightFile) -> Result<Loaded, Failure> {
    let Some(published) = fit.net.and_then(Known::published) else {
        return network.load(file).map_err(Failure::data);
    };
    let model = published.load(network, file).map_err(Failure::data)?;
    if let Some(text) = published.warning(&file.path, model.source_sha256.as_deref()) {
        eprintln!("warning: {text}");
    }
    Ok(model.loaded)
}

/// Runs the command.
pub fn run(args: WeightsArgs) -> Outcome {
    match args.action {
        Action::Inspect { file, fit, json } => inspect(&file, &fit, json),
        Action::Convert { file, out, fit } => convert(&file, &out, &fit),
    }
}

fn inspect(path: &Path, fit: &FitArgs, json: bool) -> Outcome {
    let network = fit.network();
    let file = read(path).map_err(Failure::data)?;
    let sha256 = file.sha256().map_err(Failure::data)?;
    let report = match &network {
        Some(network) => Some(network.report(&file).map_err(Failure::data)?),
        None => None,
    };
    match json {
        true => print_json(&file, &sha256, report.as_ref())?,
        false => print_text(&file, &sha256, report.as_ref()),
    }
    let Some(network) = network else { return Ok(Done::Fully) };
    // The values too, and what has no place in the network.
    load(network.as_ref(), fit, &file)?;
    Ok(Done::Fully)
}

fn print_text(file: &WeightFile, sha256: &str, report: Option<&KeyReport>) {
    println!("format    {}, {} bytes", file.format, file.bytes);
    println!("sha256    {sha256}");
    let place = if file.location.is_empty() { "the top" } else { &file.location };
    println!("tensors   {}, at {place}", file.len());
    for (name, value) in &file.metadata {
        println!("value     {name} = {value}");
    }
    let width = file.tensors.iter().map(|t| t.name().len()).max().unwrap_or(0);
    for tensor in &file.tensors {
        println!("  {:width$}  {:<5} {:?}", tensor.name(), tensor.dtype(), tensor.shape());
    }
    if let Some(report) = report {
        println!("{report}");
    }
}

fn print_json(file: &WeightFile, sha256: &str, report: Option<&KeyReport>) -> Result<(), Failure> {
    let tensors: Vec<Value> = file
        .tensors
        .iter()
        .map(|t| json!({ "name": t.name(), "dtype": t.dtype().to_string(), "shape": t.shape() }))
        .collect();
    let metadata: BTreeMap<&String, String> =
        file.metadata.iter().map(|(name, value)| (name, value.to_string())).collect();
    let report = report.map(|report| {
        let misshapen: Vec<Value> = report
            .misshapen
            .iter()
            .map(|m| json!({ "name": m.name, "key": m.key, "expected": m.expected, "found": m.found }))
            .collect();
        let missing: Vec<&String> = report.missing.iter().map(|(name, _)| name).collect();
        json!({
            "fits": report.fits(), "applied": report.applied.len(), "missing": missing,
            "misshapen": misshapen, "unused": report.unused,
        })
    });
    let json = json!({
        "path": file.path, "format": file.format.to_string(), "bytes": file.bytes,
        "sha256": sha256, "location": file.location, "metadata": metadata, "tensors": tensors,
        "report": report,
    });
    println!("{}", serde_json::to_string_pretty(&json).map_err(Failure::data)?);
    Ok(())
}

fn convert(path: &Path, out: &Path, fit: &FitArgs) -> Outcome {
    let network = fit.network();
    let file = read(path).map_err(Failure::data)?;
    let sha256 = file.sha256().map_err(Failure::data)?;
    let mut metadata = BTreeMap::from([("source_sha256".to_owned(), sha256)]);
    let map = match &network {
        Some(network) => {
            let loaded = load(network.as_ref(), fit, &file)?;
            eprintln!("{}", loaded.report);
            metadata.extend(fit.net.map(|net| ("net".to_owned(), net.name().to_owned())));
            network.key_map()
        }
        None => {
            check_values(&file)?;
            KeyMap::new()
        }
    };
    println!("{}", file.convert(out, &map, &metadata).map_err(Failure::data)?);
    Ok(Done::Fully)
}

/// Refuses values that no trained network has, in every tensor of floats.
fn check_values(file: &WeightFile) -> Result<(), Failure> {
    let floats = file.tensors.iter().filter(|tensor| {
        matches!(tensor.dtype(), Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::Bf16)
    });
    let expected: Vec<Expected> = floats.map(|t| Expected::new(t.name(), t.shape())).collect();
    let weights = matched(file, &KeyMap::new(), &expected).map_err(Failure::data)?;
    for tensor in &expected {
        weights.f32(&tensor.name).map_err(Failure::data)?;
    }
    Ok(())
}
