//! Pseudo-labels of snippets: the highest-ranked ones are called anomalous (Joint-VAD, Eq. 3).

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Whether a snippet's label follows its neighbours'. Not in the paper; the published code does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Smoothing {
    /// Labels stay as ranked.
    Off,
    /// Within each video.
    #[default]
    PerVideo,
    /// Across the borders of videos, as the published code: for comparisons with it alone.
    CodeExact,
}

/// Labels of all snippets, and the scores by which bags are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// Whether each snippet is called anomalous.
    pub anomalous: Vec<bool>,
    /// Scores; smoothing changes those whose label it changes.
    pub scores: Vec<f32>,
}

/// R of N, rounded up, and at least 1.
pub fn count(share: f64, snippets: usize) -> usize {
    // 0.15 · 20 is a little more than 3 in binary.
    ((share * snippets as f64 - 1e-9).ceil() as usize).clamp(1, snippets.max(1))
}

/// Snippets that `may` be chosen, from the highest score to the lowest; of equal ones the first
/// comes first.
pub fn ranked(scores: &[f32], may: impl Fn(usize) -> bool) -> Vec<u32> {
    let all = (0u32..).take(scores.len());
    let mut order: Vec<u32> = all.filter(|&i| may(i as usize)).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    order
}

impl Labels {
    /// Calls the `threshold` highest of the `candidates` anomalous, then smooths.
    ///
    /// `candidates` has one entry a snippet, `videos` the snippets of each video. Where smoothing
    /// would leave a class empty, labels stay as ranked: there would be nothing to learn from.
    pub fn new(
        scores: Vec<f32>,
        candidates: &[bool],
        threshold: usize,
        smoothing: Smoothing,
        videos: &[Range<usize>],
    ) -> Labels {
        let mut anomalous = vec![false; scores.len()];
        for &i in ranked(&scores, |i| candidates[i]).iter().take(threshold) {
            anomalous[i as usize] = true;
        }
        let plain = Labels { anomalous, scores };
        let mut smooth = plain.clone();
        match smoothing {
            Smoothing::Off => return plain,
            Smoothing::PerVideo => videos.iter().for_each(|v| smooth.smooth(v.clone())),
            Smoothing::CodeExact => smooth.smooth(0..plain.scores.len()),
        }
        for (label, &may) in smooth.anomalous.iter_mut().zip(candidates) {
            *label &= may;
        }
        let (anomalous, normal) = smooth.counts();
        if anomalous == 0 || normal == 0 { plain } else { smooth }
    }

    /// A snippet between two that agree on the other label takes that label and their mean score,
    /// one after the other, so that a change is seen by the next. The first and last two of a range
    /// stay, as published. (The code's second rule, for a label that none of its neighbours has,
    /// cannot apply where there are two labels.)
    fn smooth(&mut self, range: Range<usize>) {
        for i in range.start + 2..range.end.saturating_sub(2) {
            let (before, after) = (self.anomalous[i - 1], self.anomalous[i + 1]);
            if before == after && before != self.anomalous[i] {
                self.anomalous[i] = before;
                self.scores[i] = 0.5 * (self.scores[i - 1] + self.scores[i + 1]);
            }
        }
    }

    /// How many are anomalous, and how many normal.
    pub fn counts(&self) -> (usize, usize) {
        let anomalous = self.anomalous.iter().filter(|&&l| l).count();
        (anomalous, self.anomalous.len() - anomalous)
    }

    /// The snippets of one label, from the highest score to the lowest.
    pub fn of(&self, anomalous: bool) -> Vec<u32> {
        ranked(&self.scores, |i| self.anomalous[i] == anomalous)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::single_range_in_vec_init)] // ranges of videos, of which there is one
    use super::*;

    fn labels(scores: &[f32], t: usize, smoothing: Smoothing, videos: &[Range<usize>]) -> Labels {
        Labels::new(scores.to_vec(), &vec![true; scores.len()], t, smoothing, videos)
    }

    #[test]
    fn the_count_rounds_up_and_never_vanishes() {
        assert_eq!(count(0.15, 10_986), 1648);
        assert_eq!(count(0.30, 7447), 2235);
        assert_eq!(count(0.15, 20), 3);
        assert_eq!(count(0.01, 3), 1);
        assert_eq!(count(0.999, 3), 3);
    }

    #[test]
    fn equal_scores_are_ranked_in_order() {
        assert_eq!(ranked(&[1.0, 2.0, 2.0, 0.0], |_| true), [1, 2, 0, 3]);
        assert_eq!(ranked(&[1.0, 2.0, 2.0, 0.0], |i| i != 1), [2, 0, 3]);
        let found = labels(&[0.5, 0.9, 0.9, 0.1], 1, Smoothing::Off, &[0..4]);
        assert_eq!(found.anomalous, [false, true, false, false]);
        assert_eq!(found.of(false), [2, 0, 3]);
    }

    #[test]
    fn lone_labels_follow_their_neighbours() {
        // Ranked: 3, 5 and 6 are anomalous; 4 lies between two of them.
        let scores = [0.0, 0.0, 0.0, 0.9, 0.2, 0.8, 0.7, 0.0, 0.0];
        let found = labels(&scores, 3, Smoothing::PerVideo, &[0..9]);
        // 3 is reached first and follows 2 and 4; 4 then has no reason to change.
        let on = |l: &Labels| -> Vec<usize> { (0..9).filter(|&i| l.anomalous[i]).collect() };
        assert_eq!(on(&found), [5, 6]);
        assert_eq!(found.scores[3], 0.5 * (0.0 + 0.2));
        assert_eq!(found.scores[4], 0.2);
        // A border at 4: 3 is among the last two of its video, 5 among the first two.
        let found = labels(&scores, 3, Smoothing::PerVideo, &[0..4, 4..9]);
        assert_eq!(on(&found), [3, 5, 6]);
        // The published code knows no border.
        let found = labels(&scores, 3, Smoothing::CodeExact, &[0..4, 4..9]);
        assert_eq!(on(&found), [5, 6]);
    }

    #[test]
    fn smoothing_never_empties_a_class() {
        let scores = [0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 0.0];
        let found = labels(&scores, 1, Smoothing::PerVideo, &[0..7]);
        assert_eq!(found.counts(), (1, 6));
        assert_eq!(found.scores, scores);
    }
}
