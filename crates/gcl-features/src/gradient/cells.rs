//! Sums of products of gradients over the cells of a pair of frames.

use super::grid::{COLUMNS, Gradients, ROWS, WIDTH};

const CELLS: usize = ROWS * COLUMNS;

/// Sums over all pairs of a clip, one for each cell. With `mx`, `my` the sum of both frames' gradients
/// and `gt` their difference in luma:
pub(super) struct Sums {
    /// Of `mx * gt`.
    pub xt: [i64; CELLS],
    /// Of `my * gt`.
    pub yt: [i64; CELLS],
    /// Of `mx * mx`.
    pub xx: [i64; CELLS],
    /// Of `my * my`.
    pub yy: [i64; CELLS],
    /// Of `abs(mx)`.
    pub ax: [i64; CELLS],
    /// Of `abs(my)`.
    pub ay: [i64; CELLS],
}

impl Sums {
    pub(super) fn new() -> Self {
        let zero = [0; CELLS];
        Self { xt: zero, yt: zero, xx: zero, yy: zero, ax: zero, ay: zero }
    }

    /// Adds a pair of neighbouring frames, and `abs(gt)` to `change`.
    ///
    /// `gt` is at most 4080 and `mx`, `my` at most 8160, so that four rows of any product fit 32 bits.
    pub(super) fn add(&mut self, a: &Gradients, b: &Gradients, change: &mut [i64; CELLS]) {
        for row in 0..ROWS {
            // Sums of a cell's four rows, for every column of pixels.
            let mut lines = [[0i32; WIDTH]; 7];
            let [xt, yt, xx, yy, ax, ay, at] = &mut lines;
            for y in row * 4..row * 4 + 4 {
                let (mut gt, mut mx, mut my) = ([0i16; WIDTH], [0i16; WIDTH], [0i16; WIDTH]);
                for x in 0..WIDTH {
                    gt[x] = b.luma[y][x] - a.luma[y][x];
                    mx[x] = a.x[y][x] + b.x[y][x];
                    my[x] = a.y[y][x] + b.y[y][x];
                }
                for x in 0..WIDTH {
                    xt[x] += i32::from(mx[x]) * i32::from(gt[x]);
                    yt[x] += i32::from(my[x]) * i32::from(gt[x]);
                    xx[x] += i32::from(mx[x]) * i32::from(mx[x]);
                    yy[x] += i32::from(my[x]) * i32::from(my[x]);
                    ax[x] += i32::from(mx[x].abs());
                    ay[x] += i32::from(my[x].abs());
                    at[x] += i32::from(gt[x].abs());
                }
            }
            let cells = row * COLUMNS..(row + 1) * COLUMNS;
            gather(xt, &mut self.xt[cells.clone()]);
            gather(yt, &mut self.yt[cells.clone()]);
            gather(xx, &mut self.xx[cells.clone()]);
            gather(yy, &mut self.yy[cells.clone()]);
            gather(ax, &mut self.ax[cells.clone()]);
            gather(ay, &mut self.ay[cells.clone()]);
            gather(at, &mut change[cells]);
        }
    }
}

/// Adds each four columns to their cell; 16 products of at most 8160^2 still fit 32 bits.
fn gather(line: &[i32; WIDTH], cells: &mut [i64]) {
    for (cell, [a, b, c, d]) in cells.iter_mut().zip(line.as_chunks::<4>().0) {
        *cell += i64::from(a + b + c + d);
    }
}
