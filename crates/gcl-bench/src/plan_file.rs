//! A plan in a TOML file.

use std::path::{Path, PathBuf};

use gcl_data::{At, Clips, Tail, TruthFormat};
use gcl_train::Method;
use serde::Deserialize;
use toml::{Table, Value};

use super::data::DataSet;
use super::error::{BenchmarkError, Result};
use super::plan::{Plan, PresetChoice, Variant, parse_seeds, vary};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlanFile {
    methods: Vec<Method>,
    presets: Option<Vec<String>>,
    seeds: Option<Seeds>,
    #[serde(default)]
    set: Table,
    #[serde(default)]
    variant: Vec<VariantEntry>,
    data: Vec<DataEntry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seeds {
    Text(String),
    List(Vec<u64>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantEntry {
    name: String,
    #[serde(default)]
    set: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DataEntry {
    name: String,
    train: PathBuf,
    test: PathBuf,
    truth: PathBuf,
    truth_format: Option<TruthFormat>,
    clip_length: Option<usize>,
    clip_stride: Option<usize>,
    clip_tail: Option<String>,
    manifest: Option<PathBuf>,
    labels: Option<PathBuf>,
}

impl Plan {
    /// Reads a plan:
    ///
    /// ```toml
    /// methods = ["ae", "gcl-b", "gcl-pt"]
    /// presets = ["any"]            # auto, any, paper; auto unless given
    /// seeds = "0..5"               # or [0, 3, 7]; "0..1" unless given
    ///
    /// [set]                        # every combination of these values
    /// "training.batch" = [128, 256]
    ///
    /// [[variant]]                  # or named sets of settings, each combined with [set]
    /// name = "printed budget"
    /// set = ["training.budget.min_steps=0"]
    ///
    /// [[data]]                     # one or more; paths are relative to this file
    /// name = "shanghaitech"
    /// train = "features/train"
    /// test = "features/test"
    /// truth = "masks"
    /// clip-length = 16             # for plain .npy features; also clip-stride, clip-tail,
    ///                              # manifest (frames), labels, truth-format
    /// ```
    ///
    /// # Errors
    /// [`BenchmarkError::Plan`] naming the file and what is wrong in it.
    pub fn read(path: &Path) -> Result<Plan> {
        let text = std::fs::read_to_string(path).at(path)?;
        let base = path.parent().unwrap_or(Path::new(""));
        let located =
            |problem: String| BenchmarkError::Plan(format!("{}: {problem}", path.display()));
        let file: PlanFile = toml::from_str(&text).map_err(|e| located(e.to_string()))?;
        let presets = file.presets.unwrap_or_else(|| vec!["auto".to_owned()]);
        let presets: std::result::Result<Vec<PresetChoice>, String> =
            presets.iter().map(|name| name.parse()).collect();
        let seeds = match file.seeds {
            None => vec![0],
            Some(Seeds::List(seeds)) => seeds,
            Some(Seeds::Text(text)) => parse_seeds(&text).map_err(|e| located(e.to_string()))?,
        };
        let data: Result<Vec<DataSet>> = file.data.into_iter().map(|d| d.resolve(base)).collect();
        let variants = variants(&file.set, file.variant).map_err(|e| located(e.to_string()))?;
        Ok(Plan {
            data: data.map_err(|e| located(e.to_string()))?,
            methods: file.methods,
            presets: presets.map_err(located)?,
            variants,
            seeds,
        })
    }
}

/// Named variants, each combined with every combination of the values in `[set]`.
fn variants(set: &Table, named: Vec<VariantEntry>) -> Result<Vec<Variant>> {
    let settings = set.iter().map(|(key, value)| {
        let values = match value {
            Value::Array(values) => values.iter().map(inline).collect::<Vec<_>>().join(","),
            value => inline(value),
        };
        format!("{key}={values}")
    });
    let combined = vary(&settings.collect::<Vec<_>>())?;
    if named.is_empty() {
        return Ok(combined);
    }
    let join = |named: &VariantEntry, other: &Variant| {
        let names = [named.name.as_str(), other.name.as_str()];
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let settings = [&named.set[..], &other.settings[..]].concat();
        Variant { name: names.join(", "), settings }
    };
    Ok(named.iter().flat_map(|n| combined.iter().map(move |c| join(n, c))).collect())
}

/// A value as it is written in one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        value => value.to_string(),
    }
}

impl DataEntry {
    fn resolve(self, base: &Path) -> Result<DataSet> {
        let wrong = |problem: String| BenchmarkError::Data { name: self.name.clone(), problem };
        let tail: Tail = self
            .clip_tail
            .as_deref()
            .unwrap_or("drop")
            .parse()
            .map_err(|problem| wrong(format!("clip-tail: {problem}")))?;
        let stride = self.clip_stride;
        let clips =
            self.clip_length.map(|length| Clips { length, stride: stride.unwrap_or(length), tail });
        Ok(DataSet {
            name: self.name,
            train: base.join(self.train),
            test: base.join(self.test),
            truth: base.join(self.truth),
            truth_format: self.truth_format.unwrap_or_default(),
            clips,
            manifest: self.manifest.map(|path| base.join(path)),
            labels: self.labels.map(|path| base.join(path)),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_train::Preset;

    use super::*;

    fn read(text: &str) -> Result<Plan> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        std::fs::write(&path, text).unwrap();
        Plan::read(&path)
    }

    const DATA: &str = "[[data]]\nname = \"a\"\ntrain = \"t\"\ntest = \"/t\"\ntruth = \"x.csv\"\n";

    #[test]
    fn a_plan_spells_out_every_cell_once() {
        let text = "methods = [\"ae\", \"gcl-b\"]\npresets = [\"auto\", \"any\"]\nseeds = \"0..3\"\n\
                    [set]\n\"cooperative.target\" = [{ kind = \"ones\" }, { kind = \"exclude\" }]\n\
                    [[variant]]\nname = \"printed\"\nset = [\"training.budget.min_steps=0\"]\n\
                    [[variant]]\nname = \"\"\n";
        let plan = read(&format!("{text}{DATA}")).unwrap();
        assert_eq!(plan.variants.len(), 4);
        assert_eq!(plan.variants[1].settings[1], "cooperative.target={kind = \"exclude\"}");
        assert!(plan.variants[0].name.starts_with("printed, coop"));
        let cells = plan.cells(|_| Preset::Any).unwrap();
        // 2 methods, 4 variants, 3 seeds; `auto` and `any` are the same preset here.
        assert_eq!(cells.len(), 24);
        let names: std::collections::BTreeSet<String> = cells.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), 24);
        assert_eq!(plan.cells(|_| Preset::Paper).unwrap().len(), 48);
        assert!(plan.data[0].train.ends_with("t") && plan.data[0].train.is_absolute());
        assert_eq!(plan.data[0].test, Path::new("/t"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |text: &str| read(text).unwrap_err().to_string();
        assert!(message("methods = [\"gcl-x\"]\n").contains("plan.toml"));
        assert!(message(&format!("methods = [\"ae\"]\nseed = 3\n{DATA}")).contains("seed"));
        assert!(
            message(&format!("methods = [\"ae\"]\nseeds = \"3\"\n{DATA}clip-tail = \"x\"\n"))
                .contains("paper-resnext")
        );
        assert!(
            message(&format!("methods = [\"ae\"]\npresets = [\"best\"]\n{DATA}"))
                .contains("auto, any, paper")
        );
        let twice = format!("methods = [\"ae\"]\n{DATA}{DATA}");
        let error = read(&twice).unwrap().cells(|_| Preset::Any).unwrap_err();
        assert!(error.to_string().contains("called `a`"), "{error}");
    }
}
