//! Which boxes of a frame are objects.

use gcl_data::tracks::Detection;

use super::CubeRule;

/// The boxes of **one frame** that are kept, in order: with more than the rule's confidence (where they
/// have one), not inside another such box (all four sides strictly), and with a longer side of at least
/// the rule's pixels. The work grows with the square of the number of boxes.
pub fn select(boxes: &[Detection], rule: &CubeRule) -> Vec<Detection> {
    let boxes: Vec<&Detection> = boxes.iter().filter(|d| is_sure(d, rule)).collect();
    let inside = |[x1, y1, x2, y2]: [f32; 4], [a1, b1, a2, b2]: [f32; 4]| {
        x1 > a1 && y1 > b1 && x2 < a2 && y2 < b2
    };
    let keep = |d: &&&Detection| {
        let [x1, y1, x2, y2] = d.bounds;
        let large = (x2 - x1).max(y2 - y1) >= rule.min_side;
        large && !boxes.iter().any(|other| inside(d.bounds, other.bounds))
    };
    boxes.iter().filter(keep).map(|d| **d).collect()
}

/// Whether the detector is surer of a box than the rule asks for, or does not say.
pub(super) fn is_sure(detection: &Detection, rule: &CubeRule) -> bool {
    detection.confidence.is_none_or(|c| c > rule.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_unsure_and_enclosed_boxes_are_dropped() {
        let rule = CubeRule::default();
        let a = |bounds, confidence| Detection { frame: 0, bounds, confidence };
        let boxes = [
            a([0.0, 0.0, 40.0, 40.0], Some(0.9)),
            a([10.0, 10.0, 30.0, 30.0], Some(0.9)), // inside the first
            a([0.0, 5.0, 20.0, 30.0], Some(0.9)),   // shares a side: not inside
            a([60.0, 0.0, 69.9, 9.9], Some(0.9)),   // small
            a([60.0, 0.0, 62.0, 10.0], Some(0.9)),  // 10 pixels are enough
            a([80.0, 0.0, 180.0, 90.0], Some(0.5)), // not surer than 0.5
            a([90.0, 10.0, 100.0, 80.0], None),     // so it encloses nothing
        ];
        assert_eq!(select(&boxes, &rule), [boxes[0], boxes[2], boxes[4], boxes[6]]);
        assert!(select(&[], &rule).is_empty());
    }
}
