//! What a finished run should tell a user who has no labels to notice it by.

use crate::config::{Loop, ScoreSource};
use crate::events::EpochReport;

/// The share of segments labelled by D above which a run is suspect.
const LABELLED_LIMIT: f64 = 0.25;

/// G's R² below which a run is suspect.
const R2_LIMIT: f64 = -0.5;

/// The agreement with baseline detectors below which a run is suspect.
const AGREEMENT_LIMIT: f64 = 0.3;

/// The warnings that a run's last epoch, its score and G's R² call for: each says what was found,
/// what it means, and what to try.
pub fn warnings(
    kind: Loop,
    score: ScoreSource,
    last: Option<&EpochReport>,
    r2: Option<f64>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let signals = last.and_then(|epoch| epoch.signals.as_ref());
    if let Some(agreement) = signals.and_then(|signals| signals.score)
        && agreement < AGREEMENT_LIMIT
    {
        let what = match score {
            ScoreSource::Discriminator => "the discriminator's scores",
            ScoreSource::Generator => "the generator's scores",
            ScoreSource::MeanRank | ScoreSource::Detector => "the scores",
        };
        warnings.push(format!(
            "{what} hardly agree with those of baseline detectors on the training segments (rank \
             correlation {agreement:.2}, usually above {AGREEMENT_LIMIT}): what they call anomalous \
             need not be rare or far from the rest. Look at the other network's score, compare with \
             the method knn, or use the preset any"
        ));
    }
    if let (Loop::Cooperate, Some(share)) = (kind, last.and_then(|e| e.labelled_by_discriminator))
        && share > LABELLED_LIMIT
    {
        warnings.push(format!(
            "the discriminator calls {:.0} % of the segments anomalous; anomalies are rarely that \
             common, so the networks may have collapsed. Compare with the method knn, or use \
             the preset any",
            100.0 * share
        ));
    }
    if let Some(r2) = r2.filter(|r2| *r2 < R2_LIMIT) {
        warnings.push(format!(
            "the generator reconstructs the training segments far worse than their mean would (R² \
             {r2:.2}): its targets pull it away from the data, and the networks may have collapsed. \
             Compare with the method knn, or use the preset any"
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::Signals;

    #[test]
    fn each_limit_warns_alone_and_a_sound_run_does_not() {
        let epoch = |agreement, labelled| EpochReport {
            labelled_by_discriminator: Some(labelled),
            signals: Some(Signals { score: Some(agreement), ..Signals::default() }),
            ..EpochReport::default()
        };
        let texts = |agreement, labelled, r2| {
            let epoch = epoch(agreement, labelled);
            warnings(Loop::Cooperate, ScoreSource::Discriminator, Some(&epoch), Some(r2))
        };
        assert!(texts(0.31, 0.24, -0.4).is_empty());
        for (found, what) in [
            (texts(0.29, 0.1, 0.5), "0.29"),
            (texts(0.9, 0.26, 0.5), "26 %"),
            (texts(0.9, 0.1, -0.6), "-0.60"),
        ] {
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(what) && found[0].contains("the method knn"), "{found:?}");
        }
        assert_eq!(texts(-0.2, 0.5, -1.0).len(), 3);
        // Without a look at the networks, or a discriminator, there is less to say.
        let blind = EpochReport::default();
        assert!(
            warnings(Loop::Cooperate, ScoreSource::Generator, Some(&blind), Some(0.0)).is_empty()
        );
        assert!(warnings(Loop::Reconstruct, ScoreSource::Generator, None, Some(0.0)).is_empty());
        assert!(warnings(Loop::Classify, ScoreSource::Discriminator, None, None).is_empty());
    }
}
