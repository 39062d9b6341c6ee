//! Zip archives that lie.

use gcl_weights::Fault;

use crate::build::{Zip, checkpoint, floats, good, good_pickle};
use crate::meter::{accepted, refuses};

fn zip() -> Zip {
    Zip::default().entry("a/data.pkl", &good_pickle()).entry("a/data/0", &floats())
}

/// The good archive with a part of the second entry's directory record replaced.
fn record(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip();
    zip.records[1][at..at + bytes.len()].copy_from_slice(bytes);
    zip.end()
}

/// The good archive with a part of the second entry's own header replaced.
fn header(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip();
    let start = u32::from_le_bytes(zip.records[1][42..46].try_into().unwrap()) as usize + at;
    zip.body[start..start + bytes.len()].copy_from_slice(bytes);
    zip.end()
}

/// The good archive with a part of its end record replaced.
fn end(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut all = good();
    let start = all.len() - 22 + at;
    all[start..start + bytes.len()].copy_from_slice(bytes);
    all
}

#[test]
fn honest_archives() {
    assert_eq!(accepted(&zip().end()), 1);
    // Any prefix, more entries, a comment.
    let other = Zip::default()
        .entry("some name/version", b"3\n")
        .entry("some name/data/0", &floats())
        .entry("some name/data.pkl", &good_pickle())
        .entry("some name/byteorder", b"little");
    let mut bytes = other.end();
    let len = bytes.len();
    bytes[len - 2] = 5;
    bytes.extend(b"PK\x05\x06!");
    assert_eq!(accepted(&bytes), 1);
    // A checksum of zero was left out by the writer.
    let mut unchecked = zip();
    unchecked.records[1][16..20].fill(0);
    let start = u32::from_le_bytes(unchecked.records[1][42..46].try_into().unwrap()) as usize;
    unchecked.body[start + 14..start + 18].fill(0);
    assert_eq!(accepted(&unchecked.end()), 1);
}

#[test]
fn two_descriptions_that_differ() {
    refuses!(header(0, b"PK\x01\x02"), Fault::ZipDisagrees { what: "place", .. });
    refuses!(header(30, b"b"), Fault::ZipDisagrees { what: "name", .. });
    refuses!(header(26, &[3, 0]), Fault::ZipDisagrees { what: "name", .. });
    refuses!(header(18, &[7, 0, 0, 0]), Fault::ZipDisagrees { what: "size", .. });
    refuses!(header(18, &[0xff; 4]), Fault::ZipDisagrees { what: "size", .. });
    refuses!(header(14, &[1, 2, 3, 4]), Fault::ZipDisagrees { what: "checksum", .. });
    refuses!(header(8, &[8, 0]), Fault::ZipDisagrees { what: "method", .. });
    refuses!(header(6, &[1, 0]), Fault::ZipDisagrees { what: "method", .. });
    refuses!(record(20, &[4, 0, 0, 0]), Fault::ZipDisagrees { .. });
    refuses!(record(42, &[1, 0, 0, 0]), Fault::ZipDisagrees { what: "place", .. });
    refuses!(record(46, b"b"), Fault::ZipDisagrees { what: "name", .. });
}

#[test]
fn sizes_and_places_outside_the_file() {
    // Both descriptions agree on a size that the file does not have.
    let mut large = zip();
    let start = u32::from_le_bytes(large.records[1][42..46].try_into().unwrap()) as usize;
    for at in [20, 24] {
        large.records[1][at..at + 4].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
        large.body[start + at - 2..start + at + 2].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    }
    refuses!(large.end(), Fault::Cut { what: "a zip entry", .. });
    refuses!(record(42, &[0xff, 0xff, 0xff, 0x7f]), Fault::Cut { .. });
    refuses!(record(42, &[0xff; 4]), Fault::Zip("a 64-bit number is missing"));
    refuses!(header(28, &[0xff, 0xff]), Fault::Cut { .. });
    refuses!(record(28, &[0xff, 0xff]), Fault::Cut { .. });
    refuses!(end(16, &[0xff; 4]), Fault::Zip(_));
    refuses!(end(12, &[0xff, 0xff, 0xff, 0x7f]), Fault::Limit { what: "bytes of directory", .. });
    refuses!(end(12, &[1, 0, 0, 0]), Fault::Zip(_));
    refuses!(end(8, &[0xff; 4]), Fault::Zip(_));
    for count in [0, 1, 3] {
        refuses!(end(8, &[count, 0, count, 0]), Fault::Zip(_));
    }
    refuses!(end(20, &[1, 0]), Fault::Zip("no end record"));
    refuses!(b"PK\x03\x04", Fault::Zip("no end record"));
    refuses!(b"PK\x05\x06".repeat(20_000), Fault::Zip("no end record"));
}

#[test]
fn entries_that_share_bytes_or_names() {
    // A second name for the first entry's bytes.
    let mut shared = zip();
    let mut again = shared.records[0].clone();
    again[46] = b'b';
    shared.records.push(again);
    refuses!(shared.end(), Fault::ZipDisagrees { what: "name", .. });
    let mut repeated = zip();
    let again = repeated.records[1].clone();
    repeated.records.push(again);
    refuses!(repeated.end(), Fault::ZipOverlap { .. });
    // An entry whose bytes hold another entry, headers and all.
    let inner = Zip::default().entry("a/data/0", &floats());
    let mut outer = Zip::default().entry("a/big", &inner.body).entry("a/data.pkl", &good_pickle());
    let mut record = inner.records[0].clone();
    record[42..46].copy_from_slice(&(30u32 + 5).to_le_bytes());
    outer.records.push(record);
    refuses!(outer.end(), Fault::ZipOverlap { first, second } if (first.as_str(), second.as_str()) == ("a/big", "a/data/0"));
    let twice = zip().entry("a/data/0", &floats()).end();
    refuses!(twice, Fault::ZipDuplicate(name) if name == "a/data/0");
}

#[test]
fn other_archives() {
    let mut packed = zip();
    packed.records[1][10] = 8;
    let start = u32::from_le_bytes(packed.records[1][42..46].try_into().unwrap()) as usize;
    packed.body[start + 8] = 8;
    refuses!(packed.end(), Fault::ZipCompressed { method: 8, .. });
    refuses!(record(8, &[1, 0]), Fault::ZipEncrypted(_));
    refuses!(Zip::default().raw(b"a\xff/data.pkl", b"").end(), Fault::ZipName(_));
    refuses!(Zip::default().end(), Fault::ZipPickle { found: 0 });
    refuses!(Zip::default().entry("data.pkl", &good_pickle()).end(), Fault::ZipPickle { found: 0 });
    refuses!(zip().entry("b/data.pkl", &good_pickle()).end(), Fault::ZipPickle { found: 2 });
    refuses!(zip().entry("a/constants.pkl", b"").end(), Fault::TorchScript);
    refuses!(zip().entry("a/byteorder", b"big").end(), Fault::BigEndian);
    refuses!(zip().entry("a/byteorder", &[b' '; 100]).end(), Fault::Limit { .. });
    let none = Zip::default().entry("a/data.pkl", &good_pickle()).entry("b/data/0", &floats());
    refuses!(none.end(), Fault::NoStorage { key } if key == "0");
    let mut damaged = checkpoint(&good_pickle());
    let at = damaged.windows(8).position(|w| w == floats()).unwrap();
    damaged[at] ^= 1;
    refuses!(damaged, Fault::Checksum { name, .. } if name == "w");
}

#[test]
fn a_directory_of_many_entries() {
    let many = (0..60_000).fold(zip(), |zip, i| zip.entry(&format!("a/{i}"), b""));
    assert_eq!(accepted(&many.end()), 1);
    // As many as the directory may hold, all for the same bytes.
    let mut same = zip();
    let record = same.records[1].clone();
    same.records.resize(300_000, record);
    let mut bytes = same.end();
    let count = bytes.len() - 14;
    // The counts are 64-bit numbers in such an archive; here they are what fits.
    bytes[count..count + 4].fill(0xff);
    refuses!(bytes, Fault::ZipOverlap { .. });
}
