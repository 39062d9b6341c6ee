//! Intervals by resampling: how much a figure depends on which videos, and which seeds, there happened to be.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::Wins;

/// How often videos and seeds are drawn.
pub const RESAMPLES: usize = 1000;

/// With fewer videos than this, resampling them says little of what other videos would give.
const LEAST_VIDEOS: usize = 5;

/// The middle 95 % of resampled values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5 % quantile.
    pub low: f64,
    /// The 97.5 % quantile.
    pub high: f64,
}

impl Interval {
    /// Of resampled values; `None` for fewer than 40, of which 2.5 % are less than one.
    pub fn of(mut values: Vec<f64>) -> Option<Interval> {
        values.sort_by(f64::total_cmp);
        let cut = values.len() / 40;
        let low = *values.get(cut).filter(|_| cut > 0)?;
        Some(Interval { low, high: *values.get(values.len() - 1 - cut)? })
    }

    /// Whether a value is inside.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Frame AUCs of [`RESAMPLES`] test sets, each drawn from the videos with replacement, and each averaged over as
/// many seeds as there are, drawn too (the bootstrap). `runs` has one entry per seed. The draws depend on the
/// numbers of videos and of seeds alone: two models that were judged on the same videos are compared draw by draw.
///
/// A draw without normal or without abnormal frames has no AUC and is `None`. Fewer than five videos are not
/// resampled: the list is empty.
pub fn resampled_aucs(runs: &[&Wins]) -> Vec<Option<f64>> {
    let videos = runs.first().map_or(0, |wins| wins.videos().len());
    if videos < LEAST_VIDEOS {
        return Vec::new();
    }
    let (mut of_videos, mut of_seeds) =
        (ChaCha8Rng::seed_from_u64(0), ChaCha8Rng::seed_from_u64(1));
    let draw = |rng: &mut ChaCha8Rng, count: usize| {
        let mut times = vec![0u32; count];
        for _ in 0..count {
            if let Some(times) = times.get_mut(rng.random_range(0..count)) {
                *times += 1;
            }
        }
        times
    };
    let one = |_| {
        let times = draw(&mut of_videos, videos);
        let seeds = draw(&mut of_seeds, runs.len());
        let mut sum = 0.0;
        for (wins, &seeds) in runs.iter().zip(&seeds).filter(|(_, seeds)| **seeds > 0) {
            sum += f64::from(seeds) * wins.auc(&times).value()?;
        }
        Some(sum / runs.len() as f64)
    };
    (0..RESAMPLES).map(one).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Evaluator;

    /// Videos of 100 frames whose abnormal tenth wins against `share` of the normal frames.
    fn judged(videos: usize, share: impl Fn(usize) -> f32) -> Wins {
        let mut evaluator = Evaluator::default();
        for video in 0..videos {
            let scores: Vec<f32> = (0..100)
                .map(|i| if i < 10 { share(video) * 90.0 } else { (i - 10) as f32 })
                .collect();
            let labels: Vec<bool> = (0..100).map(|i| i < 10).collect();
            evaluator.push(format!("{video:03}"), &scores, &labels).unwrap();
        }
        evaluator.finish().wins
    }

    #[test]
    fn the_interval_of_equal_videos_is_a_point_and_of_others_shrinks_with_their_number() {
        let width = |wins: &Wins| {
            let values = resampled_aucs(&[wins]).into_iter().flatten().collect();
            let interval = Interval::of(values).unwrap();
            assert!(interval.holds(wins.auc(&vec![1; wins.videos().len()]).value().unwrap()));
            interval.high - interval.low
        };
        let mixed = |video: usize| (video % 10) as f32 / 10.0;
        assert!(width(&judged(20, |_| 0.5)) < 1e-12);
        let (few, many) = (width(&judged(20, mixed)), width(&judged(320, mixed)));
        // By the square root of the number: 4 times, roughly.
        assert!((3.0..5.5).contains(&(few / many)), "{few} {many}");
    }

    #[test]
    fn seeds_are_resampled_too_and_draws_repeat() {
        let [low, high] = [0.2, 0.8].map(|share| judged(8, |_| share));
        let values: Vec<f64> = resampled_aucs(&[&low, &high]).into_iter().flatten().collect();
        let same: Vec<f64> = resampled_aucs(&[&low, &high]).into_iter().flatten().collect();
        assert_eq!(values, same);
        let interval = Interval::of(values).unwrap();
        assert!((interval.low - 0.2).abs() < 0.02 && (interval.high - 0.8).abs() < 0.02);
    }

    #[test]
    fn draws_without_a_class_have_no_auc() {
        let mut evaluator = Evaluator::default();
        for (video, abnormal) in
            ["a", "b", "c", "d", "e"].into_iter().zip([true, false, false, false, false])
        {
            evaluator.push(video, &[f32::from(u8::from(abnormal))], &[abnormal]).unwrap();
        }
        let wins = evaluator.finish().wins;
        let found = resampled_aucs(&[&wins]);
        // The one abnormal video is in none of five draws with a chance of 0.8⁵ = 0.33, is all of them hardly ever.
        let none = found.iter().filter(|auc| auc.is_none()).count();
        assert!((280..380).contains(&none), "{none}");
        assert!(found.iter().flatten().all(|&auc| auc == 1.0));
        let four = judged(4, |_| 0.5);
        assert!(resampled_aucs(&[&four]).is_empty());
    }
}
