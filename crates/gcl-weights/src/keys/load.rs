//! Matching a file with the tensors that a model expects.

use std::collections::{BTreeMap, BTreeSet};

use super::{KeyMap, KeyReport, Misshapen};
use crate::WeightError;
use crate::file::{TensorInfo, WeightFile};

/// A tensor that a model needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The model's name for it.
    pub name: String,
    /// Its shape; empty for a scalar.
    pub shape: Vec<usize>,
}

impl Expected {
    /// A tensor of this name and shape.
    pub fn new(name: impl Into<String>, shape: impl Into<Vec<usize>>) -> Self {
        Self { name: name.into(), shape: shape.into() }
    }
}

/// Shapes and row-major values by name.
pub type NamedTensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// A file that has every tensor that a model expects. Values are read on demand.
#[derive(Debug)]
pub struct Matched<'f> {
    file: &'f WeightFile,
    sources: BTreeMap<String, &'f TensorInfo>,
    report: KeyReport,
}

/// Maps a file's tensors to the names of a model.
///
/// Tensors that the model does not use are not an error: counters (`num_batches_tracked`), heads for
/// other classes.
///
/// # Errors
/// [`WeightError::Keys`], with the report, if anything is missing or has another shape;
/// [`WeightError::Collision`] if two tensors get the same name.
pub fn matched<'f>(
    file: &'f WeightFile,
    map: &KeyMap,
    expected: &[Expected],
) -> Result<Matched<'f>, WeightError> {
    let names = map.names(file)?;
    let mut report = KeyReport::default();
    let mut sources = BTreeMap::new();
    let mut used = BTreeSet::new();
    for Expected { name, shape } in expected {
        let Some(info) = names.get(name) else {
            report.missing.push((name.clone(), shape.clone()));
            continue;
        };
        used.insert(info.name());
        if info.shape() == shape {
            report.applied.push((name.clone(), info.name().to_owned()));
            sources.insert(name.clone(), *info);
        } else {
            report.misshapen.push(Misshapen {
                name: name.clone(),
                key: info.name().to_owned(),
                expected: shape.clone(),
                found: info.shape().to_owned(),
            });
        }
    }
    let unused = file.tensors.iter().map(TensorInfo::name).filter(|name| !used.contains(name));
    report.unused = unused.map(str::to_owned).collect();
    if !report.fits() {
        let path = file.path.to_owned();
        return Err(WeightError::Keys { path, report: Box::new(report) });
    }
    Ok(Matched { file, sources, report })
}

impl Matched<'_> {
    /// Which tensors were applied, and which were not.
    pub fn report(&self) -> &KeyReport {
        &self.report
    }

    /// The values of a tensor by the model's name, row-major.
    ///
    /// # Errors
    /// As [`WeightFile::f32`]. [`WeightError::Degenerate`] for a value that is not finite, and for
    /// weights of a convolution or linear layer (a name that ends in `weight`, two dimensions or more)
    /// that are all zero: a sign of a damaged file or a placeholder.
    pub fn f32(&self, name: &str) -> Result<Vec<f32>, WeightError> {
        let info = self.source(name)?;
        let values = self.file.f32(info.name())?;
        let degenerate = |what| {
            let (path, name) = (self.file.path.to_owned(), info.name().to_owned());
            Err(WeightError::Degenerate { path, name, what })
        };
        if values.iter().any(|v| !v.is_finite()) {
            return degenerate("not finite");
        }
        let weight = name.ends_with("weight") && info.shape().len() >= 2;
        if weight && !values.is_empty() && values.iter().all(|v| *v == 0.0) {
            return degenerate("all zero");
        }
        Ok(values)
    }

    /// The values of an integer tensor by the model's name, row-major.
    ///
    /// # Errors
    /// As [`WeightFile::i64`].
    pub fn i64(&self, name: &str) -> Result<Vec<i64>, WeightError> {
        self.file.i64(self.source(name)?.name())
    }

    /// All tensors at once: the model's name, the shape and the values.
    ///
    /// # Errors
    /// As [`Matched::f32`].
    pub fn to_map(&self) -> Result<NamedTensors, WeightError> {
        let one = |(name, info): (&String, &&TensorInfo)| {
            Ok((name.clone(), (info.shape().to_owned(), self.f32(name)?)))
        };
        self.sources.iter().map(one).collect()
    }

    fn source(&self, name: &str) -> Result<&TensorInfo, WeightError> {
        // The file says in its own error which names it has.
        self.sources.get(name).map_or_else(|| self.file.find(name), |info| Ok(*info))
    }
}
