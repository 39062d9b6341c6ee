//! Tensors that are not where, or what, they say.

use gcl_weights::Fault;

use crate::build::{Pickle, Zip, checkpoint, floats};
use crate::meter::{accepted, refuses};

/// An archive with one tensor over storage `0`, which has two floats.
fn tensor(of: i128, offset: i128, shape: &[i128], stride: &[i128]) -> Vec<u8> {
    let p = Pickle::new().op(b"}").text("w").tensor("0", of, offset, shape, stride);
    checkpoint(&p.op(b"s").end())
}

#[test]
fn honest_views() {
    for (offset, shape, stride) in [
        (0, &[2][..], &[1][..]),
        (1, &[1], &[1]),
        (1, &[], &[]),
        (2, &[0], &[1]),
        (0, &[0, 1 << 40], &[1, 1]),
        (0, &[2, 1], &[1, i64::MAX.into()]),
        (0, &[3, 2], &[0, 1]),
        (0, &[1 << 20], &[0]),
    ] {
        assert_eq!(accepted(&tensor(2, offset, shape, stride)), 1, "{shape:?}");
    }
}

#[test]
fn views_beyond_their_storage() {
    refuses!(tensor(2, 0, &[3], &[1]), Fault::Outside { last: 2, elements: 2, .. });
    refuses!(tensor(2, 1, &[2], &[1]), Fault::Outside { last: 2, .. });
    refuses!(tensor(2, 0, &[2], &[2]), Fault::Outside { last: 2, .. });
    refuses!(tensor(2, 3, &[0], &[1]), Fault::Outside { .. });
    refuses!(tensor(2, 2, &[], &[]), Fault::Outside { .. });
    refuses!(tensor(2, 0, &[1 << 40, 1 << 19], &[1, 1]), Fault::Outside { .. });
}

#[test]
fn impossible_numbers() {
    refuses!(tensor(2, 1, &[2], &[-1]), Fault::Impossible { .. });
    refuses!(tensor(2, -1, &[2], &[1]), Fault::Impossible { .. });
    refuses!(tensor(2, 0, &[-2], &[1]), Fault::Impossible { .. });
    refuses!(tensor(2, 0, &[2], &[1, 1]), Fault::Impossible { .. });
    refuses!(tensor(2, 0, &[i128::MAX], &[1]), Fault::Impossible { .. });
    refuses!(tensor(2, 0, &[1 << 40, 1 << 40], &[0, 0]), Fault::Impossible { .. });
    refuses!(tensor(2, 0, &[1 << 61], &[0]), Fault::Impossible { .. });
    let far = i128::from(i64::MAX);
    refuses!(tensor(2, 0, &[2, 4], &[far, far]), Fault::Impossible { .. });
    refuses!(tensor(2, 0, &[1; 17], &[1; 17]), Fault::Limit { what: "dimensions", .. });
    refuses!(tensor(-1, 0, &[2], &[1]), Fault::Persistent { .. });
    refuses!(tensor(1 << 70, 0, &[2], &[1]), Fault::Persistent { .. });
}

#[test]
fn expansion() {
    refuses!(tensor(2, 0, &[1 << 40], &[0]), Fault::Limit { .. });
    refuses!(tensor(2, 0, &[1 << 20, 1 << 20], &[0, 0]), Fault::Limit { .. });
    // Many views that are each within bounds.
    let many = (0..1_000).fold(Pickle::new().op(b"}("), |p, i| {
        p.text(&format!("w{i}")).tensor("0", 2, 0, &[1 << 20], &[0])
    });
    refuses!(checkpoint(&many.op(b"u").end()), Fault::Limit { .. });
}

#[test]
fn storages_of_another_length() {
    refuses!(tensor(3, 0, &[3], &[1]), Fault::StorageLength { expected: 12, found: 8, .. });
    refuses!(tensor(1, 0, &[1], &[1]), Fault::StorageLength { expected: 4, found: 8, .. });
    let last = i128::from(u64::MAX);
    refuses!(tensor(last, 0, &[1], &[1]), Fault::StorageLength { found: 8, .. });
    // The same storage, by two claims.
    let p = Pickle::new().op(b"}(").text("a").good().text("b").tensor("0", 9, 8, &[1], &[1]);
    refuses!(checkpoint(&p.op(b"u").end()), Fault::StorageLength { expected: 36, .. });
    let pickle = Pickle::new().op(b"}").text("w").good().op(b"s").end();
    let short = Zip::default().entry("a/data.pkl", &pickle).entry("a/data/0", &floats()[..7]);
    refuses!(short.end(), Fault::StorageLength { expected: 8, found: 7, .. });
}

#[test]
fn references_that_are_no_storage() {
    let reference = |p: &dyn Fn(Pickle) -> Pickle| {
        checkpoint(&p(Pickle::new().op(b"}").text("w")).op(b"s").end())
    };
    refuses!(reference(&|p| p.text("0").op(b"Q")), Fault::Persistent { .. });
    refuses!(reference(&|p| p.op(b")Q")), Fault::Persistent { .. });
    let module = |p: Pickle| p.op(b"(").text("module").op(b"NNNNtQ");
    refuses!(reference(&module), Fault::Persistent { .. });
    let path = |p: Pickle| {
        let p = p.global("torch._utils", "_rebuild_tensor_v2").op(b"(").storage("../../a", 2);
        p.int(0).ints(&[2]).ints(&[1]).op(b"tR")
    };
    refuses!(reference(&path), Fault::NoStorage { key } if key == "../../a");
    // A part of a storage that reaches beyond it.
    let part = |p: Pickle| {
        let p = p.op(b"(").text("storage").global("torch", "FloatStorage").text("0").text("cpu");
        p.int(2).op(b"(").text("v").int(1).int(2).op(b"ttQ")
    };
    refuses!(reference(&part), Fault::Persistent { .. });
    refuses!(
        reference(&|p| p.op(b"(").text("storage").global("torch", "QInt8Storage")),
        Fault::Global { name, .. } if name == "QInt8Storage"
    );
}

/// Views of a storage of 512 × 512 floats, each its own index.
#[test]
fn views_of_a_large_storage_have_the_right_values() {
    let bytes: Vec<u8> = (0..512 * 512).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let view = |p: Pickle, name: &str, offset, shape: &[i128], stride: &[i128]| {
        p.text(name).tensor("0", 512 * 512, offset, shape, stride)
    };
    let p = view(Pickle::new().op(b"}("), "whole", 0, &[512, 512], &[512, 1]);
    let p = view(p, "transposed", 0, &[512, 512], &[1, 512]);
    let p = view(p, "column", 7, &[512], &[512]);
    let p = view(p, "few", 3, &[2, 3], &[100, 100_000]);
    let p = view(p, "backwards", 0, &[3, 2], &[1, 250_000]);
    let archive = Zip::default().entry("a/data.pkl", &p.op(b"u").end()).entry("a/data/0", &bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    std::fs::write(&path, archive.end()).unwrap();
    let file = gcl_weights::read(path).unwrap();
    let whole = file.f32("whole").unwrap();
    assert!(whole.iter().enumerate().all(|(i, v)| *v == i as f32));
    let transposed = file.f32("transposed").unwrap();
    assert_eq!(transposed.len(), whole.len());
    let right = |(i, v): (usize, &f32)| *v == (i % 512 * 512 + i / 512) as f32;
    assert!(transposed.iter().enumerate().all(right));
    let column = file.f32("column").unwrap();
    assert!(column.iter().enumerate().all(|(i, v)| *v == (i * 512 + 7) as f32));
    let few = [3.0, 100_003.0, 200_003.0, 103.0, 100_103.0, 200_103.0];
    assert_eq!(file.f32("few").unwrap(), few);
    assert_eq!(file.f32("backwards").unwrap(), [0.0, 250_000.0, 1.0, 250_001.0, 2.0, 250_002.0]);
}
