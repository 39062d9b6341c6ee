//! The networks against PyTorch, by every executor on every device; and files that are not theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::common::{devices, golden, made_up, unit};
use gcl_features::Preset;
use gcl_features::networks::{
    C3d, Executor, FcLayer, I3dResNet50, InceptionI3d, Network, NetworkError, Published, ResNeXt3d,
    Shortcut, forward,
};
use gcl_weights::{Tensor, WeightError, read, write_safetensors};
use serde_json::Value;

/// A case of `cases.json`.
struct Case {
    name: String,
    network: Box<dyn Network>,
    clip: [usize; 3],
    tensors: Vec<(String, Vec<usize>)>,
    features: Vec<f32>,
}

fn numbers<const N: usize>(value: &Value) -> [usize; N] {
    let numbers: Vec<usize> =
        value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    numbers.try_into().unwrap()
}

fn number(sizes: &Value, name: &str) -> usize {
    sizes[name].as_u64().unwrap() as usize
}

fn resnext(sizes: &Value) -> ResNeXt3d {
    ResNeXt3d {
        stem: number(sizes, "stem"),
        blocks: numbers(&sizes["blocks"]),
        planes: numbers(&sizes["planes"]),
        cardinality: number(sizes, "cardinality"),
        shortcut: if sizes["shortcut"] == "A" { Shortcut::A } else { Shortcut::B },
    }
}

fn network(case: &Value) -> Box<dyn Network> {
    let sizes = &case["sizes"];
    match case["network"].as_str().unwrap() {
        "ResNeXt3d" => Box::new(resnext(sizes)),
        "C3d" => Box::new(C3d {
            widths: numbers(&sizes["widths"]),
            fc: number(sizes, "fc"),
            crop: number(sizes, "crop"),
            layer: sizes["layer"].as_str().unwrap().parse().unwrap(),
        }),
        "InceptionI3d" => Box::new(InceptionI3d { narrower: number(sizes, "narrower") }),
        "I3dResNet50" => Box::new(I3dResNet50 { width: number(sizes, "width") }),
        other => panic!("{other}"),
    }
}

fn described() -> Vec<Value> {
    let text = std::fs::read(golden("networks/cases.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn cases() -> Vec<Case> {
    let cases = described();
    let tensor = |tensor: &Value| {
        let shape: Vec<usize> = serde_json::from_value(tensor[1].clone()).unwrap();
        (tensor[0].as_str().unwrap().to_owned(), shape)
    };
    cases
        .iter()
        .map(|case| Case {
            name: case["name"].as_str().unwrap().to_owned(),
            network: network(case),
            clip: numbers(&case["clip"]),
            tensors: case["tensors"].as_array().unwrap().iter().map(tensor).collect(),
            features: serde_json::from_value(case["features"].clone()).unwrap(),
        })
        .collect()
}

/// A case's checkpoint, with some tensors left out or changed.
fn checkpoint(path: &Path, case: &Case, change: impl Fn(&str, Vec<f32>) -> Option<Vec<f32>>) {
    let tensors: BTreeMap<String, Tensor> = case
        .tensors
        .iter()
        .filter_map(|(name, shape)| {
            let values = change(name, made_up(name, shape))?;
            Some((name.clone(), Tensor::f32(shape.clone(), &values)))
        })
        .collect();
    write_safetensors(path, &tensors, &BTreeMap::new()).unwrap();
}

/// The largest difference, as a part of the largest value.
fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1.0, |m: f32, v| m.max(v.abs()));
    found.iter().zip(expected).fold(0.0, |m: f32, (a, b)| m.max((a - b).abs())) / largest
}

#[test]
fn features_are_pytorchs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.safetensors");
    for case in cases() {
        checkpoint(&path, &case, |_, values| Some(values));
        let loaded = case.network.load(&read(&path).unwrap()).unwrap();
        assert_eq!(case.network.dim(), case.features.len(), "{}", case.name);
        assert_eq!(loaded.report.applied.len(), case.network.expected().unwrap().len());
        let [t, h, w] = case.clip;
        let clip = unit("clip", 3 * t * h * w);
        // Another clip before it in the batch, which must not matter.
        let other: Vec<f32> = clip.iter().map(|v| 0.5 - v).collect();
        let two = [other.clone(), clip.clone()].concat();
        for (name, device) in devices() {
            for executor in [Executor::Auto, Executor::Burn] {
                let what = format!("{} on {name} by {executor:?}", case.name);
                let shape = [2, 3, t, h, w];
                let mut run = forward(loaded.graph.clone(), shape, &device, executor).unwrap();
                let both = run.run(&two).unwrap();
                let found = &both[case.features.len()..];
                let error = difference(found, &case.features);
                assert!(error < 1e-4, "{what}: {error}");
                let first = run.run(&other).unwrap();
                let error = difference(&first, &both[..case.features.len()]);
                assert!(error < 1e-5, "{what}, alone in a batch: {error}");
                assert!(difference(&first, &case.features) > 1e-3, "{what}: the same for any clip");
                assert!(run.run(&two[1..]).is_err() && run.run(&[]).is_err());
            }
        }
    }
}

#[test]
fn published_layouts_are_read() {
    let network = ResNeXt3d {
        stem: 4,
        blocks: [1; 4],
        planes: [32; 4],
        cardinality: 2,
        shortcut: Shortcut::A,
    };
    let mut graphs = Vec::new();
    for name in ["resnext-2017.pth", "resnext-zip.pth"] {
        let file = read(golden(&format!("networks/{name}"))).unwrap();
        let loaded = network.load(&file).unwrap();
        assert_eq!(loaded.sha256.len(), 64);
        // The classifier and a counter for each of the 13 norms.
        assert_eq!(loaded.report.unused.len(), 2 + 13, "{}", loaded.report);
        assert!(loaded.report.applied.iter().all(|(name, key)| *key == format!("module.{name}")));
        graphs.push(loaded.graph);
    }
    assert!(graphs[0] == graphs[1]);
}

#[test]
fn other_networks_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.safetensors");
    let case = cases().remove(0);
    let sizes = resnext(&described()[0]["sizes"]);
    checkpoint(&path, &case, |_, values| Some(values));
    let file = read(&path).unwrap();
    let load = |sizes: ResNeXt3d| sizes.load(&file);

    // A deeper network's file has all the names of a shallower one.
    let error = load(ResNeXt3d { blocks: [1, 2, 1, 1], ..sizes.clone() }).unwrap_err();
    let NetworkError::Foreign { count, first, .. } = &error else { panic!("{error}") };
    assert_eq!((*count, first.as_str()), (15, "layer4.1.bn1.bias"));
    let error = load(ResNeXt3d { blocks: [1, 3, 1, 2], ..sizes.clone() }).unwrap_err();
    let NetworkError::Weights(WeightError::Keys { report, .. }) = &error else { panic!("{error}") };
    assert_eq!((report.missing.len(), report.misshapen.len()), (15, 0));
    let error = load(ResNeXt3d { stem: 8, ..sizes.clone() }).unwrap_err();
    let NetworkError::Weights(WeightError::Keys { report, .. }) = &error else { panic!("{error}") };
    assert_eq!((report.missing.len(), report.misshapen.len()), (0, 1 + 4 + 2));
    assert!(load(ResNeXt3d { shortcut: Shortcut::A, ..sizes.clone() }).is_err());
    assert!(!I3dResNet50 { width: 4 }.report(&file).unwrap().fits());

    // Values that no training leaves.
    for (name, value, hint) in [
        ("layer2.0.conv2.weight", 0.0, "all zero"),
        ("layer2.0.conv2.weight", f32::NAN, "not finite"),
        ("layer2.0.bn2.running_var", -0.5, "variance"),
    ] {
        checkpoint(&path, &case, |key, values| {
            Some(if key == name { vec![value; values.len()] } else { values })
        });
        let error = case.network.load(&read(&path).unwrap()).unwrap_err().to_string();
        assert!(error.contains(hint) && error.contains(name), "{error}");
    }
}

#[test]
fn random_weights_repeat_and_keep_features_of_order_one() {
    for case in cases() {
        let graph = case.network.random(5).unwrap();
        assert!(graph == case.network.random(5).unwrap());
        assert!(graph != case.network.random(6).unwrap());
        let [t, h, w] = case.clip;
        let (_, device) = devices().remove(0);
        let mut run = forward(graph, [1, 3, t, h, w], &device, Executor::Auto).unwrap();
        let features = run.run(&unit("clip", 3 * t * h * w)).unwrap();
        let largest = features.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
        assert!((0.05..50.0).contains(&largest), "{}: {largest}", case.name);
    }
}

#[test]
fn published_sizes() {
    let parameters = |name: &str, layer| -> usize {
        let published = Published::named(name).unwrap();
        let expected = published.network(layer).expected().unwrap();
        let learned = expected.iter().filter(|t| !t.name.contains("running"));
        learned.map(|t| t.shape.iter().product::<usize>()).sum()
    };
    assert_eq!(parameters("resnext101", FcLayer::Fc6), 47_521_216);
    assert_eq!(parameters("resnext101-2020", FcLayer::Fc6), 47_611_776);
    // Convolutions with biases; 8192 x 4096 and 4096 x 4096 with theirs.
    assert_eq!(parameters("c3d", FcLayer::Fc6), 27_655_936 + 33_558_528);
    assert_eq!(parameters("c3d", FcLayer::Fc7), 27_655_936 + 33_558_528 + 16_781_312);
    assert_eq!(parameters("i3d", FcLayer::Fc6), 12_287_264);
    let dims = Published::ALL.iter().map(|known| known.network(FcLayer::Fc6).dim());
    assert_eq!(dims.collect::<Vec<_>>(), [2048, 2048, 4096, 1024, 2048]);
    // One name, one meaning: names are looked up.
    let names = |names: Vec<&str>| (names.len(), names.into_iter().collect::<BTreeSet<_>>().len());
    assert_eq!(names(Published::names().collect()), (5, 5));
    assert_eq!(names(Preset::names().collect()), (7, 7));
    for known in Published::ALL {
        assert_eq!(Preset::named(known.preset_name()), Some(known.preset()), "{}", known.name);
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let resnext = ResNeXt3d::published();
    let refused: [Box<dyn Network>; 6] = [
        Box::new(ResNeXt3d { planes: [16, 32, 32, 32], ..resnext.clone() }),
        Box::new(ResNeXt3d { blocks: [1, 0, 1, 1], ..resnext.clone() }),
        Box::new(ResNeXt3d { stem: 999, shortcut: Shortcut::A, ..resnext }),
        Box::new(C3d { crop: 0, ..C3d::published(FcLayer::Fc6) }),
        Box::new(InceptionI3d { narrower: 3 }),
        Box::new(I3dResNet50 { width: 0 }),
    ];
    for network in refused {
        let error = network.random(0).unwrap_err();
        assert!(matches!(error, NetworkError::Size { .. }), "{error}");
    }
    // fc6 has weights for one size of crops only.
    let c3d = C3d { widths: [2; 8], fc: 4, crop: 32, layer: FcLayer::Fc6 };
    let graph = c3d.random(0).unwrap();
    for (_, device) in devices() {
        for executor in [Executor::Auto, Executor::Burn] {
            let error = forward(graph.clone(), [1, 3, 16, 64, 64], &device, executor).err();
            assert!(error.unwrap().to_string().contains("fc6"));
            assert!(forward(graph.clone(), [0, 3, 16, 32, 32], &device, executor).is_err());
            assert!(forward(graph.clone(), [1, 1, 16, 32, 32], &device, executor).is_err());
        }
    }
}
