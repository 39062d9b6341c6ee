//! How an object moves: its pixels as a whole, found again in an earlier picture.

use super::finder::{Blob, Picture};

/// The most pixels of an object that are compared.
const PIXELS: usize = 400;
/// The most places along each half axis that are looked at first.
const PLACES: isize = 12;
/// What the farthest place costs, as a share of the object's contrast: of two that fit, the nearer one is right.
const FAR: f32 = 0.6;
/// What must not be left of the object's contrast where it fits best: there it is something else.
const LOST: f32 = 0.8;
/// Pixels between two checks whether a place can still be the best.
const CHUNK: usize = 32;

/// Movement of an object between two pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Motion {
    /// To the right, in pixels.
    pub x: f32,
    /// Down, in pixels.
    pub y: f32,
    /// What is left of the object's contrast where it fits best: about 0 for something stiff, more for legs
    /// that walk.
    pub change: f32,
}

/// An object's pixels: where they are, and how bright.
struct Shape {
    points: Vec<(isize, isize, u8)>,
    bounds: [isize; 4],
    contrast: f32,
    /// What a place costs for each pixel that it is away.
    distance: f32,
}

impl Motion {
    /// Looks for the pixels of a blob, those `inside`, in the picture `before`, at most `reach` pixels away.
    /// None where they are too few or too plain to be found.
    pub(super) fn of(
        now: &Picture,
        before: &Picture,
        blob: &Blob,
        inside: impl Fn(usize) -> bool,
        reach: usize,
    ) -> Option<Self> {
        if (before.width, before.height) != (now.width, now.height) {
            return None;
        }
        let shape = Shape::of(now, blob, inside, reach)?;
        // First at a few places all over the reach, then closer and closer around the best.
        let mut step = (reach as isize + PLACES - 1) / PLACES;
        let mut best = (shape.off(before, 0, 0, u32::MAX)?, 0, 0);
        let mut radius = reach as isize / step.max(1);
        step = step.max(1);
        loop {
            let (_, cx, cy) = best;
            for dy in (-radius..=radius).map(|i| cy + i * step) {
                for dx in (-radius..=radius).map(|i| cx + i * step) {
                    if let Some(off) = shape.off(before, dx, dy, best.0).filter(|&off| off < best.0)
                    {
                        best = (off, dx, dy);
                    }
                }
            }
            if step == 1 {
                break;
            }
            step = (step / 2).max(1);
            radius = 2;
        }
        let (least, dx, dy) = best;
        let off = |dx, dy| shape.off(before, dx, dy, u32::MAX).map(|off| off as f32);
        let between = |a: Option<f32>, b: Option<f32>| {
            let (Some(a), Some(b)) = (a, b) else { return 0.0 };
            let bend = a + b - 2.0 * least as f32;
            if bend > 0.0 { (0.5 * (a - b) / bend).clamp(-0.5, 0.5) } else { 0.0 }
        };
        let fx = between(off(dx - 1, dy), off(dx + 1, dy));
        let fy = between(off(dx, dy - 1), off(dx, dy + 1));
        let left = least.saturating_sub(shape.way(dx, dy)) as f32;
        let change = left / shape.points.len() as f32 / shape.contrast;
        if change > LOST {
            return None;
        }
        // It came from there, so it moved the other way.
        Some(Self { x: -(dx as f32 + fx), y: -(dy as f32 + fy), change })
    }
}

impl Shape {
    fn of(
        picture: &Picture,
        blob: &Blob,
        inside: impl Fn(usize) -> bool,
        reach: usize,
    ) -> Option<Self> {
        let [x1, y1, x2, y2] = blob.bounds;
        let width = picture.width;
        let own = (y1..y2).flat_map(|y| (x1..x2).map(move |x| (x, y)));
        let step = blob.pixels.div_ceil(PIXELS).max(1);
        let own = own.filter(|&(x, y)| inside(y * width + x)).step_by(step);
        let points: Vec<(isize, isize, u8)> = own
            .map(|(x, y)| (x as isize, y as isize, picture.at(x as isize, y as isize)))
            .collect();
        let count = points.len() as f32;
        let mean = points.iter().map(|p| f32::from(p.2)).sum::<f32>() / count;
        let contrast = points.iter().map(|p| (f32::from(p.2) - mean).abs()).sum::<f32>() / count;
        let bounds = blob.bounds.map(|side| side as isize);
        let distance = FAR * contrast * count / reach.max(1) as f32;
        let fits = points.len() >= 16 && contrast >= 4.0;
        fits.then_some(Self { points, bounds, contrast, distance })
    }

    /// What a place costs for being away.
    fn way(&self, dx: isize, dy: isize) -> u32 {
        (((dx * dx + dy * dy) as f32).sqrt() * self.distance) as u32
    }

    /// The sum of absolute differences from the pixels at a place nearby, and of what the way costs, or one of at least `most` where it
    /// is no less; none where that is not inside the picture.
    fn off(&self, before: &Picture, dx: isize, dy: isize, most: u32) -> Option<u32> {
        let [x1, y1, x2, y2] = self.bounds;
        let (width, height) = (before.width as isize, before.height as isize);
        if x1 + dx < 0 || y1 + dy < 0 || x2 + dx > width || y2 + dy > height {
            return None;
        }
        let mut sum = self.way(dx, dy);
        for chunk in self.points.chunks(CHUNK) {
            for &(x, y, luma) in chunk {
                let there = before.luma.get(((y + dy) * width + x + dx) as usize)?;
                sum += u32::from(luma.abs_diff(*there));
            }
            if sum >= most {
                break;
            }
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Something with a texture at (x, y) on grey ground.
    fn thing(x: usize, y: usize) -> Picture {
        let (width, height) = (96, 64);
        let mut luma = vec![100; width * height];
        for (i, j) in (0..20).flat_map(|j| (0..12).map(move |i| (i, j))) {
            luma[(y + j) * width + x + i] =
                (20 + i * 9 + (j / 4) * 22 + (i / 3) * (j / 5) * 7) as u8;
        }
        Picture { width, height, luma }
    }

    #[test]
    fn a_thing_is_found_again_near_and_far() {
        let now = thing(40, 30);
        let blob = Blob { bounds: [40, 30, 52, 50], pixels: 240 };
        let inside = |at: usize| (40..52).contains(&(at % 96)) && (30..50).contains(&(at / 96));
        for (x, y) in [(40, 30), (37, 31), (19, 22), (57, 38)] {
            let found = Motion::of(&now, &thing(x, y), &blob, inside, 26).unwrap();
            let (right, down) = (40.0 - x as f32, 30.0 - y as f32);
            assert!((found.x - right).abs() < 0.5 && (found.y - down).abs() < 0.5, "{found:?}");
            assert!(found.change < 0.05, "{found:?}");
        }
        // Nothing inside, nothing to see, or another size.
        assert_eq!(Motion::of(&now, &thing(1, 1), &blob, |_| false, 10), None);
        let flat = Picture { luma: vec![9; 96 * 64], ..thing(0, 0) };
        assert_eq!(Motion::of(&flat, &now, &blob, inside, 10), None);
        let tiny = Picture { width: 3, height: 3, luma: vec![9; 9] };
        assert_eq!(Motion::of(&now, &tiny, &blob, inside, 10), None);
    }
}
