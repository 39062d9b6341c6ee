//! Generative cooperative learning (Zaheer et al., CVPR 2022), whole: the paper's algorithm in about
//! 40 lines, equation by equation, on generated features.
//!
//! `gcl_core::CooperativePair::step` is the loop's body with its errors checked and its readings of
//! the paper to choose from.
//!
//!     cargo run --release -p gcl-core --example gcl_in_40_lines

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use gcl_core::loss::{ErrorNorm::Norm, discriminator_loss, generator_loss, sample_error};
use gcl_core::target::NegativeTarget;
use gcl_core::temporal::TemporalDifference;
use gcl_core::threshold::Threshold;
use gcl_core::{
    AutoencoderConfig, CoreError, Device, DiscriminatorConfig, RmsPropConfig, Tensor, rng,
};
use rand::RngExt;

const D: usize = 32;
const SEGMENTS: usize = 500;
/// The last segments: an event far from what is usual.
const ODD: usize = 25;
const RATE: f64 = 1e-3;

fn main() -> Result<(), CoreError> {
    let device = Device::flex().autodiff();
    let video = video();
    let tensor = |rows: &[f32]| Tensor::<1>::from_floats(rows, &device).reshape([-1, D as i32]);

    // §4: both networks, each with RMSprop of its own.
    let mut g = AutoencoderConfig::new(D).init(&mut rng::stream(1, "g", 0), &device)?;
    let mut d = DiscriminatorConfig::new(D).init(&mut rng::stream(1, "d", 0), &device)?;
    let optimizer = RmsPropConfig { learning_rate: RATE, ..Default::default() };
    let (mut for_g, mut for_d) = (optimizer.init()?, optimizer.init()?);

    // §3.3: G first learns to reconstruct the segments that differ little from the ones before.
    let keep = TemporalDifference::Calmest { share: 0.7 }.keep(&[&video], D)?.concat();
    let calm = video.chunks(D).zip(keep).filter(|(_, keep)| *keep);
    let calm = tensor(&calm.flat_map(|(row, _)| row.to_vec()).collect::<Vec<_>>());
    for _ in 0..100 {
        let loss = generator_loss(calm.clone(), g.forward(calm.clone()), None, Norm); // Eq. 1
        g = learn(g, &mut for_g, loss);
    }

    // §3.2: both train each other, on all segments.
    let features = tensor(&video);
    for step in 0..200 {
        // G labels for D: what it reconstructs badly is anomalous (Eq. 2).
        let errors = sample_error(features.clone(), g.forward(features.clone()), Norm);
        let (labels, _) = Threshold::mean_std(1.0).label(&host(errors))?;
        let labels: Vec<f32> = labels.into_iter().map(|l| f32::from(u8::from(l))).collect();
        let labels = Tensor::from_floats(labels.as_slice(), &device);
        let loss = discriminator_loss(d.logits(features.clone()), labels); // Eq. 3
        d = learn(d, &mut for_d, loss);

        // D labels for G: what it finds probable is anomalous (Eq. 4).
        let (labels, _) = Threshold::mean_std(0.1).label(&host(d.probability(features.clone())))?;
        // Negative learning: where D says so, G is to answer with ones, not with the features.
        let ones = NegativeTarget::Ones { value: 1.0 };
        let goal = ones.build(features.clone(), &labels, &mut rng::stream(1, "target", step));
        let loss = generator_loss(goal.target, g.forward(features.clone()), goal.weight, Norm); // Eq. 5
        g = learn(g, &mut for_g, loss);
    }

    // §3.4: a segment's score is D's probability.
    let scores = host(d.probability(features));
    let mean = |scores: &[f32]| scores.iter().sum::<f32>() / scores.len() as f32;
    let (usual, odd) = (mean(&scores[..SEGMENTS - ODD]), mean(&scores[SEGMENTS - ODD..]));
    println!("mean score: {usual:.3} of the usual segments, {odd:.3} of the odd ones");
    assert!(odd > usual + 0.3, "the odd segments do not stand out");
    Ok(())
}

/// One step of an optimizer down the gradient of a loss.
fn learn<M: Module>(module: M, optimizer: &mut ModuleOptimizer, loss: Tensor<1>) -> M {
    let gradients = GradientsParams::from_grads(loss.backward(), &module);
    optimizer.step(RATE, module, gradients)
}

/// Numbers on the host, without a gradient.
fn host(values: Tensor<1>) -> Vec<f32> {
    values.inner().into_data().iter::<f32>().collect()
}

/// Features of one video, row-major `[SEGMENTS, D]`.
fn video() -> Vec<f32> {
    let mut random = rng::stream(1, "video", 0);
    let size = |i: usize| if i / D >= SEGMENTS - ODD { 6.0 } else { 1.0 };
    (0..SEGMENTS * D).map(|i| (random.random::<f32>() - 0.5) * size(i)).collect()
}
