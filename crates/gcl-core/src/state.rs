//! Saved states: named parts of bytes in one safetensors buffer.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{CoreError, Result};

/// Everything that a model or a run needs to resume where it stopped.
///
/// A state is a map from part names to bytes, and becomes one safetensors buffer of `U8` tensors.
/// Modules are stored with their parameter identities, since an optimizer's state refers to them.
///
/// ```
/// use gcl_core::State;
///
/// let mut state = State::default();
/// state.put_f32s("thresholds", &[0.5, 2.0]);
/// state.put_json("epoch", &3)?;
/// let read = State::from_bytes(&state.to_bytes()?)?;
/// assert_eq!(read.get_f32s("thresholds")?, [0.5, 2.0]);
/// assert_eq!(read.get_json::<u32>("epoch")?, 3);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    parts: BTreeMap<String, Vec<u8>>,
}

impl State {
    /// Stores bytes under a name.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.parts.insert(name.to_owned(), bytes);
    }

    /// The bytes under a name.
    ///
    /// # Errors
    /// [`CoreError::State`] if there are none.
    pub fn get(&self, name: &str) -> Result<&[u8]> {
        let missing = || CoreError::State(format!("part `{name}` is missing"));
        self.parts.get(name).map(Vec::as_slice).ok_or_else(missing)
    }

    /// Stores a value as JSON.
    ///
    /// # Errors
    /// [`CoreError::State`] if it does not serialize to JSON.
    pub fn put_json<T: Serialize>(&mut self, name: &str, value: &T) -> Result<()> {
        self.put(name, serde_json::to_vec(value).map_err(bad(name))?);
        Ok(())
    }

    /// Reads back what [`State::put_json`] stored.
    ///
    /// # Errors
    /// [`CoreError::State`] if the part is missing or does not parse.
    pub fn get_json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_slice(self.get(name)?).map_err(bad(name))
    }

    /// Stores numbers as little-endian bytes.
    pub fn put_f32s(&mut self, name: &str, values: &[f32]) {
        self.put(name, to_le_bytes(values));
    }

    /// Reads back what [`State::put_f32s`] stored.
    ///
    /// # Errors
    /// [`CoreError::State`] if the part is missing or ends within a number.
    pub fn get_f32s(&self, name: &str) -> Result<Vec<f32>> {
        from_le_bytes(self.get(name)?).map_err(bad(name))
    }

    /// Stores every part of another state under `name/`.
    pub fn put_state(&mut self, name: &str, state: State) {
        for (part, bytes) in state.parts {
            self.parts.insert(format!("{name}/{part}"), bytes);
        }
    }

    /// The names of all parts, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// The parts stored under `name/`.
    pub fn get_state(&self, name: &str) -> State {
        let prefix = format!("{name}/");
        let inside = |(part, bytes): (&String, &Vec<u8>)| {
            part.strip_prefix(&prefix).map(|part| (part.to_owned(), bytes.clone()))
        };
        State { parts: self.parts.iter().filter_map(inside).collect() }
    }

    /// The state as one safetensors buffer.
    ///
    /// # Errors
    /// [`CoreError::State`] if the format refuses a part.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut views = Vec::with_capacity(self.parts.len());
        for (name, bytes) in &self.parts {
            let view = TensorView::new(Dtype::U8, vec![bytes.len()], bytes).map_err(bad(name))?;
            views.push((name.as_str(), view));
        }
        safetensors::serialize(views, None).map_err(bad("state"))
    }

    /// Reads a state back; the format checks every bound before anything is copied.
    ///
    /// # Errors
    /// [`CoreError::State`] if the buffer is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<State> {
        let file = SafeTensors::deserialize(bytes).map_err(bad("state"))?;
        let parts = file.iter().map(|(name, view)| (name.to_owned(), view.data().to_vec()));
        Ok(State { parts: parts.collect() })
    }
}

/// Numbers as little-endian bytes.
pub(crate) fn to_le_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// The numbers that such bytes are.
pub(crate) fn from_le_bytes(bytes: &[u8]) -> std::result::Result<Vec<f32>, String> {
    let words = whole_words(bytes)?;
    Ok(words.iter().map(|&word| f32::from_le_bytes(word)).collect())
}

/// Bytes in groups of four; refused if some are left.
pub(crate) fn whole_words(bytes: &[u8]) -> std::result::Result<&[[u8; 4]], String> {
    match bytes.as_chunks::<4>() {
        (words, []) => Ok(words),
        _ => Err(format!("{} bytes are not whole numbers of 4 bytes", bytes.len())),
    }
}

pub(crate) fn bad<E: std::fmt::Display>(part: &str) -> impl FnOnce(E) -> CoreError {
    move |error| CoreError::State(format!("part `{part}`: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_state_survives_its_bytes() {
        let mut inner = State::default();
        inner.put("weights", vec![1, 2, 3]);
        let mut state = State::default();
        state.put_json("step", &7u64).unwrap();
        state.put_state("pair", inner.clone());
        let back = State::from_bytes(&state.to_bytes().unwrap()).unwrap();
        assert_eq!(back.get_json::<u64>("step").unwrap(), 7);
        assert_eq!(back.get_state("pair"), inner);
    }

    #[test]
    fn damage_is_an_error() {
        let mut state = State::default();
        state.put("part", vec![0; 64]);
        let bytes = state.to_bytes().unwrap();
        assert!(State::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(State::from_bytes(&[0xff; 32]).is_err());
        assert!(state.get("other").is_err());
        let numbers = [0.5, f32::MIN_POSITIVE, -1e30];
        state.put_f32s("numbers", &numbers);
        assert_eq!(state.get_f32s("numbers").unwrap(), numbers);
        let cut = state.get("numbers").unwrap()[..11].to_vec();
        state.put("numbers", cut);
        assert!(state.get_f32s("numbers").is_err_and(|e| e.to_string().contains("numbers")));
    }
}
