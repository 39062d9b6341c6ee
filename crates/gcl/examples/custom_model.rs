//! A one-class model of your own in the interleaving: implement one trait, and run a pair.
//!
//! `cargo run --release --example custom_model`

use gcl::core::{
    CoreError, Device, OneClass, Rtfm, RtfmConfig, State, Tensor, error::Result, rng::HostRng,
};
use gcl::data::VideoId;
use gcl::train::interleave::{
    InterleaveConfig, InterleavePreset, Interleaver, OneClassOn, SnippetObjects, Snippets, Video,
    Videos,
};
use rand::{RngExt, SeedableRng};

const D: usize = 16;

/// Remembers the weighted mean of what it has seen; what lies far from it is anomalous.
struct Centre {
    sum: Vec<f32>,
    weight: f32,
}

impl OneClass for Centre {
    type Batch = Tensor<2>;

    fn reset(&mut self, _seed: u64) -> Result<()> {
        (self.sum, self.weight) = (vec![0.0; D], 0.0);
        Ok(())
    }

    fn train_step(&mut self, batch: Tensor<2>, normality: &[f32], _: &mut HostRng) -> Result<f32> {
        for (row, w) in rows(batch)?.chunks_exact(D).zip(normality) {
            self.sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += w * x);
            self.weight += w;
        }
        Ok(0.0)
    }

    fn score(&self, batch: Tensor<2>) -> Result<Vec<f32>> {
        let centre = |j: usize| self.sum[j] / self.weight.max(1e-9);
        let square = |row: &[f32]| (0..D).map(|j| (row[j] - centre(j)).powi(2)).sum::<f32>();
        Ok(rows(batch)?.chunks_exact(D).map(|row| square(row).sqrt()).collect())
    }

    fn save(&self) -> Result<State> {
        let mut state = State::default();
        state.put_json("centre", &(&self.sum, self.weight))?;
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        (self.sum, self.weight) = state.get_json("centre")?;
        Ok(())
    }
}

fn rows(batch: Tensor<2>) -> Result<Vec<f32>> {
    batch.into_data().try_to_vec::<f32>().map_err(|e| CoreError::State(format!("{e:?}")))
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    // 10 videos of 30 snippets; in every fifth one, snippets 10 to 14 lie apart.
    let odd = |i: usize| (i / 30).is_multiple_of(5) && (10..15).contains(&(i % 30));
    let mut random = HostRng::seed_from_u64(1);
    let noise = |i: usize| random.random::<f32>() - 0.5 + if odd(i / D) { 0.6 } else { 0.0 };
    let values: Vec<f32> = (0..300 * D).map(noise).collect();
    let ids: Vec<VideoId> = (0..10)
        .map(|v| VideoId::new(format!("video{v}")))
        .collect::<std::result::Result<_, _>>()?;
    let snippets = ids.iter().map(|id| (id.clone(), 30)).collect();
    let snippets = Snippets::new(values, 1, D, snippets)?;
    let video = |id: &VideoId| Video { id: id.clone(), snippets: 30, frames: None };
    let videos = Videos { list: ids.iter().map(video).collect(), length: 16 };

    let device = Device::flex();
    let mut config = InterleaveConfig::new(InterleavePreset::JointVadCode, 7);
    (config.loops.most, config.weak.length) = (2, 60);
    let mine = Centre { sum: vec![0.0; D], weight: 0.0 };
    let objects = SnippetObjects::new(&snippets, &videos)?;
    let one_class = Box::new(OneClassOn::new(mine, objects, &device));
    let weak = Box::new(Rtfm::new(RtfmConfig::joint_vad(D), 7, &device)?);
    let mut training = Interleaver::new(config, one_class, weak, snippets, None, &device)?;
    while let Some((report, _)) = training.advance(&mut |_| true)? {
        println!("module {}, loop {}: T_ws {}", report.module, report.number, report.threshold);
    }
    let scores = training.snippets().score(training.weak(), &device)?;
    let mean = |kind: bool| {
        let own: Vec<f32> = (0..300).filter(|&i| odd(i) == kind).map(|i| scores[i]).collect();
        own.iter().sum::<f32>() / own.len() as f32
    };
    println!(
        "mean score: {:.3} of the usual snippets, {:.3} of the odd ones",
        mean(false),
        mean(true)
    );
    assert!(mean(true) > mean(false), "the odd snippets do not stand out");
    Ok(())
}
