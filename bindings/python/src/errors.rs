//! The errors of the libraries as Python's exceptions, with the same text.

use gcl_cli::Failure;
use gcl_train::TrainError;
use pyo3::create_exception;
use pyo3::exceptions::{PyArithmeticError, PyKeyboardInterrupt, PyOSError, PyValueError};
use pyo3::prelude::*;

create_exception!(
    gcl,
    NumericalError,
    PyArithmeticError,
    "Training or scoring came to a number that is not finite; what was saved before stays."
);

/// What a failed call of the command raises: `ValueError` for arguments and data, `OSError` for files,
/// [`NumericalError`], or `KeyboardInterrupt`.
pub fn of_failure(failure: &Failure) -> PyErr {
    let text = failure.message().to_owned();
    match failure {
        Failure::Usage(_) | Failure::Data(_) => PyValueError::new_err(text),
        Failure::File(_) => PyOSError::new_err(text),
        Failure::Numerical(_) => NumericalError::new_err(text),
        Failure::Interrupted(_) => PyKeyboardInterrupt::new_err(text),
    }
}

/// What training and scoring in memory raise.
pub fn of_training(error: TrainError) -> PyErr {
    of_failure(&Failure::from(error))
}
