//! The element types, and their values as `f32` or `i64`.

use std::fmt;

use half::{bf16, f16};

/// The type of a tensor's elements; all are stored little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

/// Each type with its name in safetensors, its PyTorch storage class and its bytes per element.
const TABLE: [(Dtype, &str, &str, u64); 10] = [
    (Dtype::F64, "F64", "DoubleStorage", 8),
    (Dtype::F32, "F32", "FloatStorage", 4),
    (Dtype::F16, "F16", "HalfStorage", 2),
    (Dtype::Bf16, "BF16", "BFloat16Storage", 2),
    (Dtype::I64, "I64", "LongStorage", 8),
    (Dtype::I32, "I32", "IntStorage", 4),
    (Dtype::I16, "I16", "ShortStorage", 2),
    (Dtype::I8, "I8", "CharStorage", 1),
    (Dtype::U8, "U8", "ByteStorage", 1),
    (Dtype::Bool, "BOOL", "BoolStorage", 1),
];

impl Dtype {
    /// The name in safetensors, such as `F32`.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// Bytes of an element.
    pub fn size(self) -> u64 {
        TABLE[self as usize].3
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    pub(crate) fn from_storage(class: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.2 == class).map(|row| row.0)
    }

    /// Appends whole elements as `f32`: floats are rounded to the nearest, integers must be exact.
    /// Answers with the first integer that is not.
    pub(crate) fn f32s(self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), i64> {
        #[allow(clippy::cast_possible_truncation)] // rounding is intended
        match self {
            Dtype::F64 => out.extend(each(bytes).map(|b| f64::from_le_bytes(b) as f32)),
            Dtype::F32 => out.extend(each(bytes).map(f32::from_le_bytes)),
            Dtype::F16 => out.extend(each(bytes).map(|b| f16::from_le_bytes(b).to_f32())),
            Dtype::Bf16 => out.extend(each(bytes).map(|b| bf16::from_le_bytes(b).to_f32())),
            _ => {
                let mut integers = Vec::with_capacity(bytes.len() / self.size() as usize);
                // Integer types always have integers.
                let _ = self.i64s(bytes, &mut integers);
                for value in integers {
                    let float = value as f32;
                    if float as i128 != i128::from(value) {
                        return Err(value);
                    }
                    out.push(float);
                }
            }
        }
        Ok(())
    }

    /// Appends whole elements as `i64`. Floating types are refused.
    pub(crate) fn i64s(self, bytes: &[u8], out: &mut Vec<i64>) -> Result<(), ()> {
        match self {
            Dtype::I64 => out.extend(each(bytes).map(i64::from_le_bytes)),
            Dtype::I32 => out.extend(each(bytes).map(|b| i64::from(i32::from_le_bytes(b)))),
            Dtype::I16 => out.extend(each(bytes).map(|b| i64::from(i16::from_le_bytes(b)))),
            Dtype::I8 => out.extend(each(bytes).map(|b| i64::from(i8::from_le_bytes(b)))),
            Dtype::U8 => out.extend(bytes.iter().map(|b| i64::from(*b))),
            Dtype::Bool => out.extend(bytes.iter().map(|b| i64::from(*b != 0))),
            _ => return Err(()),
        }
        Ok(())
    }
}

/// The bytes as arrays of `N`; what is left over is dropped.
fn each<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    let (arrays, _) = bytes.as_chunks::<N>();
    arrays.iter().copied()
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, index);
            assert_eq!(Dtype::from_name(row.1), Some(row.0));
            assert_eq!(Dtype::from_storage(row.2), Some(row.0));
        }
    }

    #[test]
    fn values() {
        let f32s = |dtype: Dtype, bytes: &[u8]| {
            let mut out = Vec::new();
            dtype.f32s(bytes, &mut out).map(|()| out)
        };
        assert_eq!(f32s(Dtype::F16, &[0x00, 0x3e, 0x00, 0xc0]), Ok(vec![1.5, -2.0]));
        assert_eq!(f32s(Dtype::Bf16, &[0xc0, 0x3f]), Ok(vec![1.5]));
        assert_eq!(f32s(Dtype::F64, &0.1f64.to_le_bytes()), Ok(vec![0.1]));
        assert_eq!(f32s(Dtype::I8, &[0xff, 0x7f]), Ok(vec![-1.0, 127.0]));
        assert_eq!(f32s(Dtype::Bool, &[0, 1]), Ok(vec![0.0, 1.0]));
        assert_eq!(f32s(Dtype::I64, &16_777_217i64.to_le_bytes()), Err(16_777_217));
        assert_eq!(f32s(Dtype::I64, &i64::MAX.to_le_bytes()), Err(i64::MAX));
        let mut out = Vec::new();
        Dtype::I16.i64s(&[0xfe, 0xff], &mut out).unwrap();
        assert_eq!(out, [-2]);
        assert_eq!(Dtype::F32.i64s(&[0; 4], &mut out), Err(()));
    }
}
