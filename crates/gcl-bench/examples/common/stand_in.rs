//! Features like those of the real data, made up: non-negative and heavy-tailed as averages behind a
//! ReLU are, changing slowly within a video, with anomalies planted as stretches.

use std::path::Path;

use gcl::core::rng;
use gcl::data::{Manifest, ManifestEntry, Truth, VideoId, write_f32};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::Result;
use super::lists::Split;

/// How large the real set is: normal and anomalous videos for training and test, and the mean
/// number of 16-frame segments of a video.
pub struct Size {
    pub train: (usize, usize),
    pub test: (usize, usize),
    pub segments: usize,
}

/// Writes features of a scaled-down set, and answers with its split.
pub fn write(
    folder: &Path,
    name: &'static str,
    size: &Size,
    scale: f64,
    dim: usize,
) -> Result<Split> {
    if !(scale > 0.0 && scale <= 1.0 && dim > 0) {
        return Err("--scale is in (0, 1], --dim at least 1".into());
    }
    let scaled = |count: usize| ((count as f64 * scale).round() as usize).max(2);
    let (mut videos, mut labels) = (Manifest::default(), Vec::new());
    for (part, (normal, anomalous)) in [("train", size.train), ("test", size.test)] {
        let (normal, anomalous) = (scaled(normal), scaled(anomalous));
        for index in 0..normal + anomalous {
            let id = VideoId::new(format!("{part}{index:04}"))?;
            let (rows, odd) = video(part, index as u64, index >= normal, size.segments, dim);
            write_f32(&id.file(folder, "npy"), &[odd.len(), dim], &rows)?;
            if part == "test" {
                labels.push((id.clone(), odd.iter().flat_map(|odd| [*odd; 16]).collect()));
            }
            let (split, label) = (Some(part.to_owned()), Some(index >= normal));
            videos.videos.insert(id, ManifestEntry { split, label, ..ManifestEntry::default() });
        }
    }
    Ok(Split { name, videos, truth: Truth::from_labels(labels) })
}

/// A video's features and which of its segments are anomalous.
fn video(
    part: &str,
    number: u64,
    anomalous: bool,
    mean: usize,
    dim: usize,
) -> (Vec<f32>, Vec<bool>) {
    let mut rng = rng::stream(1, &format!("stand-in:{part}"), number);
    let normal = |rng: &mut rng::HostRng| rng.sample::<f32, _>(StandardNormal);
    let segments =
        ((mean as f32 * (0.6 * normal(&mut rng) - 0.18).exp()) as usize).clamp(8, 20 * mean);
    let mut odd = vec![false; segments];
    if anomalous {
        let length = (segments / 4).max(2);
        let start = rng.random_range(0..segments - length);
        odd[start..start + length].fill(true);
    }
    // Ten places, and a few kinds of things that should not happen.
    let (place, kind) = (rng.random_range(0..10u64), rng.random_range(0..6u64));
    let scene = pattern("place", place, dim, 1.0);
    let event = pattern("event", kind, dim, 1.0);
    let mut drift: Vec<f32> = (0..dim).map(|_| normal(&mut rng)).collect();
    let mut bustle = 0.0;
    let mut rows = Vec::with_capacity(segments * dim);
    for odd in &odd {
        // Much going on is no anomaly, though it raises every value.
        bustle = 0.9 * bustle + 0.436 * normal(&mut rng);
        for j in 0..dim {
            // Neighbouring segments share nine tenths of what moves.
            drift[j] = 0.9 * drift[j] + 0.436 * normal(&mut rng);
            let level = scene[j] + if *odd { event[j] } else { 0.0 };
            let value = level + 0.7 * drift[j] + 0.6 * bustle;
            // Averages of rectified activations: none is negative, few are large.
            rows.push((0.45 * value.exp() - 0.12).clamp(0.0, 20.0));
        }
    }
    (rows, odd)
}

/// A sparse direction that belongs to a place or a kind of event.
fn pattern(what: &str, number: u64, dim: usize, size: f32) -> Vec<f32> {
    let mut rng = rng::stream(2, what, number);
    let mut entry = || {
        let value: f32 = rng.sample(StandardNormal);
        if rng.random_range(0.0..1.0) < 0.25 { size * value } else { -0.4 }
    };
    let base: Vec<f32> = (0..dim).map(|_| entry()).collect();
    match what {
        "event" => base.into_iter().map(|v| v.max(0.0)).collect(),
        _ => base,
    }
}
