//! Models on arrays.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gcl_data::VideoId;
use gcl_train::config::DataFacts;
use gcl_train::{Gcl, Method, Preset, Rows, RunConfig};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::of_training;
use crate::work::beside;

/// Rows of features, `[rows, dimensions]`, C order.
type Array<'py> = PyReadonlyArray2<'py, f32>;

/// The names of the methods that need no labels, each with what it is.
#[pyfunction]
pub fn methods() -> Vec<(&'static str, &'static str)> {
    let data = DataFacts { dim: 1, segments: 1 };
    let free = |method: &Method| !RunConfig::new(*method, Preset::Any, 0, data).uses_labels();
    Method::ALL.into_iter().filter(free).map(|method| (method.name(), method.about())).collect()
}

/// A trained model, used by one thread at a time.
#[pyclass(frozen, module = "gcl._gcl")]
pub struct Model(Mutex<gcl_train::Model>);

impl Model {
    fn of(model: gcl_train::Model) -> Model {
        Model(Mutex::new(model))
    }

    fn lock(&self) -> MutexGuard<'_, gcl_train::Model> {
        // Scoring leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Trains a method on rows, which `videos` divides: names, each with its number of rows. Returns the model, the training rows' scores in their
/// order, the score above which `contamination` of them lies, and warnings.
#[pyfunction]
#[pyo3(signature = (method, rows, videos, *, contamination, seed, preset, settings, device))]
#[allow(clippy::too_many_arguments)]
pub fn fit<'py>(
    py: Python<'py>,
    method: &str,
    rows: Array<'py>,
    videos: Vec<(String, usize)>,
    contamination: f64,
    seed: u64,
    preset: &str,
    settings: Vec<String>,
    device: &str,
) -> PyResult<(Model, Bound<'py, PyArray1<f32>>, f32, Vec<String>)> {
    let method: Method = method.parse().map_err(|error| refused(&error))?;
    let preset: Preset = preset.parse().map_err(|error| refused(&error))?;
    let device = gcl::device::find(device).map_err(|error| refused(&error))?;
    let (values, dim) = values(&rows)?;
    let mut rest = values;
    let mut parts = Vec::with_capacity(videos.len());
    for (id, count) in &videos {
        let length = count.saturating_mul(dim).min(rest.len());
        let (part, after) = rest.split_at(length);
        rest = after;
        let id = VideoId::new(id.as_str()).map_err(|error| refused(&error))?;
        parts.push((id, Rows::new(part, dim).map_err(of_training)?));
    }
    let mut gcl =
        Gcl::new(method).preset(preset).seed(seed).contamination(contamination).device(device);
    for setting in settings {
        gcl = gcl.set(setting);
    }
    let cancel = AtomicBool::new(false);
    let (open, said) = channel::<()>();
    let stop = || cancel.store(true, Ordering::Relaxed);
    let (gcl, parts, cancel) = (&gcl, &parts, &cancel);
    let work = move || {
        let _until_done = open;
        gcl.fit_until(parts, cancel)
    };
    let fitted = beside(py, said, |()| Ok(()), stop, work)?;
    let fitted = fitted.map_err(of_training)?;
    Ok((Model::of(fitted.model), fitted.scores.into_pyarray(py), fitted.threshold, fitted.warnings))
}

#[pymethods]
impl Model {
    /// One score per row, higher for more anomalous.
    fn score<'py>(&self, py: Python<'py>, rows: Array<'py>) -> PyResult<Bound<'py, PyArray1<f32>>> {
        let (values, dim) = values(&rows)?;
        let rows = Rows::new(values, dim).map_err(of_training)?;
        Ok(py.detach(|| self.lock().score_rows(rows)).map_err(of_training)?.into_pyarray(py))
    }

    /// The configuration that it was trained with, as JSON.
    fn config(&self) -> PyResult<String> {
        serde_json::to_string(&self.lock().card().config).map_err(|error| refused(&error))
    }

    /// Writes the model into a folder, as `gcl train` does.
    fn save(&self, folder: PathBuf) -> PyResult<()> {
        self.lock().save(&folder).map_err(of_training)
    }

    /// Reads a model, or the one of a run, from a folder.
    #[staticmethod]
    fn load(folder: PathBuf, device: &str) -> PyResult<Model> {
        let device = gcl::device::find(device).map_err(|error| refused(&error))?;
        gcl_train::Model::load(&folder, &device).map(Model::of).map_err(of_training)
    }

    /// For pickles: the files of the model.
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Vec<(String, Bound<'py, PyBytes>)>,))> {
        let py = slf.py();
        let folder = tempfile::tempdir().map_err(PyOSError::new_err)?;
        slf.get().lock().save(folder.path()).map_err(of_training)?;
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder.path())? {
            let entry = entry?;
            let bytes = PyBytes::new(py, &std::fs::read(entry.path())?);
            files.push((entry.file_name().to_string_lossy().into_owned(), bytes));
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok((slf.get_type().getattr("_of_files")?, (files,)))
    }

    /// The model of a pickle. It is on the CPU.
    #[staticmethod]
    fn _of_files(files: Vec<(String, Vec<u8>)>) -> PyResult<Model> {
        let folder = tempfile::tempdir()?;
        for (name, bytes) in files {
            // A pickle of someone else's may name any place.
            let name =
                Path::new(&name).file_name().ok_or_else(|| refused(&"a file without a name"))?;
            std::fs::write(folder.path().join(name), bytes)?;
        }
        Model::load(folder.path().to_owned(), "flex")
    }
}

/// The values of an array, row by row, and how many a row has.
fn values<'a>(rows: &'a Array<'_>) -> PyResult<(&'a [f32], usize)> {
    let dim = rows.shape().get(1).copied().unwrap_or_default();
    rows.as_slice().map(|values| (values, dim)).map_err(|error| refused(&error))
}

/// A `ValueError` of an error's text.
fn refused(error: &dyn std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}
