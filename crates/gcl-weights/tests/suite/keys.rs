//! Files against the names and shapes of models.

use std::collections::BTreeMap;

use crate::common::golden;
use gcl_weights::{
    Expected, KeyMap, Tensor, WeightError, WeightFile, matched, read, write_safetensors,
};
use tempfile::TempDir;

fn file(folder: &TempDir, tensors: &[(&str, Tensor)]) -> WeightFile {
    let path = folder.path().join("w.safetensors");
    let tensors = tensors.iter().map(|(name, t)| ((*name).to_owned(), t.clone())).collect();
    write_safetensors(&path, &tensors, &BTreeMap::new()).unwrap();
    read(&path).unwrap()
}

/// What is saved from a wrapped network with a head.
fn network() -> Vec<(&'static str, Tensor)> {
    vec![
        ("module.conv1.weight", Tensor::f32([2, 1, 1], &[1.0, -1.0])),
        ("module.bn1.num_batches_tracked", Tensor::i64([], &[7])),
        ("module.bn1.weight", Tensor::f32([2], &[0.0, 0.0])),
        ("module.fc.weight", Tensor::f32([1, 2], &[0.5, 0.25])),
    ]
}

#[test]
fn a_wrapped_network_fits_its_bare_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, &network());
    let map = KeyMap::new().strip("module.").strip("absent.").ignore("fc.*");
    let expected = [Expected::new("conv1.weight", [2, 1, 1]), Expected::new("bn1.weight", [2])];
    let weights = matched(&file, &map, &expected).unwrap();
    assert_eq!(weights.f32("conv1.weight").unwrap(), [1.0, -1.0]);
    let report = weights.report();
    assert!(report.fits());
    let applied = ("conv1.weight".to_owned(), "module.conv1.weight".to_owned());
    assert_eq!(report.applied[0], applied);
    assert_eq!(report.unused, ["module.bn1.num_batches_tracked", "module.fc.weight"]);
    let all = weights.to_map().unwrap();
    assert_eq!(all["bn1.weight"], (vec![2], vec![0.0, 0.0]), "zeros in a norm are no fault");
    assert_eq!(all.len(), 2);
    let error = weights.f32("fc.weight").unwrap_err();
    assert!(matches!(error, WeightError::NoTensor { .. }), "{error}");
}

#[test]
fn counters_are_read_as_integers() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, &network());
    let expected = [Expected::new("bn1.num_batches_tracked", [])];
    let weights = matched(&file, &KeyMap::new().strip("module."), &expected).unwrap();
    assert_eq!(weights.i64("bn1.num_batches_tracked").unwrap(), [7]);
    assert_eq!(weights.f32("bn1.num_batches_tracked").unwrap(), [7.0]);
}

#[test]
fn what_does_not_fit_is_named_in_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, &network());
    let expected = [
        Expected::new("conv1.weight", [3, 1, 1]),
        Expected::new("conv2.weight", [2, 2]),
        Expected::new("bn1.weight", [2]),
    ];
    let error = matched(&file, &KeyMap::new().strip("module."), &expected).unwrap_err();
    let WeightError::Keys { report, .. } = &error else { panic!("{error}") };
    assert_eq!(report.missing, [("conv2.weight".to_owned(), vec![2, 2])]);
    assert_eq!(report.misshapen[0].found, [2, 1, 1]);
    assert_eq!(report.applied.len(), 1);
    let table = "\
1 applied, 1 missing, 1 misshapen, 2 unused
  missing    conv2.weight                    [2, 2]
  misshapen  conv1.weight                    [3, 1, 1] wanted, [2, 1, 1] in `module.conv1.weight`
  unused     module.bn1.num_batches_tracked
  unused     module.fc.weight";
    assert_eq!(report.to_string(), table);
    assert!(error.to_string().contains("w.safetensors") && error.to_string().ends_with(table));
}

#[test]
fn a_prefix_stays_where_not_all_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut tensors = network();
    tensors.push(("extra", Tensor::f32([1], &[1.0])));
    let file = file(&folder, &tensors);
    let names = KeyMap::new().strip("module.");
    assert!(names.names(&file).unwrap().contains_key("module.fc.weight"));
}

#[test]
fn renames() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, &network());
    let map = KeyMap::new()
        .strip("module.")
        .rename("bn1.num_batches_tracked", "count")
        .rename("bn1.*", "norm.0.*")
        .rename("*1.weight", "layer.*.w");
    let names: Vec<String> = map.names(&file).unwrap().into_keys().collect();
    assert_eq!(names, ["count", "fc.weight", "layer.conv.w", "norm.0.weight"]);
    let error = map.rename("fc.weight", "count").names(&file).unwrap_err();
    let WeightError::Collision { name, .. } = &error else { panic!("{error}") };
    assert_eq!(name, "count");
}

#[test]
fn weights_that_no_training_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (zero, tiny) = (Tensor::f32([2, 2], &[0.0; 4]), [0.0, 0.0, 0.0, 1e-30]);
    let tensors = [
        ("zero.weight", zero.clone()),
        ("prior", zero),
        ("tiny.weight", Tensor::f32([2, 2], &tiny)),
        ("nan.bias", Tensor::f32([2], &[0.0, f32::NAN])),
        ("inf.weight", Tensor::f32([1, 2], &[1.0, f32::INFINITY])),
    ];
    let file = file(&folder, &tensors);
    let expected: Vec<Expected> =
        file.tensors.iter().map(|t| Expected::new(t.name(), t.shape())).collect();
    let weights = matched(&file, &KeyMap::new(), &expected).unwrap();
    for (key, wanted) in [
        ("zero.weight", Some("all zero")),
        ("nan.bias", Some("not finite")),
        ("inf.weight", Some("not finite")),
        ("prior", None),
        ("tiny.weight", None),
    ] {
        match (weights.f32(key), wanted) {
            (Err(WeightError::Degenerate { name, what, .. }), Some(wanted)) => {
                assert_eq!((name.as_str(), what), (key, wanted));
            }
            (Ok(_), None) => {}
            other => panic!("{key}: {other:?}"),
        }
    }
    assert!(weights.to_map().is_err());
}

#[test]
fn pytorch_files_fit_too() {
    let file = read(golden("checkpoint.pt")).unwrap();
    let expected = [Expected::new("0.weight", [3, 2, 2]), Expected::new("2.bias", [2])];
    let weights = matched(&file, &KeyMap::new().strip("module."), &expected).unwrap();
    assert_eq!(weights.report().unused.len(), 7);
    assert_eq!(weights.f32("0.weight").unwrap().len(), 12);
}
