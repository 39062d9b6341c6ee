//! Planes of pictures, as frames have them: 8 bits a sample.

/// What FFmpeg adds to samples of 10 bits before it drops two, by the place of the sample.
const DITHER: [[u16; 2]; 2] = [[1, 2], [3, 0]];

/// A plane of 10 bits a sample in 8, by the rule of FFmpeg's conversion; `squeezed` where 1023 becomes 255 by scaling, as
/// luma of full range does.
pub(in crate::source) fn to_eight<S: Copy>(
    plane: &[S],
    width: usize,
    squeezed: bool,
    read: impl Fn(S) -> u16,
) -> Vec<u8> {
    let mut eight = Vec::with_capacity(plane.len());
    for (row, add) in plane.chunks(width.max(1)).zip(DITHER.iter().cycle()) {
        eight.extend(row.iter().zip(0usize..).map(|(&sample, x)| {
            let sample = read(sample).min(1023);
            let sample = if squeezed { sample - (sample >> 8) } else { sample };
            ((sample + add[x & 1]) >> 2).min(255) as u8
        }));
    }
    eight
}

/// Whether the length fields of a sample's units add up to its size.
pub(super) fn is_whole(mut sample: &[u8], length_size: usize) -> bool {
    while !sample.is_empty() {
        let Some((field, rest)) = sample.split_at_checked(length_size) else { return false };
        let len = field.iter().fold(0usize, |len, &byte| (len << 8) | usize::from(byte));
        match rest.get(len..) {
            Some(behind) => sample = behind,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_10_bits_are_rounded_as_ffmpeg_does() {
        // `ffmpeg -f rawvideo -pix_fmt yuv420p10le -s 6x2 ... -pix_fmt yuv420p`, of limited and of full range (pc).
        let samples = [0u16, 2, 3, 511, 512, 1023, 1, 4, 2, 510, 515, 1023];
        let limited = to_eight(&samples, 6, false, |sample| sample);
        assert_eq!(limited, [0, 1, 1, 128, 128, 255, 1, 1, 1, 127, 129, 255]);
        let full = to_eight(&samples, 6, true, |sample| sample);
        assert_eq!(full, [0, 1, 1, 128, 127, 255, 1, 1, 1, 127, 129, 255]);
    }
}
