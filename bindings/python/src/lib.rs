//! What the Python package `gcl` is made of: the command within the process, and models on arrays.
//!
//! The package's own files, which people import, are in `python/gcl`; this module is `gcl._gcl`.

mod command;
mod errors;
mod model;
mod work;

use pyo3::prelude::*;

/// The native half of the package.
#[pymodule]
mod _gcl {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::command::{call, main};
    #[pymodule_export]
    use super::errors::NumericalError;
    #[pymodule_export]
    use super::model::{Model, fit, methods};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
