//! Which of several arrays in one file are a video's features.

use crate::quote::shorten;

/// Names that features have in the files of others.
const NAMES: [&str; 5] = ["features", "feature", "feats", "feat", "fea"];

/// Arrays that are named in a message.
const LISTED: usize = 8;

/// The position of the features among arrays with names and shapes: of the only one with two axes that are not 1, or of
/// the one named so. Where no array has those (a single clip), one axis that is not 1 is enough, of two or more.
pub(super) fn only_features(arrays: &[(&str, &[usize])]) -> Result<usize, String> {
    let long = |shape: &[usize]| shape.iter().filter(|axis| **axis > 1).count();
    let of = |least: usize| -> Vec<usize> {
        let fits = |shape: &[usize]| shape.len() > 1 && long(shape) >= least;
        arrays.iter().enumerate().filter(|(_, (_, shape))| fits(shape)).map(|(i, _)| i).collect()
    };
    let fit = [of(2), of(1)].into_iter().find(|fit| !fit.is_empty()).unwrap_or_default();
    let named = |i: &usize| {
        arrays.get(*i).is_some_and(|(name, _)| NAMES.contains(&name.to_ascii_lowercase().as_str()))
    };
    let own: Vec<usize> = fit.iter().copied().filter(named).collect();
    match (fit.as_slice(), own.as_slice()) {
        ([one], _) | (_, [one]) => Ok(*one),
        _ => {
            let shown = arrays.iter().take(LISTED);
            let shown: Vec<String> =
                shown.map(|(name, shape)| format!("{} {shape:?}", shorten(name, 40))).collect();
            Err(format!(
                "{} arrays of two axes or more (in it: {}); features are one array a video, or the one named \
                 `features` or `feat`",
                fit.len(),
                shown.join(", ")
            ))
        }
    }
}
