//! `.npy`, `.npz`, packed cubes, and the descriptions beside features.

use gcl_data::{FeatureMeta, FeatureSet, Npy, PackedCubes, write_f32};

use crate::common::{header, mat, mat_array, npy};
use crate::deflated::{FIXED, OWN, bytes};
use crate::fuzz::Target;

const WORDS: &[&str] = &[
    "'descr': ",
    "'fortran_order': ",
    "'shape': ",
    "True",
    "False",
    "(",
    ")",
    ",",
    "<f8",
    ">f4",
    "|u1",
    "|b1",
    "|O",
    "<f2",
    "<i8",
    "<U8",
    "\x01NUMPY",
    "PK\x01\x02",
    "PK\x03\x04",
    "PK\x05\x06",
    ".npy",
];

fn arrays() -> Vec<Vec<u8>> {
    vec![
        npy(&header("<f4", false, "(3, 2)"), &[0; 24]),
        npy(&header(">f8", true, "(2, 2)"), &[0; 32]),
        npy(&header("|u1", false, "(5,)"), &[0, 1, 1, 0, 1]),
        npy(&header("<f2", false, "(2, 2, 2)"), &[0; 16]),
        npy(&header("<i8", false, "()"), &[0; 8]),
    ]
}

#[test]
fn npy_files() {
    let target = Target { name: "npy", corpus: arrays(), words: WORDS, ..Target::default() };
    target.run(|path| {
        let array = Npy::open(path)?;
        let mut rows = Vec::new();
        array.read_rows(0..array.rows().min(1), &mut rows)?;
        drop(array.to_bools());
        array.to_f32().map(drop)
    });
}

/// A zip archive of one entry as NumPy writes it, its array deflated where `method` is 8.
fn archive(method: u8, packed: &[u8], size: usize) -> Vec<u8> {
    let sizes = [(packed.len() as u32).to_le_bytes(), (size as u32).to_le_bytes()].concat();
    let common = [&[method, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &sizes, &[5, 0, 0, 0]].concat();
    let local = [b"PK\x03\x04\x14\0\0\0", &common[..], b"a.npy", packed].concat();
    let record = [b"PK\x01\x02\0\0\x14\0\0\0", &common[..], &[0; 14], b"a.npy"].concat();
    let (at, length) = (local.len() as u32, record.len() as u32);
    let end = [length.to_le_bytes(), at.to_le_bytes()].concat();
    [&local[..], &record, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &end, &[0, 0]].concat()
}

/// Deflate without compression.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes].concat()
}

fn archives() -> Vec<Vec<u8>> {
    let array = npy(&header("<f4", false, "(3, 2)"), &[0; 24]);
    vec![
        archive(0, &array, array.len()),
        archive(8, &stored(&array), array.len()),
        archive(8, &bytes(FIXED), FIXED.1),
        archive(8, &bytes(OWN), OWN.1),
    ]
}

#[test]
fn npz_files() {
    // A byte of deflate is up to 1,032 bytes, and each of them as u1 a value of four.
    let target = Target {
        name: "npz",
        file: "a.npz",
        corpus: archives(),
        words: WORDS,
        factor: 8 * 1032,
        ..Target::default()
    };
    target.run(features);
}

#[test]
fn mat_files() {
    let arrays = || {
        let features = mat_array("feat", &[3, 2], &[0.5; 6]);
        [features, mat_array("label", &[1, 1], &[1.0])]
    };
    let target = Target {
        name: "mat",
        file: "a.mat",
        corpus: vec![mat(&arrays(), false), mat(&arrays(), true)],
        words: &["feat", "IM", "MI", "MATLAB"],
        factor: 8 * 1032,
        ..Target::default()
    };
    target.run(features);
}

#[test]
fn hdf5_files() {
    let read = |name| std::fs::read(crate::common::golden("hdf5").join(name)).unwrap();
    let target = Target {
        name: "hdf5",
        file: "a.h5",
        corpus: ["plain.h5", "packed.h5", "v73.mat"].map(read).to_vec(),
        // A node of an index is as large as the file states, up to 65,535 entries.
        base: 1 << 24,
        words: &["feat", "OHDR", "OCHK", "TREE", "SNOD", "HEAP", "FRHP", "BTHD"],
        factor: 8 * 1032,
        ..Target::default()
    };
    target.run(features);
}

#[test]
fn an_archive_that_unpacks_the_same_bytes_again_and_again_is_refused_at_once() {
    let one = archive(8, &bytes(FIXED), FIXED.1);
    let at = one.windows(4).position(|word| word == b"PK\x01\x02").unwrap();
    let mut record = one[at..at + 51].to_vec();
    record[24..28].copy_from_slice(&(1u32 << 30).to_le_bytes());
    let end = one[at + 51..].to_vec();
    let mut bomb = [&one[..at], &record.repeat(3), &end].concat();
    let count = bomb.len() - 22 + 10;
    bomb[count] = 3;
    let dir = tempfile::tempdir().unwrap();
    let path = crate::common::put(&dir.path().join("a.npz"), bomb);
    let error = features(&path).unwrap_err();
    assert!(error.contains("a damaged archive"), "{error}");
}

/// Reads a folder of features with one file in it.
fn features(path: &std::path::Path) -> Result<(), String> {
    let set = FeatureSet::open(path.parent().unwrap()).map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    set.read(0, &mut out).map_err(|e| e.to_string())
}

#[test]
fn cube_files() {
    let (places, scratch) =
        ("video,frame,x1,y1,x2,y2\na,0,1,1,5,5\na,3,2,1,6,5\n", tempfile::tempdir().unwrap());
    let floats = scratch.path().join("a.npy");
    write_f32(&floats, &[2, 3, 1, 1, 1], &[0.5; 6]).unwrap();
    let corpus = vec![
        npy(&header("|u1", false, "(2, 3, 1, 2, 2)"), &[7; 24]),
        std::fs::read(&floats).unwrap(),
    ];
    let target = Target { name: "cubes", file: "a.npy", corpus, words: WORDS, ..Target::default() };
    target.run(|path| {
        std::fs::write(path.with_extension("csv"), places).unwrap();
        let cubes = PackedCubes::open(path).map_err(|e| e.to_string())?;
        cubes.read(0..cubes.places.len(), &mut Vec::new()).map_err(|e| e.to_string())
    });
}

const META: &str = r#"{"extractor": {"name": "gradient", "version": "1", "parameters": {"a": [1, 2]}, "preprocessing": {},
    "weights_sha256": null, "random_weights": false, "clips": {"length": 16, "stride": 16, "tail": "shift"}, "crops": 1},
    "decoder": "none", "frames": 320, "fps": 25.0}"#;

#[test]
fn descriptions_of_features() {
    let corpus = vec![META.as_bytes().to_vec()];
    let words = &[
        "{",
        "}",
        "[[[[[[[[",
        "null",
        "\"video\": ",
        "\"regions\": ",
        "\"equal_parts\": 32",
        "\\ud800",
    ];
    // Beside an honest array of features.
    let target = Target { name: "meta", file: "a.json", corpus, words, ..Target::default() };
    target.run(|path| {
        let rows = path.with_extension("npy");
        if !rows.exists() {
            write_f32(&rows, &[20, 2], &[0.5; 40]).unwrap();
        }
        FeatureMeta::read(path).map_err(|e| e.to_string())?;
        features(path)
    });
}
