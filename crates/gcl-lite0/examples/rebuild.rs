//! Makes the embedded weights from the published checkpoint, byte for byte:
//!
//!     cargo run --release -p gcl-lite0 --example rebuild -- efficientnet-lite0-57934424.pth out.safetensors
//!
//! README.md says where the checkpoint is. It is read as data; nothing in it is run.

use std::collections::BTreeMap;
use std::error::Error;

use gcl_weights::{Tensor, WeightFile, read, write_safetensors};

/// Blocks that widen their input first: all but the first of 16.
const WIDENING: std::ops::Range<usize> = 1..16;
const BLOCKS: usize = 16;
/// Added to the variance.
const EPSILON: f64 = 1e-3;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = &args[..] else { return Err("rebuild <checkpoint> <safetensors>".into()) };
    let file = read(from)?;
    let sha256 = file.sha256()?;
    if sha256 != gcl_lite0::CHECKPOINT_SHA256 {
        let expected = gcl_lite0::CHECKPOINT_SHA256;
        return Err(format!("{from}: SHA-256 is {sha256}; expected {expected}").into());
    }
    let mut tensors = BTreeMap::new();
    for (conv, norm) in layers() {
        fold(&file, &conv, &norm, &mut tensors)?;
    }
    let metadata = [("network", gcl_lite0::NAME), ("checkpoint_sha256", &sha256)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    println!("{}  {to}", write_safetensors(to, &tensors, &metadata)?);
    Ok(())
}

/// Every convolution, and the batch-norm after it.
fn layers() -> Vec<(String, String)> {
    let mut layers = vec![("_conv_stem".to_owned(), "_bn0".to_owned())];
    for block in 0..BLOCKS {
        let at = |name: &str| format!("_blocks.{block}.{name}");
        if WIDENING.contains(&block) {
            layers.push((at("_expand_conv"), at("_bn0")));
        }
        layers.push((at("_depthwise_conv"), at("_bn1")));
        layers.push((at("_project_conv"), at("_bn2")));
    }
    layers.push(("_conv_head".to_owned(), "_bn1".to_owned()));
    layers
}

/// A convolution that does what it and its norm did, folded in double precision.
fn fold(
    file: &WeightFile,
    conv: &str,
    norm: &str,
    tensors: &mut BTreeMap<String, Tensor>,
) -> Result<(), Box<dyn Error>> {
    let name = format!("{conv}.weight");
    let shape = file.get(&name).ok_or("a convolution is missing")?.shape().to_vec();
    let mut weight = file.f32(&name)?;
    let vector = |what: &str| file.f32(&format!("{norm}.{what}"));
    let (gamma, beta) = (vector("weight")?, vector("bias")?);
    let (mean, var) = (vector("running_mean")?, vector("running_var")?);
    let mut bias = Vec::with_capacity(gamma.len());
    let per_channel = weight.len() / gamma.len();
    for (o, weights) in weight.chunks_exact_mut(per_channel).enumerate() {
        let scale = f64::from(gamma[o]) / (f64::from(var[o]) + EPSILON).sqrt();
        for w in weights {
            *w = (f64::from(*w) * scale) as f32;
        }
        bias.push((f64::from(beta[o]) - f64::from(mean[o]) * scale) as f32);
    }
    tensors.insert(name, Tensor::f16(shape, &weight));
    tensors.insert(format!("{conv}.bias"), Tensor::f32([bias.len()], &bias));
    Ok(())
}
