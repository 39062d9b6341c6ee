//! From differences to boxes: which pixels are something else than the background, and which of them
//! belong together.

use super::background::Background;
use super::picture::Picture;

/// A pixel is of an object from this many standard deviations on.
const DEVIATIONS: f32 = 5.0;
/// The least difference of a pixel of an object, in grey levels, and the largest that is asked for.
const LEVELS: (f32, f32) = (8.0, 40.0);
/// How far things of the background may move, in pixels, without being objects: leaves, and the rest of a
/// camera's shake.
const EDGE: f32 = 0.7;
/// The least share of its box that an object fills.
const FILLED: f32 = 0.2;
/// The least share of an object's pixels that differ twice as much as they need to.
const STRONG: f32 = 0.1;

/// Pixels that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Blob {
    /// Left, top, right and bottom, in pixels of the working size; right and bottom are exclusive.
    pub bounds: [usize; 4],
    /// Pixels that differ from the background.
    pub pixels: usize,
}

impl Blob {
    fn width(&self) -> usize {
        self.bounds[2] - self.bounds[0]
    }

    fn height(&self) -> usize {
        self.bounds[3] - self.bounds[1]
    }
}

/// How much each pixel differs from the background, by what it takes to be of an object: 1 is just so.
/// Differences are averaged over 3 by 3 pixels, so that noise and thin lines of misaligned edges cancel.
pub(super) fn excess(picture: &Picture, background: &Background) -> Vec<f32> {
    let (width, height) = (picture.width, picture.height);
    let differences: Vec<i16> = picture
        .luma
        .iter()
        .zip(&background.median.luma)
        .map(|(&now, &still)| i16::from(now) - i16::from(still))
        .collect();
    let mut rows = vec![0i16; differences.len()];
    for (out, line) in rows.chunks_exact_mut(width).zip(differences.chunks_exact(width)) {
        for x in 0..width {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
            out[x] = line[left] + line[x] + line[right];
        }
    }
    let mut out = Vec::with_capacity(differences.len());
    for y in 0..height {
        let (above, below) = (y.saturating_sub(1) * width, (y + 1).min(height - 1) * width);
        for x in 0..width {
            let sum = rows[above + x] + rows[y * width + x] + rows[below + x];
            let spread = background.spread[y * width + x].max(background.noise);
            let edge = background.edges[y * width + x];
            let needed = (DEVIATIONS * spread).clamp(LEVELS.0, LEVELS.1) + EDGE * edge;
            out.push(f32::from(sum.unsigned_abs()) / (9.0 * needed));
        }
    }
    out
}

/// The objects among pixels with an [`excess`]: components of pixels above 1 (diagonal neighbours and
/// gaps of up to twice `reach` pixels count as connected) a tenth of which reach 2, at least `least` pixels high
/// or wide, with a quarter as many pixels in all as a square of that side. From left to right.
pub(super) fn blobs(
    excess: &[f32],
    width: usize,
    height: usize,
    least: usize,
    reach: [usize; 2],
) -> Vec<Blob> {
    let mask: Vec<bool> = excess.iter().map(|&e| e > 1.0).collect();
    let labels = components(&closed(&mask, width, height, reach), width, height);
    let count = labels.iter().copied().max().unwrap_or(0) as usize;
    let mut found: Vec<Option<Blob>> = vec![None; count];
    let mut strong = vec![0usize; count];
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            let Some(label) = (labels[at] as usize).checked_sub(1) else { continue };
            if !mask[at] {
                continue;
            }
            strong[label] += usize::from(excess[at] > 2.0);
            let blob = found[label].get_or_insert(Blob { bounds: [x, y, x, y], pixels: 0 });
            let [x1, y1, x2, y2] = blob.bounds;
            blob.bounds = [x1.min(x), y1.min(y), x2.max(x + 1), y2.max(y + 1)];
            blob.pixels += 1;
        }
    }
    let large = |blob: &Blob| {
        blob.width().max(blob.height()) >= least
            && 4 * blob.pixels >= least * least
            && blob.pixels as f32 >= FILLED * (blob.width() * blob.height()) as f32
    };
    let clear = |(blob, strong): (Option<Blob>, usize)| {
        blob.filter(|blob| large(blob) && strong as f32 >= STRONG * blob.pixels as f32)
    };
    let mut kept: Vec<Blob> = found.into_iter().zip(strong).filter_map(clear).collect();
    kept.sort_by_key(|blob| blob.bounds);
    kept
}

/// The mask with gaps of up to twice `reach` pixels closed: each set pixel spread over its neighbours.
fn closed(mask: &[bool], width: usize, height: usize, [across, down]: [usize; 2]) -> Vec<bool> {
    let mut wide = vec![false; mask.len()];
    for y in 0..height {
        for x in (0..width).filter(|x| mask[y * width + x]) {
            let (from, to) = (x.saturating_sub(across), (x + across + 1).min(width));
            wide[y * width + from..y * width + to].fill(true);
        }
    }
    let mut out = vec![false; mask.len()];
    for y in 0..height {
        for from in y.saturating_sub(down)..(y + down + 1).min(height) {
            let source = &wide[from * width..(from + 1) * width];
            for (out, &set) in out[y * width..(y + 1) * width].iter_mut().zip(source) {
                *out |= set;
            }
        }
    }
    out
}

/// A number from 1 for each component of the mask, 0 elsewhere.
fn components(mask: &[bool], width: usize, height: usize) -> Vec<u32> {
    let mut labels = vec![0u32; mask.len()];
    let mut next = 0;
    let mut open = Vec::new();
    for start in 0..mask.len() {
        if !mask[start] || labels[start] != 0 {
            continue;
        }
        next += 1;
        labels[start] = next;
        open.push(start);
        while let Some(at) = open.pop() {
            let (x, y) = (at % width, at / width);
            for row in y.saturating_sub(1)..(y + 2).min(height) {
                for column in x.saturating_sub(1)..(x + 2).min(width) {
                    let near = row * width + column;
                    if mask[near] && labels[near] == 0 {
                        labels[near] = next;
                        open.push(near);
                    }
                }
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An excess of 3 in rectangles (left, top, right, bottom) of a picture of 60 by 40 pixels.
    fn drawn(rectangles: &[[usize; 4]]) -> Vec<f32> {
        let mut excess = vec![0.0; 60 * 40];
        for &[x1, y1, x2, y2] in rectangles {
            (y1..y2).for_each(|y| excess[y * 60 + x1..y * 60 + x2].fill(3.0));
        }
        excess
    }

    #[test]
    fn parts_belong_together_and_specks_are_nothing() {
        // A head two rows above a body, somebody else, a speck, and a thin diagonal.
        let mut excess =
            drawn(&[[12, 5, 16, 9], [10, 11, 18, 30], [40, 8, 46, 28], [30, 2, 32, 4]]);
        (0..15).for_each(|i| excess[(25 + i) * 60 + 24 + i] = 3.0);
        let found = blobs(&excess, 60, 40, 6, [1, 2]);
        let bounds: Vec<_> = found.iter().map(|blob| blob.bounds).collect();
        assert_eq!(bounds, [[10, 5, 18, 30], [40, 8, 46, 28]]);
        assert_eq!(found[0].pixels, 16 + 8 * 19);
        // What differs only just is nothing by itself.
        let faint: Vec<f32> = excess.iter().map(|e| e / 2.0).collect();
        assert!(blobs(&faint, 60, 40, 6, [1, 2]).is_empty());
        assert_eq!(blobs(&excess, 60, 40, 22, [1, 2]).len(), 1);
    }
}
