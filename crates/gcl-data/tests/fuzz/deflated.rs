//! `.npy` arrays as zlib packs them (`zlib.compressobj(9, zlib.DEFLATED, -15)`), in hexadecimal.

/// [3, 2] floats in a block of fixed codes, and their size unpacked.
pub const FIXED: (&str, usize) = (
    "9bec17ea1b10c9c860c350ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91ac63a0a469a3a0ab55c0c380000",
    94,
);

/// [16, 16] bytes in a block of its own codes.
pub const OWN: (&str, usize) = (
    "254ebb4ec340109cd9d56a25bec2dd11c98d9b141429e940341454c84a1ca54038b2a102be821f66d6dc49a79dbd79fd3e3e3f3cbd10077cb5d3b41e9776d7b5efcfa1f55d3bcfcbc732bebfcecb69aafdfdf8b64edaaf97f13a09df0efbbe1bf6bbbefbb901888870bd704790300009a7231991343208cfa25a7a52388b2abea521f4936e210769240233e96916ccd2154258323dcc4d58642237ae8e80626105a490bd456874739699d4ca2f62a5e7e66ab5ab2bbaba5663c656db24d4e822c2ea479bcd488d32fe132b992a64f607",
    328,
);

/// The bytes.
pub fn bytes((hex, _): (&str, usize)) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap() as u8;
    hex.as_bytes().chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect()
}
