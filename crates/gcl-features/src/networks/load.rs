//! From a weight file to a graph.

use std::fmt;

use gcl_kernels::{Graph, NodeId};
use gcl_weights::{Expected, KeyMap, KeyReport, WeightError, WeightFile, matched};

use super::NetworkError;
use super::layers::Layers;
use super::source::Source;

/// A network with its weights.
#[derive(Debug)]
pub struct Loaded {
    /// The graph, with one output: the feature vector.
    pub graph: Graph,
    /// Which tensors of the file were used.
    pub report: KeyReport,
    /// SHA-256 of the file, 64 hex digits.
    pub sha256: String,
}

/// A network's architecture and sizes: what each network's file says, and what follows from it.
pub trait Network: fmt::Debug {
    /// The architecture's name, for messages.
    fn name(&self) -> &'static str;

    /// Length of a feature vector.
    fn dim(&self) -> usize;

    /// The layer that features are taken from, as their files record it.
    fn layer(&self) -> &'static str {
        "pooled"
    }

    /// Tensors of a published file that features need not, as patterns of names: those of the classifier.
    fn classifier(&self) -> &'static [&'static str];

    /// Refuses sizes that the graph itself would not refuse, or only in other words.
    ///
    /// # Errors
    /// [`NetworkError::Size`].
    fn check(&self) -> Result<(), NetworkError>;

    /// Adds the layers, from the clip to the feature.
    ///
    /// # Errors
    /// Those of the layers.
    fn build(&self, layers: &mut Layers<'_>) -> Result<NodeId, NetworkError>;

    /// Names and shapes of all tensors that the network needs, in the order in which it uses them.
    ///
    /// # Errors
    /// [`NetworkError::Size`] for sizes that do not fit together.
    fn expected(&self) -> Result<Vec<Expected>, NetworkError> {
        match built(self, Source::Names(Vec::new()))?.1 {
            Source::Names(names) => Ok(names),
            Source::File(_) | Source::Random(_) => Ok(Vec::new()),
        }
    }

    /// The rules that bring a file's names to this network's: `module.` is stripped, and its classifier and counters are
    /// left out.
    fn key_map(&self) -> KeyMap {
        let map = KeyMap::new().strip("module.").ignore("*num_batches_tracked");
        self.classifier().iter().fold(map, |map, pattern| map.ignore(pattern))
    }

    /// How a file's tensors meet the network's, whether they fit or not.
    ///
    /// # Errors
    /// [`NetworkError::Size`], or two tensors of one name.
    fn report(&self, file: &WeightFile) -> Result<KeyReport, NetworkError> {
        match matched(file, &self.key_map(), &self.expected()?) {
            Ok(weights) => Ok(weights.report().clone()),
            Err(WeightError::Keys { report, .. }) => Ok(*report),
            Err(error) => Err(error.into()),
        }
    }

    /// The network with the weights of a file. All of them must be there, of the right shape and sane, and the file
    /// must hold nothing but them, a classifier and counters: a deeper network's file has all the names of a
    /// shallower one, and would give features of neither.
    ///
    /// # Errors
    /// [`NetworkError::Weights`] with a report where tensors are missing or misshapen, or for values that no trained
    /// network has; [`NetworkError::Foreign`]; [`NetworkError::Variance`]; [`NetworkError::Size`].
    fn load(&self, file: &WeightFile) -> Result<Loaded, NetworkError> {
        let (expected, map) = (self.expected()?, self.key_map());
        let weights = matched(file, &map, &expected)?;
        let report = weights.report().clone();
        let mut foreign = map.names(file)?;
        expected.iter().for_each(|tensor| {
            foreign.remove(&tensor.name);
        });
        if let Some((_, first)) = foreign.first_key_value() {
            return Err(NetworkError::Foreign {
                path: file.path.to_owned(),
                network: self.name(),
                count: foreign.len(),
                first: first.name().to_owned(),
            });
        }
        let graph = built(self, Source::File(&weights))?.0;
        Ok(Loaded { graph, report, sha256: file.sha256()? })
    }

    /// The network with random weights, the same for the same seed everywhere: fit for tests, not for results.
    ///
    /// # Errors
    /// [`NetworkError::Size`].
    fn random(&self, seed: u64) -> Result<Graph, NetworkError> {
        Ok(built(self, Source::Random(seed))?.0)
    }
}

fn built<'a>(
    network: &(impl Network + ?Sized),
    source: Source<'a>,
) -> Result<(Graph, Source<'a>), NetworkError> {
    network.check()?;
    let mut layers = Layers::new(source);
    let features = network.build(&mut layers)?;
    let (mut graph, source) = layers.finish();
    graph.output("features", features)?;
    Ok((graph.finish()?, source))
}
