//! RoIAlign: a box of a picture, resampled to a fixed size.

use gcl_data::tracks::Bounds;

/// The pixels that one output pixel is made of along one axis, with their weights.
type AxisTaps = Vec<(usize, f32)>;

/// Appends the box `bounds` of an interleaved RGB picture (`height * width * 3` bytes), resampled to
/// `size` by `size` pixels: three planes, values in [0, 1].
///
/// This is the published resampling, `roi_align` as torchvision does it by default: the box's corners
/// are pixel positions without the half-pixel shift (`aligned = false`), a side is at least 1 long, each
/// output pixel is the mean of ⌈side / size⌉ samples along each axis, and a sample is bilinear between
/// pixel centres at whole positions. Samples up to one pixel outside take the border's value, those
/// further out are 0.
pub fn roi_align(
    rgb: &[u8],
    width: usize,
    height: usize,
    bounds: Bounds,
    size: usize,
    out: &mut Vec<f32>,
) {
    let [x1, y1, x2, y2] = bounds;
    let (columns, rows) = (axis(x1, x2, size, width), axis(y1, y2, size, height));
    let pixels = rgb.as_chunks::<3>().0;
    let start = out.len();
    out.resize(start + 3 * size * size, 0.0);
    let planes = out.get_mut(start..).unwrap_or_default();
    for (i, row) in rows.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            let mut sum = [0.0f32; 3];
            for &(y, weight_y) in row {
                let line = pixels.get(y * width..).unwrap_or_default();
                for &(x, weight_x) in column {
                    let pixel = line.get(x).copied().unwrap_or_default();
                    let weight = weight_y * weight_x;
                    sum.iter_mut().zip(pixel).for_each(|(s, v)| *s += weight * f32::from(v));
                }
            }
            for (channel, value) in sum.into_iter().enumerate() {
                if let Some(slot) = planes.get_mut((channel * size + i) * size + j) {
                    *slot = value / 255.0;
                }
            }
        }
    }
}

/// The taps of `size` output pixels over `start..end` of an axis of `limit` pixels. A pixel comes at
/// most once in a list, so that the work is bounded by the picture however large the box is.
fn axis(start: f32, end: f32, size: usize, limit: usize) -> Vec<AxisTaps> {
    let length = (end - start).max(1.0);
    let step = length / size as f32;
    let samples = step.ceil().max(1.0) as usize;
    let share = 1.0 / samples as f32;
    let taps = |i: usize| {
        let mut taps = AxisTaps::new();
        for k in 0..samples {
            let at = start + i as f32 * step + (k as f32 + 0.5) * step * share;
            if at < -1.0 || at > limit as f32 {
                continue;
            }
            let at = at.max(0.0);
            let low = at as usize;
            if low + 1 >= limit {
                taps.push((limit.saturating_sub(1), share));
            } else {
                let part = at - low as f32;
                taps.push((low, (1.0 - part) * share));
                taps.push((low + 1, part * share));
            }
        }
        merged(taps)
    };
    (0..size).map(taps).collect()
}

/// The same weights, each pixel once.
fn merged(mut taps: AxisTaps) -> AxisTaps {
    taps.sort_unstable_by_key(|(pixel, _)| *pixel);
    let mut out = AxisTaps::with_capacity(taps.len());
    for (pixel, weight) in taps {
        match out.last_mut() {
            Some((last, sum)) if *last == pixel => *sum += weight,
            _ => out.push((pixel, weight)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(width: usize, height: usize) -> Vec<u8> {
        (0..width * height).flat_map(|v| [v as u8; 3]).collect()
    }

    #[test]
    fn a_ramp_gives_the_means_that_torchvision_gives() {
        // roi_align(arange(64).reshape(8, 8), [1, 1, 5, 5.5], 2) is [[19, 21], [37, 39]].
        let mut out = Vec::new();
        roi_align(&gray(8, 8), 8, 8, [1.0, 1.0, 5.0, 5.5], 2, &mut out);
        let levels: Vec<f32> = out.iter().map(|v| v * 255.0).collect();
        for (found, expected) in levels.iter().zip([19.0, 21.0, 37.0, 39.0].repeat(3)) {
            assert!((found - expected).abs() < 1e-4, "{levels:?}");
        }
    }

    #[test]
    fn a_box_far_outside_is_black_and_a_huge_one_costs_little() {
        let mut out = Vec::new();
        roi_align(&gray(8, 8), 8, 8, [50.0, 0.0, 60.0, 8.0], 4, &mut out);
        assert_eq!(out, [0.0; 48]);
        out.clear();
        roi_align(&[255; 192], 8, 8, [-1e6, -1e6, 1e6, 1e6], 2, &mut out);
        assert!(out.iter().all(|v| (0.0..1e-3).contains(v)), "{out:?}");
        out.clear();
        // A sample up to one pixel outside takes the border's value.
        roi_align(&[255; 192], 8, 8, [-1.0, -1.0, 1.0, 1.0], 2, &mut out);
        assert_eq!(out, [1.0; 12]);
    }
}
