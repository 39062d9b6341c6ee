//! `.npy` files: every element type, order and shape that is read, and every way to lie.

use crate::common::{Sequence, header, npy, put};
use gcl_data::{Npy, NpyError, write_f32};
use half::f16;

/// `values` as bytes of the type `descr`.
fn encode(values: &[u8], descr: &str) -> Vec<u8> {
    let one = |v: u8| -> Vec<u8> {
        let mut little = match &descr[1..] {
            "b1" | "i1" | "u1" => vec![v],
            "i2" | "u2" => u16::from(v).to_le_bytes().to_vec(),
            "i4" | "u4" => u32::from(v).to_le_bytes().to_vec(),
            "i8" | "u8" => u64::from(v).to_le_bytes().to_vec(),
            "f2" => f16::from_f32(f32::from(v)).to_le_bytes().to_vec(),
            "f4" => f32::from(v).to_le_bytes().to_vec(),
            "f8" => f64::from(v).to_le_bytes().to_vec(),
            other => panic!("{other}"),
        };
        if descr.starts_with('>') {
            little.reverse();
        }
        little
    };
    values.iter().flat_map(|v| one(*v)).collect()
}

/// The same values in Fortran order, by walking all index tuples.
fn to_fortran(values: &[u8], shape: &[usize]) -> Vec<u8> {
    let mut out = vec![0; values.len()];
    for (i, value) in values.iter().enumerate() {
        let (mut rest, mut at) = (i, 0);
        for (axis, size) in shape.iter().enumerate().rev() {
            at += rest % size * shape[..axis].iter().product::<usize>();
            rest /= size;
        }
        out[at] = *value;
    }
    out
}

#[test]
fn every_type_and_order_in_random_shapes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    let mut random = Sequence(7);
    let types = [
        "|b1", "|i1", "|u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8",
        "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "=f4",
    ];
    for round in 0..200 {
        let descr = types[round % types.len()];
        let shape: Vec<usize> = (0..1 + random.below(4)).map(|_| 1 + random.below(7)).collect();
        let count: usize = shape.iter().product();
        let values: Vec<u8> =
            (0..count).map(|_| u8::try_from(random.below(128)).unwrap()).collect();
        let fortran = random.below(2) == 1;
        let stored = if fortran { to_fortran(&values, &shape) } else { values.clone() };
        let tuple: String = shape.iter().map(|axis| format!("{axis},")).collect();
        let header = header(descr, fortran, &format!("({tuple})"));
        put(&path, npy(&header, &encode(&stored, descr)));

        let file = Npy::open(&path).unwrap();
        let what = format!("{descr} {shape:?} fortran {fortran}");
        assert_eq!(file.shape(), shape, "{what}");
        let expected: Vec<f32> = values.iter().map(|v| f32::from(*v)).collect();
        assert_eq!(file.to_f32().unwrap(), expected, "{what}");
        let start = random.below(shape[0] + 1);
        let end = start + random.below(shape[0] - start + 1);
        let row = count / shape[0];
        let mut rows = vec![9.0];
        file.read_rows(start..end, &mut rows).unwrap();
        assert_eq!(rows, expected[start * row..end * row], "{what} rows {start}..{end}");
    }
}

#[test]
fn signs_halves_and_rounding() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    let read = |descr: &str, data: &[u8]| {
        put(&path, npy(&header(descr, false, "(1,)"), data));
        Npy::open(&path).unwrap().to_f32().unwrap()[0]
    };
    assert_eq!(read("|i1", &[0xff]), -1.0);
    assert_eq!(read(">i2", &[0xff, 0xfe]), -2.0);
    assert_eq!(read("<f2", &f16::from_f32(-0.333_251_95).to_le_bytes()), -0.333_251_95);
    assert_eq!(read("<f8", &0.1f64.to_le_bytes()), 0.1);
    assert_eq!(read("<u8", &u64::MAX.to_le_bytes()), 18_446_744_073_709_551_615.0);
}

#[test]
fn written_files_read_back_and_are_aligned() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sub/a.npy");
    for shape in [vec![], vec![0, 3], vec![5], vec![3, 4], vec![2, 3, 4], vec![100_000, 3]] {
        let count: usize = shape.iter().product();
        let data: Vec<f32> = (0..count).map(|i| i as f32 * 0.5 - 3.0).collect();
        write_f32(&path, &shape, &data).unwrap();
        let file = Npy::open(&path).unwrap();
        assert_eq!(file.shape(), shape);
        assert_eq!(file.to_f32().unwrap(), data);
        let offset = std::fs::metadata(&path).unwrap().len() - 4 * count as u64;
        assert_eq!(offset % 64, 0);
    }
    let bytes = std::fs::read(&path).unwrap();
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 3), }";
    assert_eq!(&bytes[10..10 + text.len()], text.as_bytes());
}

#[test]
fn the_writer_refuses_what_no_reader_takes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    assert!(matches!(write_f32(&path, &[2, 2], &[0.0; 3]), Err(NpyError::Shape { .. })));
    assert!(matches!(write_f32(&path, &[usize::MAX, 2], &[0.0]), Err(NpyError::Shape { .. })));
    assert!(matches!(write_f32(&path, &[1; 6], &[0.0]), Err(NpyError::Rank { .. })));
    let error = write_f32(&path, &[2, 2], &[0.0, 0.0, 0.0, f32::NAN]).unwrap_err();
    assert!(matches!(error, NpyError::NotFinite { row: 1, column: 1, .. }));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn each_lie_has_its_own_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lie.npy");
    let good = header("<f4", false, "(3,)");
    let file = |descr: &str, shape: &str, data: &[u8]| npy(&header(descr, false, shape), data);
    let with = |at: usize, byte: u8| {
        let mut bytes = npy(&good, &[0; 12]);
        bytes[at] = byte;
        bytes
    };
    let v2 = |length: u32| {
        let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
        bytes.extend(length.to_le_bytes());
        bytes.extend(good.as_bytes());
        bytes.extend([0; 12]);
        bytes
    };
    let text = |text: &str| npy(text, &[0; 12]);
    macro_rules! refused {
        ($bytes:expr, $pattern:pat) => {
            put(&path, $bytes);
            let error = Npy::open(&path).unwrap_err();
            assert!(matches!(error, $pattern), "{error}");
            assert!(error.to_string().contains("lie.npy"), "{error}");
        };
    }
    refused!([], NpyError::Magic(_));
    refused!(b"PK\x03\x04 an .npz", NpyError::Magic(_));
    refused!(with(0, b'N'), NpyError::Magic(_));
    refused!(with(6, 4), NpyError::Version { major: 4, .. });
    refused!(with(7, 1), NpyError::Version { minor: 1, .. });
    refused!(b"\x93NUMPY", NpyError::HeaderCut(_));
    refused!(b"\x93NUMPY\x01\x00\x76", NpyError::HeaderCut(_));
    refused!(with(9, 0x7f), NpyError::HeaderCut(_));
    refused!(v2(u32::MAX), NpyError::HeaderLength { .. });
    refused!(file("<f4", "(4,)", &[0; 12]), NpyError::Truncated { expected: 16, found: 12, .. });
    refused!(file("<f4", "(2,)", &[0; 12]), NpyError::Trailing { extra: 4, .. });
    refused!(file("<f4", "(250000000000,)", &[0; 12]), NpyError::Truncated { .. });
    refused!(file("<f4", "(4294967296, 4294967296)", &[]), NpyError::Overflow { .. });
    refused!(file("<f4", "(0, 4294967296, 4294967296)", &[]), NpyError::Overflow { .. });
    refused!(file("<f8", "(2305843009213693952,)", &[]), NpyError::Overflow { .. });
    refused!(file("<f4", "(99999999999999999999,)", &[]), NpyError::Literal { .. });
    refused!(file("<f4", "(1, 1, 1, 1, 1, 1)", &[0; 4]), NpyError::Rank { found: 6, .. });
    refused!(file("|O", "(3,)", &[0; 24]), NpyError::Object(_));
    refused!(file("<c8", "(3,)", &[0; 24]), NpyError::Dtype { .. });
    refused!(file("<U4", "(3,)", &[0; 48]), NpyError::Dtype { .. });
    refused!(file("|f4", "(3,)", &[0; 12]), NpyError::Dtype { .. });
    refused!(file("", "(3,)", &[0; 12]), NpyError::Dtype { .. });
    refused!(
        text("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,), }\n"),
        NpyError::Structured(_)
    );
    refused!(text("__import__('os').system('true')\n"), NpyError::Literal { .. });
    refused!(text("{'descr': '<f4', 'shape': (3,), }\n"), NpyError::Literal { .. });
    refused!(text("\u{fffd}"), NpyError::Literal { .. });
    assert!(matches!(Npy::open(dir.path()), Err(NpyError::NotAFile(_))));
    assert!(matches!(Npy::open(dir.path().join("none.npy")), Err(NpyError::File(_))));

    for version in [2, 3] {
        let mut honest = v2(u32::try_from(good.len()).unwrap());
        honest[6] = version;
        put(&path, honest);
        assert_eq!(Npy::open(&path).unwrap().to_f32().unwrap(), [0.0; 3]);
    }
}

#[test]
fn values_that_no_one_should_train_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    let mut data = encode(&[0; 6], "<f8");
    data[4 * 8..5 * 8].copy_from_slice(&1e300f64.to_le_bytes());
    put(&path, npy(&header("<f8", false, "(3, 2)"), &data));
    let file = Npy::open(&path).unwrap();
    let mut out = Vec::new();
    file.read_rows(0..2, &mut out).unwrap();
    let error = file.read_rows(1..3, &mut out).unwrap_err();
    assert!(matches!(error, NpyError::NotFinite { row: 2, column: 0, .. }), "{error}");
    assert!(out.is_empty());
    let error = file.read_rows(2..4, &mut out).unwrap_err();
    assert!(matches!(error, NpyError::Rows { start: 2, end: 4, rows: 3, .. }), "{error}");

    put(&path, npy(&header("|u1", false, "(3,)"), &[0, 1, 2]));
    let error = Npy::open(&path).unwrap().to_bools().unwrap_err();
    assert!(matches!(error, NpyError::NotBool { position: 2, .. }), "{error}");
    put(&path, npy(&header("<f8", false, "(2,)"), &encode(&[0, 1], "<f8")));
    assert_eq!(Npy::open(&path).unwrap().to_bools().unwrap(), [false, true]);
}

#[test]
fn a_file_cut_while_open_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    write_f32(&path, &[1000, 10], &[1.0; 10_000]).unwrap();
    let file = Npy::open(&path).unwrap();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(200).unwrap();
    let error = file.read_rows(10..20, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, NpyError::Changed { found: 200, .. }), "{error}");
}

/// Neither a lying header nor an honest, huge, sparse file costs memory that is not asked for.
#[cfg(target_os = "linux")]
#[test]
fn a_terabyte_costs_nothing() {
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap();
        text.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    let before = resident();
    for _ in 0..100 {
        put(&path, npy(&header("<f4", false, "(134217728, 2048)"), &[0; 64]));
        assert!(matches!(Npy::open(&path), Err(NpyError::Truncated { .. })));
    }
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let offset = std::fs::metadata(&path).unwrap().len() - 64;
    if file.set_len(offset + (1 << 40)).is_ok() {
        let mut rows = Vec::new();
        Npy::open(&path).unwrap().read_rows(134_217_700..134_217_704, &mut rows).unwrap();
        assert_eq!(rows, [0.0; 4 * 2048]);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes more");
}

/// Whatever a header says after random damage, opening never panics, and what opens is consistent.
#[test]
fn garbled_headers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npy");
    let good = npy(&header("<f4", false, "(3, 4)"), &[0; 48]);
    let alphabet = b"0123456789(),'{}: <>|bfiuTFL\\\x00\xff\n";
    let mut random = Sequence(3);
    let mut opened = 0;
    for _ in 0..2000 {
        let mut bytes = good.clone();
        for _ in 0..1 + random.below(2) {
            let at = random.below(bytes.len() - 48);
            bytes[at] = alphabet[random.below(alphabet.len())];
        }
        put(&path, &bytes);
        let Ok(file) = Npy::open(&path) else { continue };
        let count: usize = file.shape().iter().product();
        assert!(count * file.dtype().size() <= 48 + 10, "{:?}", file.shape());
        assert_eq!(file.to_f32().map(|values| values.len()).unwrap_or(count), count);
        opened += 1;
    }
    // Some damage is harmless, such as a change within white space or 'f' to 'i'.
    assert!(opened > 10 && opened < 1000, "{opened}");
}
