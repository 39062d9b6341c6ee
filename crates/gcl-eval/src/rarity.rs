//! How rare a moment is in the footage that it was found in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Moment;
use crate::table::grouped;
use crate::time::about;

/// How rare a moment is, by rank in the footage that it was found in: not a probability, and not comparable
/// between footages (`docs/method.md`, "How rare a moment is").
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rarity {
    /// All frames for each that scores at least as high as the moment's peak: 2,000 is "1 in 2,000".
    pub one_in: f64,
    /// Seconds of footage for each moment that scores at least as high, where the clock of all videos is known.
    pub once_in: Option<f64>,
}

impl fmt::Display for Rarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 in {}", grouped(self.one_in as u64))?;
        match self.once_in {
            Some(seconds) => write!(f, ", once in {}", about(seconds)),
            None => Ok(()),
        }
    }
}

/// The rarity of each of these moments, which are ordered by score from high to low, in all frames' scores (finite,
/// not smoothed further). `seconds` is how long the footage is.
///
/// ```
/// use gcl_eval::{MomentOptions, find_moments, rarities};
///
/// let mut scores = vec![0.1; 1000];
/// scores[400..410].fill(0.8);
/// let moments = find_moments([("camera-1", &scores)], &MomentOptions::default())?;
/// let rarities = rarities(&moments, [&scores[..]], Some(40.0));
/// assert_eq!((rarities[0].one_in, rarities[0].once_in), (100.0, Some(40.0)));
/// assert_eq!(rarities[0].to_string(), "1 in 100, once in 40 s");
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
pub fn rarities<'a>(
    moments: &[Moment],
    videos: impl IntoIterator<Item = &'a [f32]>,
    seconds: Option<f64>,
) -> Vec<Rarity> {
    // Frames by the first moment whose peak they reach.
    let mut first = vec![0usize; moments.len()];
    let mut frames = 0;
    for scores in videos {
        frames += scores.len();
        for score in scores {
            let place = moments.partition_point(|moment| moment.score > *score);
            if let Some(count) = first.get_mut(place) {
                *count += 1;
            }
        }
    }
    let mut reach = 0;
    let rarity = |(moment, first): (&Moment, usize)| {
        reach += first;
        let rank = moments.partition_point(|other| other.score >= moment.score);
        Rarity {
            one_in: frames as f64 / reach.max(1) as f64,
            once_in: seconds.map(|seconds| seconds / rank.max(1) as f64),
        }
    };
    moments.iter().zip(first).map(rarity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(score: f32) -> Moment {
        Moment { video: "a".into(), start: 0, end: 9, peak_frame: 4, score }
    }

    #[test]
    fn ranks_are_counted_over_all_videos_and_ties_share_one() {
        let moments = [0.9, 0.8, 0.8, 0.5].map(moment);
        let a = [0.9, 0.1, 0.8, 0.8, 0.1];
        let b = [0.8, 0.5, 0.1, 0.7, 0.1];
        let found = rarities(&moments, [&a[..], &b[..]], Some(60.0));
        let one_in: Vec<f64> = found.iter().map(|rarity| rarity.one_in).collect();
        let once_in: Vec<_> = found.iter().filter_map(|rarity| rarity.once_in).collect();
        assert_eq!(one_in, [10.0, 2.5, 2.5, 10.0 / 6.0]);
        assert_eq!(once_in, [60.0, 20.0, 20.0, 15.0]);
        assert!(rarities(&[], [&a[..]], None).is_empty());
    }

    #[test]
    fn texts() {
        let texts = [(2000.9, Some(5.0 * 3600.0)), (31.0, None)]
            .map(|(one_in, once_in)| Rarity { one_in, once_in }.to_string());
        assert_eq!(texts, ["1 in 2,000, once in 5 h", "1 in 31"]);
    }
}
