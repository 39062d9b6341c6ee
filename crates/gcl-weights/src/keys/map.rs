//! Rules that map a file's names to a model's.

use std::collections::BTreeMap;

use crate::WeightError;
use crate::file::{TensorInfo, WeightFile};

/// Rules for names: prefixes to strip, names to change, names to leave out.
///
/// Rules are patterns in which one `*` matches any text. They apply in this order: each prefix is
/// stripped, if every name has it; then the first matching change is made; then names that match an
/// ignored pattern are left out.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use gcl_weights::{KeyMap, Tensor, read, write_safetensors};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("model.safetensors");
/// let tensor = |name: &str| (name.to_owned(), Tensor::f32([1], &[1.0]));
/// let tensors = BTreeMap::from(["module.block.0.w", "module.fc.w"].map(tensor));
/// write_safetensors(&path, &tensors, &BTreeMap::new())?;
/// let map = KeyMap::new().strip("module.").rename("block.*.w", "layer.*.weight").ignore("fc.*");
/// assert!(map.names(&read(&path)?)?.keys().eq(["layer.0.weight"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct KeyMap {
    prefixes: Vec<String>,
    renames: Vec<(Pattern, Pattern)>,
    ignored: Vec<Pattern>,
}

impl KeyMap {
    /// No rules: every name stays.
    pub fn new() -> Self {
        Self::default()
    }

    /// Strips `prefix`, such as `module.`, from all names, if all of them have it.
    pub fn strip(mut self, prefix: impl Into<String>) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    /// Changes a name that matches `from` to `to`, with `*` replaced by what it matched in `from`:
    /// `rename("block.*.w", "layer.*.weight")`.
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        self.renames.push((Pattern::new(from), Pattern::new(to)));
        self
    }

    /// Leaves out the names that match, such as `fc.*`: they count as unused.
    pub fn ignore(mut self, pattern: &str) -> Self {
        self.ignored.push(Pattern::new(pattern));
        self
    }

    /// The tensors by their new names, without the ignored ones.
    ///
    /// # Errors
    /// [`WeightError::Collision`] if two tensors are mapped to the same name.
    pub fn names<'f>(
        &self,
        file: &'f WeightFile,
    ) -> Result<BTreeMap<String, &'f TensorInfo>, WeightError> {
        let mut prefix = String::new();
        for next in &self.prefixes {
            let longer = format!("{prefix}{next}");
            if file.tensors.iter().all(|info| info.name().starts_with(&longer)) {
                prefix = longer;
            }
        }
        let mut names: BTreeMap<String, &TensorInfo> = BTreeMap::new();
        for info in &file.tensors {
            let bare = info.name().strip_prefix(&prefix).unwrap_or(info.name());
            let change = self.renames.iter().find_map(|(from, to)| Some(to.fill(from.fit(bare)?)));
            let name = change.unwrap_or_else(|| bare.to_owned());
            if self.ignored.iter().any(|pattern| pattern.fit(&name).is_some()) {
                continue;
            }
            if let Some(first) = names.insert(name.clone(), info) {
                return Err(WeightError::Collision {
                    path: file.path.to_owned(),
                    first: first.name().to_owned(),
                    second: info.name().to_owned(),
                    name,
                });
            }
        }
        Ok(names)
    }
}

/// A name with at most one `*`: what stands before it, and after it if there is one.
#[derive(Debug, Clone)]
struct Pattern {
    before: String,
    after: Option<String>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        match text.split_once('*') {
            Some((before, after)) => Self { before: before.into(), after: Some(after.into()) },
            None => Self { before: text.into(), after: None },
        }
    }

    /// The text that `*` matches in `name`, if the name matches.
    fn fit<'n>(&self, name: &'n str) -> Option<&'n str> {
        let rest = name.strip_prefix(self.before.as_str())?;
        match &self.after {
            Some(after) => rest.strip_suffix(after.as_str()),
            None => rest.is_empty().then_some(""),
        }
    }

    fn fill(&self, star: &str) -> String {
        match &self.after {
            Some(after) => format!("{}{star}{after}", self.before),
            None => self.before.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert_eq!(Pattern::new("fc.*").fit("fc.weight"), Some("weight"));
        assert_eq!(Pattern::new("fc.*").fit("fc"), None);
        assert_eq!(Pattern::new("*.w").fit("a.b.w"), Some("a.b"));
        assert_eq!(Pattern::new("a*a").fit("a"), None, "the two ends do not share a letter");
        assert_eq!(Pattern::new("fc").fit("fc.weight"), None);
        assert_eq!(Pattern::new("*.weight").fill("a.b"), "a.b.weight");
        assert_eq!(Pattern::new("fixed").fill("lost"), "fixed");
    }
}
