//! What a decoder of units is to the rest.

use std::borrow::Cow;

use crate::frame::Pixels;
use crate::source::coded::Units;

/// A picture as it was decoded, in its own size.
#[derive(Debug)]
pub(in crate::source) struct Decoded {
    pub width: usize,
    pub height: usize,
    pub pixels: Pixels,
    /// Its place in the order of display.
    pub order: i64,
    /// Whether all of it was decoded, as far as that can be seen; what was not is zero in all planes.
    pub whole: bool,
}

/// Why a unit was not decoded, or gave no picture.
#[derive(Debug)]
pub(in crate::source) enum Failure {
    /// It is damaged.
    Damaged(Cow<'static, str>),
    /// It is damaged, or of a kind that the decoder does not know.
    Unsupported(String),
    /// The decoder may be left half-changed.
    Broken(String),
    /// It refers to pictures before the file's start.
    Early,
    /// A picture that is not shown.
    Hidden,
}

impl Failure {
    pub(in crate::source) fn damaged(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Damaged(why.into())
    }
}

/// A decoder of coded pictures that are made of units.
pub(in crate::source) trait Codec: Default + Send {
    type Unit<'a>;

    /// The decoder, with its version.
    const DECODER: &'static str;

    /// The units of a coded picture.
    fn units(bytes: &[u8], units: Units) -> Vec<Self::Unit<'_>>;

    /// The parameter sets in a container's record of the coding.
    ///
    /// # Errors
    /// It is damaged.
    fn sets(config: &[u8]) -> Result<Vec<Self::Unit<'_>>, Cow<'static, str>>;

    fn is_slice(unit: &Self::Unit<'_>) -> bool;

    /// Whether a slice is of a picture behind which nothing refers to what was before it, nor is shown before it.
    fn is_key(&self, unit: &Self::Unit<'_>) -> bool;

    /// Whether decoding may start with the picture of a slice, if it must.
    fn may_start(unit: &Self::Unit<'_>) -> bool;

    /// Whether a picture of this place in the order of display starts a new order, whether or not it is a key picture.
    fn restarts(order: i64) -> bool;

    /// Whether a coded picture is a whole one, and not a field; else it comes out with the next.
    fn is_progressive(&self) -> bool;

    /// Decodes a unit; gives the picture before it, once that is known to be complete.
    ///
    /// # Errors
    /// The unit cannot be decoded.
    fn feed(&mut self, unit: &Self::Unit<'_>) -> Result<Option<Decoded>, Failure>;

    /// The picture whose units have been given; none where nothing of it was decoded.
    ///
    /// # Errors
    /// [`Failure::Hidden`], [`Failure::Broken`].
    fn flush(&mut self) -> Result<Option<Decoded>, Failure>;

    /// Starts anew behind damage: parameter sets are forgotten, too.
    fn reset(&mut self);

    /// Pictures per second, where the stream says.
    fn fps(&self) -> Option<f64>;
}

/// The order nearest to another one of which a part is known (H.265, 8.3.1, and H.264, 8.2.1.1).
pub(in crate::source) fn nearest(last: i32, part: i32, modulo: i32) -> Option<i32> {
    let before = last.rem_euclid(modulo);
    let start = last.checked_sub(before)?;
    let start = if part < before && before - part >= modulo / 2 {
        start.checked_add(modulo)?
    } else if part > before && part - before > modulo / 2 {
        start.checked_sub(modulo)?
    } else {
        start
    };
    start.checked_add(part)
}
