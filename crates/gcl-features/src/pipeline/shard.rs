//! A share of the work, for several processes or machines.

use std::fmt;
use std::str::FromStr;

/// Share `index` of `count`, counted from 1: every `count`-th video of the sorted list.
/// Every video is in exactly one share.
///
/// ```
/// use gcl_features::Shard;
///
/// let shard: Shard = "2/8".parse()?;
/// assert!(shard.holds(1) && shard.holds(9) && !shard.holds(2));
/// assert!("9/8".parse::<Shard>().is_err());
/// # Ok::<(), gcl_features::pipeline::ShardError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// An invalid share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a shard: expected I/N with 1 <= I <= N, as 2/8")]
pub struct ShardError {
    found: String,
}

impl Shard {
    /// Share `index` of `count`.
    ///
    /// # Errors
    /// `index` is not within 1 to `count`.
    pub fn new(index: usize, count: usize) -> Result<Self, ShardError> {
        if (1..=count).contains(&index) {
            Ok(Self { index, count })
        } else {
            Err(ShardError { found: format!("{index}/{count}") })
        }
    }

    /// Whether the video at this position of the sorted list, counted from 0, is in this share.
    pub fn holds(&self, position: usize) -> bool {
        position % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    /// Reads `I/N`.
    fn from_str(text: &str) -> Result<Self, ShardError> {
        text.split_once('/')
            .and_then(|(index, count)| Self::new(index.parse().ok()?, count.parse().ok()?).ok())
            .ok_or_else(|| ShardError { found: text.to_owned() })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_position_is_in_exactly_one_share() {
        let shards: Vec<Shard> = (1..=3).map(|n| format!("{n}/3").parse().unwrap()).collect();
        for position in 0..20 {
            assert_eq!(shards.iter().filter(|shard| shard.holds(position)).count(), 1);
        }
        for bad in ["0/3", "4/3", "1/0", "1", "a/b", "-1/2", ""] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
