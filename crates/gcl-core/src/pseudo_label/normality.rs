//! What LANP makes of the normality of segments: labels, and how much each counts.

use super::propagation::{dot, root_mean_square};
use super::settings::{Distance, LanpSettings};

/// Which videos are anomalous, and which of the others are most surely normal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Whether each video is held to be anomalous.
    pub anomalous: Vec<bool>,
    /// Whether each video is one of the most normal: at least one is.
    pub memory: Vec<bool>,
}

/// Chooses videos by how their segments differ in normality: the standard deviation of each video's.
///
/// The settings' share of the videos is anomalous, those with the largest deviations; at least one is, and
/// one is not. There are at least two videos.
pub fn choose(normality: &[Vec<f64>], settings: &LanpSettings) -> Chosen {
    let deviation = |z: &Vec<f64>| {
        let n = z.len() as f64;
        let mean = z.iter().sum::<f64>() / n;
        (z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    let deviations: Vec<f64> = normality.iter().map(deviation).collect();
    let mut order: Vec<usize> = (0..deviations.len()).collect();
    order.sort_by(|&a, &b| deviations[a].total_cmp(&deviations[b]));
    let most = order.len().saturating_sub(1).max(1);
    let count = part(settings.videos, order.len()).clamp(1, most);
    let normal = order.len() - count;
    let memory = part(settings.memory, normal).max(1);
    let mark = |ranks: std::ops::Range<usize>| {
        let mut marked = vec![false; order.len()];
        order[ranks].iter().for_each(|&i| marked[i] = true);
        marked
    };
    Chosen { anomalous: mark(normal..order.len()), memory: mark(0..memory) }
}

/// The labels of an anomalous video's segments: 1 for the settings' share of them that is least normal.
pub fn labels(normality: &[f64], settings: &LanpSettings) -> Vec<f32> {
    let mut order: Vec<usize> = (0..normality.len()).collect();
    order.sort_by(|&a, &b| normality[a].total_cmp(&normality[b]));
    let mut labels = vec![0.0; normality.len()];
    let count = part(settings.segments, normality.len());
    order.iter().take(count).for_each(|&i| labels[i] = 1.0);
    labels
}

/// The segments of a video of `count` that train, from its first one on: evenly spaced.
pub fn sampled(count: usize, settings: &LanpSettings) -> impl Iterator<Item = usize> {
    let sampled = settings.sampled;
    (0..sampled).map(move |i| i * count / sampled)
}

/// How much a labelled segment counts: exp(−|x − label|), where x is its distance from the nearest of the most
/// normal videos' mean features `[videos, d]`.
pub fn weight(row: &[f32], label: f32, memory: &[f32], settings: &LanpSettings) -> f32 {
    let far = |normal: &[f32]| match settings.distance {
        Distance::Cosine => {
            let length = (dot(row, row) * dot(normal, normal)).sqrt();
            1.0 - if length > 0.0 { dot(row, normal) / length } else { 0.0 }
        }
        Distance::RootMeanSquare => root_mean_square(row, normal),
    };
    let nearest = memory.chunks_exact(row.len()).map(far).fold(f64::INFINITY, f64::min);
    (-(nearest - f64::from(label)).abs()).exp() as f32
}

fn part(share: f64, count: usize) -> usize {
    (share * count as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_video_at_least_is_of_each_kind() {
        let settings = LanpSettings::default();
        let normality = |spread: f64| vec![1.0, 1.0 + spread, 1.0 - spread, 1.0];
        for count in 2..=30 {
            let videos: Vec<_> = (0..count).map(|i| normality(f64::from(i) / 30.0)).collect();
            for share in [0.001, 0.27, 0.5, 0.999] {
                let chosen = choose(&videos, &LanpSettings { videos: share, ..settings });
                let marked = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count();
                let (anomalous, all) = (marked(&chosen.anomalous), videos.len());
                assert!((1..all).contains(&anomalous), "{count} {share}");
                assert!(chosen.anomalous[all - anomalous..].iter().all(|&odd| odd));
                let memory = marked(&chosen.memory);
                assert!((1..=all - anomalous).contains(&memory) && chosen.memory[0]);
            }
        }
    }

    #[test]
    fn the_least_normal_segments_are_labelled() {
        let settings = LanpSettings::default();
        assert_eq!(labels(&[5.0, 1.0, 3.0, 2.0, 5.0], &settings), [0.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(labels(&[1.0, 0.5], &settings), [0.0, 0.0]);
        assert_eq!(
            sampled(3, &LanpSettings { sampled: 5, ..settings }).collect::<Vec<_>>(),
            [0, 0, 1, 1, 2]
        );
    }

    #[test]
    fn a_label_counts_as_its_distance_agrees() {
        let settings = LanpSettings::default();
        let memory = [1.0, 0.0, 1.0, 0.1];
        assert_eq!(weight(&[2.0, 0.0], 0.0, &memory, &settings), 1.0);
        assert!((weight(&[2.0, 0.0], 1.0, &memory, &settings) - (-1f32).exp()).abs() < 1e-6);
        // At a right angle from the nearest but for the second one's tilt.
        assert!(weight(&[0.0, 1.0], 1.0, &memory, &settings) > 0.9);
        let apart = LanpSettings { distance: Distance::RootMeanSquare, ..settings };
        assert!(
            (weight(&[3.0, 0.0], 1.0, &[1.0, 0.0], &apart) - (1.0 - 2f32.sqrt()).exp()).abs()
                < 1e-6
        );
        assert!(weight(&[0.0, 0.0], 1.0, &memory, &settings).is_finite());
    }
}
