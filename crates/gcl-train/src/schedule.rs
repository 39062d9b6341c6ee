//! How long a phase trains, and in which order it visits the segments.

use gcl_core::rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// The length of a training phase.
///
/// ```
/// use gcl_train::schedule::Budget;
///
/// let budget = Budget { epochs: 15, min_steps: 1400, max_steps: 5000 };
/// assert_eq!(budget.steps(4), 1400); // few batches: more epochs
/// assert_eq!(budget.steps(100), 1500);
/// assert_eq!(budget.steps(1000), 5000); // many: stops within an epoch
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Passes over the segments; paper §4: 15.
    pub epochs: u64,
    /// At least this many steps, by more epochs where the segments are few.
    pub min_steps: u64,
    /// At most this many steps, by stopping within an epoch where the segments are many.
    #[serde(with = "unlimited")]
    pub max_steps: u64,
}

/// The two readings of "15 epochs" (paper §4), by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedBudget {
    /// 15 epochs whatever the number of segments, as printed: on a small set a handful of steps.
    Printed,
    /// 15 epochs, and at least the 1,400 steps that they are on UCF-Crime.
    Equalised,
}

impl NamedBudget {
    /// What the name means.
    pub fn budget(self) -> Budget {
        let min_steps = match self {
            NamedBudget::Printed => 0,
            NamedBudget::Equalised => 1400,
        };
        Budget { epochs: 15, min_steps, max_steps: u64::MAX }
    }
}

gcl_core::spelled_by_serde!(NamedBudget);

impl Budget {
    /// The number of steps over `batches` batches per epoch.
    pub fn steps(&self, batches: u64) -> u64 {
        let wanted = self.epochs.saturating_mul(batches).max(self.min_steps);
        // Whole epochs, unless the limit cuts the last one.
        wanted.div_ceil(batches.max(1)).saturating_mul(batches).min(self.max_steps)
    }
}

/// `max_steps` in files: a number, or `"unlimited"`, which TOML has no number for.
mod unlimited {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Limit {
        Steps(u64),
        Word(String),
    }

    pub fn serialize<S: Serializer>(steps: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        match *steps {
            u64::MAX => serializer.serialize_str("unlimited"),
            steps => serializer.serialize_u64(steps),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        match Limit::deserialize(deserializer)? {
            Limit::Steps(steps) => Ok(steps),
            Limit::Word(word) if word == "unlimited" => Ok(u64::MAX),
            Limit::Word(word) => Err(D::Error::custom(format!(
                "max_steps is `{word}`, expected a number or \"unlimited\""
            ))),
        }
    }
}

/// How many batches `segments` make, and the size of each but the last, which may be smaller by
/// less than the number of batches. Batches are of nearly equal size: a last one of a few segments
/// would be labelled by its own mean, and weigh as much as a full one.
pub fn batches(segments: usize, batch: usize) -> (usize, usize) {
    let count = segments.div_ceil(batch.max(1)).max(1);
    (count, segments.div_ceil(count).max(1))
}

/// The segments of one epoch in the order of training: a fresh permutation (paper §3.1: segments
/// of all videos are shuffled together).
///
/// The order follows from `(seed, phase, epoch)` alone, so a resumed run needs to remember nothing.
pub fn epoch_order(segments: &[u32], seed: u64, phase: &str, epoch: u64) -> Vec<u32> {
    let mut order = segments.to_vec();
    order.shuffle(&mut rng::stream(seed, &format!("shuffle:{phase}"), epoch));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_segments_train_longer_and_many_stop_early() {
        let budget = Budget { epochs: 15, min_steps: 1400, max_steps: 5000 };
        assert_eq!(Budget { epochs: u64::MAX, ..budget }.steps(u64::MAX), 5000);
        assert_eq!(budget.steps(96), 1440, "UCF-Crime's size: 15 epochs");
        assert_eq!(budget.steps(2), 1400, "ShanghaiTech's size: more epochs");
        assert_eq!(budget.steps(3), 1401, "whole epochs");
        assert_eq!(budget.steps(1000), 5000);
        assert_eq!(NamedBudget::Printed.budget().steps(2), 30, "15 epochs, as printed");
        assert_eq!(NamedBudget::Equalised.budget().steps(2), 1400);
        assert!(
            "longer".parse::<NamedBudget>().is_err_and(|e| e.to_string().contains("equalised"))
        );
    }

    #[test]
    fn batches_are_of_nearly_equal_size() {
        assert_eq!(batches(257, 256), (2, 129));
        assert_eq!(batches(10_986, 8192), (2, 5493));
        assert_eq!(batches(779_951, 8192), (96, 8125));
        assert_eq!(batches(5, 8192), (1, 5));
        for (n, batch) in [(100, 7), (8193, 8192), (31, 10)] {
            let (count, size) = batches(n, batch);
            assert!(size <= batch && (count - 1) * size < n && count * size >= n);
        }
    }

    #[test]
    fn every_epoch_is_another_permutation_of_the_same_segments() {
        let segments: Vec<u32> = (10..200).collect();
        let first = epoch_order(&segments, 1, "loop", 0);
        assert_eq!(first, epoch_order(&segments, 1, "loop", 0));
        assert_ne!(first, epoch_order(&segments, 1, "loop", 1));
        assert_ne!(first, epoch_order(&segments, 1, "pretrain", 0));
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, segments);
    }
}
