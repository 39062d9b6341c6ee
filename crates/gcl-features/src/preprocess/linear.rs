//! Interpolation between the nearest four pixels: as PyTorch computes it, and as OpenCV does.

use super::size::ResizeAxis;
use crate::colour::RgbRows;

/// The two old pixels of a new one, and how much the second weighs.
type Pair<T> = (usize, usize, T);

/// Makes all wanted rows of the new picture, of `stride` values each, from pairs of old ones; `make` gives an old row
/// its new width, `blend` makes a new row of two.
fn resize<T: Copy + Default, U, V>(
    rows: &RgbRows<'_>,
    (width, stride): (usize, usize),
    (lines, out): (&[Pair<U>], &mut [V]),
    make: impl Fn(&[[u8; 3]], &mut [T]),
    blend: impl Fn(&[T], &[T], &U, &mut [V]),
) {
    let mut row = vec![0; 3 * width];
    let mut narrow = |n: usize, (made, values): &mut (Option<usize>, Vec<T>)| {
        if *made != Some(n) {
            rows.row(n, &mut row);
            make(row.as_chunks::<3>().0, values);
            *made = Some(n);
        }
    };
    // Rows only go down: the second one may be the first of the next pair.
    let mut upper = (None, vec![T::default(); stride]);
    let mut lower = upper.clone();
    for ((first, second, weight), out) in lines.iter().zip(out.chunks_exact_mut(stride)) {
        if lower.0 == Some(*first) {
            std::mem::swap(&mut upper, &mut lower);
        }
        narrow(*first, &mut upper);
        narrow(*second, &mut lower);
        blend(&upper.1, &lower.1, weight, out);
    }
}

/// `interpolate(mode="bilinear", align_corners=False)` of levels, in f32.
pub(super) fn torch(rows: &RgbRows<'_>, axes: [ResizeAxis; 2]) -> Vec<f32> {
    let pairs = |axis: ResizeAxis| -> Vec<Pair<f32>> {
        let scale = axis.from as f32 / axis.to as f32;
        let pair = |n: usize| {
            let at = (scale * (n as f32 + 0.5) - 0.5).max(0.0);
            let first = (at as usize).min(axis.from - 1);
            (first, (first + 1).min(axis.from - 1), (at - first as f32).clamp(0.0, 1.0))
        };
        (axis.start..axis.start + axis.length).map(pair).collect()
    };
    let (columns, lines) = (pairs(axes[0]), pairs(axes[1]));
    let stride = 3 * axes[0].length;
    let mut levels = vec![0.0; stride * axes[1].length];
    let make = |row: &[[u8; 3]], out: &mut [f32]| {
        let pixels = out.as_chunks_mut::<3>().0;
        for (pixel, &(first, second, weight)) in pixels.iter_mut().zip(&columns) {
            let (first, second) = (row[first].map(f32::from), row[second].map(f32::from));
            *pixel = std::array::from_fn(|c| (1.0 - weight) * first[c] + weight * second[c]);
        }
    };
    let blend = |a: &[f32], b: &[f32], weight: &f32, out: &mut [f32]| {
        for ((level, a), b) in out.iter_mut().zip(a).zip(b) {
            *level = (1.0 - weight) * a + weight * b;
        }
    };
    resize(rows, (axes[0].from, stride), (&lines, &mut levels), make, blend);
    levels
}

/// `INTER_LINEAR` on 8 bits: weights of 11 bits, cut after each product of the second step.
pub(super) fn opencv(rows: &RgbRows<'_>, axes: [ResizeAxis; 2]) -> Vec<u8> {
    let pairs = |axis: ResizeAxis, horizontal: bool| -> Vec<Pair<[i32; 2]>> {
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
    let stride = 3 * axes[0].length;
    let mut levels = vec![0; stride * axes[1].length];
    // The first step's sums, in 1 / 128 of a level: at most 255 * 2048 / 16, which 16 bits hold.
    let make = |row: &[[u8; 3]], out: &mut [i16]| {
        let pixels = out.as_chunks_mut::<3>().0;
        for (pixel, &(first, second, [a, b])) in pixels.iter_mut().zip(&columns) {
            let (first, second) = (row[first], row[second]);
            for (sum, (first, second)) in pixel.iter_mut().zip(first.into_iter().zip(second)) {
                *sum = ((i32::from(first) * a + i32::from(second) * b) >> 4) as i16;
            }
        }
    };
    let blend = |a: &[i16], b: &[i16], weights: &[i32; 2], out: &mut [u8]| {
        let part = |sum: i16, weight: i16| ((i32::from(weight) * i32::from(sum)) >> 16) as i16;
        let [of_a, of_b] = weights.map(|weight| weight as i16);
        let level = |a, b| ((part(a, of_a) + part(b, of_b) + 2) >> 2).clamp(0, 255) as u8;
        // Blocks of a fixed size become vectors.
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
        let (out, rest) = out.as_chunks_mut::<16>();
        for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
            *out = std::array::from_fn(|n| level(a[n], b[n]));
        }
        for ((out, &a), &b) in rest.iter_mut().zip(a_rest).zip(b_rest) {
            *out = level(a, b);
        }
    };
    resize(rows, (axes[0].from, stride), (&lines, &mut levels), make, blend);
    levels
}
