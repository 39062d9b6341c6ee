//! Which seen box belongs to which expected one.

use std::collections::BTreeSet;

use gcl_data::tracks::Bounds;

/// Overlap of two boxes, intersection over union.
pub fn iou(a: Bounds, b: Bounds) -> f32 {
    let width = a[2].min(b[2]) - a[0].max(b[0]);
    let height = a[3].min(b[3]) - a[1].max(b[1]);
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    let area = |c: Bounds| (c[2] - c[0]) * (c[3] - c[1]);
    let both = width * height;
    both / (area(a) + area(b) - both)
}

/// An expected box, and how many pixels it may be off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub bounds: Bounds,
    pub doubt: f32,
}

impl Expected {
    /// Overlap with a seen box, both larger by the doubt on each side.
    fn meets(&self, seen: Bounds) -> f32 {
        let grown = |[x1, y1, x2, y2]: Bounds| {
            [x1 - self.doubt, y1 - self.doubt, x2 + self.doubt, y2 + self.doubt]
        };
        iou(grown(self.bounds), grown(seen))
    }
}

/// Pairs of an expected and a seen box, by their numbers, each in one pair at most: those that overlap
/// most first, down to `least`. Of equal overlaps the earlier numbers come first.
pub(super) fn pair(
    expected: &[(usize, Expected)],
    seen: &[(usize, Bounds)],
    least: f32,
) -> Vec<(usize, usize)> {
    let mut overlaps = Vec::new();
    for &(i, expected) in expected {
        for &(j, bounds) in seen {
            let overlap = expected.meets(bounds);
            if overlap >= least {
                overlaps.push((overlap, i, j));
            }
        }
    }
    overlaps.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let (mut expected, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for (_, i, j) in overlaps {
        if !expected.contains(&i) && seen.insert(j) {
            expected.insert(i);
            pairs.push((i, j));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_pair_up_first_and_each_once() {
        let at = |x: f32| [x, 0.0, x + 10.0, 10.0];
        let overlap = iou(at(0.0), at(5.0));
        assert!((overlap - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!((iou(at(0.0), at(10.0)), iou(at(3.0), at(3.0))), (0.0, 1.0));
        let exact = |x: f32| Expected { bounds: at(x), doubt: 0.0 };
        let expected = [(0, exact(0.0)), (1, exact(4.0)), (2, exact(50.0))];
        let seen = [(0, at(3.0)), (1, at(-4.0)), (2, at(90.0))];
        assert_eq!(pair(&expected, &seen, 0.2), [(1, 0), (0, 1)]);
        assert_eq!(pair(&expected, &seen, 0.5), [(1, 0)]);
        let unsure = Expected { bounds: at(0.0), doubt: 5.0 };
        assert!(unsure.meets(at(14.0)) > 0.1 && exact(0.0).meets(at(14.0)) == 0.0);
    }
}
