//! The transforms of minimal filtering against their matrices.

use super::{CLAMPS, Isa, Random, Target, cut, random_blocks, skipped};
use crate::block::Block;
use crate::kernels::winograd::{
    InputRow, OutputRow, input_4, input_6, output_4_2, output_6_3, output_6_4,
};

type Matrix = &'static [&'static [f64]];

const INPUT_4: Matrix =
    &[&[1., 0., -1., 0.], &[0., 1., 1., 0.], &[0., -1., 1., 0.], &[0., 1., 0., -1.]];
const INPUT_6: Matrix = &[
    &[4., 0., -5., 0., 1., 0.],
    &[0., -4., -4., 1., 1., 0.],
    &[0., 4., -4., -1., 1., 0.],
    &[0., -2., -1., 2., 1., 0.],
    &[0., 2., -1., -2., 1., 0.],
    &[0., 4., 0., -5., 0., 1.],
];
const OUTPUT_2: Matrix = &[&[1., 1., 1., 0.], &[0., 1., -1., -1.]];
const OUTPUT_3: Matrix =
    &[&[1., 1., 1., 1., 1., 0.], &[0., 1., -1., 2., -2., 0.], &[0., 1., 1., 4., 4., 1.]];
const OUTPUT_4: Matrix = &[
    &[1., 1., 1., 1., 1., 0.],
    &[0., 1., -1., 2., -2., 0.],
    &[0., 1., 1., 4., 4., 0.],
    &[0., 1., -1., 8., -8., 1.],
];

/// `m x mᵀ` at a row and a column.
fn product(m: Matrix, (i, j): (usize, usize), x: impl Fn(usize, usize) -> f64) -> f64 {
    let n = m[0].len();
    (0..n * n).map(|k| m[i][k / n] * m[j][k % n] * x(k / n, k % n)).sum()
}

#[test]
fn inputs() {
    let mut random = Random(8);
    for isa in Isa::available() {
        for (matrix, step) in [(INPUT_4, 2), (INPUT_6, 3), (INPUT_6, 4)] {
            for size in [(1, 1), (2, 5), (6, 6), (7, 13), (4, 17)] {
                if skipped(step + size.0 + size.1) {
                    continue;
                }
                for corner in [(0, 0), (-1, -1), (-1, 0), (2, -2), (5, 3)] {
                    check_input(isa, matrix, step, size, corner, &mut random);
                }
            }
        }
    }
}

fn check_input(
    isa: Isa,
    matrix: Matrix,
    step: usize,
    size: (usize, usize),
    corner: (isize, isize),
    random: &mut Random,
) {
    let (n, count) = (matrix.len(), size.1.div_ceil(step));
    let stride = count + 1;
    let x = random_blocks(size.0 * size.1, random);
    let mut out = Target::new(n * n * stride, random);
    for i in 0..n * n * count * 16 {
        let (lane, tile, value) = (i % 16, i / 16 % count, i / 16 / count);
        let at = |y: usize, place: usize| {
            let y = usize::try_from(corner.0 + y as isize).ok().filter(|y| *y < size.0);
            let place = corner.1 + (tile * step + place) as isize;
            let place = usize::try_from(place).ok().filter(|place| *place < size.1);
            y.zip(place).map_or(0.0, |(y, place)| f64::from(x[y * size.1 + place].0[lane]))
        };
        let to = (value * stride + tile) * 16 + lane;
        out.expected[to] = product(matrix, (value / n, value % n), at);
    }
    let to = out.found.as_mut_ptr();
    let row = InputRow { x: x.as_ptr(), size, corner, step, count, out: to, stride };
    // SAFETY: the plane and the output have the sizes of the contract.
    unsafe {
        match n {
            4 => input_4(isa, &row),
            _ => input_6(isa, &row),
        }
    }
    out.check(isa, || format!("{n} by {step}, {size:?} at {corner:?}"));
}

#[test]
fn outputs() {
    let mut random = Random(9);
    for isa in Isa::available() {
        for matrix in [OUTPUT_2, OUTPUT_3, OUTPUT_4] {
            let m = matrix.len();
            for rows in 1..=m {
                for places in [1, m - 1, m, m + 1, 4 * m - 1, 4 * m] {
                    for flags in (0..6).filter(|i| !skipped(m * rows + 2 * places + i)) {
                        check_output(isa, matrix, (rows, places), flags, &mut random);
                    }
                }
            }
        }
    }
}

fn check_output(isa: Isa, matrix: Matrix, size: (usize, usize), flags: usize, random: &mut Random) {
    let (m, n) = (matrix.len(), matrix[0].len());
    let (clamp, residual) = (CLAMPS[flags % 3], flags / 3 > 0);
    let (count, row) = (size.1.div_ceil(m), size.1 + 1);
    let stride = count + 1;
    let x = random_blocks((n * n - 1) * stride + count, random);
    let added = random_blocks((size.0 - 1) * row + size.1, random);
    let bias = random_blocks(1, random);
    let mut out = Target::new(size.0 * row + 1, random);
    for i in 0..size.0 * size.1 * 16 {
        let (lane, place, y) = (i % 16, i / 16 % size.1, i / 16 / size.1);
        let at = |a: usize, b: usize| {
            let block: &Block = &x[(a * n + b) * stride + place / m];
            f64::from(block.0[lane])
        };
        let mut sum = product(matrix, (y, place % m), at) + f64::from(bias[0].0[lane]);
        if residual {
            sum += f64::from(added[y * row + place].0[lane]);
        }
        out.expected[(y * row + place) * 16 + lane] = cut(clamp, sum);
    }
    let tiles = OutputRow {
        x: x.as_ptr(),
        stride,
        count,
        size,
        out: out.found.as_mut_ptr(),
        row,
        residual: if residual { added.as_ptr() } else { std::ptr::null() },
        bias: bias.as_ptr(),
        clamp,
    };
    // SAFETY: the buffers above have the sizes of the contract.
    unsafe {
        match m {
            2 => output_4_2(isa, &tiles),
            3 => output_6_3(isa, &tiles),
            _ => output_6_4(isa, &tiles),
        }
    }
    out.check(isa, || format!("{m} of {n}, {size:?}, flags {flags}"));
}
