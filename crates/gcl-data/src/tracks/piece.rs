//! Tracks without gaps.

use super::{Bounds, BoxTrack};

/// A part of a track with a box in every frame from `start` on.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The person.
    pub id: u32,
    /// The first frame.
    pub start: u32,
    /// One box per frame.
    pub boxes: Vec<Bounds>,
}

impl Piece {
    /// The frames, in order.
    pub fn frames(&self) -> impl Iterator<Item = u32> + use<> {
        (0..self.boxes.len()).map({
            let start = self.start;
            // Files have fewer than 2^28 frames.
            move |i| start.saturating_add(i as u32)
        })
    }
}

impl BoxTrack {
    /// The track in pieces without gaps. Where at most `max_gap` frames are missing, their boxes lie
    /// evenly between the two around them; where more are, the track is split.
    pub fn pieces(&self, max_gap: u32) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut last: Option<u32> = None;
        for (&frame, &bounds) in self.frames.iter().zip(&self.boxes) {
            let missing = last.map(|last| frame.saturating_sub(last).saturating_sub(1));
            match pieces.last_mut().zip(missing) {
                Some((piece, missing)) if missing <= max_gap => {
                    let before = piece.boxes.last().copied().unwrap_or(bounds);
                    for step in 1..=missing {
                        let share = step as f32 / (missing + 1) as f32;
                        piece.boxes.push(between(before, bounds, share));
                    }
                    piece.boxes.push(bounds);
                }
                _ => pieces.push(Piece { id: self.id, start: frame, boxes: vec![bounds] }),
            }
            last = Some(frame);
        }
        pieces
    }
}

/// The box that is `share` of the way from `a` to `b`.
fn between(a: Bounds, b: Bounds, share: f32) -> Bounds {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_gaps_are_filled_and_large_ones_split() {
        let bounds = |x: f32| [x, 0.0, x + 10.0, 20.0];
        let track = BoxTrack {
            id: 3,
            frames: vec![5, 6, 9, 13],
            boxes: vec![bounds(0.0), bounds(1.0), bounds(7.0), bounds(8.0)],
        };
        let pieces = track.pieces(2);
        assert_eq!(pieces.len(), 2);
        let lefts: Vec<f32> = pieces[0].boxes.iter().map(|b| b[0]).collect();
        assert_eq!(lefts, [0.0, 1.0, 3.0, 5.0, 7.0]);
        assert!(pieces[0].frames().eq(5..10));
        assert_eq!((pieces[1].start, &pieces[1].boxes[..]), (13, &[bounds(8.0)][..]));
        assert_eq!(track.pieces(0).len(), 3);
        assert_eq!(track.pieces(3).len(), 1);
    }
}
