//! What to run: methods × data sets × presets × settings × seeds.

use gcl_core::rng::{FNV_START, fnv1a};
use gcl_train::{Method, Preset};

use super::cell::Cell;
use super::data::DataSet;
use super::error::{BenchmarkError, Result};

/// More seeds than anyone waits for; a larger number is a slip.
const MAX_SEEDS: u64 = 10_000;

/// The same of combinations of settings.
const MAX_VARIANTS: usize = 10_000;

/// A preset, or the one that a data set's features call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetChoice {
    /// `paper` for ResNeXt-101 features, `any` for all others.
    Auto,
    /// This one.
    Fixed(Preset),
}

impl std::str::FromStr for PresetChoice {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<PresetChoice, String> {
        match name {
            "auto" => Ok(PresetChoice::Auto),
            "any" => Ok(PresetChoice::Fixed(Preset::Any)),
            "paper" => Ok(PresetChoice::Fixed(Preset::Paper)),
            _ => Err(format!("no preset `{name}`; there are auto, any, paper")),
        }
    }
}

/// Settings that are changed together, under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// The name in tables; empty for the preset as it is.
    pub name: String,
    /// `key=value` pairs, as `gcl train --set` takes them.
    pub settings: Vec<String>,
}

/// Everything that is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The data sets.
    pub data: Vec<DataSet>,
    /// The methods.
    pub methods: Vec<Method>,
    /// The presets.
    pub presets: Vec<PresetChoice>,
    /// The variants; one without settings is the preset as it is.
    pub variants: Vec<Variant>,
    /// The seeds.
    pub seeds: Vec<u64>,
}

impl Plan {
    /// Every cell, data set by data set, the seeds innermost. `preset` says which preset a data set
    /// gets under [`PresetChoice::Auto`].
    ///
    /// # Errors
    /// [`BenchmarkError::Plan`] if nothing is asked for, or two data sets share a name.
    pub fn cells(&self, preset: impl Fn(&DataSet) -> Preset) -> Result<Vec<Cell>> {
        let parts = [
            ("data set", self.data.is_empty()),
            ("method", self.methods.is_empty()),
            ("preset", self.presets.is_empty()),
            ("seed", self.seeds.is_empty()),
            ("variant", self.variants.is_empty()),
        ];
        if let Some((what, _)) = parts.iter().find(|(_, empty)| *empty) {
            return Err(BenchmarkError::Plan(format!("the plan has no {what}")));
        }
        let mut cells: Vec<Cell> = Vec::new();
        for (i, data) in self.data.iter().enumerate() {
            if self.data.iter().take(i).any(|other| other.name == data.name) {
                let text = format!("two data sets are called `{}`", data.name);
                return Err(BenchmarkError::Plan(text));
            }
            for choice in &self.presets {
                let preset = match choice {
                    PresetChoice::Auto => preset(data),
                    PresetChoice::Fixed(preset) => *preset,
                };
                let (methods, variants) = (&self.methods, &self.variants);
                cells.extend(cells_of(&data.name, methods, preset, variants, &self.seeds));
            }
        }
        // What is asked for twice is run once.
        let mut seen = std::collections::BTreeSet::new();
        cells.retain(|cell| seen.insert(cell.name()));
        Ok(cells)
    }
}

/// Every cell on one data set: methods × variants × seeds, the seeds innermost.
pub fn cells_of(
    data: &str,
    methods: &[Method],
    preset: Preset,
    variants: &[Variant],
    seeds: &[u64],
) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &method in methods {
        for variant in variants {
            let cell = |&seed: &u64| {
                let Variant { name, settings } = variant.clone();
                Cell { data: data.to_owned(), method, preset, variant: name, settings, seed }
            };
            cells.extend(seeds.iter().map(cell));
        }
    }
    cells
}

/// Seeds as a range (`0..5` is 0 to 4, `0..=5` is 0 to 5) or a list (`0,3,7`).
///
/// # Errors
/// [`BenchmarkError::Plan`] saying what is allowed.
pub fn parse_seeds(text: &str) -> Result<Vec<u64>> {
    let wrong = || {
        BenchmarkError::Plan(format!(
            "seeds are `{text}`, expected a range such as 0..5 (0 to 4) or a list such as 0,3,7"
        ))
    };
    let number = |part: &str| part.trim().parse::<u64>().map_err(|_| wrong());
    let (first, end) = match text.split_once("..") {
        None => return text.split(',').map(number).collect(),
        Some((first, last)) => match last.strip_prefix('=') {
            Some(last) => (number(first)?, number(last)?.checked_add(1).ok_or_else(wrong)?),
            None => (number(first)?, number(last)?),
        },
    };
    match first < end && end - first <= MAX_SEEDS {
        true => Ok((first..end).collect()),
        false => Err(wrong()),
    }
}

/// Every combination of the values in `key=v1,v2,…` settings, each a [`Variant`]. Commas inside
/// brackets, braces and quotes belong to a value.
///
/// # Errors
/// [`BenchmarkError::Plan`] naming a setting without a value, or with which there are too many combinations.
pub fn vary<S: AsRef<str>>(settings: &[S]) -> Result<Vec<Variant>> {
    let mut variants = vec![Variant::default()];
    for setting in settings {
        let setting = setting.as_ref();
        let wrong = || BenchmarkError::Plan(format!("{setting}: expected key=value,value,…"));
        let (key, values) = setting.split_once('=').ok_or_else(wrong)?;
        let values = split_values(values);
        if key.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(wrong());
        }
        let count = variants.len().saturating_mul(values.len());
        if count > MAX_VARIANTS {
            let text = format!(
                "{setting}: {count} combinations of values; at most {MAX_VARIANTS} are run"
            );
            return Err(BenchmarkError::Plan(text));
        }
        let with = |variant: &Variant, value: &String| {
            let pair = format!("{}={value}", key.trim());
            let mut settings = variant.settings.clone();
            settings.push(pair);
            Variant { name: settings.join(", "), settings }
        };
        variants = variants
            .iter()
            .flat_map(|variant| values.iter().map(move |value| with(variant, value)))
            .collect();
    }
    Ok(variants)
}

/// Splits at commas that are not inside brackets, braces or quotes.
fn split_values(text: &str) -> Vec<String> {
    let (mut depth, mut quote) = (0i64, None);
    let mut values = vec![String::new()];
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            _ => {}
        }
        match values.last_mut() {
            Some(last) if c != ',' || depth > 0 || quote.is_some() => last.push(c),
            _ => values.push(String::new()),
        }
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

/// A file-name-safe form of a variant's settings, unlike for unlike settings.
pub(super) fn slug(variant: &Variant) -> String {
    if variant.settings.is_empty() {
        return String::new();
    }
    let text = variant.settings.join("+");
    let safe = |c: char| c.is_ascii_alphanumeric() || "._=+-".contains(c);
    if text.chars().all(safe) && text.len() <= 80 {
        return format!("-{text}");
    }
    let short: String = text.chars().filter(|&c| safe(c)).take(60).collect();
    format!("-{short}-{:08x}", fnv1a(FNV_START, text.as_bytes()) as u32)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn seeds_are_ranges_or_lists() {
        assert_eq!(parse_seeds("0..3").unwrap(), [0, 1, 2]);
        assert_eq!(parse_seeds("2..=3").unwrap(), [2, 3]);
        assert_eq!(parse_seeds("5, 1").unwrap(), [5, 1]);
        for bad in
            ["", "3..3", "5..2", "a", "0..", "0..99999999999", "-1", "0..=18446744073709551615"]
        {
            assert!(parse_seeds(bad).unwrap_err().to_string().contains("0..5"), "{bad}");
        }
    }

    #[test]
    fn settings_multiply_and_keep_their_inner_commas() {
        let variants = vary(&[
            "cooperative.target={kind=\"gaussian\", sigma=1.5},{kind=\"ones\"}",
            "training.batch=64,128",
        ])
        .unwrap();
        assert_eq!(variants.len(), 4);
        assert_eq!(
            variants[1].settings,
            ["cooperative.target={kind=\"gaussian\", sigma=1.5}", "training.batch=128"]
        );
        assert_eq!(vary::<&str>(&[]).unwrap(), [Variant::default()]);
        for bad in ["training.batch", "=3", "a=", "a=1,,2"] {
            assert!(vary(&[bad]).is_err(), "{bad}");
        }
        let values = format!("={}", vec!["1"; 100].join(","));
        let many = ["a", "b", "c"].map(|key| format!("{key}{values}"));
        assert_eq!(vary(&many[..2]).unwrap().len(), MAX_VARIANTS);
        assert!(vary(&many).unwrap_err().to_string().contains("1000000 combinations"));
    }

    #[test]
    fn slugs_are_safe_and_differ() {
        let of =
            |text: &str| slug(&Variant { name: String::new(), settings: vec![text.to_owned()] });
        assert_eq!(of("training.batch=64"), "-training.batch=64");
        let (a, b) = (of("x={kind=\"ones\"}"), of("x={kind=\"one s\"}"));
        assert_ne!(a, b);
        assert!(a.chars().all(|c| c.is_ascii_alphanumeric() || "._=+-".contains(c)), "{a}");
        assert!(of(&"long".repeat(99)).len() < 80);
    }
}
