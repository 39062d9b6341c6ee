//! A mixture of two Gaussians in the plane, by expectation-maximisation from a k-means start.

use rand::RngExt;

use crate::rng::HostRng;

/// What describes a video: two numbers.
pub type Point = [f64; 2];

/// The shape of each Gaussian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covariance {
    /// One variance for both axes.
    Spherical,
    /// Any.
    Full,
}

/// Rounds of expectation-maximisation at most, and the gain of the mean log-likelihood below which they
/// end: scikit-learn's `GaussianMixture` as C2FPL's code calls it.
const ROUNDS: usize = 150;
const GAIN: f64 = 1e-3;

/// Rounds of k-means at most, and starts of which the best is taken: from a single one, clusters follow the seed.
const K_MEANS_ROUNDS: usize = 300;
const K_MEANS_STARTS: usize = 10;

/// What is added to variances, in shares of the data's: a Gaussian of one point has none of its own.
const REGULAR: f64 = 1e-9;

/// Keeps densities defined where no point differs from another.
const SMALLEST: f64 = 1e-100;

/// Two weighted Gaussians.
///
/// ```
/// use gcl_core::pseudo_label::gmm::{Covariance, TwoGaussians};
/// use gcl_core::rng::stream;
///
/// let points = [[0.0, 0.1], [0.2, 0.0], [0.1, 0.2], [9.0, 9.1], [9.2, 9.0]];
/// let mixture = TwoGaussians::fit(&points, Covariance::Spherical, &mut stream(0, "example", 0));
/// let of: Vec<usize> = points.iter().map(|point| mixture.component(point)).collect();
/// assert!(of[0] == of[1] && of[1] == of[2] && of[3] == of[4] && of[0] != of[3]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TwoGaussians {
    /// The share of each; 0 for one that no point is of.
    pub weights: [f64; 2],
    /// The mean of each.
    pub means: [Point; 2],
    /// The covariance of each: of the first axis, of both, of the second.
    pub covariances: [[f64; 3]; 2],
}

impl TwoGaussians {
    /// Fits to points, of which there is at least one. `rng` draws the points that k-means starts from.
    pub fn fit(points: &[Point], covariance: Covariance, rng: &mut HostRng) -> TwoGaussians {
        let regular = variances(points).map(|variance| (REGULAR * variance).max(SMALLEST));
        let mut shares: Vec<[f64; 2]> = k_means(points, rng)
            .iter()
            .map(|&first| if first { [1.0, 0.0] } else { [0.0, 1.0] })
            .collect();
        let start = TwoGaussians {
            weights: [0.5; 2],
            means: [points[0]; 2],
            covariances: [[regular[0], 0.0, regular[1]]; 2],
        };
        let mut mixture = start.maximised(points, &shares, covariance, regular);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..ROUNDS {
            let mut sum = 0.0;
            for (share, point) in shares.iter_mut().zip(points) {
                let parts = mixture.parts(point);
                let all = log_sum(parts);
                *share = parts.map(|part| (part - all).exp());
                sum += all;
            }
            mixture = mixture.maximised(points, &shares, covariance, regular);
            let mean = sum / points.len() as f64;
            if (mean - before).abs() < GAIN {
                break;
            }
            before = mean;
        }
        mixture
    }

    /// The logarithm of the density at a point.
    pub fn log_likelihood(&self, point: &Point) -> f64 {
        log_sum(self.parts(point))
    }

    /// The Gaussian, 0 or 1, that a point is more likely of; the first of equals.
    pub fn component(&self, point: &Point) -> usize {
        let [first, second] = self.parts(point);
        usize::from(second > first)
    }

    /// The logarithm of each weighted density at a point.
    fn parts(&self, point: &Point) -> [f64; 2] {
        [0, 1].map(|k| {
            let ([x, y], [xx, xy, yy]) = (self.means[k], self.covariances[k]);
            let (dx, dy) = (point[0] - x, point[1] - y);
            // By Cholesky: the second axis is what the first leaves of it.
            let slope = xy / xx;
            let left = (yy - slope * xy).max(SMALLEST);
            let (u, v) = (dx / xx.sqrt(), (dy - slope * dx) / left.sqrt());
            let log_density =
                -std::f64::consts::TAU.ln() - 0.5 * (xx.ln() + left.ln() + u * u + v * v);
            self.weights[k].ln() + log_density
        })
    }

    /// The most likely Gaussians where each point is of both by these shares. One that no point is of stays.
    fn maximised(
        &self,
        points: &[Point],
        shares: &[[f64; 2]],
        covariance: Covariance,
        regular: Point,
    ) -> TwoGaussians {
        let mut next = self.clone();
        for k in [0, 1] {
            let total: f64 = shares.iter().map(|share| share[k]).sum();
            next.weights[k] = total / points.len() as f64;
            if total <= 0.0 {
                continue;
            }
            let weighted = |of: &dyn Fn(&Point) -> f64| -> f64 {
                points.iter().zip(shares).map(|(point, share)| share[k] * of(point)).sum::<f64>()
                    / total
            };
            let [x, y] = [weighted(&|p| p[0]), weighted(&|p| p[1])];
            next.means[k] = [x, y];
            let xx = weighted(&|p| (p[0] - x).powi(2)) + regular[0];
            let yy = weighted(&|p| (p[1] - y).powi(2)) + regular[1];
            next.covariances[k] = match covariance {
                Covariance::Spherical => [(xx + yy) / 2.0, 0.0, (xx + yy) / 2.0],
                Covariance::Full => [xx, weighted(&|p| (p[0] - x) * (p[1] - y)), yy],
            };
        }
        next
    }
}

fn log_sum([a, b]: [f64; 2]) -> f64 {
    let most = a.max(b);
    most + ((a - most).exp() + (b - most).exp()).ln()
}

fn variances(points: &[Point]) -> Point {
    let n = points.len() as f64;
    [0, 1].map(|axis| {
        let mean = points.iter().map(|point| point[axis]).sum::<f64>() / n;
        points.iter().map(|point| (point[axis] - mean).powi(2)).sum::<f64>() / n
    })
}

fn squared(a: &Point, b: &Point) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

/// Which points are of the first of two clusters, by the start of several that leaves the smallest squared
/// distances from their means.
fn k_means(points: &[Point], rng: &mut HostRng) -> Vec<bool> {
    let mut best: Option<(f64, Vec<bool>)> = None;
    for _ in 0..K_MEANS_STARTS {
        let (left, of) = k_means_once(points, rng);
        if best.as_ref().is_none_or(|(least, _)| left < *least) {
            best = Some((left, of));
        }
    }
    best.map(|(_, of)| of).unwrap_or_default()
}

/// Lloyd's rounds from two points, the second drawn by its squared distance from the first (k-means++): the
/// sum of squared distances that is left, and which points are of the first cluster.
fn k_means_once(points: &[Point], rng: &mut HostRng) -> (f64, Vec<bool>) {
    let first = points[rng.random_range(0..points.len())];
    let far: Vec<f64> = points.iter().map(|point| squared(point, &first)).collect();
    let mut left = rng.random::<f64>() * far.iter().sum::<f64>();
    let second = far.iter().position(|distance| {
        left -= distance;
        *distance > 0.0 && left <= 0.0
    });
    // Rounding may leave a little after the last point.
    let second = second.or_else(|| far.iter().rposition(|distance| *distance > 0.0));
    let mut centres = [first, second.map_or(first, |at| points[at])];
    let mut of = Vec::new();
    for _ in 0..K_MEANS_ROUNDS {
        let nearer = |point: &Point| squared(point, &centres[0]) <= squared(point, &centres[1]);
        let next: Vec<bool> = points.iter().map(nearer).collect();
        if next == of {
            break;
        }
        of = next;
        for (centre, own) in centres.iter_mut().zip([true, false]) {
            let members = points.iter().zip(&of).filter(|(_, first)| **first == own);
            let (mut sum, mut count) = ([0.0; 2], 0.0);
            members.for_each(|(point, _)| {
                (sum, count) = ([sum[0] + point[0], sum[1] + point[1]], count + 1.0);
            });
            if count > 0.0 {
                *centre = sum.map(|sum| sum / count);
            }
        }
    }
    let left = |(point, &first): (&Point, &bool)| squared(point, &centres[usize::from(!first)]);
    (points.iter().zip(&of).map(left).sum(), of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn points_that_are_all_alike_are_of_one_gaussian() {
        for covariance in [Covariance::Spherical, Covariance::Full] {
            for points in [vec![[3.0, 0.0]; 5], vec![[0.0, 0.0]]] {
                let mixture = TwoGaussians::fit(&points, covariance, &mut stream(1, "gmm", 0));
                assert!(points.iter().all(|point| mixture.component(point) == 0), "{mixture:?}");
                assert!(mixture.log_likelihood(&points[0]).is_finite());
            }
        }
    }

    #[test]
    fn a_unit_of_the_points_changes_nothing() {
        let points: Vec<Point> = (0..40u32)
            .map(|i| {
                let (x, y) = (f64::from(i * 7 % 13), f64::from(i * 5 % 11));
                if i % 4 == 0 { [x + 30.0, y + 30.0] } else { [x, y] }
            })
            .collect();
        for covariance in [Covariance::Spherical, Covariance::Full] {
            let split = |unit: f64| -> Vec<usize> {
                let points: Vec<Point> = points.iter().map(|p| p.map(|x| x * unit)).collect();
                let mixture = TwoGaussians::fit(&points, covariance, &mut stream(1, "gmm", 0));
                points.iter().map(|point| mixture.component(point)).collect()
            };
            let one = split(1.0);
            assert_eq!(one.iter().filter(|&&k| k == one[0]).count(), 10, "{one:?}");
            assert_eq!(split(1e-6), one);
            assert_eq!(split(1e6), one);
        }
    }
}
