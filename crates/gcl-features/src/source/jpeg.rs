//! Where a JPEG picture ends, and whether it does: decoders fill what is missing with grey.

use std::borrow::Cow;

/// What the parts of a picture come to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// Where it ends: behind the mark of the end, or where another picture starts before that.
    pub end: Option<usize>,
    pub is_whole: bool,
    /// Whether it has tables of its own, by which its values are read.
    has_tables: bool,
}

/// Whether the picture in `bytes`, which start as a JPEG does, has its end. What comes behind it does not matter.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    parts(bytes).is_whole
}

/// Follows the parts of a picture from the mark of the start up to the mark of the end.
pub(super) fn parts(bytes: &[u8]) -> Parts {
    let mut parts = Parts::default();
    let mut at = 2;
    loop {
        // A mark is 0xff, maybe several, and what it marks.
        while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let (Some(0xff), Some(&mark)) = (bytes.get(at), bytes.get(at + 1)) else { return parts };
        at += 2;
        match mark {
            0xd8 => return Parts { end: Some(at - 2), ..parts },
            0xd9 => return Parts { end: Some(at), is_whole: true, ..parts },
            // Marks without content.
            0x01 | 0xd0..=0xd7 => continue,
            0xc4 => parts.has_tables = true,
            _ => {}
        }
        let Some(&[high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
            return parts;
        };
        at += usize::from(u16::from_be_bytes([high, low])).max(2);
        // Behind the start of a scan come its values, in which 0xff is followed by 0 or by a mark of restart.
        if mark == 0xda {
            let values = bytes.get(at..).unwrap_or_default();
            let ends =
                |pair: &[u8; 2]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
            let Some(length) = values.array_windows::<2>().position(ends) else { return parts };
            at += length;
        }
    }
}

/// Whether the bytes are two whole pictures, the fields of one.
pub(super) fn is_of_fields(bytes: &[u8]) -> bool {
    let first = parts(bytes);
    let rest = first.end.filter(|_| first.is_whole).and_then(|end| bytes.get(end..));
    let second = rest.and_then(|rest| rest.get(rest.iter().position(|byte| *byte != 0)?..));
    second.is_some_and(|second| second.starts_with(&START) && is_whole(second))
}

/// The mark of the end.
pub(super) const END: [u8; 2] = [0xff, 0xd9];

/// How a picture starts.
pub(super) const START: [u8; 3] = [0xff, 0xd8, 0xff];

/// A picture without tables with the mark by which the decoder takes the usual ones, as cameras mean it.
pub(super) fn with_tables(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes.strip_prefix(&START[..2]) {
        Some(rest) if !parts(bytes).has_tables => {
            Cow::Owned([&START[..], &[0xe0, 0, 7], b"AVI1\0", rest].concat())
        }
        _ => Cow::Borrowed(bytes),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_cut_is_seen() {
        let picture =
            image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 77]));
        let mut bytes = Vec::new();
        picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg).unwrap();
        assert!(is_whole(&bytes));
        assert!((2..bytes.len()).all(|length| !is_whole(&bytes[..length])));
        bytes.extend(b"a camera's own data");
        assert!(is_whole(&bytes));
    }
}
