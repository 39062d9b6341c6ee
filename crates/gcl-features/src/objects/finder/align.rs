//! How a frame lies over the reference: a small shift of the camera, and the light's gain.

use super::picture::Picture;

/// The largest shift that is looked for along each axis, in pixels.
const REACH: isize = 8;
/// A shift below this is none: moving a picture by parts of a pixel blurs it.
const STILL: f32 = 0.15;
/// Pixels between two that are looked at, along each axis.
const STEP: usize = 3;
/// The same in the search for a shift of whole pixels.
const COARSE: usize = 5;
/// The most levels that a point's difference counts.
const MOST: u32 = 40;
/// Gains beyond are no change of light but another picture.
const GAINS: std::ops::RangeInclusive<f32> = 0.4..=2.5;

/// Where a frame's pixels are: what the reference shows at (x, y), the frame shows at (x + dx, y + dy),
/// `gain` times as bright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alignment {
    pub dx: f32,
    pub dy: f32,
    pub gain: f32,
}

impl Alignment {
    pub(super) const NONE: Self = Self { dx: 0.0, dy: 0.0, gain: 1.0 };

    /// Finds the shift and gain of `frame`. What moves counts little, as long as it is less than half of
    /// the picture.
    pub(super) fn of(frame: &Picture, reference: &Picture) -> Self {
        let (dx, dy) = coarse(frame, reference);
        let mut found = Self { dx: dx as f32, dy: dy as f32, gain: 1.0 };
        found.gain = gain(frame, reference, found);
        for _ in 0..5 {
            let Some((x, y)) = refine(frame, reference, found) else { break };
            found.dx += x;
            found.dy += y;
            if x.abs() + y.abs() < 0.02 {
                break;
            }
        }
        let reach = REACH as f32 + 1.0;
        if !(found.dx.abs() <= reach && found.dy.abs() <= reach) {
            return Self { gain: found.gain, ..Self::NONE };
        }
        if found.dx.abs().max(found.dy.abs()) < STILL {
            (found.dx, found.dy) = (0.0, 0.0);
        }
        found
    }

    /// The frame as the reference's camera and light would have it.
    pub(super) fn undo(&self, frame: Picture) -> Picture {
        let Self { dx, dy, gain } = *self;
        let scale = 1.0 / gain;
        let level = |luma: f32| (luma * scale + 0.5) as u8;
        if dx == 0.0 && dy == 0.0 {
            if (gain - 1.0).abs() < 1e-3 {
                return frame;
            }
            let levels: Vec<u8> = (0..=255u8).map(|luma| level(f32::from(luma))).collect();
            let luma = frame.luma.iter().map(|&luma| levels[usize::from(luma)]).collect();
            return Picture { luma, ..frame };
        }
        let (left, top) = (dx.floor(), dy.floor());
        let (fx, fy) = (dx - left, dy - top);
        let (left, top) = (left as isize, top as isize);
        let mut luma = Vec::with_capacity(frame.luma.len());
        for y in 0..frame.height as isize {
            for x in 0..frame.width as isize {
                let at = |i, j| f32::from(frame.at(x + left + i, y + top + j));
                let upper = at(0, 0) + fx * (at(1, 0) - at(0, 0));
                let lower = at(0, 1) + fx * (at(1, 1) - at(0, 1));
                luma.push(level(upper + fy * (lower - upper)));
            }
        }
        Picture { luma, ..frame }
    }
}

/// The shift in whole pixels at which frame and reference differ least, on a coarse grid of points. What is
/// compared is a point's difference from the one two pixels further right and down, which light changes
/// little; it counts for [`MOST`] levels at most, so that what moves decides nothing.
fn coarse(frame: &Picture, reference: &Picture) -> (isize, isize) {
    let (width, height) = (reference.width, reference.height);
    let reach = REACH.min(width.min(height) as isize / 4);
    let border = reach as usize;
    let edge = |picture: &Picture, at: usize| {
        i16::from(picture.luma[at + 2 * width + 2]) - i16::from(picture.luma[at])
    };
    let mut points = Vec::new();
    for y in (border..height.saturating_sub(border + 2)).step_by(COARSE) {
        for x in (border..width.saturating_sub(border + 2)).step_by(COARSE) {
            let at = y * width + x;
            points.push((at, edge(reference, at)));
        }
    }
    // The sum is given up as soon as it is no better than `most`.
    let off = |dx: isize, dy: isize, most: u32| {
        let moved = dy * frame.width as isize + dx;
        let mut sum = 0;
        for chunk in points.chunks(256) {
            let points = chunk.iter().map(|&(at, still)| {
                let now = edge(frame, at.saturating_add_signed(moved));
                u32::from(now.abs_diff(still)).min(MOST)
            });
            sum += points.sum::<u32>();
            if sum >= most {
                break;
            }
        }
        sum
    };
    // Another shift must fit clearly better than none.
    let mut best = (off(0, 0, u32::MAX) / 10 * 9, (0, 0));
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let found = off(dx, dy, best.0);
            if found < best.0 {
                best = (found, (dx, dy));
            }
        }
    }
    best.1
}

/// The median of the frame's levels over the reference's.
fn gain(frame: &Picture, reference: &Picture, shift: Alignment) -> f32 {
    let (dx, dy) = (shift.dx as isize, shift.dy as isize);
    let mut ratios = Vec::new();
    for y in (0..reference.height).step_by(STEP) {
        for (x, &luma) in reference.row(y).iter().enumerate().step_by(STEP) {
            if luma >= 16 {
                let now = frame.at(x as isize + dx, y as isize + dy);
                ratios.push(f32::from(now) / f32::from(luma));
            }
        }
    }
    let middle = ratios.len() / 2;
    if ratios.len() < 16 {
        return 1.0;
    }
    let (_, ratio, _) = ratios.select_nth_unstable_by(middle, f32::total_cmp);
    if GAINS.contains(ratio) { *ratio } else { 1.0 }
}

/// One step of Lucas and Kanade's method over the whole picture, with small weights where frame and
/// reference differ much: things that move.
fn refine(frame: &Picture, reference: &Picture, from: Alignment) -> Option<(f32, f32)> {
    let (left, top) = (from.dx.floor(), from.dy.floor());
    let (fx, fy) = (from.dx - left, from.dy - top);
    let (left, top) = (left as isize, top as isize);
    let mut points = Vec::new();
    let border = (REACH as usize + 2).min(reference.width.min(reference.height) / 4);
    for y in (border..reference.height.saturating_sub(border)).step_by(STEP) {
        for x in (border..reference.width.saturating_sub(border)).step_by(STEP) {
            let (x, y) = (x as isize, y as isize);
            let still = |i, j| f32::from(reference.at(x + i, y + j));
            let gx = 0.5 * (still(1, 0) - still(-1, 0));
            let gy = 0.5 * (still(0, 1) - still(0, -1));
            let at = |i, j| f32::from(frame.at(x + left + i, y + top + j));
            let upper = at(0, 0) + fx * (at(1, 0) - at(0, 0));
            let lower = at(0, 1) + fx * (at(1, 1) - at(0, 1));
            points.push((gx, gy, (upper + fy * (lower - upper)) / from.gain - still(0, 0)));
        }
    }
    let mut sizes: Vec<f32> = points.iter().map(|point| point.2.abs()).collect();
    if sizes.is_empty() {
        return None;
    }
    let middle = sizes.len() / 2;
    let (_, scale, _) = sizes.select_nth_unstable_by(middle, f32::total_cmp);
    let scale = (2.0 * *scale).max(2.0);
    let (mut xx, mut xy, mut yy, mut xe, mut ye) = (0.0f64, 0.0f64, 0.0f64, 0.0f64, 0.0f64);
    for (gx, gy, error) in points {
        let weight = f64::from(1.0 / (1.0 + (error / scale).powi(2)).powi(2));
        let (gx, gy, error) = (f64::from(gx), f64::from(gy), f64::from(error));
        xx += weight * gx * gx;
        xy += weight * gx * gy;
        yy += weight * gy * gy;
        xe += weight * gx * error;
        ye += weight * gy * error;
    }
    // A flat picture, or one with edges of one direction only, says nothing.
    let (det, trace) = (xx * yy - xy * xy, xx + yy);
    if det <= 1e-3 * trace * trace || trace < 1e-6 {
        return None;
    }
    // frame(x + d + s) = reference(x) asks for s = -error / gradient.
    let x = -(yy * xe - xy * ye) / det;
    let y = -(xx * ye - xy * xe) / det;
    Some((x.clamp(-1.0, 1.0) as f32, y.clamp(-1.0, 1.0) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textured wall seen from (dx, dy), with something dark in front of it.
    fn wall(dx: f32, dy: f32, gain: f32) -> Picture {
        let (width, height) = (96, 64);
        // Levels on a lattice of 5 pixels, and linear between.
        let level = |i: f32, j: f32| {
            let mixed = (i as i64 * 374_761_393 + j as i64 * 668_265_263) as u32;
            ((mixed ^ (mixed >> 13)).wrapping_mul(1_274_126_177) >> 16) as u8 as f32 * 0.45
        };
        let luma = (0..width * height).map(|at| {
            let (x, y) = (((at % width) as f32 - dx) / 5.0, ((at / width) as f32 - dy) / 5.0);
            let (i, j) = (x.floor(), y.floor());
            let (fx, fy) = (x - i, y - j);
            let upper = level(i, j) * (1.0 - fx) + level(i + 1.0, j) * fx;
            let lower = level(i, j + 1.0) * (1.0 - fx) + level(i + 1.0, j + 1.0) * fx;
            ((60.0 + upper * (1.0 - fy) + lower * fy) * gain + 0.5) as u8
        });
        Picture { width, height, luma: luma.collect() }
    }

    #[test]
    fn shift_and_gain_are_found_and_undone() {
        let reference = wall(0.0, 0.0, 1.0);
        for (dx, dy, gain) in
            [(0.0, 0.0, 1.0), (3.4, -2.2, 1.0), (-6.0, 0.5, 0.7), (0.6, 0.0, 1.25)]
        {
            let mut frame = wall(dx, dy, gain);
            for y in 20..44 {
                frame.luma[y * 96 + 30..y * 96 + 50].fill(20);
            }
            let found = Alignment::of(&frame, &reference);
            let near = (found.dx - dx).abs() < 0.15 && (found.dy - dy).abs() < 0.15;
            assert!(near && (found.gain - gain).abs() < 0.03, "{dx} {dy} {gain}: {found:?}");
            let undone = found.undo(frame);
            let off = |x: usize, y: usize| undone.row(y)[x].abs_diff(reference.row(y)[x]);
            let most = (12..18).flat_map(|y| (12..84).map(move |x| (x, y))).map(|(x, y)| off(x, y));
            assert!(most.clone().max().unwrap_or(0) <= 12, "{dx} {dy} {gain}: {:?}", most.max());
        }
    }

    #[test]
    fn a_flat_picture_lies_where_it_is() {
        let flat = |luma| Picture { width: 40, height: 30, luma: vec![luma; 1200] };
        let found = Alignment::of(&flat(120), &flat(100));
        assert_eq!((found.dx, found.dy, found.gain), (0.0, 0.0, 1.2));
        assert_eq!(found.undo(flat(120)), flat(100));
        let tiny = Picture { width: 1, height: 1, luma: vec![9] };
        assert_eq!(Alignment::of(&tiny, &tiny), Alignment::NONE);
    }
}
