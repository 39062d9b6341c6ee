//! How far the scores of footage usually reach, and what lies beyond.

use std::ops::Range;

use crate::ranking::{from_key, sort, to_key};

/// With fewer values than this, nothing is said.
const FEWEST: usize = 100;
/// The third quartile of a normal distribution, in standard deviations.
const QUARTILE: f64 = 0.674_489_75;
/// What is more standard deviations than this above the median stands out.
const FAR: f64 = 6.0;
/// The clips before and after, over which a rise is measured.
const AWAY: usize = 4;

/// How far the scores of footage usually reach, and how far they rise and fall again (`docs/method.md`, "Whether anything
/// stands out"). Both limits are six standard deviations above the median, by the third quartile; what is unusual has
/// little hold on either as long as it is less than a quarter of the footage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// Scores above this stand out.
    pub score: f64,
    /// Rises above this stand out: what a clip's score is above those of the fourth clip before and the fourth after
    /// it, the higher of the two.
    pub rise: f64,
}

impl Usual {
    /// That of all videos' scores (finite), one for each frame; equal ones in a row are a clip's. `None` for fewer than 100
    /// clips with four others before and after them, or if a quarter of the scores or rises is equal to their median.
    ///
    /// ```
    /// use gcl_eval::Usual;
    ///
    /// let mut scores: Vec<f32> = (0..500).map(|clip| (clip * 37 % 101) as f32).collect();
    /// scores[77] = 1000.0;
    /// let usual = Usual::of([&scores[..]]).ok_or("too few")?;
    /// assert!(usual.stands_out(&scores, 70..80) && !usual.stands_out(&scores, 100..500));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of<'a>(videos: impl IntoIterator<Item = &'a [f32]>) -> Option<Self> {
        let (mut scores, mut all_rises) = (Vec::new(), Vec::new());
        for video in videos {
            let clips = clips(video);
            all_rises.extend(rises(&clips).map(|(_, rise)| rise));
            scores.extend(clips.into_iter().map(|(_, score)| score));
        }
        Some(Self { score: limit(&scores)?, rise: limit(&all_rises)? })
    }

    /// Whether a clip of a video stands out that has frames among these.
    pub fn stands_out(&self, video: &[f32], frames: Range<usize>) -> bool {
        let clips = clips(video);
        let here = |clip: &Range<usize>| clip.start < frames.end && frames.start < clip.end;
        let high = clips.iter().any(|(clip, score)| here(clip) && f64::from(*score) > self.score);
        high || rises(&clips).any(|(clip, rise)| here(&clip) && f64::from(rise) > self.rise)
    }
}

/// A video's clips: the frames in a row with one score, and the score.
fn clips(video: &[f32]) -> Vec<(Range<usize>, f32)> {
    let mut start = 0;
    let clip = |run: &[f32]| {
        let frames = start..start + run.len();
        start = frames.end;
        run.first().map(|score| (frames, *score))
    };
    video.chunk_by(|a, b| a == b).filter_map(clip).collect()
}

/// How far clips rise over both sides; those near a video's ends have but one.
fn rises(clips: &[(Range<usize>, f32)]) -> impl Iterator<Item = (Range<usize>, f32)> {
    clips.windows(2 * AWAY + 1).filter_map(|around| {
        let ((_, before), (clip, score), (_, after)) =
            (around.first()?, around.get(AWAY)?, around.last()?);
        Some((clip.clone(), score - before.max(*after)))
    })
}

/// What lies farther above the median than values usually do.
fn limit(values: &[f32]) -> Option<f64> {
    let mut keys: Vec<u32> = values.iter().map(|value| to_key(*value)).collect();
    sort(&mut keys);
    let at = |place: usize| keys.get(place).map(|key| f64::from(from_key(*key)));
    let (median, quartile) = (at(keys.len() / 2)?, at(keys.len() * 3 / 4)?);
    let deviation = (quartile - median) / QUARTILE;
    (keys.len() >= FEWEST && deviation > 0.0).then_some(median + FAR * deviation)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]
    use super::*;

    /// Independent scores, about normal with standard deviation 1, each of a clip of 16 frames.
    fn noise(seed: u64, clips: usize) -> Vec<f32> {
        let mut state = seed;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        let clip = |_| (0..12).map(|_| uniform()).sum::<f32>();
        (0..clips).map(clip).flat_map(|score| [score; 16]).collect()
    }

    #[test]
    fn of_noise_nothing_stands_out() {
        for seed in 0..200 {
            let scores = noise(seed, 500);
            let usual = Usual::of([&scores[..]]).unwrap();
            assert!(!usual.stands_out(&scores, 0..8000), "seed {seed}");
            // Six standard deviations above the mean of 6.
            assert!((10.0..14.0).contains(&usual.score), "{usual:?}");
        }
    }

    #[test]
    fn a_fifth_of_the_footage_stands_out_by_its_score() {
        let mut scores = noise(1, 500);
        scores.iter_mut().take(1600).for_each(|score| *score += 20.0);
        let usual = Usual::of([&scores[..4000], &scores[4000..]]).unwrap();
        let out = (0..500).filter(|i| usual.stands_out(&scores, i * 16..i * 16 + 1));
        assert_eq!(out.collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_short_event_in_a_quiet_hour_stands_out_by_its_rise() {
        // Every other part of the footage is a busy one.
        let mut scores: Vec<f32> = noise(2, 1000);
        let level = |frame: usize| if (frame / 1600).is_multiple_of(2) { 0.0 } else { 30.0 };
        scores.iter_mut().enumerate().for_each(|(frame, score)| *score += level(frame));
        let usual = Usual::of([&scores[..]]).unwrap();
        assert!(!usual.stands_out(&scores, 0..16_000));
        scores[800..848].iter_mut().for_each(|score| *score += 20.0);
        let usual = Usual::of([&scores[..]]).unwrap();
        assert!(f64::from(scores[800]) < usual.score);
        for (frames, stands_out) in [(0..800, false), (840..841, true), (848..16_000, false)] {
            assert_eq!(usual.stands_out(&scores, frames.clone()), stands_out, "{frames:?}");
        }
    }

    #[test]
    fn nothing_is_said_of_few_or_equal_scores() {
        assert!(Usual::of([&noise(1, 107)[..]]).is_none());
        assert!(Usual::of([&noise(1, 108)[..]]).is_some());
        let short: Vec<Vec<f32>> = (0..100).map(|seed| noise(seed, 8)).collect();
        assert!(Usual::of(short.iter().map(|video| &video[..])).is_none(), "no sides");
        let level: Vec<f32> = (0..900).map(|i| if i % 2 == 0 { 0.0 } else { i as f32 }).collect();
        assert!(Usual::of([&level[..]]).is_none(), "even and odd ones never rise over each other");
        assert!(Usual::of([&[0.5; 400][..], &[]]).is_none());
    }
}
