//! Many `f32` in JSON, as base64 of their little-endian bytes: exact, short and quick to read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    serializer.serialize_str(&STANDARD.encode(bytes))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
    let (values, rest) = bytes.as_chunks::<4>();
    match rest.is_empty() {
        true => Ok(values.iter().map(|v| f32::from_le_bytes(*v)).collect()),
        false => Err(D::Error::custom("base64 of f32 values must hold whole values")),
    }
}
