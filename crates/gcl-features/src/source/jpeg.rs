//! Whether a JPEG file is whole: decoders fill what is missing with grey.

/// Whether the picture in `bytes`, which start as a JPEG does, has its end: parts of the picture follow each other up to
/// the mark of the end. What comes behind it does not matter.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // A mark is 0xff, maybe several, and what it marks.
        while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let (Some(0xff), Some(&mark)) = (bytes.get(at), bytes.get(at + 1)) else { return false };
        at += 2;
        match mark {
            0xd9 => return true,
            // Marks without content.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let Some(&[high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
            return false;
        };
        at += usize::from(u16::from_be_bytes([high, low])).max(2);
        // Behind the start of a scan come its values, in which 0xff is followed by 0 or by a mark of restart.
        if mark == 0xda {
            let values = bytes.get(at..).unwrap_or_default();
            let ends =
                |pair: &[u8; 2]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
            let Some(length) = values.array_windows::<2>().position(ends) else { return false };
            at += length;
        }
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
