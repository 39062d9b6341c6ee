//! Which videos' features may be used together.

use super::error::FeatureError;
use super::open::OpenedFile;

/// Checks that two videos may be used together.
pub(super) fn agree(first: &OpenedFile, second: &OpenedFile) -> Result<(), FeatureError> {
    let differs = |what: &str, a: &dyn ToString, b: &dyn ToString| FeatureError::Differs {
        what: what.to_owned(),
        first: first.id.clone(),
        first_value: a.to_string(),
        second: second.id.clone(),
        second_value: b.to_string(),
    };
    match (&first.meta, &second.meta) {
        (Some(a), Some(b)) => {
            if let Some((what, a, b)) = a.extractor.difference(&b.extractor) {
                return Err(differs(&format!("the extractor's {what}"), &a, &b));
            }
        }
        (None, None) => {}
        (Some(_), None) => {
            let (with, without) = (first.id.clone(), second.id.clone());
            return Err(FeatureError::Mixed { with, without });
        }
        (None, Some(_)) => {
            let (with, without) = (second.id.clone(), first.id.clone());
            return Err(FeatureError::Mixed { with, without });
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
