//! Safetensors headers that lie.

use gcl_weights::Fault;

use crate::meter::{accepted, refuses};

fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(vec![0; data]);
    bytes
}

fn entry(dtype: &str, shape: &str, begin: u64, end: u64) -> String {
    format!("{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}")
}

fn one(dtype: &str, shape: &str, begin: u64, end: u64, data: usize) -> Vec<u8> {
    file(&format!("{{\"w\":{}}}", entry(dtype, shape, begin, end)), data)
}

#[test]
fn places() {
    assert_eq!(accepted(&one("F32", "[2]", 0, 8, 8)), 1);
    assert_eq!(accepted(&one("F32", "[0,9]", 0, 0, 0)), 1);
    assert_eq!(accepted(&one("F32", "[0,18446744073709551615]", 0, 0, 0)), 1);
    refuses!(one("F32", "[2]", 0, 8, 7), Fault::Offsets { .. });
    refuses!(one("F32", "[2]", 0, 8, 9), Fault::Trailing { extra: 1 });
    refuses!(one("F32", "[3]", 0, 8, 8), Fault::Offsets { .. });
    refuses!(one("F32", "[2]", 1, 9, 9), Fault::Offsets { .. });
    refuses!(one("F32", "[2]", 8, 0, 8), Fault::Offsets { .. });
    refuses!(one("F32", "[2]", u64::MAX - 7, u64::MAX, 8), Fault::Offsets { .. });
    refuses!(one("F32", "[4294967296,4294967296]", 0, 0, 0), Fault::Offsets { .. });
    refuses!(one("F64", "[2305843009213693952]", 0, 0, 0), Fault::Offsets { .. });
    refuses!(one("U8", &format!("[{}1]", "1,".repeat(16)), 0, 1, 1), Fault::Offsets { .. });
    let two = format!("{{\"a\":{},\"b\":{}}}", entry("U8", "[2]", 0, 2), entry("U8", "[2]", 1, 3));
    refuses!(file(&two, 3), Fault::Offsets { name, .. } if name == "b");
    let gap = format!("{{\"a\":{},\"b\":{}}}", entry("U8", "[1]", 0, 1), entry("U8", "[1]", 2, 3));
    refuses!(file(&gap, 3), Fault::Offsets { name, .. } if name == "b");
}

#[test]
fn headers() {
    refuses!(one("F8_E4M3", "[2]", 0, 2, 2), Fault::Dtype { dtype, .. } if dtype == "F8_E4M3");
    refuses!(one("F32", "[-1]", 0, 4, 4), Fault::Header(_));
    refuses!(one("F32", "[1.5]", 0, 4, 4), Fault::Header(_));
    refuses!(file("{\"w\":{\"dtype\":\"F32\"}}", 0), Fault::Header(_));
    refuses!(file("{\"w\":", 0), Fault::Header(_));
    refuses!(file("{} {}", 0), Fault::Header(_));
    refuses!(file(&format!("{{\"w\":{}", "[".repeat(1_000_000)), 0), Fault::Header(_));
    refuses!(file(&format!("{{\"w\":{}", "{\"a\":".repeat(1_000_000)), 0), Fault::Header(_));
    let twice =
        format!("{{\"w\":{},\"w\":{}}}", entry("U8", "[1]", 0, 1), entry("U8", "[1]", 1, 2));
    refuses!(file(&twice, 2), Fault::Duplicate(name) if name == "w");
    let mut name = one("U8", "[1]", 0, 1, 1);
    name[10] = 0xff;
    refuses!(name, Fault::Header(_));
    let long = format!("{{\"{}\":{}}}", "n".repeat(2_000), entry("U8", "[1]", 0, 1));
    refuses!(file(&long, 1), Fault::Header(_));
}

#[test]
fn lengths() {
    let mut long = one("F32", "[2]", 0, 8, 8);
    long[0] = 0xff;
    refuses!(&long, Fault::Cut { what: "the safetensors header", .. });
    long[1..4].fill(0xff);
    refuses!(long, Fault::Cut { .. });
    let large = format!("{{\"w\":{}", " ".repeat(9 << 20));
    refuses!(file(&large, 0), Fault::Limit { what: "bytes of header", .. });
    let shape = format!("[{}0]", "0,".repeat(4_000_000));
    refuses!(one("U8", &shape, 0, 0, 0), Fault::Offsets { .. });
    let many: Vec<String> =
        (0..100_000).map(|i| format!("\"{i}\":{}", entry("U8", "[0]", 0, 0))).collect();
    refuses!(file(&format!("{{{}}}", many.join(",")), 0), Fault::Header(_));
}
