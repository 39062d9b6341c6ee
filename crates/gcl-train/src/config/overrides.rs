//! Single values of a configuration, changed from the command line.

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::RunConfig;
use crate::error::{Result, TrainError};

/// Changes values by `key=value` pairs: keys are dotted paths into the configuration
/// (`training.batch=512`), values are TOML, or bare words.
///
/// # Errors
/// [`TrainError::Config`] naming the pair, and for an unknown key the keys that there are.
pub fn apply_overrides<S: AsRef<str>>(config: &RunConfig, pairs: &[S]) -> Result<RunConfig> {
    let config = override_with(config, pairs, &["method", "preset"])?;
    config.validate()?;
    Ok(config)
}

/// [`apply_overrides`] for any configuration; `fixed` keys are chosen by arguments of their own.
pub(crate) fn override_with<T: Serialize + DeserializeOwned, S: AsRef<str>>(
    config: &T,
    pairs: &[S],
    fixed: &[&str],
) -> Result<T> {
    let unreadable = |e: toml::ser::Error| TrainError::Config(e.to_string());
    let mut table = Table::try_from(config).map_err(unreadable)?;
    for pair in pairs {
        let pair = pair.as_ref();
        let wrong = |problem: String| TrainError::Config(format!("{pair}: {problem}"));
        let (key, value) =
            pair.split_once('=').ok_or_else(|| wrong("expected key=value".to_owned()))?;
        if fixed.contains(&key.trim()) {
            return Err(wrong(format!(
                "`{}` is chosen on its own, not as an override",
                key.trim()
            )));
        }
        set(&mut table, key.trim(), parse(value.trim())).map_err(&wrong)?;
        // Checked after each pair, so that the message can name the culprit.
        let checked: std::result::Result<T, _> = table.clone().try_into();
        checked.map_err(|e: toml::de::Error| wrong(e.message().to_owned()))?;
    }
    table.try_into().map_err(|e: toml::de::Error| TrainError::Config(e.message().to_owned()))
}

/// A TOML value; what is none is a string, so that `score=generator` needs no quotes.
fn parse(text: &str) -> Value {
    let whole = format!("value = {text}");
    let parsed = whole.parse::<Table>().ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn set(table: &mut Table, key: &str, value: Value) -> std::result::Result<(), String> {
    let mut here = table;
    let mut walked = String::new();
    let parts: Vec<&str> = key.split('.').collect();
    let Some((last, folders)) = parts.split_last() else { return Ok(()) };
    for part in folders {
        let there: Vec<String> = here.keys().cloned().collect();
        here = match here.get_mut(*part) {
            Some(Value::Table(inner)) => inner,
            _ => return Err(unknown(&walked, part, &there)),
        };
        walked = format!("{walked}{part}.");
    }
    // Optional parts are absent until set; the full check that follows refuses what is no key.
    let optional = match walked.as_str() {
        "" => ["detector", "pretraining"].contains(last),
        "pretraining." => ["generator", "discriminator"].contains(last),
        _ => false,
    };
    let inside_a_rule =
        !walked.is_empty() && (here.contains_key("rule") || here.contains_key("kind"));
    if !here.contains_key(*last) && !optional && !inside_a_rule {
        let there: Vec<String> = here.keys().cloned().collect();
        return Err(unknown(&walked, last, &there));
    }
    here.insert((*last).to_owned(), value);
    Ok(())
}

fn unknown(walked: &str, part: &str, there: &[String]) -> String {
    format!("no key `{walked}{part}`; there are {}", there.join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{DataFacts, Method, Preset, ScoreSource, from_toml};
    use super::*;
    use gcl_core::target::NegativeTarget;

    fn config() -> RunConfig {
        let data = DataFacts { dim: 64, segments: 100 };
        RunConfig::new(Method::GclPt, Preset::Any, 3, data)
    }

    #[test]
    fn every_preset_survives_its_file() {
        for method in Method::ALL {
            for preset in [Preset::Paper, Preset::Any] {
                let data = DataFacts { dim: 64, segments: 100 };
                let config = RunConfig::new(method, preset, 3, data);
                let text = toml::to_string(&config).unwrap();
                assert_eq!(from_toml::<RunConfig>(&text).unwrap(), config, "{method}\n{text}");
            }
        }
    }

    #[test]
    fn values_are_set_by_path() {
        let pairs = [
            "training.batch=512",
            "score=generator",
            "cooperative.target={kind=\"gaussian\", sigma=1.5}",
            "cooperative.optimizer.learning_rate=0.001",
        ];
        let changed = apply_overrides(&config(), &pairs).unwrap();
        assert_eq!(changed.training.batch, 512);
        assert_eq!(changed.score, ScoreSource::Generator);
        assert_eq!(changed.cooperative.target, NegativeTarget::Gaussian { sigma: 1.5 });
        assert_eq!(changed.cooperative.optimizer.learning_rate, 1e-3);
    }

    #[test]
    fn a_wrong_key_or_value_names_itself_and_what_there_is() {
        let message = |pair: &str| apply_overrides(&config(), &[pair]).unwrap_err().to_string();
        let text = message("training.bach=512");
        assert!(text.contains("training.bach") && text.contains("batch"), "{text}");
        let text = message("training.batch=many");
        assert!(text.contains("training.batch=many: "), "{text}");
        assert!(message("score=best").contains("mean-rank"), "{}", message("score=best"));
        assert!(message("seed").contains("key=value"));
        assert!(message("method=knn").contains("`method` is chosen on its own"));
        assert!(message("cooperative.optimizer.epsilon=0").contains("epsilon"));
        let text = message("score=detector");
        assert!(text.contains("score is detector") && text.contains("mean-rank"), "{text}");
        assert!(from_toml::<RunConfig>("method = \"gcl-b\"\ntypo = 1").is_err());
    }
}
