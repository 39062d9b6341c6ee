//! Which videos' features may be used together.

use std::fmt::Display;

use super::error::FeatureError;
use super::open::OpenedFile;

/// Checks that two videos may be used together.
pub(super) fn agree(first: &OpenedFile, second: &OpenedFile) -> Result<(), FeatureError> {
    let (one, other) = (&first.id, &second.id);
    let differs = |what: &str, a: &dyn Display, b: &dyn Display| {
        FeatureError::Differs(format!("{what} differs: {one} has {a}, {other} has {b}"))
    };
    match (&first.meta, &second.meta) {
        (Some(a), Some(b)) => {
            if let Some((what, a, b)) = a.extractor.difference(&b.extractor) {
                return Err(differs(&format!("the extractor's {what}"), &a, &b));
            }
        }
        (None, None) => {}
        (described, _) => {
            let (with, without) = if described.is_some() { (one, other) } else { (other, one) };
            return Err(FeatureError::Differs(format!(
                "{with} has a .json beside it and {without} has none: they are from different sources"
            )));
        }
    }
    if first.dim != second.dim {
        return Err(differs("the number of dimensions", &first.dim, &second.dim));
    }
    if first.crops != second.crops {
        return Err(differs("the number of crops", &first.crops, &second.crops));
    }
    Ok(())
}
