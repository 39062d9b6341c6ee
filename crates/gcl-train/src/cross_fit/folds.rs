//! How footage is cut into folds.

use std::ops::Range;

/// A video this many segments long per fold is cut; a shorter one stays whole.
const CUT: usize = 10;

/// Consecutive segments of one video that belong to one fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The video's place in the set.
    pub video: usize,
    /// Its segments.
    pub segments: Range<usize>,
    /// The fold, from 0.
    pub fold: usize,
}

/// Cuts videos of so many segments into `count` folds, in the order of the videos.
///
/// Long videos are cut into as many parts of equal length as there are folds, so that every camera is seen
/// by every model, and what is left out around a segment is mostly far from it in time. Videos of fewer than 10
/// segments a fold go whole into one fold after the other, unless there are too few of them. With too few
/// segments to leave anything out, all are in fold 0.
///
/// ```
/// use gcl_train::cross_fit::folds;
///
/// let pieces = folds(&[1000, 15, 15, 15], 2);
/// let of = |video| pieces.iter().filter(move |p| p.video == video);
/// assert_eq!(of(0).map(|p| p.segments.clone()).collect::<Vec<_>>(), [0..500, 500..1000]);
/// assert_eq!([1, 2, 3].map(|v| of(v).map(|p| p.fold).collect::<Vec<_>>()), [[1], [0], [1]]);
/// ```
#[must_use]
pub fn folds(lengths: &[usize], count: usize) -> Vec<Piece> {
    let total: usize = lengths.iter().sum();
    let enough = CUT.checked_mul(count).is_some_and(|least| total >= least);
    let count = if enough { count.max(1) } else { 1 };
    let few = lengths.len() < count;
    let mut pieces = Vec::new();
    for (video, &length) in lengths.iter().enumerate() {
        if few || length >= CUT * count {
            let cut = |part: usize| part * length / count;
            pieces.extend((0..count).map(|part| Piece {
                video,
                segments: cut(part)..cut(part + 1),
                fold: part,
            }));
        } else {
            pieces.push(Piece { video, segments: 0..length, fold: video % count });
        }
    }
    pieces.retain(|piece| !piece.segments.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_is_in_one_piece_and_folds_are_of_a_size() {
        for lengths in [
            vec![1130],
            vec![11; 14],
            vec![500, 40, 300],
            vec![25; 40],
            vec![7, 0, 95],
            vec![9, 11, 90],
        ] {
            let pieces = folds(&lengths, 5);
            for (video, &length) in lengths.iter().enumerate() {
                let mut next = 0;
                for piece in pieces.iter().filter(|piece| piece.video == video) {
                    assert_eq!(piece.segments.start, next, "{lengths:?}");
                    next = piece.segments.end;
                }
                assert_eq!(next, length, "{lengths:?}");
            }
            let total: usize = lengths.iter().sum();
            for fold in 0..5 {
                let own = pieces.iter().filter(|p| p.fold == fold);
                let size: usize = own.map(|p| p.segments.len()).sum();
                assert!(size > 0 && 2 * size < total, "{lengths:?}: fold {fold} has {size}");
            }
        }
    }

    #[test]
    fn too_few_segments_are_one_fold() {
        assert!(folds(&[25, 24], 5).iter().all(|piece| piece.fold == 0));
        assert!(folds(&[25, 25], 5).iter().any(|piece| piece.fold == 4));
        assert!(folds(&[], 5).is_empty());
    }
}
