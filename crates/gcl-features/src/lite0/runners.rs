//! Pictures through the network: on the host a core for each picture, on other devices many at once.

use std::thread;

use burn::tensor::Device;
use gcl_kernels::{Graph, Plan, PlanOptions};

use super::{HEIGHT, PER_CLIP, WIDTH};
use crate::networks::{Executor, Forward, NetworkError, forward, is_flex};

/// Most cores at once; each has weights and intermediate values of its own, about 60 MB.
const MOST_CORES: usize = 8;

/// Whatever can run the network at the same time. On the host every core has a picture of its own, whose
/// values stay in that core's caches; a batch's would not.
pub(super) struct Runners {
    all: Vec<Box<dyn Forward>>,
    /// Pictures in one pass of each.
    batch: usize,
}

impl Runners {
    /// `batch` pictures in a pass, where the device is not the host.
    pub(super) fn new(
        graph: Graph,
        batch: usize,
        device: &Device,
        executor: Executor,
    ) -> Result<Self, NetworkError> {
        if executor == Executor::Burn || !is_flex(device) {
            let one = forward(graph, [batch, 3, 1, HEIGHT, WIDTH], device, executor)?;
            return Ok(Self { all: vec![one], batch });
        }
        let cores = thread::available_parallelism().map_or(1, usize::from).min(MOST_CORES);
        let options = PlanOptions { threads: 1, ..PlanOptions::default() };
        let mut all: Vec<Box<dyn Forward>> = Vec::with_capacity(cores);
        for _ in 0..cores {
            all.push(Box::new(Plan::with(&graph, [1, 3, 1, HEIGHT, WIDTH], &options)?));
        }
        Ok(Self { all, batch: 1 })
    }

    /// Clips whose pictures give every runner something to do.
    pub(super) fn clips(&self) -> usize {
        (self.all.len() * self.batch).div_ceil(PER_CLIP)
    }

    /// The vectors of pictures `[HEIGHT, WIDTH, 3]`, one after the other.
    pub(super) fn run(&mut self, pictures: &[&[u8]]) -> Result<Vec<f32>, NetworkError> {
        let passes: Vec<&[&[u8]]> = pictures.chunks(self.batch).collect();
        let runners = self.all.len();
        let share = |first: usize, runner: &mut Box<dyn Forward>| {
            let own = passes.iter().skip(first).step_by(runners);
            own.map(|pass| runner.run(&tensor(pass))).collect::<Result<Vec<_>, _>>()
        };
        let mut shares = thread::scope(|scope| {
            let share = &share;
            let (own, others) = match self.all.split_first_mut() {
                Some((own, others)) if passes.len() > 1 => (own, others),
                Some((own, _)) => (own, &mut [][..]),
                None => return Ok(Vec::new()),
            };
            let started: Vec<_> = (1..)
                .zip(others)
                .map(|(first, runner)| scope.spawn(move || share(first, runner)))
                .collect();
            let mut shares = vec![share(0, own)?.into_iter()];
            for thread in started {
                let failed = |_| NetworkError::Device("a thread panicked".to_owned());
                shares.push(thread.join().map_err(failed)??.into_iter());
            }
            Ok::<_, NetworkError>(shares)
        })?;
        let dealt = (0..passes.len()).filter_map(|pass| shares.get_mut(pass % runners)?.next());
        Ok(dealt.flatten().collect())
    }
}

/// Pictures as `[n, 3, 1, HEIGHT, WIDTH]`, scaled as the network was trained.
fn tensor(pictures: &[&[u8]]) -> Vec<f32> {
    let mut values = Vec::with_capacity(pictures.len() * 3 * HEIGHT * WIDTH);
    for picture in pictures {
        for channel in 0..3 {
            let pixels = picture.as_chunks::<3>().0.iter();
            values.extend(pixels.map(|pixel| (f32::from(pixel[channel]) - 127.0) / 128.0));
        }
    }
    values
}
