//! The element types that are read, and their conversion to `f32`.

use std::fmt;

use half::f16;

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // NumPy's own names
pub enum Kind {
    Bool,
    I1,
    U1,
    I2,
    U2,
    I4,
    U4,
    I8,
    U8,
    F2,
    F4,
    F8,
}

crate::named!(Kind:
    Bool = "b1", I1 = "i1", U1 = "u1", I2 = "i2", U2 = "u2", I4 = "i4", U4 = "u4", I8 = "i8", U8 = "u8",
    F2 = "f2", F4 = "f4", F8 = "f8");

/// An element type with its byte order, such as NumPy's `<f4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dtype {
    /// What an element is.
    pub kind: Kind,
    /// Whether its most significant byte comes first; false for one-byte kinds.
    pub big_endian: bool,
}

impl Dtype {
    /// The type that a header's `descr` names, or `None` if it is not one of [`Kind`]'s.
    pub(super) fn parse(descr: &str) -> Option<Self> {
        let mut chars = descr.chars();
        let order = chars.next()?;
        let kind = chars.as_str().parse().ok()?;
        let dtype = |big_endian| Self { kind, big_endian };
        match (order, dtype(false).size()) {
            ('<' | '>' | '=' | '|', 1) | ('<', _) => Some(dtype(false)),
            ('>', _) => Some(dtype(true)),
            ('=', _) => Some(dtype(cfg!(target_endian = "big"))),
            _ => None,
        }
    }

    /// Bytes in an element.
    pub fn size(&self) -> usize {
        match self.kind {
            Kind::Bool | Kind::I1 | Kind::U1 => 1,
            Kind::I2 | Kind::U2 | Kind::F2 => 2,
            Kind::I4 | Kind::U4 | Kind::F4 => 4,
            Kind::I8 | Kind::U8 | Kind::F8 => 8,
        }
    }

    /// Appends the elements in `bytes` to `out` as `f32`; an `f8` beyond `f32` becomes infinite.
    pub(super) fn decode(&self, bytes: &[u8], out: &mut Vec<f32>) {
        /// One element type in both byte orders; integers above 2^24 are rounded.
        macro_rules! convert {
            ($t:ty, $to_f32:expr) => {{
                let (elements, _) = bytes.as_chunks::<{ size_of::<$t>() }>();
                if self.big_endian {
                    out.extend(elements.iter().map(|b| $to_f32(<$t>::from_be_bytes(*b))));
                } else {
                    out.extend(elements.iter().map(|b| $to_f32(<$t>::from_le_bytes(*b))));
                }
            }};
        }
        match self.kind {
            Kind::Bool | Kind::U1 => out.extend(bytes.iter().map(|&b| f32::from(b))),
            Kind::I1 => convert!(i8, f32::from),
            Kind::I2 => convert!(i16, f32::from),
            Kind::U2 => convert!(u16, f32::from),
            Kind::I4 => convert!(i32, |v| v as f32),
            Kind::U4 => convert!(u32, |v| v as f32),
            Kind::I8 => convert!(i64, |v| v as f32),
            Kind::U8 => convert!(u64, |v| v as f32),
            Kind::F2 => convert!(f16, f16::to_f32),
            Kind::F4 => convert!(f32, std::convert::identity),
            Kind::F8 => convert!(f64, |v| v as f32),
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match (self.size(), self.big_endian) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        write!(f, "{order}{}", self.kind)
    }
}
