//! A small writer of MP4.
#![allow(dead_code)]

use super::h264::Encoder;

/// A video track; times in thousandths of a second.
#[derive(Clone)]
pub struct Track {
    pub coding: &'static [u8; 4],
    pub avcc: Vec<u8>,
    pub size: (u32, u32),
    pub samples: Vec<Vec<u8>>,
    /// From each sample to the next.
    pub steps: Vec<u32>,
    /// (length, start) of what is shown.
    pub edits: Vec<(u32, i32)>,
    /// Of the matrix a, b, c, d.
    pub turn: [i32; 4],
    pub shown: bool,
}

impl Track {
    /// A track of pictures at 10 a second.
    pub fn new(encoder: &Encoder, samples: Vec<Vec<u8>>) -> Self {
        let (sps, pps) = (encoder.sps(), encoder.pps());
        let length = |unit: &[u8]| (unit.len() as u16).to_be_bytes().to_vec();
        let avcc =
            [&[1, 77, 0, 30, 0xff, 0xe1][..], &length(&sps), &sps, &[1], &length(&pps), &pps]
                .concat();
        let steps = vec![100; samples.len()];
        let size = (encoder.width * 16, encoder.height * 16);
        let (edits, turn) = (Vec::new(), [1, 0, 0, 1]);
        Self { coding: b"avc1", avcc, size, samples, steps, edits, turn, shown: true }
    }
}

fn boxed(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    [&(payload.len() as u32 + 8).to_be_bytes(), &name[..], &payload].concat()
}

fn numbers(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_be_bytes).collect()
}

fn trak(track: &Track, first: u32) -> Vec<u8> {
    let [a, b, c, d] = track.turn.map(|one| (one << 16) as u32);
    let matrix = numbers([a, b, 0, c, d, 0, 0, 0, 1 << 30]);
    let flags = numbers([u32::from(track.shown)]);
    let size = numbers([track.size.0 << 16, track.size.1 << 16]);
    let tkhd = boxed(b"tkhd", &[&flags, &numbers([0, 0, 1, 0, 0]), &[0; 16], &matrix, &size]);
    let edits: Vec<u8> = track
        .edits
        .iter()
        .flat_map(|&(length, start)| numbers([length, start as u32, 1 << 16]))
        .collect();
    let elst = boxed(b"elst", &[&numbers([0, track.edits.len() as u32]), &edits]);
    let edts = match track.edits.is_empty() {
        true => Vec::new(),
        false => boxed(b"edts", &[&elst]),
    };
    let entry = [
        &[0; 6][..],
        &[0, 1],
        &[0; 16],
        &(track.size.0 as u16).to_be_bytes(),
        &(track.size.1 as u16).to_be_bytes(),
        &[0; 50],
    ]
    .concat();
    let entry = boxed(track.coding, &[&entry, &boxed(b"avcC", &[&track.avcc])]);
    let samples = track.samples.len() as u32;
    let sizes = numbers(track.samples.iter().map(|sample| sample.len() as u32));
    let steps = numbers(track.steps.iter().flat_map(|step| [1, *step]));
    let stbl = boxed(
        b"stbl",
        &[
            &boxed(b"stsd", &[&numbers([0, 1]), &entry]),
            &boxed(b"stts", &[&numbers([0, samples]), &steps]),
            &boxed(b"stsc", &[&numbers([0, 1, 1, samples, 1])]),
            &boxed(b"stsz", &[&numbers([0, 0, samples]), &sizes]),
            &boxed(b"stco", &[&numbers([0, 1, first])]),
        ],
    );
    let hdlr = boxed(b"hdlr", &[&[0; 8], b"vide", &[0; 13]]);
    let mdhd = boxed(b"mdhd", &[&numbers([0, 0, 0, 1000, track.steps.iter().sum(), 0])]);
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &boxed(b"minf", &[&stbl])]);
    boxed(b"trak", &[&tkhd, &edts, &mdia])
}

/// A file of these tracks, its index in front.
pub fn movie(tracks: &[Track]) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[b"isom", &[0; 4], b"isomavc1"]);
    let unmoved = numbers([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30]);
    let mvhd = boxed(b"mvhd", &[&numbers([0, 0, 0, 1000, 0]), &[0; 16], &unmoved, &[0; 28]]);
    let index = |from: u32| {
        let mut at = from;
        let traks: Vec<u8> = tracks
            .iter()
            .flat_map(|track| {
                let trak = trak(track, at);
                at += track.samples.iter().map(|sample| sample.len() as u32).sum::<u32>();
                trak
            })
            .collect();
        boxed(b"moov", &[&mvhd, &traks])
    };
    let start = ftyp.len() + index(0).len() + 8;
    let data: Vec<u8> = tracks.iter().flat_map(|track| track.samples.concat()).collect();
    [ftyp, index(start as u32), boxed(b"mdat", &[&data])].concat()
}
