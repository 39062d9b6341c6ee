//! What `gcl find` can train: every method of features, and a pair of models.

use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use gcl_train::Method;
use gcl_train::interleave::PairMethod;

use crate::values::named;

/// A method by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// Of features.
    Features(Method),
    /// A pair of models.
    Interleave,
}

impl FromStr for Way {
    type Err = String;

    fn from_str(name: &str) -> Result<Way, String> {
        match name == PairMethod::Interleave.name() {
            true => Ok(Way::Interleave),
            false => name.parse().map(Way::Features),
        }
    }
}

/// The methods by name, each with its line in the help.
pub fn ways() -> impl TypedValueParser<Value = Way> {
    let pair = PossibleValue::new(PairMethod::Interleave.name()).help(
        "Joint-VAD: an autoencoder and multiple-instance ranking make each other's labels (gcl pair has other models)",
    );
    let features = Method::ALL.iter().map(|m| PossibleValue::new(m.name()).help(m.about()));
    named(features.chain([pair]))
}
