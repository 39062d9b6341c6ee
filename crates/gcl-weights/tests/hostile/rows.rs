//! Rows of pickles, as PyTorch wrote them before 1.6, and plain pickles.

use gcl_weights::Fault;

use crate::build::{Pickle, floats, good_pickle};
use crate::meter::{accepted, refuses};

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;

fn number(value: i128) -> Vec<u8> {
    Pickle::new().int(value).end()
}

fn system(little: bool) -> Vec<u8> {
    let flag: &[u8] = if little { b"\x88" } else { b"\x89" };
    Pickle::new().op(b"}").text("little_endian").op(flag).op(b"s").end()
}

fn keys(keys: &[&str]) -> Vec<u8> {
    keys.iter().fold(Pickle::new().op(b"]("), |p, key| p.text(key)).op(b"e").end()
}

fn storage(elements: u64) -> Vec<u8> {
    [&elements.to_le_bytes()[..], &floats()].concat()
}

fn row(value: &[u8], names: &[&str], rest: &[u8]) -> Vec<u8> {
    [&number(MAGIC), &number(1001), &system(true), value, &keys(names), rest].concat()
}

#[test]
fn rows() {
    let good = good_pickle();
    assert_eq!(accepted(&row(&good, &["0"], &storage(2))), 1);
    refuses!(row(&good, &["0"], &storage(3)), Fault::Cut { what: "a storage", .. });
    refuses!(row(&good, &["0"], &storage(1)), Fault::StorageLength { expected: 8, found: 4, .. });
    refuses!(row(&good, &["0"], &storage(u64::MAX)), Fault::Cut { .. });
    refuses!(row(&good, &["0"], &storage(1 << 62)), Fault::Cut { .. });
    refuses!(row(&good, &[], b""), Fault::NoStorage { .. });
    refuses!(row(&good, &["1"], &storage(2)), Fault::Legacy { .. });
    refuses!(row(&good, &["0", "0"], &storage(2).repeat(2)), Fault::Legacy { .. });
    refuses!(row(&good, &["0"], &[storage(2), vec![0]].concat()), Fault::Trailing { extra: 1 });
    refuses!(row(&good, &["0"], b""), Fault::Cut { .. });
    let version = [number(MAGIC), number(1002), system(true), good.clone()].concat();
    refuses!(version, Fault::Legacy { what: "the format's version", .. });
    let big = [number(MAGIC), number(1001), system(false), good.clone()].concat();
    refuses!(big, Fault::BigEndian);
    let unsaid = [number(MAGIC), number(1001), number(1), good.clone()].concat();
    refuses!(unsaid, Fault::Legacy { what: "the byte order", .. });
    refuses!(number(MAGIC), Fault::Cut { .. });
    refuses!([good, number(1)].concat(), Fault::Trailing { .. });
    refuses!(number(MAGIC + 1), Fault::NoStateDict(_));
}

/// A plain pickle with a tensor whose storage is these bytes.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let p = Pickle(vec![0x80, 4]).op(b"}").text("w").global("torch._utils", "_rebuild_tensor_v2");
    let p = p.op(b"(").global("torch.storage", "_load_from_bytes");
    let p = p.op(b"B").op(&(bytes.len() as u32).to_le_bytes()).op(bytes).op(b"\x85R");
    p.int(0).ints(&[2]).ints(&[1]).op(b"\x89}tRs").end()
}

#[test]
fn plain_pickles() {
    let inner = Pickle::new().storage("0", 2).end();
    let honest = row(&inner, &["0"], &storage(2));
    assert_eq!(accepted(&plain(&honest)), 1);
    refuses!(plain(&row(&inner, &["0"], &storage(3))), Fault::Cut { .. });
    refuses!(plain(&row(&good_pickle(), &["0"], &storage(2))), Fault::Call { .. });
    refuses!(plain(b""), Fault::Cut { .. });
    refuses!(plain(&good_pickle()), Fault::NoStorage { .. });
    refuses!(plain(&number(3)), Fault::Legacy { what: "the first number", .. });
    refuses!(plain(&plain(&honest)), Fault::Call { .. });
    refuses!(good_pickle(), Fault::NoStorage { .. });
    let system = Pickle::new().global("os", "system").text("true").op(b"\x85R").end();
    refuses!(plain(&row(&system, &[], b"")), Fault::Global { .. });
    // The same bytes again and again: each time counts.
    let p = Pickle(vec![0x80, 4]).op(b"}").text("w").global("torch.storage", "_load_from_bytes");
    let p = p.op(b"q\x00B").op(&(honest.len() as u32).to_le_bytes()).op(&honest).op(b"\x85q\x010");
    let p = p.op(&b"h\x00h\x01R0".repeat(1_000_000));
    refuses!(p.op(b"s").end(), Fault::Limit { .. });
}

#[test]
fn other_formats() {
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    refuses!(tar, Fault::OldTar);
    refuses!(b"\x89HDF\r\n\x1a\n and so on", Fault::Format { .. });
    refuses!(b"", Fault::Format { .. });
    refuses!(b"P", Fault::Format { .. });
}

/// A checkpoint as Python 2 and PyTorch 0.3 wrote it: byte strings for text, a dict from a list of
/// pairs, the first function to rebuild tensors, and a storage that is a part of another.
#[test]
fn the_oldest_rows() {
    let short = |p: Pickle, text: &str| p.op(&[b'U', text.len() as u8]).op(text.as_bytes());
    let reference = |p: Pickle, part: bool| {
        let p = short(p.op(b"("), "storage").global("torch", "FloatStorage");
        let p = short(short(p, "94"), "cuda:0").op(b"K\x02");
        if part { short(p.op(b"("), "95").op(b"K\x01K\x01tt") } else { p.op(b"Nt") }.op(b"Q")
    };
    let tensor = |p: Pickle, part: bool, len: u8| {
        let p = p.global("torch._utils", "_rebuild_tensor").op(b"(");
        reference(p, part).op(&[b'K', 0, b'K', len, 0x85, b'K', 1, 0x85]).op(b"tR")
    };
    let p = short(Pickle::new().op(b"}("), "epoch").op(b"M\x90\x01");
    let p = short(short(p, "arch"), "resnext-101");
    let p = short(p, "state_dict").global("collections", "OrderedDict").op(b"](](");
    let p = tensor(short(p, "module.whole"), false, 2).op(b"e](");
    let p = tensor(short(p, "module.part"), true, 1).op(b"ee\x85R");
    let system = short(Pickle::new().op(b"}"), "little_endian").op(b"I01\ns").end();
    let keys = short(Pickle::new().op(b"]"), "94").op(b"a").end();
    let bytes = [number(MAGIC), number(1001), system, p.op(b"u").end(), keys, storage(2)].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("resnext-101-kinetics.pth");
    std::fs::write(&path, bytes).unwrap();
    let file = gcl_weights::read(path).unwrap();
    assert_eq!(file.location, "state_dict");
    assert_eq!(file.metadata["arch"].as_str(), Some("resnext-101"));
    assert_eq!(file.metadata["epoch"].as_f64(), Some(400.0));
    assert_eq!(file.f32("module.whole").unwrap(), [1.5, -2.0]);
    assert_eq!(file.f32("module.part").unwrap(), [-2.0]);
}
