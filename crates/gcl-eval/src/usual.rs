//! How far the scores of footage usually reach, and what lies beyond.

use crate::ranking::{from_key, sort, to_key};

/// With fewer scores than this, nothing is said.
const FEWEST: usize = 50;
/// The third quartile of a normal distribution, in standard deviations.
const QUARTILE: f64 = 0.674_489_75;
/// The chance that one of the scores lies beyond the limit, if they are spread normally and independent.
const CHANCE: f64 = 0.2;

/// How far the scores of footage usually reach: what a normal distribution with their median and third quartile
/// would let one of them reach (`docs/method.md`, "Whether anything stands out"). What is unusual has little hold on
/// either as long as it is less than a quarter of the footage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// The scores that were counted; equal ones in a row, such as a clip's frames, are one.
    pub count: usize,
    /// Their median.
    pub median: f64,
    /// The standard deviation, by their third quartile.
    pub deviation: f64,
    /// Scores above this stand out.
    pub limit: f64,
}

impl Usual {
    /// That of all videos' scores (finite); `None` for fewer than 50 scores, or if a quarter of them is equal to the
    /// median.
    ///
    /// ```
    /// use gcl_eval::Usual;
    ///
    /// let mut scores: Vec<f32> = (0..200).map(|i| (i * 37 % 200) as f32).collect();
    /// let usual = Usual::of([&scores[..]]).ok_or("too few")?;
    /// assert!(usual.limit > 199.0);
    /// scores[77] = 1000.0;
    /// let usual = Usual::of([&scores[..]]).ok_or("too few")?;
    /// assert!(usual.limit < 1000.0);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of<'a>(videos: impl IntoIterator<Item = &'a [f32]>) -> Option<Self> {
        let mut keys: Vec<u32> = Vec::new();
        for scores in videos {
            let runs = scores.chunk_by(|a, b| a == b).filter_map(|run| run.first());
            keys.extend(runs.map(|score| to_key(*score)));
        }
        let count = keys.len();
        if count < FEWEST {
            return None;
        }
        sort(&mut keys);
        let at = |place: usize| keys.get(place).map(|key| f64::from(from_key(*key)));
        let (median, quartile) = (at(count / 2)?, at(count * 3 / 4)?);
        let deviation = (quartile - median) / QUARTILE;
        let limit = median + deviation * normal_limit(CHANCE / count as f64);
        (deviation > 0.0).then_some(Self { count, median, deviation, limit })
    }
}

/// The standard deviations that a normal value exceeds with this small chance, by the bound φ(z) / z on the chance.
fn normal_limit(chance: f64) -> f64 {
    let bound = |z: f64| (-z * z / 2.0).exp() / (z * std::f64::consts::TAU.sqrt());
    let (mut low, mut high) = (1.0, 40.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match bound(middle) > chance {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Independent normal scores, each for a clip of 16 frames.
    fn normal(seed: u64, clips: usize) -> Vec<f32> {
        let mut state = seed;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        let clip = |_| (0..12).map(|_| uniform()).sum::<f32>();
        (0..clips).map(clip).flat_map(|score| [score; 16]).collect()
    }

    #[test]
    fn limits_are_those_of_tables() {
        // The bound lies a little above the quantiles 3.090, 3.719 and 4.753.
        for (chance, quantile) in [(1e-3, 3.0902), (1e-4, 3.7190), (1e-6, 4.7534)] {
            let limit = normal_limit(chance);
            assert!((0.0..0.03).contains(&(limit - quantile)), "{chance}: {limit}");
        }
    }

    #[test]
    fn noise_stays_within_its_limit_and_an_event_does_not() {
        let mut beyond = 0;
        for seed in 0..100 {
            let mut scores = normal(seed, 500);
            let usual = Usual::of([&scores[..]]).unwrap();
            assert_eq!(usual.count, 500);
            beyond += u32::from(scores.iter().any(|score| f64::from(*score) > usual.limit));
            // A fifth of the footage lies apart, and each of these clips stands out.
            scores.iter_mut().take(100 * 16).for_each(|score| *score += 12.0);
            let usual = Usual::of([&scores[..4000], &scores[4000..]]).unwrap();
            let out = scores.iter().filter(|score| f64::from(**score) > usual.limit).count();
            assert!(out >= 95 * 16 && out <= 100 * 16, "{out} frames");
        }
        assert!(beyond <= 30, "{beyond} of 100");
    }

    #[test]
    fn nothing_is_said_of_few_or_equal_scores() {
        assert!(Usual::of([&normal(1, 49)[..]]).is_none());
        assert!(Usual::of([&normal(1, 50)[..]]).is_some());
        let level: Vec<f32> = (0..400).map(|i| (i % 5) as f32 / 4.0).map(f32::floor).collect();
        assert!(Usual::of([&level[..]]).is_none(), "three quarters are equal");
        assert!(Usual::of([&[0.5; 400][..], &[]]).is_none());
    }
}
