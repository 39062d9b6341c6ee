//! The report of a match between a file and a model.

use std::fmt;

/// A tensor that both sides have, in different shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misshapen {
    /// The model's name for it.
    pub name: String,
    /// The file's name for it.
    pub key: String,
    /// The model's shape.
    pub expected: Vec<usize>,
    /// The file's shape.
    pub found: Vec<usize>,
}

/// How a file's tensors match a model's.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use gcl_weights::{Expected, KeyMap, Tensor, WeightError, matched, read, write_safetensors};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("model.safetensors");
/// let tensors = BTreeMap::from([("conv.bias".to_owned(), Tensor::f32([2], &[0.0, 1.0]))]);
/// write_safetensors(&path, &tensors, &BTreeMap::new())?;
/// let expected = [Expected::new("conv.bias", [3])];
/// match matched(&read(&path)?, &KeyMap::new(), &expected) {
///     Err(WeightError::Keys { report, .. }) => assert_eq!(report.misshapen[0].found, [2]),
///     other => panic!("not refused: {other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyReport {
    /// The model's names that the file fills, and the file's name for each.
    pub applied: Vec<(String, String)>,
    /// The model's names that the file lacks, with their shapes.
    pub missing: Vec<(String, Vec<usize>)>,
    /// The file's names that the model does not use, including ignored ones.
    pub unused: Vec<String>,
    /// Those whose shapes differ.
    pub misshapen: Vec<Misshapen>,
}

impl KeyReport {
    /// Whether the file has everything that the model needs: nothing is missing or misshapen.
    pub fn fits(&self) -> bool {
        self.missing.is_empty() && self.misshapen.is_empty()
    }
}

/// A line of counts, then a table of all that was not applied.
impl fmt::Display for KeyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts =
            [self.applied.len(), self.missing.len(), self.misshapen.len(), self.unused.len()];
        let [applied, missing, misshapen, unused] = counts;
        write!(f, "{applied} applied, {missing} missing, {misshapen} misshapen, {unused} unused")?;
        let mut rows: Vec<(&str, &str, String)> = Vec::new();
        for (name, shape) in &self.missing {
            rows.push(("missing", name, format!("{shape:?}")));
        }
        for one in &self.misshapen {
            let detail = format!("{:?} wanted, {:?} in `{}`", one.expected, one.found, one.key);
            rows.push(("misshapen", &one.name, detail));
        }
        for name in &self.unused {
            rows.push(("unused", name, String::new()));
        }
        let width = rows.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0).min(60);
        for (what, name, detail) in rows {
            let line = format!("  {what:<9}  {name:<width$}  {detail}");
            write!(f, "\n{}", line.trim_end())?;
        }
        Ok(())
    }
}
