//! The kinds of runs, each with a configuration of its own, and reading one from a file.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RunConfig;
use crate::error::{Result, TrainError};
use crate::interleave::PairConfig;

/// A run's configuration. Its file says by the key `kind` which one it is.
pub trait RunKind: Serialize + DeserializeOwned {
    /// The key's value.
    const KIND: &'static str;

    /// Refuses settings that make no training.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    fn validate(&self) -> Result<()>;
}

impl RunKind for RunConfig {
    const KIND: &'static str = "features";

    fn validate(&self) -> Result<()> {
        RunConfig::validate(self)
    }
}

impl RunKind for PairConfig {
    const KIND: &'static str = "pair";

    fn validate(&self) -> Result<()> {
        PairConfig::validate(self)
    }
}

/// Writes a configuration with its kind.
///
/// # Errors
/// [`TrainError::Config`] if a value has no form in TOML.
pub fn to_toml<C: RunKind>(config: &C) -> Result<String> {
    let text = toml::to_string(config).map_err(|e| TrainError::Config(e.to_string()))?;
    Ok(format!("kind = \"{}\"\n{text}", C::KIND))
}

/// Reads a configuration; unknown keys are errors.
///
/// # Errors
/// [`TrainError::Config`] with the line and what was expected, or for a configuration of another
/// kind.
pub fn from_toml<C: RunKind>(text: &str) -> Result<C> {
    let expected = C::KIND;
    if let Some(found) = kind_of(text).filter(|found| *found != expected) {
        let text = format!("a configuration of kind `{found}`, expected `{expected}`");
        return Err(TrainError::Config(text));
    }
    // Blanked rather than cut, so that errors name the file's own lines.
    let rest: Vec<&str> = lines(text).map(|(own, line)| if own { "" } else { line }).collect();
    let config: C =
        toml::from_str(&rest.join("\n")).map_err(|e| TrainError::Config(e.to_string()))?;
    config.validate()?;
    Ok(config)
}

/// The kind that a configuration names, if it names one.
pub fn kind_of(text: &str) -> Option<&str> {
    let (_, line) = lines(text).find(|(own, _)| *own)?;
    line.split_once('=').map(|(_, value)| value.trim().trim_matches(['"', '\'']))
}

/// The lines of a configuration, each with whether it is that of the kind: a key before any table.
fn lines(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut in_table = false;
    text.lines().map(move |line| {
        in_table |= line.trim_start().starts_with('[');
        let key = line.split_once('=').map(|(key, _)| key.trim());
        (!in_table && key == Some("kind"), line)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{DataFacts, Method, Preset};
    use super::*;

    #[test]
    fn a_configuration_is_read_as_its_own_kind_only() {
        let data = DataFacts { dim: 8, segments: 100 };
        let config = RunConfig::new(Method::GclB, Preset::Any, 3, data);
        let text = to_toml(&config).unwrap();
        assert_eq!(kind_of(&text), Some("features"));
        assert_eq!(from_toml::<RunConfig>(&text).unwrap(), config);
        let error = from_toml::<PairConfig>(&text).unwrap_err().to_string();
        assert_eq!(error, "a configuration of kind `features`, expected `pair`");
        // Configurations from before there were kinds.
        let (_, bare) = text.split_once('\n').unwrap();
        assert_eq!(kind_of(bare), None);
        assert_eq!(from_toml::<RunConfig>(bare).unwrap(), config);
        // The error names the line as the file has it.
        let wrong = text.replacen("seed = 3", "seed = x", 1);
        let line = 1 + wrong.lines().position(|line| line == "seed = x").unwrap();
        let error = from_toml::<RunConfig>(&wrong).unwrap_err().to_string();
        assert!(error.contains(&format!("line {line}")), "{error}");
    }
}
