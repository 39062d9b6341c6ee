//! NumPy's types, and scalars, which training scripts leave among a checkpoint's numbers.

use half::f16;

use super::Node;
use crate::Dtype;

/// The type of a NumPy scalar or array: its kind (`f`, `i`, `u`, `b`) and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumpyType {
    kind: u8,
    size: usize,
}

impl NumpyType {
    /// From NumPy's short name, as `f8`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim_start_matches(['<', '|', '=']);
        let (kind, size) = name.split_at_checked(1)?;
        let size = size.parse().ok().filter(|s| [1, 2, 4, 8].contains(s))?;
        let kind = *kind.as_bytes().first()?;
        let known = match kind {
            b'f' => size >= 2,
            b'i' | b'u' => true,
            b'b' => size == 1,
            _ => false,
        };
        known.then_some(Self { kind, size })
    }

    /// The type of an array's elements, where there is such a one.
    pub fn dtype(self) -> Option<Dtype> {
        Some(match (self.kind, self.size) {
            (b'f', 8) => Dtype::F64,
            (b'f', 4) => Dtype::F32,
            (b'f', 2) => Dtype::F16,
            (b'i', 8) => Dtype::I64,
            (b'i', 4) => Dtype::I32,
            (b'i', 2) => Dtype::I16,
            (b'i', 1) => Dtype::I8,
            (b'u', 1) => Dtype::U8,
            (b'b', 1) => Dtype::Bool,
            _ => return None,
        })
    }

    /// The value of these bytes, little-endian; `None` if they are not as many as the type has.
    pub fn value(self, bytes: &[u8]) -> Option<Node> {
        if bytes.len() != self.size {
            return None;
        }
        let mut wide = [0; 8];
        wide.get_mut(..self.size)?.copy_from_slice(bytes);
        let unsigned = u64::from_le_bytes(wide);
        let unused = 64 - 8 * self.size as u32;
        Some(match (self.kind, self.size) {
            (b'b', _) => Node::Bool(unsigned != 0),
            (b'u', _) => Node::Int(unsigned.into()),
            (b'i', _) => Node::Int((((unsigned << unused) as i64) >> unused).into()),
            (_, 2) => Node::Float(f16::from_bits(unsigned as u16).to_f64()),
            (_, 4) => Node::Float(f32::from_bits(unsigned as u32).into()),
            _ => Node::Float(f64::from_bits(unsigned)),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values() {
        let value = |name: &str, bytes: &[u8]| NumpyType::parse(name).unwrap().value(bytes);
        assert!(matches!(value("i2", &[0xfe, 0xff]), Some(Node::Int(-2))));
        assert!(matches!(value("u1", &[0xfe]), Some(Node::Int(254))));
        assert!(matches!(value("<f8", &1.5f64.to_le_bytes()), Some(Node::Float(v)) if v == 1.5));
        assert!(matches!(value("f2", &[0, 0x3e]), Some(Node::Float(v)) if v == 1.5));
        assert!(matches!(value("b1", &[1]), Some(Node::Bool(true))));
        assert!(value("i8", &[0; 4]).is_none());
        for name in ["", "f", "f1", "O8", "i3", ">f4", "é"] {
            assert_eq!(NumpyType::parse(name), None, "{name}");
        }
    }
}
