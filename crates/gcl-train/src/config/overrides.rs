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
        // The types refuse keys that they do not have, but for variants without settings, which
        // ignore them: what was read shows it. After each pair, so that the message names the culprit.
        let read: T = match table.clone().try_into() {
            Ok(read) => read,
            // Another kind has settings of its own: the old kind's are not its.
            Err(error) => bare(&table, key.trim())
                .and_then(|table| table.try_into().ok())
                .ok_or_else(|| wrong(toml::de::Error::message(&error).to_owned()))?,
        };
        table = Table::try_from(&read).map_err(unreadable)?;
        if !holds(&table, key.trim()) {
            return Err(wrong(format!("`{}` is no key here", key.trim())));
        }
    }
    table.try_into().map_err(|e: toml::de::Error| TrainError::Config(e.message().to_owned()))
}

/// A TOML value; anything else is a string, so that `score=generator` needs no quotes.
fn parse(text: &str) -> Value {
    let whole = format!("value = {text}");
    let parsed = whole.parse::<Table>().ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Sets the value at a dotted path; tables on the way that are absent are made.
fn set(table: &mut Table, key: &str, value: Value) -> std::result::Result<(), String> {
    let Some((first, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return Ok(());
    };
    match table.entry(first).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(inner) => set(inner, rest, value),
        _ => Err(format!("`{first}` is a value and has no keys")),
    }
}

/// The same with nothing beside the value at a dotted path, if that value is a name.
fn bare(table: &Table, key: &str) -> Option<Table> {
    let (parent, last) = key.rsplit_once('.')?;
    let siblings = parent.split('.').try_fold(table, |inner, key| inner.get(key)?.as_table())?;
    let name = siblings.get(last).filter(|value| value.is_str())?;
    let only = Table::from_iter([(last.to_owned(), name.clone())]);
    let mut bare = table.clone();
    set(&mut bare, parent, Value::Table(only)).ok()?;
    Some(bare)
}

/// Whether there is anything at a dotted path.
fn holds(table: &Table, key: &str) -> bool {
    match key.split_once('.') {
        Some((first, rest)) => {
            table.get(first).and_then(Value::as_table).is_some_and(|inner| holds(inner, rest))
        }
        None => table.contains_key(key),
    }
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
        // A rule without settings takes the place of one with some.
        let changed = apply_overrides(&config(), &["cooperative.target.kind=replace"]).unwrap();
        assert_eq!(changed.cooperative.target, NegativeTarget::Replace);
        // So does one with settings that have defaults; its settings follow.
        let kept = NegativeTarget::Exclude { divisor: Default::default() };
        let changed = apply_overrides(&changed, &["cooperative.target.kind=exclude"]).unwrap();
        assert_eq!(changed.cooperative.target, kept);
        let pairs = ["cooperative.target.kind=ones", "cooperative.target.value=2"];
        let changed = apply_overrides(&changed, &pairs).unwrap();
        assert_eq!(changed.cooperative.target, NegativeTarget::Ones { value: 2.0 });
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

    #[test]
    fn parts_that_are_absent_can_be_set() {
        let data = DataFacts { dim: 64, segments: 100 };
        let config = RunConfig::new(Method::GclB, Preset::Any, 3, data);
        let all = "{on={segments=\"all\"}, discriminator_on={segments=\"all\"}}";
        let before = format!("pretraining={all}");
        let budget = "pretraining.discriminator={epochs=1, min_steps=0, max_steps=7}";
        let changed = apply_overrides(&config, &[before.as_str(), budget]).unwrap();
        assert_eq!(changed.pretraining.unwrap().discriminator.unwrap().max_steps, 7);
        let detector = ["detector={name=\"pca\", components=3}", "score=detector"];
        assert!(apply_overrides(&config, &detector).unwrap().detector.is_some());
        // Half a part is none.
        let error = apply_overrides(&config, &["pretraining.discriminator.epochs=1"]).unwrap_err();
        assert!(error.to_string().contains("missing field"), "{error}");
        assert!(apply_overrides(&config, &["seed.high=1"]).is_err());
    }

    #[test]
    fn no_part_takes_a_key_that_it_does_not_have() {
        fn keys(prefix: &str, table: &Table, found: &mut Vec<String>) {
            found.push(format!("{prefix}nothing"));
            for (key, value) in table {
                if let Value::Table(inner) = value {
                    keys(&format!("{prefix}{key}."), inner, found);
                }
            }
        }
        for method in Method::ALL {
            let data = DataFacts { dim: 64, segments: 100 };
            let config = RunConfig::new(method, Preset::Any, 3, data);
            let mut found = Vec::new();
            keys("", &Table::try_from(&config).unwrap(), &mut found);
            assert!(found.len() > 8, "{found:?}");
            for key in found {
                let error = apply_overrides(&config, &[format!("{key}=1")]).unwrap_err();
                assert!(error.to_string().contains("nothing"), "{error}");
            }
        }
    }
}
