//! The networks that are published as TFLite models against LiteRT, and files that are not theirs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::common::{golden, made_up, real_data, unit};
use gcl_features::detect::{SSD, SsdMobileNetV2};
use gcl_features::networks::{LoadedModel, Network, NetworkError, PublishedModel};
use gcl_features::pose::{BLAZEPOSE, BlazePoseLite};
use gcl_kernels::{Graph, Output, Plan};
use gcl_weights::{Tensor, read, write_safetensors};
use serde_json::Value;

/// Of the detector's answers the golden file has every so many.
const STEP: usize = 61;

/// A network, its published file, and the case of the golden file.
struct Case {
    network: Model,
    published: PublishedModel,
    file: &'static str,
    case: Value,
}

#[derive(Clone, Copy)]
enum Model {
    Ssd,
    Pose,
}

impl Case {
    fn load(&self, path: &Path) -> Result<LoadedModel, NetworkError> {
        match self.network {
            Model::Ssd => self.published.load(&SsdMobileNetV2, &read(path)?),
            Model::Pose => self.published.load(&BlazePoseLite, &read(path)?),
        }
    }

    fn name(&self) -> &str {
        self.case["name"].as_str().unwrap()
    }

    fn tensors(&self) -> BTreeMap<String, Tensor> {
        let tensors: Vec<(String, Vec<usize>)> =
            serde_json::from_value(self.case["tensors"].clone()).unwrap();
        tensors
            .into_iter()
            .map(|(name, shape)| {
                let values = made_up(&name, &shape);
                (name, Tensor::f16(shape, &values))
            })
            .collect()
    }

    fn checkpoint(
        &self,
        folder: &Path,
        change: impl FnOnce(&mut BTreeMap<String, Tensor>),
    ) -> PathBuf {
        let path = folder.join(format!("{}.safetensors", self.name()));
        let mut tensors = self.tensors();
        change(&mut tensors);
        write_safetensors(&path, &tensors, &BTreeMap::new()).unwrap();
        path
    }

    /// What the network makes of the made-up picture, in the order of the golden file.
    fn answers(&self, graph: &Graph) -> Vec<f32> {
        let side = self.case["side"].as_u64().unwrap() as usize;
        let mut picture = unit("picture", 3 * side * side);
        if self.case["low"] == 0 {
            picture.iter_mut().for_each(|u| *u = (*u + 1.0) / 2.0);
        }
        let mut plan = Plan::new(graph, [1, 3, 1, side, side]).unwrap();
        let outputs = plan.run(&picture).unwrap();
        match self.network {
            Model::Ssd => outputs.iter().enumerate().flat_map(anchors).step_by(STEP).collect(),
            Model::Pose => {
                let [points @ .., person] = &outputs[0].data[..] else { panic!() };
                points.iter().copied().chain([1.0 / (1.0 + (-person).exp())]).collect()
            }
        }
    }

    fn expected(&self, which: &str) -> Vec<f32> {
        serde_json::from_value(self.case[which].clone()).unwrap()
    }
}

/// A map's boxes one after the other: four numbers, and the logits of 24 classes.
fn anchors((map, output): (usize, &Output)) -> Vec<f32> {
    let boxes = if map == 0 { 3 } else { 6 };
    let places = output.data.len() / (28 * boxes);
    let value = |channel: usize, place: usize| output.data[channel * places + place];
    let mut values = Vec::new();
    for (place, which) in (0..places).flat_map(|p| (0..boxes).map(move |b| (p, b))) {
        values.extend((0..4).map(|part| value(4 * which + part, place)));
        values.extend((0..24).map(|class| value(4 * boxes + 24 * which + class, place)));
    }
    values
}

fn cases() -> [Case; 2] {
    let text = std::fs::read(golden("tflite/cases.json")).unwrap();
    let [ssd, pose]: [Value; 2] = serde_json::from_slice(&text).unwrap();
    [
        Case { network: Model::Ssd, published: SSD, file: "ssd.tflite", case: ssd },
        Case {
            network: Model::Pose,
            published: BLAZEPOSE,
            file: "pose_landmark_lite.tflite",
            case: pose,
        },
    ]
}

/// The largest difference as a part of the largest value.
fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
    found.iter().zip(expected).fold(0.0, |m: f32, (a, b)| m.max((a - b).abs())) / largest
}

#[test]
fn answers_are_litert_s() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases() {
        let path = case.checkpoint(folder.path(), |_| ());
        let model = case.load(&path).unwrap();
        let error = difference(&case.answers(&model.loaded.graph), &case.expected("made_up"));
        println!("{}: {error:e}", case.name());
        assert!(error < 2e-5, "{}: {error}", case.name());
        assert_eq!(case.published.sha256, case.case["sha256"]);
        // Nobody has published these weights.
        assert_eq!(model.source_sha256, None);
        let warning = case.published.warning(&path, None).unwrap();
        assert!(warning.contains(case.published.sha256), "{warning}");
    }
}

#[test]
fn answers_of_the_published_weights_are_litert_s() {
    for case in cases() {
        let Some(path) = real_data(&format!("weights/{}", case.file)) else { continue };
        if !path.exists() {
            eprintln!("SKIPPED: no {}", path.display());
            continue;
        }
        let model = case.load(&path).unwrap();
        let found = model.source_sha256.as_deref();
        assert_eq!(
            (found, case.published.warning(&path, found)),
            (Some(case.published.sha256), None)
        );
        let error = difference(&case.answers(&model.loaded.graph), &case.expected("published"));
        println!("{}: {error:e}", case.name());
        assert!(error < 2e-5, "{}: {error}", case.name());
    }
}

#[test]
fn other_networks_files_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let [ssd, pose] = cases();
    let of_ssd = ssd.checkpoint(folder.path(), |_| ());
    let error = pose.load(&of_ssd).unwrap_err();
    assert!(matches!(error, NetworkError::Another { count, .. } if count > 50), "{error}");
    let error = error.to_string();
    assert!(error.contains("ssd.safetensors is of another network") && !error.contains('\n'));
    // A layer that the network lacks.
    let more = |tensors: &mut BTreeMap<String, Tensor>| {
        tensors.insert("layers.99.weight".to_owned(), Tensor::f32([1, 1, 1, 1], &[1.0]));
    };
    let error = pose.load(&pose.checkpoint(folder.path(), more)).unwrap_err();
    assert!(matches!(error, NetworkError::Foreign { count: 1, .. }), "{error}");
    let error = ssd.load(&folder.path().join("absent.tflite")).unwrap_err().to_string();
    assert!(error.contains("absent.tflite"), "{error}");
}

#[test]
fn sizes_are_those_of_the_models() {
    let outputs = |graph: &Graph| graph.outputs().len();
    assert_eq!((SsdMobileNetV2.dim(), BlazePoseLite.dim()), (1917 * 28, 196));
    assert_eq!(outputs(&SsdMobileNetV2.random(0).unwrap()), 6);
    assert_eq!(outputs(&BlazePoseLite.random(0).unwrap()), 1);
}
