//! How few random cuts separate a row from the others ([Liu, Ting and Zhou, ICDM
//! 2008](https://doi.org/10.1109/ICDM.2008.17)).
//!
//! It is written here so that a seed grows the same trees everywhere, and so that a fitted forest can
//! be stored.

use burn::tensor::Device;
use rand::RngExt;
use rand::seq::index;
use serde::{Deserialize, Serialize};

use super::{Detector, Settings, rows};
use crate::error::{CoreError, Result};
use crate::rng::{self, HostRng};
use crate::state::{State, whole_words};

/// The settings of [`IsolationForest`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsolationForestSettings {
    /// The number of trees.
    pub trees: usize,
    /// The training rows that each tree is grown from.
    pub sample: usize,
}

impl Settings for IsolationForestSettings {
    fn validate(&self, _dim: usize) -> Result<()> {
        IsolationForest::new(self.trees, self.sample, 0).map(drop)
    }

    fn build(&self, seed: u64, _device: &Device) -> Result<Box<dyn Detector>> {
        Ok(Box::new(IsolationForest::new(self.trees, self.sample, seed)?))
    }
}

/// An isolation forest ([Liu, Ting and Zhou, ICDM 2008](https://doi.org/10.1109/ICDM.2008.17)); the
/// score is the paper's 2^(−mean depth / c(sample)), in (0, 1].
pub struct IsolationForest {
    trees: usize,
    sample: usize,
    seed: u64,
    fitted: Option<Fitted>,
}

crate::brief_debug!(IsolationForest);

struct Fitted {
    d: usize,
    /// Rows that each tree was grown from: `sample`, or all there were.
    grown_from: usize,
    trees: Vec<Vec<Branch>>,
}

/// A node of a tree; children come after their parent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Branch {
    /// A row goes to node `below` if its value is at most `at`, else to the node after that.
    Cut { feature: u32, at: f32, below: u32 },
    /// Where this many training rows ended.
    Leaf { rows: u32 },
}

impl IsolationForest {
    /// A forest of `trees` trees, each of `sample` rows; the paper's are 100 and 256.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for no trees, or a sample under 2 or over 65,536.
    pub fn new(trees: usize, sample: usize, seed: u64) -> Result<Self> {
        if !(1..=10_000).contains(&trees) {
            return Err(CoreError::setting("trees", "from 1 to 10000", trees));
        }
        if !(2..=65_536).contains(&sample) {
            return Err(CoreError::setting("sample", "from 2 to 65536", sample));
        }
        Ok(IsolationForest { trees, sample, seed, fitted: None })
    }

    fn fitted(&self) -> Result<&Fitted> {
        self.fitted.as_ref().ok_or(CoreError::NotFitted("isolation-forest"))
    }
}

/// The mean depth of a search that fails among n rows of a random binary search tree (Eq. 1).
fn mean_depth(n: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => 2.0 * (((n - 1) as f64).ln() + EULER) - 2.0 * (n - 1) as f64 / n as f64,
    }
}

struct Grower<'a> {
    features: &'a [f32],
    d: usize,
    limit: u32,
    rng: HostRng,
    nodes: Vec<Branch>,
}

impl Grower<'_> {
    fn value(&self, row: usize, feature: usize) -> f32 {
        self.features[row * self.d + feature]
    }

    /// Grows node `at` from these rows.
    fn grow(&mut self, at: usize, rows: &mut [usize], depth: u32) {
        let leaf = Branch::Leaf { rows: rows.len() as u32 };
        self.nodes[at] = leaf;
        if rows.len() < 2 || depth == self.limit {
            return;
        }
        // One of the dimensions in which the rows differ; a cut in any other separates nothing.
        let spans: Vec<(usize, f32, f32)> = (0..self.d)
            .filter_map(|feature| {
                let values = rows.iter().map(|&row| self.value(row, feature));
                let (low, high) = values
                    .fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
                (low < high).then_some((feature, low, high))
            })
            .collect();
        if spans.is_empty() {
            return;
        }
        let (feature, low, high) = spans[self.rng.random_range(0..spans.len())];
        let share = self.rng.random::<f64>();
        let cut = (f64::from(low) * (1.0 - share) + f64::from(high) * share) as f32;
        // Rounding must not leave one side empty.
        let cut = if cut >= high || cut < low { low } else { cut };
        rows.sort_by(|&a, &b| self.value(a, feature).total_cmp(&self.value(b, feature)));
        let middle = rows.partition_point(|&row| self.value(row, feature) <= cut);
        let below = self.nodes.len();
        self.nodes[at] = Branch::Cut { feature: feature as u32, at: cut, below: below as u32 };
        self.nodes.extend([leaf, leaf]);
        let (left, right) = rows.split_at_mut(middle);
        self.grow(below, left, depth + 1);
        self.grow(below + 1, right, depth + 1);
    }
}

/// The depth at which a row ends, with the expected rest below a leaf of several rows.
fn depth(tree: &[Branch], row: &[f32]) -> f64 {
    let (mut at, mut depth) = (0, 0.0);
    loop {
        match tree[at] {
            Branch::Leaf { rows } => return depth + mean_depth(rows as usize),
            Branch::Cut { feature, at: cut, below } => {
                at = below as usize + usize::from(row[feature as usize] > cut);
                depth += 1.0;
            }
        }
    }
}

impl Detector for IsolationForest {
    fn name(&self) -> &'static str {
        "isolation-forest"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> Result<()> {
        let n = rows(features, d)?;
        if u32::try_from(d).is_err() {
            return Err(CoreError::shape("dimension", "at most 4294967295", d));
        }
        let grown_from = self.sample.min(n);
        let limit = (grown_from as f64).log2().ceil() as u32;
        let tree = |number: usize| {
            let mut rng = rng::stream(self.seed, "isolation-forest", number as u64);
            let mut sample = index::sample(&mut rng, n, grown_from).into_vec();
            let nodes = vec![Branch::Leaf { rows: 0 }];
            let mut grower = Grower { features, d, limit, rng, nodes };
            grower.grow(0, &mut sample, 0);
            grower.nodes
        };
        let trees = (0..self.trees).map(tree).collect();
        self.fitted = Some(Fitted { d, grown_from, trees });
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let fitted = self.fitted()?;
        rows(features, fitted.d)?;
        // A forest grown from one row has no depths to compare: everything scores 1/2.
        let scale = mean_depth(fitted.grown_from).max(1e-9) * fitted.trees.len() as f64;
        let score = |row: &[f32]| {
            let depths = fitted.trees.iter().map(|tree| depth(tree, row)).sum::<f64>();
            if fitted.grown_from < 2 { 0.5 } else { (-depths / scale).exp2() as f32 }
        };
        Ok(features.chunks_exact(fitted.d).map(score).collect())
    }

    fn save(&self) -> Result<State> {
        let fitted = self.fitted()?;
        let mut state = State::default();
        let settings = (self.trees, self.sample, self.seed, fitted.d, fitted.grown_from);
        state.put_json("settings", &settings)?;
        let sizes: Vec<usize> = fitted.trees.iter().map(Vec::len).collect();
        state.put_json("sizes", &sizes)?;
        // Three numbers a node; a leaf has no node below, where the root would be.
        let numbers = fitted.trees.iter().flatten().flat_map(|node| match *node {
            Branch::Cut { feature, at, below } => [feature, at.to_bits(), below],
            Branch::Leaf { rows } => [rows, 0, 0],
        });
        state.put("nodes", numbers.flat_map(u32::to_le_bytes).collect());
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        type Settings = (usize, usize, u64, usize, usize);
        let (trees, sample, seed, d, grown_from): Settings = state.get_json("settings")?;
        let mut forest = IsolationForest::new(trees, sample, seed)?;
        let sizes: Vec<usize> = state.get_json("sizes")?;
        let words = whole_words(state.get("nodes")?).map_err(CoreError::State)?;
        let numbers: Vec<u32> = words.iter().map(|&word| u32::from_le_bytes(word)).collect();
        let bad = |problem: String| Err(CoreError::State(problem));
        let total = sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size));
        if sizes.len() != trees || total.and_then(|t| t.checked_mul(3)) != Some(numbers.len()) {
            return bad(format!("{} numbers for trees of {sizes:?} nodes", numbers.len()));
        }
        let mut numbers = numbers.chunks_exact(3);
        let mut read = Vec::with_capacity(trees);
        for size in sizes {
            let nodes = numbers.by_ref().take(size).map(|n| match n[2] {
                0 => Branch::Leaf { rows: n[0] },
                below => Branch::Cut { feature: n[0], at: f32::from_bits(n[1]), below },
            });
            let tree: Vec<Branch> = nodes.collect();
            // Every walk goes forward to a node that exists, so it ends.
            let sound = |(i, node): (usize, &Branch)| match *node {
                Branch::Leaf { .. } => true,
                Branch::Cut { feature, below, .. } => {
                    let below = below as usize;
                    (feature as usize) < d && below > i && below + 1 < tree.len()
                }
            };
            if tree.is_empty() || !tree.iter().enumerate().all(sound) {
                return bad(format!("a tree of {size} nodes leads nowhere"));
            }
            read.push(tree);
        }
        forest.fitted = Some(Fitted { d, grown_from, trees: read });
        *self = forest;
        Ok(())
    }
}
