//! From a weight file to a graph.

use gcl_kernels::Graph;
use gcl_weights::{Expected, KeyMap, KeyReport, WeightError, WeightFile, matched};

use super::layers::Layers;
use super::source::Source;
use super::{C3d, FcLayer, I3dResNet50, InceptionI3d, NetworkError, ResNeXt3d};

/// A network's architecture and sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the types say what they are
pub enum Network {
    ResNeXt3d(ResNeXt3d),
    C3d(C3d),
    InceptionI3d(InceptionI3d),
    I3dResNet50(I3dResNet50),
}

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

impl Network {
    /// Length of a feature vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::ResNeXt3d(net) => 2 * net.planes[3],
            Self::C3d(net) => net.fc,
            Self::InceptionI3d(net) => net.dim(),
            Self::I3dResNet50(net) => net.dim(),
        }
    }

    /// Names and shapes of all tensors that the network needs, in the order in which it uses them.
    ///
    /// # Errors
    /// [`NetworkError::Size`] for sizes that do not fit together.
    pub fn expected(&self) -> Result<Vec<Expected>, NetworkError> {
        match self.layers(Source::Names(Vec::new()))?.1 {
            Source::Names(names) => Ok(names),
            Source::File(_) | Source::Random(_) => Ok(Vec::new()),
        }
    }

    /// The rules that bring a file's names to this network's: `module.` is stripped, and its classifier and counters are
    /// left out.
    #[must_use]
    pub fn key_map(&self) -> KeyMap {
        let map = KeyMap::new().strip("module.").ignore("*num_batches_tracked");
        match self {
            Self::ResNeXt3d(_) | Self::I3dResNet50(_) => map.ignore("fc.*"),
            Self::C3d(C3d { layer: FcLayer::Fc7, .. }) => map.ignore("fc8.*"),
            Self::C3d(_) => map.ignore("fc7.*").ignore("fc8.*"),
            Self::InceptionI3d(_) => map.ignore("logits.*"),
        }
    }

    /// How a file's tensors meet the network's, whether they fit or not.
    ///
    /// # Errors
    /// [`NetworkError::Size`], or two tensors of one name.
    pub fn report(&self, file: &WeightFile) -> Result<KeyReport, NetworkError> {
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
    pub fn load(&self, file: &WeightFile) -> Result<Loaded, NetworkError> {
        let (expected, map) = (self.expected()?, self.key_map());
        let weights = matched(file, &map, &expected)?;
        let report = weights.report().clone();
        let mut foreign = map.names(file)?;
        expected.iter().for_each(|tensor| {
            foreign.remove(&tensor.name);
        });
        if let Some((_, first)) = foreign.first_key_value() {
            return Err(NetworkError::Foreign {
                path: file.path().to_owned(),
                network: self.name(),
                count: foreign.len(),
                first: first.name().to_owned(),
            });
        }
        let graph = self.layers(Source::File(&weights))?.0;
        Ok(Loaded { graph, report, sha256: file.sha256()? })
    }

    /// The network with random weights, the same for the same seed everywhere: fit for tests, not for results.
    ///
    /// # Errors
    /// [`NetworkError::Size`].
    pub fn random(&self, seed: u64) -> Result<Graph, NetworkError> {
        Ok(self.layers(Source::Random(seed))?.0)
    }

    /// The architecture's name, for messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ResNeXt3d(_) => "ResNeXt",
            Self::C3d(_) => "C3D",
            Self::InceptionI3d(_) => "Inception-I3D",
            Self::I3dResNet50(_) => "I3D-ResNet-50",
        }
    }

    fn layers<'a>(&self, source: Source<'a>) -> Result<(Graph, Source<'a>), NetworkError> {
        let mut layers = Layers::new(source);
        let features = match self {
            Self::ResNeXt3d(net) => net.check().and_then(|()| net.build(&mut layers)),
            Self::C3d(net) => net.check().and_then(|()| net.build(&mut layers)),
            Self::InceptionI3d(net) => net.check().and_then(|()| net.build(&mut layers)),
            Self::I3dResNet50(net) => net.check().and_then(|()| net.build(&mut layers)),
        }?;
        let (mut graph, source) = layers.finish();
        graph.output("features", features)?;
        Ok((graph.finish()?, source))
    }
}
