//! A frame's luma at the size that is worked on.

/// Luma in grey levels, rows from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `height * width` bytes.
    pub luma: Vec<u8>,
}

impl Picture {
    /// The mean of `factor` by `factor` pixels for each pixel; a rest at the right and lower border that
    /// fills no pixel is left out, unless there is nothing else.
    pub fn shrunk(luma: &[u8], width: usize, height: usize, factor: usize) -> Self {
        let (across, down) = (factor.min(width).max(1), factor.min(height).max(1));
        let (w, h) = (width / across, height / down);
        if across * down == 1 {
            return Self { width, height, luma: luma.to_vec() };
        }
        let area = (across * down) as u32;
        let mut out = Vec::with_capacity(w * h);
        let mut sums = vec![0u32; w];
        for rows in luma.chunks_exact(width * down) {
            sums.fill(0);
            for row in rows.chunks_exact(width) {
                for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(across)) {
                    *sum += pixels.iter().map(|&p| u32::from(p)).sum::<u32>();
                }
            }
            out.extend(sums.iter().map(|sum| ((sum + area / 2) / area) as u8));
        }
        Self { width: w, height: h, luma: out }
    }

    /// A row of pixels; none below the picture.
    pub fn row(&self, y: usize) -> &[u8] {
        self.luma.get(y * self.width..(y + 1) * self.width).unwrap_or_default()
    }

    /// A pixel, or the border's next to a place outside.
    pub fn at(&self, x: isize, y: isize) -> u8 {
        let clamp = |v: isize, size: usize| v.clamp(0, size.saturating_sub(1) as isize) as usize;
        let at = clamp(y, self.height) * self.width + clamp(x, self.width);
        self.luma.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_means_and_a_rest_is_left_out() {
        let luma = [0, 2, 4, 6, 99, 2, 4, 6, 8, 99, 7, 7, 7, 7, 7];
        let half = Picture::shrunk(&luma, 5, 3, 2);
        assert_eq!(half, Picture { width: 2, height: 1, luma: vec![2, 6] });
        assert_eq!(Picture::shrunk(&luma, 5, 3, 1).luma, luma);
        assert_eq!(Picture::shrunk(&luma, 5, 3, 9).luma, [(271.0f32 / 15.0).round() as u8]);
        assert_eq!((half.at(-3, 0), half.at(9, 9), half.row(1)), (2, 6, &[][..]));
    }
}
