//! The published STG-NF checkpoint answers as the published code does (real data, `GCL_DATA`).

use std::path::PathBuf;

use gcl::core::stg_nf::NamedTensors;
use gcl::core::{Device, OneClass, StgNf, StgNfConfig, Tensor};
use gcl::data::Npy;

const FRAMES: usize = 24;
const JOINTS: usize = 18;

/// Pixels `[n, T, V, 3]` as the published code reads them: x/856 and y/480, less their means over a
/// window, over the deviation of y.
fn normalised(pixels: &[f32]) -> Vec<f32> {
    let points = FRAMES * JOINTS;
    let mut out = Vec::new();
    for window in pixels.chunks(3 * points) {
        let axis = |a: usize, scale: f64| -> Vec<f64> {
            window.chunks(3).map(|p| f64::from(p[a]) / scale).collect()
        };
        let mean = |v: &[f64]| v.iter().sum::<f64>() / points as f64;
        let (x, y) = (axis(0, 856.0), axis(1, 480.0));
        let (mean_x, mean_y) = (mean(&x), mean(&y));
        let spread: Vec<f64> = y.iter().map(|y| (y - mean_y).powi(2)).collect();
        let deviation = mean(&spread).sqrt();
        out.extend(x.iter().map(|x| ((x - mean_x) / deviation) as f32));
        out.extend(y.iter().map(|y| ((y - mean_y) / deviation) as f32));
    }
    out
}

fn worst(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn the_shanghaitech_checkpoint_scores_as_published() {
    let Some(data) = std::env::var_os("GCL_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: GCL_DATA not set (STG-NF's published checkpoint)");
        return;
    };
    let checkpoint = data.join("checkpoints/stg-nf/ShanghaiTech_85_9.tar");
    let file = gcl_weights::read(checkpoint).unwrap();
    let tensors = file.tensors.iter().map(|tensor| {
        let name = tensor.name().to_owned();
        let values = file.f32(&name).unwrap();
        (name, (tensor.shape().to_vec(), values))
    });
    let tensors: NamedTensors = tensors.collect();
    let read = |name: &str| {
        let path = data.join(format!("golden/stgnf_shanghaitech_{name}.npy"));
        Npy::open(path).unwrap().to_f32().unwrap()
    };
    let windows = normalised(&read("pixels"));
    let device = Device::flex();
    let mut model = StgNf::new(StgNfConfig::new(FRAMES), 0, &device).unwrap();
    model.load_published(&tensors).unwrap();
    let count = windows.len() / (2 * FRAMES * JOINTS);
    let batch = Tensor::<1>::from_floats(windows.as_slice(), &device);
    let batch = batch.reshape([count, 2, FRAMES, JOINTS]);

    let (z, _) = model.forward(batch.clone()).unwrap();
    let back = model.inverse(z.clone()).unwrap();
    let values = |t: Tensor<4>| t.into_data().try_to_vec::<f32>().unwrap();
    // Both sides are single precision: PyTorch's own latents are 1.6e-4 from double precision.
    let latent = worst(&values(z), &read("z"));
    assert!(latent < 2.5e-4, "latents differ by {latent}");
    let score = worst(&model.score(batch).unwrap(), &read("nll"));
    assert!(score < 2e-5, "scores differ by {score}");
    assert!(worst(&values(back), &windows) < 1e-4);

    // What is saved under published names is what was read.
    let saved = model.to_published().unwrap();
    for (name, (shape, values)) in &saved {
        assert_eq!((shape, values), (&tensors[name].0, &tensors[name].1), "{name}");
    }
    let left_out = tensors.keys().filter(|name| !saved.contains_key(*name));
    assert!(left_out.clone().all(|name| name.ends_with("num_batches_tracked")));
    assert_eq!(left_out.count(), 8 * 2 + 7);
}
