//! Interpolation between the nearest four pixels: as PyTorch computes it, and as OpenCV does.

use super::size::Axis;
use crate::colour::RgbRows;

/// The two old pixels of a new one, and how much the second weighs.
type Pair<T> = (usize, usize, T);

/// Makes all wanted rows of the new picture from pairs of old ones; `make` gives an old row its new width.
fn resize<T, U>(
    rows: &RgbRows<'_>,
    width: usize,
    lines: &[Pair<U>],
    make: impl Fn(&[[u8; 3]]) -> Vec<T>,
    blend: impl Fn(&T, &T, &U) -> T,
    mut put: impl FnMut(T),
) {
    let mut row = vec![0; 3 * width];
    let mut narrow = |n: usize| {
        rows.row(n, &mut row);
        (Some(n), make(row.as_chunks::<3>().0))
    };
    // Rows only go down: the second one may be the first of the next pair.
    let (mut upper, mut lower) = ((None, Vec::new()), (None, Vec::new()));
    for (first, second, weight) in lines {
        if lower.0 == Some(*first) {
            std::mem::swap(&mut upper, &mut lower);
        }
        if upper.0 != Some(*first) {
            upper = narrow(*first);
        }
        if lower.0 != Some(*second) {
            lower = narrow(*second);
        }
        for (a, b) in upper.1.iter().zip(&lower.1) {
            put(blend(a, b, weight));
        }
    }
}

/// `interpolate(mode="bilinear", align_corners=False)` of levels, in f32.
pub(super) fn torch(rows: &RgbRows<'_>, axes: [Axis; 2]) -> Vec<f32> {
    let pairs = |axis: Axis| -> Vec<Pair<f32>> {
        let scale = axis.from as f32 / axis.to as f32;
        let pair = |n: usize| {
            let at = (scale * (n as f32 + 0.5) - 0.5).max(0.0);
            let first = (at as usize).min(axis.from - 1);
            (first, (first + 1).min(axis.from - 1), (at - first as f32).clamp(0.0, 1.0))
        };
        (axis.start..axis.start + axis.length).map(pair).collect()
    };
    let (columns, lines) = (pairs(axes[0]), pairs(axes[1]));
    let mut levels = Vec::with_capacity(3 * axes[0].length * axes[1].length);
    let make = |row: &[[u8; 3]]| -> Vec<f32> {
        let blend = |&(first, second, weight): &Pair<f32>| {
            let level = |c: usize| {
                (1.0 - weight) * f32::from(row[first][c]) + weight * f32::from(row[second][c])
            };
            [level(0), level(1), level(2)]
        };
        columns.iter().flat_map(blend).collect()
    };
    let blend = |a: &f32, b: &f32, weight: &f32| (1.0 - weight) * a + weight * b;
    resize(rows, axes[0].from, &lines, make, blend, |level| levels.push(level));
    levels
}

/// `INTER_LINEAR` on 8 bits: weights of 11 bits, cut after each product of the second step.
pub(super) fn opencv(rows: &RgbRows<'_>, axes: [Axis; 2]) -> Vec<u8> {
    let pairs = |axis: Axis, horizontal: bool| -> Vec<Pair<[i32; 2]>> {
        let last = axis.from as i64 - 1;
        let pair = |n: usize| {
            let at = ((n as f64 + 0.5) * axis.scale - 0.5) as f32;
            let first = at.floor() as i64;
            // Outside of the outermost centres there is one pixel only. Along columns it is still blended
            // with itself, where cutting may lose a level.
            let weight = match horizontal && !(0..last).contains(&first) {
                true => 0.0,
                false => at - first as f32,
            };
            let fixed = |weight: f32| (weight * 2048.0).round_ties_even() as i32;
            let inside = |n: i64| n.clamp(0, last) as usize;
            (inside(first), inside(first + 1), [fixed(1.0 - weight), fixed(weight)])
        };
        (axis.start..axis.start + axis.length).map(pair).collect()
    };
    let (columns, lines) = (pairs(axes[0], true), pairs(axes[1], false));
    let mut levels = Vec::with_capacity(3 * axes[0].length * axes[1].length);
    let make = |row: &[[u8; 3]]| -> Vec<i32> {
        let blend = |&(first, second, [a, b]): &Pair<[i32; 2]>| {
            let level = |c: usize| i32::from(row[first][c]) * a + i32::from(row[second][c]) * b;
            [level(0), level(1), level(2)]
        };
        columns.iter().flat_map(blend).collect()
    };
    let blend = |a: &i32, b: &i32, weights: &[i32; 2]| {
        let part = |sum: &i32, weight: i32| (weight * (sum >> 4)) >> 16;
        (part(a, weights[0]) + part(b, weights[1]) + 2) >> 2
    };
    let put = |level: i32| levels.push(level.clamp(0, 255) as u8);
    resize(rows, axes[0].from, &lines, make, blend, put);
    levels
}
