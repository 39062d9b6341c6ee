//! Bags: snippets of one label, drawn together (Joint-VAD §3.2).

use gcl_core::rng::{self, HostRng};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// How bags are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BagRule {
    /// Each bag holds one snippet of each of the three highest strata, as the published code: of n
    /// bags, bag b has ranks b, b + n and b + 2n; the rest is dealt at random.
    #[default]
    Stratified,
    /// All snippets are dealt at random, as the paper says.
    Random,
}

/// Strata of which each bag has one.
const STRATA: usize = 3;

/// Bags of `length` snippets from those of one label, ranked from the highest score to the lowest.
///
/// Where they do not fill whole bags, the highest are used again (all of them in turn where they do
/// not even fill one); so no snippet is lost, and there is a bag wherever there is a snippet.
pub fn bags(ranked: &[u32], length: usize, rule: BagRule, rng: &mut HostRng) -> Vec<Vec<u32>> {
    if ranked.is_empty() || length == 0 {
        return Vec::new();
    }
    let count = ranked.len().div_ceil(length);
    // Copies come last: a stratum never holds one snippet twice.
    let filled: Vec<u32> = ranked.iter().copied().cycle().take(count * length).collect();
    let strata = match rule {
        BagRule::Stratified => STRATA.min(length),
        BagRule::Random => 0,
    };
    let (top, rest) = filled.split_at(strata * count);
    let mut rest = rest.to_vec();
    rest.shuffle(rng);
    let each = length - strata;
    let bag = |b: usize| {
        let own = (0..strata).map(|s| top[s * count + b]);
        own.chain(rest[b * each..(b + 1) * each].iter().copied()).collect()
    };
    (0..count).map(bag).collect()
}

/// The bags of one step: every pass over them has an order of its own, and leaves out the bags that
/// fill no whole batch. Fewer bags than a batch are a batch.
///
/// Which ones follows from the arguments alone: nothing has to be remembered.
pub fn batch<'a>(
    bags: &'a [Vec<u32>],
    size: usize,
    step: u64,
    seed: u64,
    purpose: &str,
    moment: u64,
) -> Vec<&'a [u32]> {
    let batches = batches(bags.len(), size) as u64;
    let (pass, index) = (step / batches, (step % batches) as usize);
    let mut order: Vec<&[u32]> = bags.iter().map(Vec::as_slice).collect();
    order.shuffle(&mut rng::stream(seed, purpose, moment.wrapping_add(pass)));
    order.into_iter().skip(index * size).take(size).collect()
}

/// Batches in one pass over `bags` bags.
pub fn batches(bags: usize, size: usize) -> usize {
    (bags / size.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(n: u32, length: usize, rule: BagRule) -> Vec<Vec<u32>> {
        let ranked: Vec<u32> = (0..n).collect();
        bags(&ranked, length, rule, &mut rng::stream(1, "bags", 0))
    }

    #[test]
    fn each_bag_has_one_of_each_high_stratum() {
        let found = draw(834, 16, BagRule::Stratified);
        assert_eq!(found.len(), 53);
        for (b, bag) in found.iter().enumerate() {
            let b = b as u32;
            assert_eq!(bag[..3], [b, b + 53, b + 106]);
            assert_eq!(bag.len(), 16);
        }
        let mut all: Vec<u32> = found.concat();
        all.sort_unstable();
        let mut expected: Vec<u32> = (0..834).chain(0..14).collect();
        expected.sort_unstable();
        assert_eq!(all, expected, "every one once, the highest 14 twice");
    }

    #[test]
    fn few_snippets_still_make_a_bag() {
        for rule in [BagRule::Stratified, BagRule::Random] {
            for n in 1..16 {
                let found = draw(n, 16, rule);
                assert_eq!((found.len(), found[0].len()), (1, 16), "{n} {rule:?}");
                assert!((0..n).all(|i| found[0].contains(&i)));
            }
            assert!(draw(0, 16, rule).is_empty());
            assert_eq!(draw(5, 2, rule).len(), 3);
        }
    }

    #[test]
    fn random_bags_mix_ranks() {
        let found = draw(160, 16, BagRule::Random);
        assert_ne!(found[0][..3], [0, 10, 20]);
        assert_eq!(found, draw(160, 16, BagRule::Random));
    }

    #[test]
    fn batches_go_round() {
        let bags = draw(160, 16, BagRule::Random);
        let at = |step, size| batch(&bags, size, step, 3, "positive", 9);
        assert_eq!(at(0, 32).len(), 10);
        let (first, second) = (at(0, 4), at(1, 4));
        assert_eq!((first.len(), second.len()), (4, 4));
        assert!(first.iter().all(|bag| !second.contains(bag)));
        assert_ne!(at(2, 4), first, "the next pass has another order");
        assert_eq!(at(2, 4), at(2, 4));
    }
}
