//! Everything about a model but its weights.

use gcl_core::Scaler;
use gcl_data::{Clips, ExtractorIdentity, FeatureSet};
use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::rank::RankScale;

/// The version of the model folder's layout.
const VERSION: u32 = 1;

/// `model.json`: everything about a model but its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The layout's version.
    pub version: u32,
    /// The run that made the model.
    pub config: RunConfig,
    /// The [`name`](gcl_core::detector::Detector::name) of a detector of another crate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
    /// The fingerprint of the training features, before scaling.
    pub trained_on: u64,
    /// What made the features; absent for plain `.npy` files.
    pub extractor: Option<ExtractorIdentity>,
    /// How videos were cut, where known.
    pub clips: Option<Clips>,
    /// The feature scaling.
    pub scaler: Scaler,
    /// The training distribution of G's errors; absent where G does not train, and then G is not stored.
    pub generator_ranks: Option<RankScale>,
    /// The training distribution of D's log-odds; the same of D.
    pub discriminator_ranks: Option<RankScale>,
}

impl ModelCard {
    /// The card of a run that is about to train, on features from memory where there is no `set`.
    pub(crate) fn new(
        config: RunConfig,
        set: Option<&FeatureSet>,
        scaler: Scaler,
        trained_on: u64,
    ) -> ModelCard {
        ModelCard {
            version: VERSION,
            config,
            external: None,
            trained_on,
            extractor: set.and_then(FeatureSet::identity).cloned(),
            clips: set.and_then(FeatureSet::clips),
            scaler,
            generator_ranks: None,
            discriminator_ranks: None,
        }
    }

    /// Parses and checks a card.
    pub(super) fn parse(text: &[u8]) -> Result<ModelCard, String> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        // The version first: what a newer version added would only look like damage.
        let Versioned { version } = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        if version != VERSION {
            return Err(format!("model version {version}, this program reads {VERSION}"));
        }
        let card: ModelCard = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        card.config.validate().map_err(|e| e.to_string())?;
        card.scaler.check(card.config.generator.input).map_err(|e| e.to_string())?;
        Ok(card)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_core::ScalerKind;

    use super::*;
    use crate::config::{DataFacts, Method, Preset};

    #[test]
    fn a_card_whose_scaler_does_not_fit_is_refused() {
        let config =
            RunConfig::new(Method::GclB, Preset::Any, 0, DataFacts { dim: 3, segments: 9 });
        let rows: Vec<f32> = (0..27u16).map(|i| f32::from(i * i)).collect();
        let card = ModelCard {
            version: VERSION,
            config,
            external: None,
            trained_on: 1,
            extractor: None,
            clips: None,
            scaler: Scaler::fit(ScalerKind::HalfWhiten, &rows, 3).unwrap(),
            generator_ranks: None,
            discriminator_ranks: None,
        };
        let parse = |card: &ModelCard| ModelCard::parse(&serde_json::to_vec(card).unwrap());
        assert_eq!(parse(&card).unwrap(), card);
        let narrow = Scaler::fit(ScalerKind::HalfWhiten, &rows[..26], 2).unwrap();
        let mut short = card.clone();
        short.scaler.factor.pop();
        let mut other = card.clone();
        other.scaler.directions = narrow.directions.clone();
        for damaged in [short, other, ModelCard { scaler: narrow, ..card }] {
            assert!(parse(&damaged).unwrap_err().contains("scaler"));
        }
    }
}
