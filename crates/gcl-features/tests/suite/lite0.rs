//! The embedded network against PyTorch, by every executor on every device; and what the extractor makes of clips.

use crate::common::{devices, golden, unit};
use gcl_data::Clips;
use gcl_features::gradient::Gradient;
use gcl_features::lite0::{Lite0, Lite0Frame, MOTION};
use gcl_features::networks::Executor;
use gcl_features::{Extractor, Frame, Pixels};
use serde_json::Value;

const SIZE: [usize; 2] = [256, 384];
const PICTURE_DIM: usize = 1280;

/// Random levels in squares of `block` pixels, as `lite0.py` makes them up.
fn picture(name: &str, block: usize) -> Vec<u8> {
    let [h, w] = SIZE.map(|side| side / block);
    let levels: Vec<u8> =
        unit(name, 3 * h * w).iter().map(|u| ((f64::from(*u) + 1.0) * 127.5) as u8).collect();
    let pixels = (0..SIZE[0]).flat_map(|y| (0..SIZE[1]).map(move |x| (y / block, x / block)));
    pixels.flat_map(|(y, x)| [0, 1, 2].map(|c| levels[(y * w + x) * 3 + c])).collect()
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|v| v * v).sum::<f64>().sqrt()
}

/// The largest difference as a part of the largest value, and the norm of all by the expected values' norm.
fn differences(found: &[f32], expected: &[f64]) -> (f64, f64) {
    assert_eq!(found.len(), expected.len());
    let apart: Vec<f64> = found.iter().zip(expected).map(|(a, b)| f64::from(*a) - b).collect();
    let largest = |v: &[f64]| v.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let norms = norm(apart.iter().copied()) / norm(expected.iter().copied());
    (largest(&apart) / largest(expected), norms)
}

#[test]
fn vectors_are_pytorchs() {
    let cases: Value =
        serde_json::from_slice(&std::fs::read(golden("lite0/vectors.json")).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    let pictures: Vec<Vec<u8>> = cases
        .iter()
        .map(|case| {
            picture(case["name"].as_str().unwrap(), case["block"].as_u64().unwrap() as usize)
        })
        .collect();
    for (name, device) in devices() {
        for executor in [Executor::Auto, Executor::Burn] {
            let lite0 = Lite0::new(&device, executor, 2).unwrap();
            // Three pictures: more than a pass, and no whole number of passes.
            let three: Vec<&[u8]> = [0, 1, 1].map(|i| &pictures[i][..]).into();
            let vectors = lite0.see(&three).unwrap();
            for (i, found) in [0, 1, 1].into_iter().zip(vectors.chunks_exact(PICTURE_DIM)) {
                let expected = |key: &str| -> Vec<f64> {
                    serde_json::from_value(cases[i][key].clone()).unwrap()
                };
                let what = format!("picture {i} on {name} by {executor:?}");
                let (most, _) = differences(found, &expected("file"));
                assert!(most < 2e-5, "{what}: {most}");
                // Weights are rounded to half precision.
                let (_, apart) = differences(found, &expected("checkpoint"));
                assert!((1e-4..1e-2).contains(&apart), "{what}: {apart} from the checkpoint");
            }
            assert_eq!(vectors.len(), 3 * PICTURE_DIM);
            assert!(lite0.see(&[&pictures[0][1..]]).is_err());
            assert!(lite0.see(&[]).unwrap().is_empty());
        }
    }
}

/// Frames of one grey level each, with a bright square that moves.
fn frames(count: usize) -> Vec<Frame> {
    let frame = |n: usize| {
        let mut luma = vec![40 + n as u8; 96 * 64];
        (0..16).for_each(|y| luma[(20 + y) * 96 + 2 * n..][..16].fill(220));
        Frame::new(96, 64, Pixels::Gray(luma)).unwrap()
    };
    (0..count).map(frame).collect()
}

fn prepared(lite0: &Lite0, frames: &[Frame]) -> Vec<Lite0Frame> {
    let all = frames.iter().enumerate();
    all.map(|(place, frame)| lite0.prepare_at(place, frame).unwrap()).collect()
}

#[test]
fn a_clip_is_the_mean_of_every_eighth_picture_and_its_motion() {
    let (_, device) = devices().remove(0);
    let lite0 = Lite0::new(&device, Executor::Auto, 1).unwrap();
    let frames = frames(20);
    let prepared = prepared(&lite0, &frames);
    // A clip that begins between two of the frames that the network sees, as the last one of a video may.
    let clip: Vec<&Lite0Frame> = prepared[3..19].iter().collect();
    let found = lite0.describe(std::slice::from_ref(&clip)).unwrap();
    assert_eq!(found.len(), lite0.dim());

    let still = |n: usize| lite0.describe(&[vec![&prepared[n]; 2]]).unwrap();
    let mut mean = vec![0.0; PICTURE_DIM];
    for n in [8, 16] {
        mean.iter_mut().zip(still(n)).for_each(|(sum, v)| *sum += f64::from(v) / 2.0);
    }
    let (most, _) = differences(&found[..PICTURE_DIM], &mean);
    assert!(most < 1e-6, "{most}");
    assert!(differences(&still(8)[..PICTURE_DIM], &mean).0 > 1e-3, "pictures that do not differ");

    let gradients: Vec<_> = frames[3..19].iter().map(|f| Gradient.prepare(f).unwrap()).collect();
    let expected = Gradient.describe(&[gradients.iter().collect()]).unwrap();
    // Change in the first half of the clip and in the second, and flow in four directions, of 12 areas each.
    let motion = &found[PICTURE_DIM..];
    assert_eq!(motion.len(), 72);
    let largest = |values: &[f32], sign: f32| values.iter().fold(0.0, |m: f32, v| m.max(sign * v));
    for (kind, (channel, sign)) in
        [(0, 1.0), (1, 1.0), (2, 1.0), (2, -1.0), (3, 1.0), (3, -1.0)].into_iter().enumerate()
    {
        let cells = &expected[channel * 192..(channel + 1) * 192];
        assert_eq!(
            largest(cells, sign) * MOTION,
            largest(&motion[kind * 12..][..12], 1.0),
            "{kind}"
        );
    }
    assert!(motion.chunks_exact(12).take(4).all(|areas| largest(areas, 1.0) > 0.0));

    // Two clips at once are the two alone.
    let other: Vec<&Lite0Frame> = prepared[..16].iter().collect();
    let both = lite0.describe(&[other.clone(), clip]).unwrap();
    assert_eq!(both[lite0.dim()..], found);
    assert_eq!(both[..lite0.dim()], lite0.describe(&[other]).unwrap());

    let unseen: Vec<&Lite0Frame> = prepared[1..4].iter().collect();
    assert!(lite0.describe(&[unseen]).unwrap_err().to_string().contains("sees"));
}

#[test]
fn its_identity_names_the_weights() {
    let (_, device) = devices().remove(0);
    let lite0 = Lite0::new(&device, Executor::Auto, 1).unwrap();
    let identity = lite0.identity(Clips::default());
    assert_eq!((identity.name.as_str(), identity.random_weights), ("lite0", false));
    assert_eq!(identity.weights_sha256.as_deref(), Some(gcl_lite0::SHA256));
    assert_eq!(identity.parameters["parts"]["motion"], f64::from(MOTION));
}
