//! What a place looks like when nobody is there: the median of samples over time.

use super::picture::Picture;

/// Samples of each pixel.
const SAMPLES: usize = 32;

/// Samples of a video's frames, evenly over the last `seconds`, and what they say of each pixel.
///
/// At first every frame is a sample; whenever there are as many as are kept, every second one is dropped
/// and only half as many of the frames taken from then on, until the samples reach as far back as they should.
/// From then on a new one replaces the oldest.
#[derive(Debug)]
pub(super) struct Background {
    samples: Vec<Picture>,
    /// The oldest sample, once none is dropped any more.
    oldest: usize,
    /// Frames from a sample to the next.
    step: usize,
    widest: usize,
    frames: usize,
    stale: bool,
    /// The median of each pixel.
    pub median: Picture,
    /// Standard deviation of each pixel, from its quartiles.
    pub spread: Vec<f32>,
    /// The median of that.
    pub noise: f32,
    /// The largest difference between neighbours around each pixel of the median.
    pub edges: Vec<f32>,
}

impl Background {
    /// A background of samples over about so many frames.
    pub(super) fn new(frames: usize) -> Self {
        Self {
            samples: Vec::new(),
            oldest: 0,
            step: 1,
            widest: (frames / SAMPLES).next_power_of_two(),
            frames: 0,
            stale: true,
            median: Picture::default(),
            spread: Vec::new(),
            noise: 0.0,
            edges: Vec::new(),
        }
    }

    /// Takes the next frame in.
    pub(super) fn push(&mut self, picture: &Picture) {
        let due = self.frames.is_multiple_of(self.step);
        self.frames += 1;
        if !due {
            return;
        }
        self.stale = true;
        if self.samples.len() < SAMPLES {
            self.samples.push(picture.clone());
        } else if let Some(sample) = self.samples.get_mut(self.oldest) {
            sample.clone_from(picture);
            self.oldest = (self.oldest + 1) % SAMPLES;
        }
        if self.samples.len() == SAMPLES && self.step < self.widest {
            let mut number = 0;
            self.samples.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.step *= 2;
        }
    }

    /// Brings median and spread up to date with the samples; whether that was needed.
    pub(super) fn settle(&mut self) -> bool {
        let Some(first) = self.samples.first() else { return false };
        if !std::mem::take(&mut self.stale) {
            return false;
        }
        let pixels = first.luma.len();
        let count = self.samples.len();
        let mut median = vec![0; pixels];
        let mut spread = vec![0.0; pixels];
        let mut column = vec![0u8; count];
        for (at, (median, spread)) in median.iter_mut().zip(&mut spread).enumerate() {
            for (value, sample) in column.iter_mut().zip(&self.samples) {
                *value = sample.luma[at];
            }
            column.sort_unstable();
            *median = column[count / 2];
            *spread = f32::from(column[(3 * count) / 4] - column[count / 4]) / 1.349;
        }
        let mut sorted = spread.clone();
        let middle = pixels / 2;
        self.noise = *sorted.select_nth_unstable_by(middle, f32::total_cmp).1;
        let median = Picture { width: first.width, height: first.height, luma: median };
        self.edges = edges(&median);
        self.median = median;
        self.spread = spread;
        true
    }
}

/// Half the difference between the largest and the smallest of the 3 by 3 pixels around each.
fn edges(picture: &Picture) -> Vec<f32> {
    let width = picture.width;
    let ends = |values: [u8; 3]| {
        let [a, b, c] = values;
        (a.min(b).min(c), a.max(b).max(c))
    };
    let last = picture.height.saturating_sub(1);
    let mut out = Vec::with_capacity(picture.luma.len());
    for y in 0..picture.height {
        let rows = [y.saturating_sub(1), y, (y + 1).min(last)].map(|y| picture.row(y));
        let columns: Vec<(u8, u8)> = (0..width).map(|x| ends(rows.map(|row| row[x]))).collect();
        for x in 0..width {
            let near = [x.saturating_sub(1), x, (x + 1).min(width - 1)].map(|x| columns[x]);
            let (low, high) = (ends(near.map(|n| n.0)).0, ends(near.map(|n| n.1)).1);
            out.push(0.5 * f32::from(high - low));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_passes_by_is_not_part_of_the_place_and_who_stays_becomes_one() {
        let flat = |luma: u8| Picture { width: 4, height: 1, luma: vec![100, 100, 100, luma] };
        let mut background = Background::new(64);
        assert!(!background.settle());
        // Samples reach back over 64 frames: a fifth of them show somebody in the last pixel.
        for frame in 0..64 {
            background.push(&flat(if frame % 5 == 0 { 20 } else { 98 + frame % 3 }));
        }
        assert!(background.settle() && !background.settle());
        assert!((98..=100).contains(&background.median.luma[3]));
        assert!(background.spread[3] < 3.0 && background.noise == 0.0);
        assert!(background.edges[2] <= 1.0 && background.edges[0] == 0.0);
        for _ in 0..48 {
            background.push(&flat(20));
        }
        assert!(background.settle());
        assert_eq!(background.median.luma[3], 20);
        assert_eq!(background.edges[2], 40.0);
        assert_eq!(background.samples.len(), SAMPLES);
    }
}
