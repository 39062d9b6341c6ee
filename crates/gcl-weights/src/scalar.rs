//! The scalars beside a checkpoint's tensors.

use std::fmt;

/// A value stored beside the tensors: an epoch, a name, a training argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Python's `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer; wide enough for unsigned 64-bit seeds.
    Int(i128),
    /// A float.
    Float(f64),
    /// A text.
    Text(String),
    /// A short list or tuple of scalars.
    List(Vec<Scalar>),
}

impl Scalar {
    /// The number, integer or float.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Scalar::Int(value) => Some(*value as f64),
            Scalar::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::None => f.write_str("none"),
            Scalar::Bool(value) => write!(f, "{value}"),
            Scalar::Int(value) => write!(f, "{value}"),
            Scalar::Float(value) => write!(f, "{value}"),
            Scalar::Text(text) => f.write_str(text),
            Scalar::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}
