//! Files that PyTorch wrote, and what it says is in them.

use std::path::Path;

use crate::common::{golden, real_data};
use gcl_weights::{
    Dtype, Expected, Fault, Format, KeyMap, Scalar, WeightError, WeightFile, matched, read, read_at,
};
use serde_json::Value;

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(golden("expected.json")).unwrap()).unwrap()
}

fn refusal(path: impl AsRef<Path>) -> Fault {
    match read(path) {
        Err(WeightError::Content { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

fn is_same(scalar: &Scalar, value: &Value) -> bool {
    match (scalar, value) {
        (Scalar::None, Value::Null) => true,
        (Scalar::Bool(a), Value::Bool(b)) => a == b,
        (Scalar::Int(a), Value::Number(b)) => Some(*a) == b.as_i64().map(i128::from),
        // Integers that JSON readers would round are written as text.
        (Scalar::Int(a), Value::String(b)) => a.to_string() == *b,
        (Scalar::Float(a), Value::Number(b)) => Some(*a) == b.as_f64(),
        (Scalar::Text(a), Value::String(b)) => a == b,
        (Scalar::List(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        _ => false,
    }
}

fn agrees(file: &WeightFile, name: &str, case: &Value) {
    assert_eq!(file.location, case["location"], "{name}");
    for (key, value) in case["metadata"].as_object().unwrap() {
        let found = file.metadata.get(key).unwrap_or_else(|| panic!("{name}: no {key}"));
        assert!(is_same(found, value), "{name}: {key} is {found}, not {value}");
    }
    let tensors = case["tensors"].as_object().unwrap();
    assert_eq!(file.len(), tensors.len(), "{name}");
    for (key, tensor) in tensors {
        let info = file.get(key).unwrap_or_else(|| panic!("{name}: no {key}"));
        let dtype = match info.dtype() {
            Dtype::F64 => "float64",
            Dtype::F32 => "float32",
            Dtype::F16 => "float16",
            Dtype::Bf16 => "bfloat16",
            Dtype::I64 => "int64",
            Dtype::I32 => "int32",
            Dtype::U8 => "uint8",
            Dtype::Bool => "bool",
            other => panic!("{other}"),
        };
        assert_eq!(dtype, tensor["dtype"], "{name}: {key}");
        let shape: Vec<u64> = info.shape().iter().map(|n| *n as u64).collect();
        assert_eq!(Value::from(shape), tensor["shape"], "{name}: {key}");
        let numbers = tensor["values"].as_array().unwrap();
        let wanted: Vec<f32> = numbers.iter().map(|v| v.as_f64().unwrap() as f32).collect();
        assert_eq!(file.f32(key).unwrap(), wanted, "{name}: {key}");
        assert_eq!(info.elements(), wanted.len() as u64);
        if matches!(dtype, "int64" | "int32" | "uint8" | "bool") {
            let wanted: Vec<i64> = wanted.iter().map(|v| *v as i64).collect();
            assert_eq!(file.i64(key).unwrap(), wanted, "{name}: {key}");
        }
    }
}

#[test]
fn every_file_holds_what_pytorch_wrote() {
    let expected = expected();
    let files = expected["files"].as_object().unwrap();
    assert_eq!(files.len(), 12);
    for (name, case) in files {
        let file = read(golden(name)).unwrap();
        let format = match name.as_str() {
            "legacy.pt" | "legacy4.pt" | "checkpoint_legacy.pt" => Format::TorchLegacy,
            "plain.pkl" => Format::Pickle,
            "state.safetensors" => Format::Safetensors,
            _ => Format::TorchZip,
        };
        assert_eq!(file.format, format, "{name}");
        agrees(&file, name, case);
    }
}

#[test]
fn names_stand_in_the_order_of_the_file() {
    for name in ["zip.pt", "legacy.pt", "plain.pkl"] {
        let file = read(golden(name)).unwrap();
        let names: Vec<&str> = file.tensors.iter().map(|t| t.name()).collect();
        assert_eq!(names[..3], ["conv.weight", "conv.bias", "bn.num_batches_tracked"], "{name}");
        assert_eq!(names[names.len() - 1], "tied");
    }
}

#[test]
fn other_places_are_read_when_asked_for() {
    let path = golden("parameters.pt");
    let inner = read_at(&path, "inner").unwrap();
    assert_eq!((&*inner.location, inner.len()), ("inner", 1));
    assert_eq!(inner.get("b").unwrap().shape(), [2]);
    let error = read_at(&path, "outer").unwrap_err();
    let WeightError::Content { fault: Fault::Location { location, found }, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((location.as_str(), found), ("outer", vec!["w".to_owned(), "inner".to_owned()]));
    let top = read_at(golden("checkpoint.pt"), "").unwrap();
    assert!(top.get("state_dict.module.0.weight").is_some());
}

#[test]
fn modules_and_scripts_are_refused_by_name() {
    let fault = refusal(golden("module.pt"));
    let Fault::Global { module, name } = &fault else { panic!("{fault}") };
    assert_eq!((module.as_str(), name.as_str()), ("torch.nn.modules.linear", "Linear"));
    let fault = refusal(golden("script.pt"));
    assert!(matches!(fault, Fault::TorchScript), "{fault}");
}

#[test]
fn a_wrong_checksum_is_noticed_when_the_tensor_is_read() {
    let mut bytes = std::fs::read(golden("zip.pt")).unwrap();
    let file = read(golden("zip.pt")).unwrap();
    let bias: Vec<u8> =
        file.f32("conv.bias").unwrap().iter().flat_map(|v| v.to_le_bytes()).collect();
    let at = bytes.windows(bias.len()).position(|w| w == bias).unwrap();
    bytes[at] ^= 1;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.pt");
    std::fs::write(&path, bytes).unwrap();
    let damaged = read(path).unwrap();
    assert_eq!(damaged.f32("conv.weight").unwrap(), file.f32("conv.weight").unwrap());
    let error = damaged.f32("conv.bias").unwrap_err();
    assert!(matches!(error, WeightError::Content { fault: Fault::Checksum { .. }, .. }), "{error}");
}

#[test]
fn stg_nf_checkpoints() {
    let Some(data) = real_data("stg-nf") else { return };
    let folder = data.join("checkpoints/stg-nf");
    for (name, elements, seg_len, seed) in [
        ("ShanghaiTech_85_9.tar", 5_915, 24, 29),
        ("UBnormal_unsupervised_71_8.tar", 4_059, 16, 13_885_348_966_504_797_713),
    ] {
        let file = read(folder.join(name)).unwrap();
        assert_eq!((file.format, &*file.location), (Format::TorchZip, "state_dict"));
        assert_eq!(file.tensors.iter().map(|t| t.elements()).sum::<u64>(), elements);
        let flow = file.tensors.iter().filter(|t| t.name().starts_with("flow.")).count();
        assert_eq!((flow, file.len()), (177, 180));
        assert_eq!(file.metadata["epoch"], Scalar::Int(8));
        assert_eq!(file.metadata["args.seg_len"], Scalar::Int(seg_len));
        assert_eq!(file.metadata["args.seed"], Scalar::Int(seed));
        assert_eq!(file.metadata["args.R"], Scalar::Float(3.0));
        let everything = file.tensors.iter().map(|t| Expected::new(t.name(), t.shape()));
        let everything: Vec<Expected> = everything.collect();
        let weights = matched(&file, &KeyMap::new(), &everything).unwrap();
        assert_eq!(weights.to_map().unwrap().len(), 180);
    }
    let file = read(folder.join("ShanghaiTech_85_9.tar")).unwrap();
    let logs = file.f32("flow.layers.0.actnorm.logs").unwrap();
    assert!((logs[0] - 1.2924).abs() < 5e-5 && (logs[1] - 0.23275).abs() < 5e-6, "{logs:?}");
    let mean = file.f32("flow.layers.7.block.0.residual.1.running_mean").unwrap();
    assert!((mean[0].min(mean[1]) - 0.62536).abs() < 1e-5, "{mean:?}");
    assert!((mean[0].max(mean[1]) - 5.3356).abs() < 5e-5, "{mean:?}");
    let tracked = "flow.layers.0.block.0.tcn.0.num_batches_tracked";
    assert_eq!(file.i64(tracked).unwrap(), [9_080]);
    assert_eq!(file.sha256().unwrap().len(), 64);
}
