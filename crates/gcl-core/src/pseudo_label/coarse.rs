//! The coarse step: which videos hold something anomalous.

use super::gmm::{Covariance, Point, TwoGaussians};
use super::settings::Divide;
use crate::rng;

/// The share of the normal videos that a round of [`Divide::Percentile`] moves.
const PERCENTILE: f64 = 0.03;

/// C2FPL's split: `true` for the videos held to be anomalous, by their mean size and its spread.
///
/// The smaller cluster of two is anomalous; between two of a size, the one whose videos vary more. Normal videos
/// are then divided again, until there are at least `ratio` anomalous ones to each; two normal videos stay.
pub fn divided(points: &[Point], ratio: f64, divide: Divide, seed: u64) -> Vec<bool> {
    let mut anomalous = vec![false; points.len()];
    let mut normal: Vec<usize> = (0..points.len()).collect();
    for round in 0.. {
        let here: Vec<Point> = normal.iter().map(|&i| points[i]).collect();
        let mut rng = rng::stream(seed, "c2fpl", round);
        let mixture = TwoGaussians::fit(&here, Covariance::Spherical, &mut rng);
        let moved = match divide {
            Divide::Percentile if round > 0 => least_likely(&here, &mixture),
            Divide::Percentile | Divide::Cluster => smaller(&here, &mixture, 1),
        };
        let (moving, staying): (Vec<_>, Vec<_>) =
            normal.iter().zip(moved).partition(|(_, moved)| *moved);
        // The first split may leave a single normal video, later ones not.
        let fewest = if round == 0 { 1 } else { 2 };
        if moving.is_empty() || staying.len() < fewest {
            break;
        }
        moving.into_iter().for_each(|(&i, _)| anomalous[i] = true);
        normal = staying.into_iter().map(|(&i, _)| i).collect();
        if (points.len() - normal.len()) as f64 >= ratio * normal.len() as f64 {
            break;
        }
    }
    anomalous
}

/// CLAP's split: `true` for the videos of the smaller of two clusters, by largest rise and entropy; of two of a
/// size, the one whose videos rise more.
pub fn split(points: &[Point], seed: u64) -> Vec<bool> {
    let mut rng = rng::stream(seed, "clap", 0);
    smaller(points, &TwoGaussians::fit(points, Covariance::Full, &mut rng), 0)
}

/// Which points are of the smaller cluster; of two of a size, the one that is larger on average along an axis.
/// None, where all are of one.
fn smaller(points: &[Point], mixture: &TwoGaussians, axis: usize) -> Vec<bool> {
    let of: Vec<usize> = points.iter().map(|point| mixture.component(point)).collect();
    let [first, second] = [0, 1].map(|k| {
        let own = || points.iter().zip(&of).filter(move |(_, of)| **of == k);
        let sum: f64 = own().map(|(point, _)| point[axis]).sum();
        (own().count(), sum)
    });
    let anomalous = match first.0.cmp(&second.0) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Equal => usize::from(second.1 > first.1),
    };
    of.into_iter().map(|of| of == anomalous).collect()
}

/// Which points are less likely than all but the least likely 3 %, by linear interpolation.
fn least_likely(points: &[Point], mixture: &TwoGaussians) -> Vec<bool> {
    let likely: Vec<f64> = points.iter().map(|point| mixture.log_likelihood(point)).collect();
    let mut sorted = likely.clone();
    sorted.sort_by(f64::total_cmp);
    let place = PERCENTILE * (sorted.len() - 1) as f64;
    let (low, part) = (place as usize, place.fract());
    let high = sorted[(low + 1).min(sorted.len() - 1)];
    let limit = sorted[low] + part * (high - sorted[low]);
    likely.into_iter().map(|likely| likely < limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `calm` videos around (1, 1), and `varied` ones around (6, 5).
    fn points(calm: usize, varied: usize) -> Vec<Point> {
        let part = |i: usize, step: usize| ((i * step) % 17) as f64 / 17.0;
        let point = |i: usize, [x, y]: Point| [x + part(i, 5), y + part(i, 7)];
        let calm = (0..calm).map(|i| point(i, [1.0, 1.0]));
        calm.chain((0..varied).map(|i| point(i, [6.0, 5.0]))).collect()
    }

    fn count(anomalous: &[bool]) -> usize {
        anomalous.iter().filter(|&&anomalous| anomalous).count()
    }

    #[test]
    fn the_smaller_cluster_is_anomalous_whatever_its_number() {
        let points = points(30, 9);
        for seed in 0..8 {
            for found in [divided(&points, 0.3, Divide::Cluster, seed), split(&points, seed)] {
                assert_eq!(found[..30], [false; 30], "seed {seed}");
                assert_eq!(found[30..], [true; 9], "seed {seed}");
            }
        }
    }

    #[test]
    fn of_two_clusters_of_a_size_the_more_varied_is_anomalous() {
        for seed in 0..8 {
            let found = divided(&points(12, 12), 1.0, Divide::Cluster, seed);
            assert!(found[..12] == [false; 12] && found[12..] == [true; 12], "seed {seed}");
            // To CLAP the one that rises more, whatever its entropy.
            let turned: Vec<Point> = points(12, 12).iter().map(|[x, y]| [*x, -y]).collect();
            let found = split(&turned, seed);
            assert!(found[..12] == [false; 12] && found[12..] == [true; 12], "seed {seed}");
        }
    }

    #[test]
    fn normal_videos_are_divided_until_the_ratio_is_reached() {
        // Sixteen of the forty are a little apart.
        let mut points = points(40, 8);
        points[..16].iter_mut().for_each(|point| point[0] += 2.0);
        let by_cluster = divided(&points, 1.0, Divide::Cluster, 1);
        assert!(count(&by_cluster) == 24 && by_cluster[16..40] == [false; 24], "{by_cluster:?}");
        // 3 % at a time stop as soon as half are anomalous: 24, or one or two more.
        let by_percentile = divided(&points, 1.0, Divide::Percentile, 1);
        assert!((24..=26).contains(&count(&by_percentile)), "{by_percentile:?}");
        // Where the first split is enough, there is no other.
        assert_eq!(count(&divided(&points, 0.2, Divide::Percentile, 1)), 8);
    }

    #[test]
    fn the_loop_ends_where_nothing_moves_and_keeps_normal_videos() {
        for divide in [Divide::Cluster, Divide::Percentile] {
            assert_eq!(count(&divided(&[[2.0, 0.0]; 6], 1.0, divide, 0)), 0);
            let found = divided(&points(20, 5), f64::INFINITY, divide, 0);
            assert!((2..=20).contains(&(25 - count(&found))), "{divide:?}: {found:?}");
            assert_eq!(count(&divided(&[[1.0, 0.0], [5.0, 3.0]], 1.0, divide, 0)), 1);
            assert!(divided(&[[1.0, 0.0], [5.0, 3.0]], 1.0, divide, 3)[1]);
        }
    }
}
