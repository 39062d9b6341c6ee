//! The directions in which data varies most, by subspace iteration (Halko, Martinsson and Tropp 2011,
//! Algorithm 4.4): a basis is multiplied by the covariance and made orthonormal again, round by round.

use nalgebra::{ComplexField, DMatrix, SymmetricEigen};

/// An orthonormal basis `[d, width]` close to the leading directions, after rounds of `multiply` by the
/// covariance; exact, whatever the rounds, where it is of the whole space.
pub(crate) fn iterate<T: ComplexField>(
    start: DMatrix<T>,
    rounds: usize,
    multiply: impl Fn(&DMatrix<T>) -> DMatrix<T>,
) -> DMatrix<T> {
    let mut basis = start.qr().q();
    for _ in 0..rounds {
        basis = multiply(&basis).qr().q();
    }
    basis
}

/// The largest `count` eigenvalues of a symmetric matrix, descending, and their vectors as columns.
pub(crate) fn largest(matrix: DMatrix<f64>, count: usize) -> (Vec<f64>, DMatrix<f64>) {
    let eigen = SymmetricEigen::new(matrix);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    order.truncate(count);
    let values = order.iter().map(|&i| eigen.eigenvalues[i]).collect();
    (values, eigen.eigenvectors.select_columns(&order))
}
