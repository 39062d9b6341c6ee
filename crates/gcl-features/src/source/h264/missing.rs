//! Macroblocks that were never decoded. In a damaged slice the decoder loses its place and takes the slice to be over
//! sooner than it is; it does not say so, and leaves the rest of the picture at zero.

/// The side of a macroblock in pixels.
const SIDE: usize = 16;
/// How far deblocking reaches from a neighbour into a macroblock, in samples of luma.
const SMEARED: usize = 4;

/// Whether some macroblock of a picture of 8 bits is zero in all three planes: a green outside of what video may hold.
/// `step` is the luma samples per chroma sample. Of a field's macroblocks every other row is looked at.
pub(super) fn some_missing(width: usize, [y, u, v]: [&[u8]; 3], step: (usize, usize)) -> bool {
    let columns = width.div_ceil(step.0);
    let (across, down) = (SIDE / step.0, SIDE / step.1);
    let height = y.len() / width.max(1);
    (0..height.div_ceil(SIDE)).any(|row| {
        (0..width.div_ceil(SIDE)).any(|column| {
            (0..2).any(|field| {
                let chroma = (column * across, row * down);
                let luma = (column * SIDE, row * SIDE);
                zero(u, columns, chroma, (across, down), SMEARED / step.0, field)
                    && zero(v, columns, chroma, (across, down), SMEARED / step.0, field)
                    && zero(y, width, luma, (SIDE, SIDE), SMEARED, field)
            })
        })
    })
}

/// Whether a block of a plane is zero, but for `margin` samples at its sides, in the even or the odd rows.
fn zero(
    plane: &[u8],
    width: usize,
    (x, y): (usize, usize),
    (across, down): (usize, usize),
    margin: usize,
    field: usize,
) -> bool {
    let columns = x + margin..(x + across - margin).min(width);
    let mut rows = plane.chunks(width.max(1)).skip(y).take(down - margin).skip(margin + field);
    let mut some = false;
    let all = rows.by_ref().step_by(2).all(|row| {
        row.get(columns.clone()).is_some_and(|part| {
            some |= !part.is_empty();
            part.iter().all(|&sample| sample == 0)
        })
    });
    all && some
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize) -> [Vec<u8>; 3] {
        let chroma = width.div_ceil(2) * height.div_ceil(2);
        // Black, as video codes it, and black of full range.
        [vec![0; width * height], vec![128; chroma], vec![128; chroma]]
    }

    fn missing(width: usize, planes: &[Vec<u8>; 3]) -> bool {
        some_missing(width, planes.each_ref().map(Vec::as_slice), (2, 2))
    }

    /// Sets the macroblock at (`column`, `row`) to zero, in every `step`-th row.
    fn clear(planes: &mut [Vec<u8>; 3], width: usize, (column, row): (usize, usize), step: usize) {
        for (plane, (width, side)) in
            planes.iter_mut().zip([(width, 16), (width.div_ceil(2), 8), (width.div_ceil(2), 8)])
        {
            for line in plane.chunks_mut(width).skip(row * side).take(side).step_by(step) {
                let from = column * side;
                let to = (from + side).min(width);
                line[from..to].fill(0);
            }
        }
    }

    #[test]
    fn a_macroblock_that_was_not_decoded_is_seen_wherever_it_is() {
        let (width, height) = (70, 50);
        assert!(!missing(width, &picture(width, height)));
        for place in [(0, 0), (3, 2), (2, 1)] {
            for step in [1, 2] {
                let mut planes = picture(width, height);
                clear(&mut planes, width, place, step);
                assert!(missing(width, &planes), "{place:?}, every {step}");
                // What deblocking smears over its sides does not hide it.
                let (column, row) = place;
                planes[0][row * 16 * width + column * 16] = 3;
                assert!(missing(width, &planes), "{place:?}, every {step}, smeared");
            }
        }
    }

    #[test]
    fn a_dark_or_a_green_part_is_none() {
        let mut planes = picture(64, 48);
        planes[1].fill(0);
        assert!(!missing(64, &planes));
        planes[2].fill(1);
        assert!(!missing(64, &planes));
        planes[2].fill(0);
        planes[0].fill(80); // the darkest green with such chroma
        assert!(!missing(64, &planes));
    }
}
