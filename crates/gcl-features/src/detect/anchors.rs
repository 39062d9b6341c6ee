//! The boxes that predictions are offsets from.

/// Places along a side of each map.
pub(super) const MAPS: [usize; 6] = [19, 10, 5, 3, 2, 1];

/// Sides of the first map's boxes and of the last one's, as shares of the picture's.
const SCALES: [f32; 2] = [0.2, 0.95];

/// Boxes at each place of a map.
pub(super) const fn per_place(map: usize) -> usize {
    if map == 0 { 3 } else { 6 }
}

/// A box by its centre and size, as shares of the picture's sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Anchor {
    pub centre: [f32; 2],
    pub size: [f32; 2],
}

/// All boxes of a map: row by row, place by place, and the sizes at a place in their order: those of the scale by
/// width to height, then a square between this map's scale and the next one's. The first map has fewer, one of
/// them a small square.
pub(super) fn anchors(map: usize) -> Vec<Anchor> {
    let step = (SCALES[1] - SCALES[0]) / (MAPS.len() - 1) as f32;
    let scale = |map: usize| if map < MAPS.len() { SCALES[0] + step * map as f32 } else { 1.0 };
    let own = scale(map);
    let sizes: Vec<(f32, f32)> = match map {
        0 => vec![(0.1, 1.0), (own, 2.0), (own, 0.5)],
        _ => {
            let between = (own * scale(map + 1)).sqrt();
            vec![(own, 1.0), (own, 2.0), (own, 0.5), (own, 3.0), (own, 0.3333), (between, 1.0)]
        }
    };
    let side = MAPS.get(map).copied().unwrap_or_default();
    let mut anchors = Vec::with_capacity(side * side * sizes.len());
    for place in 0..side * side {
        let at = |i: usize| (i as f32 + 0.5) / side as f32;
        let centre = [at(place % side), at(place / side)];
        let size = |&(scale, ratio): &(f32, f32)| [scale * ratio.sqrt(), scale / ratio.sqrt()];
        anchors.extend(sizes.iter().map(|sizes| Anchor { centre, size: size(sizes) }));
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_the_network_has_predictions() {
        let counts: Vec<usize> = (0..MAPS.len()).map(|map| anchors(map).len()).collect();
        assert_eq!(counts, [1083, 600, 150, 54, 24, 6]);
        let first = anchors(0)[1];
        assert!((first.centre[0] - 0.5 / 19.0).abs() < 1e-6);
        assert!((first.size[0] - 0.2 * 2f32.sqrt()).abs() < 1e-6, "{first:?}");
        let last = anchors(5)[5];
        assert_eq!(last.centre, [0.5; 2]);
        assert!((last.size[0] - 0.95f32.sqrt()).abs() < 1e-6, "{last:?}");
    }
}
