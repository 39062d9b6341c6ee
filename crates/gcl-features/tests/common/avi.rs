//! A small writer of AVI.
#![allow(dead_code)]

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

pub fn chunk(name: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut payload = parts.concat();
    let size = (payload.len() as u32).to_le_bytes();
    if payload.len() % 2 == 1 {
        payload.push(0);
    }
    [name, &size, &payload].concat()
}

/// An AVI of pictures of 64x48 pixels at 25 a second, with their number in the header and no index.
pub fn avi(coding: &[u8; 4], pictures: &[Vec<u8>]) -> Vec<u8> {
    let words =
        |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let count = pictures.len() as u32;
    let avih = chunk(b"avih", &[&words(&[40_000, 0, 0, 0, count, 0, 1, 0, 64, 48, 0, 0, 0, 0])]);
    let strh = chunk(
        b"strh",
        &[b"vids", coding, &words(&[0, 0, 0, 1, 25, 0, count, 0, u32::MAX, 0, 0, 64 | (48 << 16)])],
    );
    let strf = chunk(
        b"strf",
        &[&words(&[40, 64, 48, 1 | (24 << 16)]), coding, &words(&[64 * 48 * 3, 0, 0, 0, 0])],
    );
    let strl = chunk(b"LIST", &[b"strl", &strh, &strf]);
    let hdrl = chunk(b"LIST", &[b"hdrl", &avih, &strl]);
    let frames: Vec<u8> = pictures.iter().flat_map(|picture| chunk(b"00dc", &[picture])).collect();
    let movi = chunk(b"LIST", &[b"movi", &frames]);
    chunk(b"RIFF", &[b"AVI ", &hdrl, &movi])
}

/// A JPEG of 64x48 pixels, whose first one is about `n`.
pub fn jpeg(n: u32) -> Vec<u8> {
    let image = GrayImage::from_fn(64, 48, |x, y| {
        Luma([if x < 16 { n as u8 } else { ((x * y + n * 5) % 256) as u8 }])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

pub fn jpegs(count: u32) -> Vec<Vec<u8>> {
    (0..count).map(|n| jpeg(n * 4)).collect()
}
