//! Areas of the picture that are not looked at: a street behind the fence, a tree, a clock that is burnt in.

mod masked;
mod polygon;

use gcl_data::ExtractorIdentity;
use serde::{Deserialize, Serialize};

pub(crate) use masked::Masked;
pub use polygon::{AreaError, Polygon};

/// The key of the settings that features of footage with hidden areas depend on.
const KEY: &str = "areas";

/// Which part of the picture is looked at. What is hidden is filled with one grey in every frame before anything else sees
/// it, so that nothing ever changes there; features made so are of another kind than those of whole pictures.
///
/// ```
/// use gcl_features::areas::{Areas, Polygon};
///
/// let street = "0,0 1,0 1,0.25 0,0.25".parse::<Polygon>()?;
/// let areas = Areas::new(vec![street], Vec::new())?;
/// assert!(areas.hides(0.5, 0.2) && !areas.hides(0.5, 0.3));
/// # Ok::<(), gcl_features::areas::AreaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Areas {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<Polygon>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    watched: Vec<Polygon>,
}

impl Areas {
    /// All of the picture but what is in one of the `ignored` polygons; where there are `watched` ones, only what is in one
    /// of these.
    ///
    /// # Errors
    /// [`AreaError::Nothing`] if nothing of the picture is left.
    pub fn new(ignored: Vec<Polygon>, watched: Vec<Polygon>) -> Result<Self, AreaError> {
        let areas = Self { ignored, watched };
        match areas.mask(64, 64).contains(&false) {
            true => Ok(areas),
            false => Err(AreaError::Nothing),
        }
    }

    /// Whether all of the picture is looked at.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.ignored.is_empty() && self.watched.is_empty()
    }

    /// Whether a place, in fractions of the picture's width and height, is hidden.
    #[must_use]
    pub fn hides(&self, x: f64, y: f64) -> bool {
        let inside = |polygons: &[Polygon]| polygons.iter().any(|polygon| polygon.holds(x, y));
        inside(&self.ignored) || !self.watched.is_empty() && !inside(&self.watched)
    }

    /// Adds the areas to what describes features.
    pub(crate) fn mark(&self, identity: &mut ExtractorIdentity) {
        if self.are_none() {
            return;
        }
        // Lists of texts have a form in JSON.
        let areas = serde_json::to_value(self).unwrap_or_default();
        identity.parameters.insert(KEY.to_owned(), areas);
    }

    /// Those that features were made with.
    ///
    /// # Errors
    /// [`AreaError::Described`] if the description of the features is damaged.
    pub fn of_identity(identity: &ExtractorIdentity) -> Result<Self, AreaError> {
        match identity.parameters.get(KEY) {
            Some(areas) => Ok(serde_json::from_value(areas.clone())?),
            None => Ok(Self::default()),
        }
    }

    /// Which pixels of a picture are hidden, by their middles, rows from top to bottom.
    fn mask(&self, width: usize, height: usize) -> Vec<bool> {
        let middle = |at: usize, of: usize| (at as f64 + 0.5) / of as f64;
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        pixels.map(|(x, y)| self.hides(middle(x, width), middle(y, height))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::Clips;

    use super::*;
    use crate::extractor::Extractor;
    use crate::gradient::Gradient;

    fn polygons(texts: &[&str]) -> Vec<Polygon> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn what_is_watched_is_less_what_is_ignored() {
        let left = polygons(&["0,0 0.5,0 0.5,1 0,1"]);
        let top = polygons(&["0,0 1,0 1,0.5 0,0.5"]);
        let areas = Areas::new(top.clone(), left.clone()).unwrap();
        let seen: Vec<bool> = areas.mask(2, 2).iter().map(|hidden| !hidden).collect();
        assert_eq!(seen, [false, false, true, false]);
        assert!(matches!(Areas::new(left.clone(), left), Err(AreaError::Nothing)));
        assert!(!Areas::default().hides(0.5, 0.5) && Areas::default().are_none());
    }

    #[test]
    fn features_know_their_areas() {
        let mut identity = Gradient.identity(Clips::default());
        let plain = identity.clone();
        Areas::default().mark(&mut identity);
        assert_eq!(identity, plain);
        let areas = Areas::new(polygons(&["0,0 1,0 0.3333,0.1", "0,1 1,1 0.5,0.9"]), Vec::new());
        let areas = areas.unwrap();
        areas.mark(&mut identity);
        assert_eq!(Areas::of_identity(&identity).unwrap(), areas);
        let (key, ..) = identity.difference(&plain).unwrap();
        assert_eq!(key, "parameters.areas");
        identity.parameters.insert("areas".to_owned(), serde_json::json!({ "ignored": [5] }));
        assert!(Areas::of_identity(&identity).is_err());
    }
}
