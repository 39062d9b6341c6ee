//! Scores in order: all that ROC-AUC and related measures depend on.

use crate::error::{EvalError, all_finite};
use crate::{Measure, Reason};

/// Frames collected from any number of videos, not yet in order. Four bytes per frame.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    abnormal: Vec<u32>,
    normal: Vec<u32>,
}

impl Pool {
    /// Adds one video's frames.
    ///
    /// # Errors
    /// [`EvalError::Length`] if `scores` and `labels` differ in length, [`EvalError::NonFinite`] for
    /// a NaN or an infinity. Either way nothing is added.
    pub fn push(&mut self, scores: &[f32], labels: &[bool]) -> Result<(), EvalError> {
        if scores.len() != labels.len() {
            return Err(EvalError::Length { scores: scores.len(), labels: labels.len() });
        }
        all_finite(scores)?;
        // Each key is written to the end of both classes, and only one of the ends moves on: a million
        // frames are split without a branch on their labels. Each class has one spare place for this.
        let abnormal_frames = labels.iter().filter(|l| **l).count();
        let abnormal = spare(&mut self.abnormal, abnormal_frames + 1);
        let normal = spare(&mut self.normal, labels.len() - abnormal_frames + 1);
        let (mut a, mut n) = (0, 0);
        for (score, label) in scores.iter().zip(labels) {
            let key = to_key(*score);
            abnormal[a] = key;
            normal[n] = key;
            a += usize::from(*label);
            n += usize::from(!*label);
        }
        self.abnormal.pop();
        self.normal.pop();
        Ok(())
    }

    /// Sorts the collected frames.
    pub fn rank(mut self) -> Ranking {
        sort(&mut self.abnormal);
        sort(&mut self.normal);
        Ranking { abnormal: self.abnormal, normal: self.normal }
    }
}

/// Lengthens `keys` by `places` and gives the new end.
fn spare(keys: &mut Vec<u32>, places: usize) -> &mut [u32] {
    let start = keys.len();
    keys.resize(start + places, 0);
    keys.get_mut(start..).unwrap_or_default()
}

/// Frames of both classes in order of their scores: sorted once, for any number of measures.
///
/// ```
/// use gcl_eval::Ranking;
///
/// // One of the two abnormal frames scores below one of the two normal frames.
/// let ranking = Ranking::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(ranking.auc().value(), Some(0.75));
/// // Without an abnormal frame there is no AUC; the measure says why.
/// let normal = Ranking::new(&[0.1, 0.4], &[false, false])?;
/// assert_eq!(normal.auc().value(), None);
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Ascending keys of the abnormal frames' scores.
    pub(crate) abnormal: Vec<u32>,
    /// Ascending keys of the normal frames' scores.
    pub(crate) normal: Vec<u32>,
}

/// All frames that share one score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tie {
    pub score: f32,
    pub abnormal: u64,
    pub normal: u64,
}

impl Ranking {
    /// Ranks one list of frames. `scores` and `labels` (`true` = abnormal) have one entry per frame.
    ///
    /// # Errors
    /// As [`Pool::push`].
    pub fn new(scores: &[f32], labels: &[bool]) -> Result<Self, EvalError> {
        let mut pool = Pool::default();
        pool.push(scores, labels)?;
        Ok(pool.rank())
    }

    /// Number of frames.
    pub fn frames(&self) -> u64 {
        self.abnormal_frames() + self.normal_frames()
    }

    /// Number of abnormal frames.
    pub fn abnormal_frames(&self) -> u64 {
        self.abnormal.len() as u64
    }

    /// Number of normal frames.
    pub fn normal_frames(&self) -> u64 {
        self.normal.len() as u64
    }

    /// The smallest and the largest score, if there is any frame.
    pub fn range(&self) -> Option<(f32, f32)> {
        let low = [self.abnormal.first(), self.normal.first()].into_iter().flatten().min()?;
        let high = [self.abnormal.last(), self.normal.last()].into_iter().flatten().max()?;
        Some((from_key(*low), from_key(*high)))
    }

    /// Number of (normal, abnormal) frames in each of `bins` equal bins over [`range`](Self::range).
    /// Without any frame, all counts are 0.
    pub fn histogram(&self, bins: usize) -> (Vec<u64>, Vec<u64>) {
        let (low, high) = self.range().unwrap_or((0.0, 1.0));
        self.histogram_over(low, high, bins)
    }

    /// As [`histogram`](Self::histogram), over the given range; frames outside count in the nearest bin.
    pub fn histogram_over(&self, low: f32, high: f32, bins: usize) -> (Vec<u64>, Vec<u64>) {
        let count = |keys: &[u32]| {
            crate::histogram::bin_counts(keys.iter().map(|k| from_key(*k)), low, high, bins)
        };
        (count(&self.normal), count(&self.abnormal))
    }

    /// The smallest score that at least this share of all frames do not exceed; `None` without any
    /// frame.
    pub fn quantile(&self, share: f64) -> Option<f32> {
        let wanted = (share.clamp(0.0, 1.0) * self.frames() as f64).ceil().max(1.0) as usize;
        let (first, last) = self.range()?;
        let (mut low, mut high) = (to_key(first), to_key(last));
        while low < high {
            let middle = low + (high - low) / 2;
            let up_to = |keys: &[u32]| keys.partition_point(|k| *k <= middle);
            if up_to(&self.abnormal) + up_to(&self.normal) >= wanted {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(from_key(low))
    }

    /// Why measures that compare the two classes are undefined, if they are.
    pub(crate) fn lacking(&self) -> Option<Measure> {
        let reason = match (self.abnormal.is_empty(), self.normal.is_empty()) {
            (true, true) => Reason::NoFrames,
            (true, false) => Reason::NoAbnormalFrame,
            (false, true) => Reason::NoNormalFrame,
            (false, false) => return None,
        };
        Some(Measure::undefined(reason))
    }

    /// Groups of equal scores, the highest first.
    pub(crate) fn ties(&self) -> impl Iterator<Item = Tie> + '_ {
        let mut abnormal = self.abnormal.iter().rev().copied().peekable();
        let mut normal = self.normal.iter().rev().copied().peekable();
        std::iter::from_fn(move || {
            let key = match (abnormal.peek(), normal.peek()) {
                (Some(a), Some(n)) => *a.max(n),
                (Some(a), None) => *a,
                (None, Some(n)) => *n,
                (None, None) => return None,
            };
            let mut tie = Tie { score: from_key(key), abnormal: 0, normal: 0 };
            while abnormal.next_if_eq(&key).is_some() {
                tie.abnormal += 1;
            }
            while normal.next_if_eq(&key).is_some() {
                tie.normal += 1;
            }
            Some(tie)
        })
    }
}

/// Maps finite floats to integers in the same order; -0.0 and 0.0 are equal, hence one key.
pub(crate) fn to_key(score: f32) -> u32 {
    let bits = (score + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The float that [`to_key`] was given.
pub(crate) fn from_key(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// Sorts ascending. Where neighbours share a score, as the frames of a segment do, their run is
/// moved as a whole.
pub(crate) fn sort(keys: &mut Vec<u32>) {
    if keys.len() < 4 * DIGITS {
        keys.sort_unstable();
        return;
    }
    let runs = 1 + keys.iter().zip(&keys[1..]).filter(|(a, b)| a != b).count();
    if runs > keys.len() / 4 || u32::try_from(keys.len()).is_err() {
        return radix_sort(keys, |key| key);
    }
    let mut sorted = Vec::with_capacity(runs);
    sorted.extend(keys.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32)));
    radix_sort(&mut sorted, |(key, _)| key);
    keys.clear();
    for (key, length) in sorted {
        keys.resize(keys.len() + length as usize, key);
    }
}

const DIGITS: usize = 1 << 11;

/// A least-significant-digit radix sort with three digits of 11 bits, which for a test set of a
/// million frames is several times faster than sorting by comparison.
fn radix_sort<T: Copy + Default>(items: &mut Vec<T>, key: impl Fn(T) -> u32) {
    let digit = |item: T, pass: usize| (key(item) >> (11 * pass)) as usize & (DIGITS - 1);
    let mut counts = [[0usize; DIGITS]; 3];
    for item in items.iter() {
        for (pass, count) in counts.iter_mut().enumerate() {
            count[digit(*item, pass)] += 1;
        }
    }
    let mut sorted = vec![T::default(); items.len()];
    for (pass, count) in counts.iter_mut().enumerate() {
        if count.contains(&items.len()) {
            continue; // all keys share this digit
        }
        let mut start = 0;
        for slot in count.iter_mut() {
            start += std::mem::replace(slot, start);
        }
        for item in items.iter() {
            let slot = &mut count[digit(*item, pass)];
            sorted[*slot] = *item;
            *slot += 1;
        }
        std::mem::swap(items, &mut sorted);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn quantiles_are_scores_of_the_pool() {
        let scores: Vec<f32> = (1..=10).rev().map(|i| i as f32 - 5.0).collect();
        let labels: Vec<bool> = (0..10).map(|i| i % 3 == 0).collect();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        for (share, expected) in
            [(0.0, -4.0), (0.1, -4.0), (0.11, -3.0), (0.5, 0.0), (0.95, 5.0), (1.0, 5.0)]
        {
            assert_eq!(ranking.quantile(share), Some(expected), "{share}");
        }
        assert_eq!(Pool::default().rank().quantile(0.5), None);
        let (normal, abnormal) = ranking.histogram_over(-4.0, 0.0, 2);
        assert_eq!(normal.iter().sum::<u64>() + abnormal.iter().sum::<u64>(), 10);
        assert_eq!(normal[0] + abnormal[0], 2);
    }

    #[test]
    fn keys_keep_order_and_come_back() {
        let ascending =
            [f32::MIN, -1.0, -f32::MIN_POSITIVE, -1e-45, 0.0, 1e-45, 1e-30, 0.5, 1.0, f32::MAX];
        assert!(ascending.windows(2).all(|w| to_key(w[0]) < to_key(w[1])));
        assert!(ascending.iter().all(|s| from_key(to_key(*s)) == *s));
        assert_eq!(to_key(-0.0), to_key(0.0));
    }

    #[test]
    fn radix_sort_sorts() {
        let mut state = 1u32;
        for mask in [u32::MAX, 0x7ff, 0xff_f800, 0] {
            for run in [1, 3, 16] {
                let mut keys: Vec<u32> = (0..50_000)
                    .map(|i| {
                        if i % run == 0 {
                            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        }
                        (state ^ state >> 15) & mask
                    })
                    .collect();
                let mut expected = keys.clone();
                expected.sort();
                sort(&mut keys);
                assert_eq!(keys, expected);
            }
        }
    }
}
