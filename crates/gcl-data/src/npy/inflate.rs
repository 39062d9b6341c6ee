//! Deflate (RFC 1951), as NumPy's `savez_compressed` and MATLAB pack arrays.

use std::io::Read;

use flate2::read::DeflateDecoder;

/// Unpacks `bytes` to at most `most` bytes; `None` if they are damaged or larger.
pub(super) fn inflate(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    DeflateDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut out).ok()?;
    (out.len() <= most).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_all_three_kinds_unpack() {
        // Stored; Python's zlib.compress(b"abcabcabcabc" * 9) without its frame (fixed codes).
        assert_eq!(inflate(&[1, 3, 0, 0xfc, 0xff, b'a', b'b', b'c'], 9), Some(b"abc".to_vec()));
        let fixed = [0x4b, 0x4c, 0x4a, 0x4e, 0xa4, 0x17, 0x02, 0x00];
        assert_eq!(inflate(&fixed, 200), Some(b"abc".repeat(36)));
        assert_eq!(inflate(&fixed, 20), None);
        assert_eq!(inflate(&fixed[..5], 200), None);
        assert_eq!(inflate(&[7, 0], 200), None);
    }

    #[test]
    fn a_block_with_codes_of_its_own_unpacks() {
        // zlib's of 400 numbers, most of them small.
        let packed = [
            37, 144, 1, 14, 4, 49, 8, 2, 3, 84, 253, 255, 175, 124, 214, 141, 123, 217, 108, 211,
            10, 2, 170, 46, 185, 223, 180, 90, 207, 37, 237, 171, 122, 25, 105, 84, 89, 78, 0, 203,
            175, 55, 155, 108, 63, 94, 18, 231, 100, 156, 74, 187, 58, 80, 6, 153, 89, 45, 207,
            214, 142, 166, 13, 241, 205, 241, 35, 57, 28, 32, 40, 184, 206, 231, 84, 240, 86, 220,
            214, 202, 176, 147, 87, 153, 158, 2, 112, 102, 169, 230, 200, 32, 125, 127, 95, 170,
            241, 243, 184, 215, 251, 72, 134, 171, 231, 185, 193, 249, 144, 242, 217, 144, 3, 139,
            185, 26, 41, 151, 10, 44, 50, 203, 4, 235, 119, 214, 55, 245, 245, 2, 17, 10, 15, 84,
            227, 116, 46, 172, 94, 87, 106, 111, 25, 179, 95, 0, 104, 148, 181, 69, 12, 96, 32,
            138, 108, 168, 242, 95, 79, 253, 215, 194, 60, 250, 166, 70, 135, 106, 31, 254, 217,
            233, 219, 217, 210, 240, 190, 164, 25, 70, 242, 93, 174, 105, 247, 100, 110, 201, 243,
            3,
        ];
        let found = inflate(&packed, 400).unwrap_or_default();
        assert_eq!((found.len(), found.iter().map(|v| u32::from(*v)).sum::<u32>()), (400, 6159));
        assert_eq!((&found[..4], &found[396..]), (&[1, 6, 5, 1][..], &[2, 4, 6, 7][..]));
    }
}
