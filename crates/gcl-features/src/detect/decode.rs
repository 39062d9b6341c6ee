//! From the network's six maps to boxes.

use gcl_data::tracks::Bounds;
use gcl_kernels::Output;

use super::anchors::{Anchor, anchors, per_place};
use super::{CLASSES, Found};
use crate::objects::tracker::iou;

/// What the centre's and the size's numbers are divided by.
const CENTRE: f32 = 10.0;
const SIZE: f32 = 5.0;

/// The boxes of all maps that the network is at least this sure of, in pixels of a picture of `width` by `height`
/// pixels. The first class stands for nothing, and is left out.
pub(super) fn decode(maps: &[Output], [width, height]: [f32; 2], least: f32) -> Vec<Found> {
    // Of the share's inverse, so that most logits are only compared.
    let least_logit = (least / (1.0 - least)).ln();
    let mut found = Vec::new();
    for (map, output) in maps.iter().enumerate() {
        let (boxes, anchors) = (per_place(map), anchors(map));
        let places = anchors.len() / boxes;
        let value = |channel: usize, place: usize| {
            output.data.get(channel * places + place).copied().unwrap_or(f32::NEG_INFINITY)
        };
        for (i, anchor) in anchors.iter().enumerate() {
            let (place, which) = (i / boxes, i % boxes);
            for class in 1..CLASSES.len() {
                let logit = value(4 * boxes + which * CLASSES.len() + class, place);
                if logit < least_logit {
                    continue;
                }
                let [y, x, h, w] = [0, 1, 2, 3].map(|part| value(4 * which + part, place));
                if let Some(bounds) = bounds(anchor, [x, y], [w, h], [width, height]) {
                    found.push(Found { class, bounds, confidence: 1.0 / (1.0 + (-logit).exp()) });
                }
            }
        }
    }
    found
}

/// The part of a box inside the picture, if there is any.
fn bounds(anchor: &Anchor, centre: [f32; 2], size: [f32; 2], picture: [f32; 2]) -> Option<Bounds> {
    let mut bounds = [0.0; 4];
    for axis in 0..2 {
        let at = centre[axis] / CENTRE * anchor.size[axis] + anchor.centre[axis];
        let half = 0.5 * (size[axis] / SIZE).exp() * anchor.size[axis];
        bounds[axis] = (at - half).clamp(0.0, 1.0) * picture[axis];
        bounds[axis + 2] = (at + half).clamp(0.0, 1.0) * picture[axis];
    }
    let [x1, y1, x2, y2] = bounds;
    (x1 < x2 && y1 < y2).then_some(bounds)
}

/// The surest boxes: of two of a class that overlap by more than `most`, the surer one. In the order of confidence.
pub(super) fn suppress(mut found: Vec<Found>, most: f32) -> Vec<Found> {
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        let same = kept.iter().filter(|other| other.class == one.class);
        if same.into_iter().all(|other| iou(other.bounds, one.bounds) <= most) {
            kept.push(one);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_box_is_where_its_numbers_say() {
        // The only place of the last map: its second box, of a class and of nothing.
        let mut data = vec![-20.0; 6 * 28];
        data[4..8].copy_from_slice(&[1.0, -1.0, 0.0, 5.0 * 0.5f32.ln()]);
        data[24 + 24 + 4] = 2.0;
        data[24 + 24] = 9.0;
        let empty = |map: usize| {
            let count = anchors(map).len() * 28;
            Output { name: String::new(), shape: vec![], data: vec![-20.0; count] }
        };
        let mut maps: Vec<Output> = (0..6).map(empty).collect();
        maps[5].data = data;
        let found = decode(&maps, [100.0, 200.0], 0.5);
        assert_eq!(found.len(), 1);
        let Found { class, bounds: [x1, y1, x2, y2], confidence } = found[0];
        assert_eq!((class, CLASSES[class]), (4, "Person"));
        assert!((confidence - 0.880797).abs() < 1e-5);
        // 0.95 by the root of 2 wide, and that much less high.
        let (w, h) = (0.95 * 2f32.sqrt(), 0.95 / 2f32.sqrt());
        let (x, y) = (0.5 - 0.1 * w, 0.5 + 0.1 * h);
        let expected = [x - w / 4.0, y - h / 2.0, x + w / 4.0, y + h / 2.0];
        for (found, (share, side)) in
            [x1, y1, x2, y2].into_iter().zip(expected.into_iter().zip([100.0, 200.0, 100.0, 200.0]))
        {
            assert!((found - share.clamp(0.0, 1.0) * side).abs() < 1e-3, "{found} {share}");
        }
    }

    #[test]
    fn of_overlapping_boxes_the_surer_one_stays() {
        let at = |x: f32, class, confidence| Found {
            class,
            bounds: [x, 0.0, x + 10.0, 10.0],
            confidence,
        };
        let found = vec![at(0.0, 4, 0.5), at(1.0, 4, 0.9), at(1.0, 23, 0.4), at(8.0, 4, 0.3)];
        let kept = suppress(found, 0.5);
        assert_eq!(kept, [at(1.0, 4, 0.9), at(1.0, 23, 0.4), at(8.0, 4, 0.3)]);
    }
}
