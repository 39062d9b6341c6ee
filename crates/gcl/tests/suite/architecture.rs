//! ARCHITECTURE.md's crate table is true.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders below `crates`; the facade's package is `gcl-vad`, since `gcl` is taken where crates are
/// published.
const CRATES: [&str; 11] = [
    "gcl-data",
    "gcl-core",
    "gcl-weights",
    "gcl-kernels",
    "gcl-lite0",
    "gcl-features",
    "gcl-train",
    "gcl-eval",
    "gcl",
    "gcl-bench",
    "gcl-cli",
];

/// `(crate, what it may depend on)` rows of the table.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `gcl"));
    let mut above = BTreeSet::new();
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[1].trim_matches('`').to_owned();
        let mut allowed: BTreeSet<String> =
            cells[3].split(',').map(|c| c.trim().trim_matches('`').to_owned()).collect();
        if allowed.remove("all above") {
            allowed.extend(above.iter().cloned());
        }
        above.insert(name.clone());
        (name, allowed)
    })
    .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The direct dependencies of a manifest that the table speaks of, with burn's own crates as burn.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let Some(toml::Value::Table(table)) = manifest.get("dependencies") else { return [].into() };
    let names = table.keys().filter_map(|name| match name.as_str() {
        "burn" | "burn-ndarray" | "burn-cuda" => Some("burn".to_owned()),
        "gcl-vad" => Some("gcl".to_owned()),
        name if CRATES.contains(&name) => Some(name.to_owned()),
        _ => None,
    });
    names.collect()
}

#[test]
fn every_crate_depends_only_on_what_the_table_allows() {
    let table = table();
    assert_eq!(table.len(), CRATES.len(), "one row per crate");
    for (name, allowed) in table {
        let found = dependencies(&root().join("crates").join(&name).join("Cargo.toml"));
        let extra: Vec<_> = found.difference(&allowed).collect();
        assert!(
            extra.is_empty(),
            "{name} depends on {extra:?}, ARCHITECTURE.md allows {allowed:?}"
        );
    }
}

/// Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// Whether a line of code, comments aside, speaks of a command-line option such as `--seed`.
fn names_an_option(line: &str) -> bool {
    let code = line.trim_start();
    !code.starts_with("//")
        && code.match_indices("--").any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + 2..].chars().next();
            after.is_some_and(|c| c.is_ascii_lowercase())
                && before.is_none_or(|c| matches!(c, ' ' | '"' | '(' | '`'))
        })
}

#[test]
fn an_option_is_told_from_other_dashes() {
    assert!(names_an_option(r#"    "choose it with --seed","#));
    assert!(names_an_option(r#"    format!("--set {pair}")"#));
    assert!(names_an_option(r#"    "with labels (--labels)""#));
    assert!(!names_an_option("    /// `gcl train --resume`"));
}

#[test]
fn libraries_know_nothing_of_the_command_line() {
    for name in CRATES.into_iter().filter(|name| *name != "gcl-cli") {
        for file in sources(&root().join("crates").join(name).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let line = text.lines().position(names_an_option);
            assert!(line.is_none(), "{}:{}: an option's name", file.display(), line.unwrap() + 1);
        }
    }
}
