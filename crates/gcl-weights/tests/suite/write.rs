//! Writing safetensors, and converting to it.

use std::collections::BTreeMap;
use std::fs;

use crate::common::golden;
use gcl_weights::{
    Dtype, Fault, Format, KeyMap, Tensor, WeightError, read, read_bytes, write_safetensors,
};

fn tensors() -> BTreeMap<String, Tensor> {
    let named = [
        ("b", Tensor::f32([2, 2], &[1.0, -2.5, f32::MIN_POSITIVE, 1e30])),
        ("a \"quoted\" ü", Tensor::f32([3], &[0.1, 0.2, 0.3])),
        ("count", Tensor::i64([], &[i64::MIN])),
        ("none", Tensor::f32([0, 4], &[])),
    ];
    named.map(|(name, tensor)| (name.to_owned(), tensor)).into()
}

fn metadata() -> BTreeMap<String, String> {
    [("net", "C3D"), ("arch", "a\nb")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

#[test]
fn a_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/w.safetensors");
    let sha256 = write_safetensors(&path, &tensors(), &metadata()).unwrap();
    let file = read(&path).unwrap();
    assert_eq!(file.format, Format::Safetensors);
    assert_eq!(file.sha256().unwrap(), sha256);
    let names: Vec<&str> = file.tensors.iter().map(|t| t.name()).collect();
    assert_eq!(names, ["count", "a \"quoted\" ü", "b", "none"], "by size, then by name");
    assert_eq!(file.f32("b").unwrap(), [1.0, -2.5, f32::MIN_POSITIVE, 1e30]);
    assert_eq!(file.get("b").unwrap().shape(), [2, 2]);
    assert_eq!(file.i64("count").unwrap(), [i64::MIN]);
    assert_eq!(file.f32("none").unwrap(), [0.0; 0]);
    let found: BTreeMap<String, String> =
        file.metadata.iter().map(|(k, v)| (k.clone(), v.to_string())).collect();
    assert_eq!(found, metadata());
}

#[test]
fn the_bytes_are_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    let tensors = [("w".to_owned(), Tensor::f32([2], &[1.0, 2.0]))].into();
    let sha256 = write_safetensors(&path, &tensors, &BTreeMap::new()).unwrap();
    let bytes = fs::read(&path).unwrap();
    let header = br#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  "#;
    assert_eq!(bytes[..8], 56u64.to_le_bytes());
    assert_eq!(&bytes[8..64], header);
    assert_eq!(bytes[64..], [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
    assert_eq!(sha256, "a06ccadd01057a4ceb1433dfacf4f1fdee9afa1ad6b953de1ef1337ef938fe8f");
    let again = folder.path().join("again");
    assert_eq!(write_safetensors(again, &tensors, &BTreeMap::new()).unwrap(), sha256);
}

#[test]
fn half_precision_rounds_to_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    // One, what lies between two halves and goes to the even one, the smallest half, and what is too large.
    let values = [1.0, 1.0 + 1.5 / 1024.0, f32::powi(2.0, -24), 1e6];
    let tensors = [("w".to_owned(), Tensor::f16([4], &values))].into();
    write_safetensors(&path, &tensors, &BTreeMap::new()).unwrap();
    let file = read(&path).unwrap();
    assert_eq!(file.get("w").unwrap().dtype(), Dtype::F16);
    let expected = [1.0, 1.0 + 2.0 / 1024.0, f32::powi(2.0, -24), f32::INFINITY];
    assert_eq!(file.f32("w").unwrap(), expected);
}

#[test]
fn a_file_in_memory_is_read_as_one_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    let sha256 = write_safetensors(&path, &tensors(), &metadata()).unwrap();
    let bytes: &'static [u8] = fs::read(&path).unwrap().leak();
    let file = read_bytes("embedded", bytes).unwrap();
    assert_eq!((file.sha256().unwrap(), file.bytes), (sha256, bytes.len() as u64));
    assert_eq!(file.f32("b").unwrap(), read(&path).unwrap().f32("b").unwrap());
    let error = file.f32("missing").unwrap_err().to_string();
    assert!(error.starts_with("embedded"), "{error}");
    let cut = read_bytes("embedded", &bytes[..bytes.len() - 1]).unwrap_err();
    assert!(matches!(cut, WeightError::Content { fault: Fault::Offsets { .. }, .. }), "{cut}");
    assert!(read_bytes("embedded", &bytes[..20]).is_err());
    assert!(read_bytes("embedded", &[]).is_err());
}

#[test]
fn the_reference_reader_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    write_safetensors(&path, &tensors(), &metadata()).unwrap();
    let bytes = fs::read(path).unwrap();
    let reference = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(reference.len(), 4);
    let b = reference.tensor("b").unwrap();
    assert_eq!((b.dtype(), b.shape()), (safetensors::Dtype::F32, &[2, 2][..]));
    assert_eq!(b.data()[4..8], (-2.5f32).to_le_bytes());
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(header.metadata().as_ref().unwrap()["arch"], "a\nb");
}

#[test]
fn conversion_keeps_types_and_straightens_views() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    let zip = read(golden("zip.pt")).unwrap();
    let sha256 = zip.convert(&path, &KeyMap::new().ignore("tied"), &metadata()).unwrap();
    let new = read(&path).unwrap();
    assert_eq!(new.sha256().unwrap(), sha256);
    assert_eq!(new.len(), zip.len() - 1);
    for tensor in &new.tensors {
        let old = zip.get(tensor.name()).unwrap();
        assert_eq!((tensor.dtype(), tensor.shape()), (old.dtype(), old.shape()));
        assert_eq!(new.f32(tensor.name()).unwrap(), zip.f32(tensor.name()).unwrap());
    }
    assert_eq!(new.get("half").unwrap().dtype(), Dtype::F16);
    assert_eq!(new.metadata["net"].as_str(), Some("C3D"));
    // The same tensors from another format give the same file.
    for other in ["legacy.pt", "plain.pkl", "state.safetensors"] {
        let other = read(golden(other)).unwrap();
        let map = KeyMap::new().ignore("tied");
        assert_eq!(other.convert(&path, &map, &metadata()).unwrap(), sha256);
    }
    let wrapped = read(golden("checkpoint.pt")).unwrap();
    wrapped.convert(&path, &KeyMap::new().strip("module."), &BTreeMap::new()).unwrap();
    assert!(read(&path).unwrap().get("0.weight").is_some());
}

#[test]
fn a_file_can_replace_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    fs::copy(golden("checkpoint.pt"), &path).unwrap();
    let file = read(&path).unwrap();
    let old = file.f32("module.0.weight").unwrap();
    file.convert(&path, &KeyMap::new(), &BTreeMap::new()).unwrap();
    assert_eq!(read(&path).unwrap().f32("module.0.weight").unwrap(), old);
}

#[test]
fn a_failed_write_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    fs::write(&path, b"old").unwrap();
    for (name, tensor) in
        [("w", Tensor::f32([3], &[1.0])), ("__metadata__", Tensor::f32([1], &[1.0]))]
    {
        let tensors = [(name.to_owned(), tensor)].into();
        let error = write_safetensors(&path, &tensors, &BTreeMap::new()).unwrap_err();
        assert!(matches!(error, WeightError::Unwritable { .. }), "{error}");
    }
    // A source that fails halfway: a storage with a wrong checksum.
    let mut bytes = fs::read(golden("zip.pt")).unwrap();
    let bias = read(golden("zip.pt")).unwrap().f32("conv.bias").unwrap();
    let bias: Vec<u8> = bias.iter().flat_map(|v| v.to_le_bytes()).collect();
    let at = bytes.windows(bias.len()).position(|w| w == bias).unwrap();
    bytes[at] ^= 1;
    let damaged = folder.path().join("damaged");
    fs::write(&damaged, bytes).unwrap();
    assert!(read(damaged).unwrap().convert(&path, &KeyMap::new(), &BTreeMap::new()).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
