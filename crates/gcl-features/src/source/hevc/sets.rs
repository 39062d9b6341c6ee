//! Parameter sets of HEVC (ITU-T H.265, 7.3.2), as far as slices' headers and colours need them.

use crate::colour::Matrix;
use crate::source::bits::Bits;

/// The most pictures that one may refer to.
pub(super) const MOST_REFERENCES: usize = 16;
/// The most reference picture sets, and long-term pictures, of a sequence.
const MOST_SETS: u32 = 64;
const MOST_LONG: u32 = 32;

/// Pictures that are kept beside one: by how much their order differs from its own, and whether it refers to them.
pub(super) type Kept = Vec<(i32, bool)>;

/// A sequence parameter set.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    pub id: u32,
    pub separate_planes: bool,
    pub width: u32,
    pub height: u32,
    /// Bits of the coded part of a picture's order.
    pub order_bits: u32,
    pub sets: Vec<Kept>,
    /// Long-term pictures: the coded part of their order, and whether they are referred to; none where there are none at all.
    pub long: Option<Vec<(u32, bool)>>,
    pub full_range: bool,
    pub matrix: Matrix,
    pub fps: Option<f64>,
}

/// What slices need of a picture parameter set.
#[derive(Debug)]
pub(super) struct Picture {
    pub id: u32,
    pub sequence: u32,
    /// Whether slices say that their picture is not shown.
    pub hides: bool,
    pub extra_bits: u32,
}

/// Reads a picture parameter set.
pub(super) fn picture(rbsp: &[u8]) -> Option<Picture> {
    let bits = &mut Bits::new(rbsp);
    let (id, sequence) = (bits.number()?, bits.number()?);
    bits.flag()?; // dependent slices
    Some(Picture { id, sequence, hides: bits.flag()?, extra_bits: bits.bits(3)? })
}

/// Reads a sequence parameter set; colours and rate as far as they can be read.
pub(super) fn sequence(rbsp: &[u8]) -> Option<Sequence> {
    let bits = &mut Bits::new(rbsp);
    bits.skip(4)?;
    let layers = bits.bits(3)?;
    bits.skip(1)?;
    profile(bits, layers)?;
    let mut sequence = Sequence { id: bits.number()?, ..Sequence::default() };
    let chroma = bits.number()?;
    sequence.separate_planes = chroma == 3 && bits.flag()?;
    (sequence.width, sequence.height) = (bits.number()?, bits.number()?);
    if bits.flag()? {
        numbers(bits, 4)?; // the part that is shown
    }
    numbers(bits, 2)?; // bits a sample
    sequence.order_bits = bits.number()?.checked_add(4).filter(|bits| *bits <= 16)?;
    let first = if bits.flag()? { 0 } else { layers };
    numbers(bits, 3 * (layers + 1 - first))?;
    numbers(bits, 6)?; // sizes and depths of blocks
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        numbers(bits, 2)?;
        bits.skip(1)?;
    }
    let sets = bits.number().filter(|sets| *sets <= MOST_SETS)?;
    for n in 0..sets {
        let set = kept(bits, n as usize, sets as usize, &sequence.sets)?;
        sequence.sets.push(set);
    }
    if bits.flag()? {
        let count = bits.number().filter(|count| *count <= MOST_LONG)?;
        let long = (0..count).map(|_| Some((bits.bits(sequence.order_bits)?, bits.flag()?)));
        sequence.long = Some(long.collect::<Option<_>>()?);
    }
    bits.skip(2)?;
    if bits.flag()? {
        // Optional in all it says.
        let _ = usability(bits, &mut sequence);
    }
    Some(sequence)
}

fn numbers(bits: &mut Bits<'_>, count: u32) -> Option<()> {
    (0..count).try_for_each(|_| bits.number().map(drop))
}

/// Passes over profile and level, of all layers.
fn profile(bits: &mut Bits<'_>, layers: u32) -> Option<()> {
    bits.skip(88 + 8)?;
    let mut length = 0;
    for _ in 0..layers {
        length += if bits.flag()? { 88 } else { 0 };
        length += if bits.flag()? { 8 } else { 0 };
    }
    if layers > 0 {
        length += 2 * (8 - layers as usize);
    }
    bits.skip(length)
}

fn scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4u32 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            let count = match bits.flag()? {
                false => 1,
                true => 64.min(1 << (4 + 2 * size)) + u32::from(size > 1),
            };
            numbers(bits, count)?;
        }
    }
    Some(())
}

/// Reads a reference picture set (7.3.7), number `n` of `count` of a sequence; `n == count` is a slice's own.
pub(super) fn kept(bits: &mut Bits<'_>, n: usize, count: usize, before: &[Kept]) -> Option<Kept> {
    if n > 0 && bits.flag()? {
        let back = if n == count { bits.number()? as usize } else { 0 };
        let from = before.get(n.checked_sub(back.checked_add(1)?)?)?;
        let negative = bits.flag()?;
        let by = bits.number().filter(|by| *by < 1 << 15)?.cast_signed() + 1;
        let by = if negative { -by } else { by };
        // Those of the other set, and the picture that it is of.
        let moved = from.iter().map(|(order, _)| *order).chain([0]);
        let mut set = Kept::new();
        for order in moved {
            let used = bits.flag()?;
            if used || bits.flag()? {
                set.push((order.checked_add(by)?, used));
            }
        }
        set.retain(|(order, _)| *order != 0);
        in_order(&mut set);
        return (set.len() <= MOST_REFERENCES).then_some(set);
    }
    let counts = [bits.number()?, bits.number()?];
    let all = counts[0].checked_add(counts[1])? as usize;
    let mut set = Kept::new();
    for (count, sign) in counts.into_iter().zip([-1, 1]).filter(|_| all <= MOST_REFERENCES) {
        let mut order = 0i32;
        for _ in 0..count {
            order += sign * (bits.number().filter(|by| *by < 1 << 15)?.cast_signed() + 1);
            set.push((order, bits.flag()?));
        }
    }
    (all <= MOST_REFERENCES).then_some(set)
}

/// Those before the picture, the nearest first, and then those behind it: the order in which other sets refer to them.
fn in_order(set: &mut Kept) {
    set.sort_by_key(|(order, _)| (*order > 0, order.abs()));
}

/// Reads the range and the matrix of colours, and the rate (annex E).
fn usability(bits: &mut Bits<'_>, sequence: &mut Sequence) -> Option<()> {
    if bits.flag()? && bits.bits(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if bits.flag()? {
        bits.skip(3)?;
        sequence.full_range = bits.flag()?;
        if bits.flag()? {
            bits.skip(16)?;
            sequence.matrix = Matrix::from_code(bits.bits(8)? as u8);
        }
    }
    if bits.flag()? {
        numbers(bits, 2)?;
    }
    bits.skip(3)?;
    if bits.flag()? {
        numbers(bits, 4)?;
    }
    if bits.flag()? {
        let (units, scale) = (bits.bits(32)?, bits.bits(32)?);
        sequence.fps = (units > 0 && scale > 0).then(|| f64::from(scale) / f64::from(units));
    }
    Some(())
}
