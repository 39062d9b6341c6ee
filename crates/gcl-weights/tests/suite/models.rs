//! TFLite models and Flax's checkpoints, and what Python says is in them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gcl_weights::{Fault, Format, KeyMap, WeightError, read, read_at};
use serde_json::Value;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn agrees(file: &str, expected: &str, format: Format) {
    let file = read(golden(file)).unwrap();
    assert_eq!((file.format, &file.location[..]), (format, ""));
    let expected: BTreeMap<String, Value> =
        serde_json::from_slice(&std::fs::read(golden(expected)).unwrap()).unwrap();
    assert_eq!(file.len(), expected.len());
    for (name, tensor) in expected {
        let info = file.get(&name).unwrap_or_else(|| panic!("no {name}"));
        let dtype = tensor["dtype"].as_str().unwrap().replace("float", "F");
        assert_eq!(info.dtype().name(), dtype, "{name}");
        assert_eq!(serde_json::json!(info.shape()), tensor["shape"], "{name}");
        let values: Vec<f32> = serde_json::from_value(tensor["values"].clone()).unwrap();
        assert_eq!(file.f32(&name).unwrap(), values, "{name}");
    }
    // What is written as safetensors is the same.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    file.convert(&path, &KeyMap::new(), &BTreeMap::new()).unwrap();
    let written = read(&path).unwrap();
    assert_eq!(written.len(), file.len());
    for info in &file.tensors {
        assert_eq!(written.get(info.name()).unwrap().shape(), info.shape());
        assert_eq!(written.f32(info.name()).unwrap(), file.f32(info.name()).unwrap());
    }
}

#[test]
fn a_tflite_model_holds_what_python_wrote() {
    agrees("tflite/small.tflite", "tflite/expected.json", Format::Tflite);
}

#[test]
fn a_model_behind_its_labels_is_the_same() {
    agrees("tflite/packed.data", "tflite/expected.json", Format::Tflite);
    let [alone, packed] =
        ["small.tflite", "packed.data"].map(|name| read(golden("tflite").join(name)).unwrap());
    assert_eq!(alone.sha256().unwrap(), packed.sha256().unwrap());
    assert_eq!(packed.bytes - alone.bytes, 16);
}

#[test]
fn a_flax_checkpoint_holds_what_python_wrote() {
    agrees("flax/small.ckpt", "flax/expected.json", Format::Pickle);
}

fn fault(bytes: &[u8]) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    std::fs::write(&path, bytes).unwrap();
    match read(&path) {
        Err(WeightError::Content { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn models_that_are_not_read_say_why() {
    let quantised = std::fs::read(golden("tflite/quantised.tflite")).unwrap();
    let error = fault(&quantised);
    assert!(
        matches!(&error, Fault::Dtype { name, dtype } if name == "layers.0.weight" && dtype == "quantised I8"),
        "{error}"
    );
    let good = std::fs::read(golden("tflite/small.tflite")).unwrap();
    let cut = fault(&good[..good.len() / 2]);
    assert!(matches!(cut, Fault::Cut { .. } | Fault::Tflite(_)), "{cut}");
    assert!(matches!(fault(b"PK of labels, and no model"), Fault::Format { .. }));
    let path = golden("tflite/small.tflite");
    assert!(matches!(
        read_at(&path, "params"),
        Err(WeightError::Content { fault: Fault::Location { .. }, .. })
    ));
}
