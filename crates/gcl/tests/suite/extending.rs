//! docs/extending.md speaks of files and names that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the page adds.
const ADDED: [&str; 11] = [
    "BatchMean",
    "Outside",
    "OutsideSettings",
    "Centre",
    "CentreConfig",
    "Mgfn",
    "MgfnConfig",
    "Tiny",
    "TINY",
    "Count",
    "CountArgs",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/extending.md")).unwrap()
}

/// Identifiers and other words.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c| !word(c)).filter(|word| !word.is_empty())
}

/// The words of all Rust files below the folders of all crates, but for this one.
fn known(folders: &[&str]) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let package = entry.unwrap().path();
        for folder in folders {
            collect(&package.join(folder), &mut known);
        }
    }
    known
}

fn collect(folder: &Path, known: &mut BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, known);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("extending.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            known.extend(words(&text).map(str::to_owned));
        }
    }
}

/// The page's diffs, without their fences.
fn diffs(page: &str) -> Vec<Vec<&str>> {
    let after = page.split("```diff\n").skip(1);
    after.map(|rest| rest.split("```").next().unwrap().lines().collect()).collect()
}

#[test]
fn diffs_change_lines_that_are_there() {
    let page = page();
    let diffs = diffs(&page);
    assert!(diffs.len() >= 9, "{}", diffs.len());
    for diff in diffs {
        if diff[0] == "--- /dev/null" {
            let path = root().join(diff[1].strip_prefix("+++ ").unwrap());
            assert!(!path.exists(), "{} is no new file", path.display());
            assert!(path.parent().unwrap().is_dir(), "{} has no folder", path.display());
            continue;
        }
        let name = diff[0].strip_prefix("--- ").unwrap();
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        let mut lines = text.lines().map(str::trim);
        for old in diff[1..].iter().filter(|line| !line.starts_with('+')) {
            let old = old[1..].trim();
            assert!(lines.any(|line| line == old), "{name} has no line `{old}` where it is shown");
        }
    }
}

#[test]
fn names_in_added_code_exist() {
    let (page, known) = (page(), known(&["src", "tests"]));
    for line in diffs(&page).concat().into_iter().filter(|line| line.starts_with('+')) {
        // What is called, or is a type: `name(`, `Name`, `NAME`.
        let code = line.split("//").next().unwrap();
        for word in words(code) {
            let at = code.find(word).unwrap() + word.len();
            let called = code[at..].starts_with('(');
            if called || word.starts_with(|c: char| c.is_ascii_uppercase()) {
                assert!(known.contains(word) || ADDED.contains(&word), "`{word}` in `{line}`");
            }
        }
    }
}

#[test]
fn files_and_names_in_the_text_exist() {
    let (page, known) = (page(), known(&["src", "tests"]));
    let mut text = String::new();
    for (i, part) in page.split("```").enumerate() {
        text += if i % 2 == 0 { part } else { "" };
    }
    for span in text.split('`').skip(1).step_by(2) {
        if ["crates/", "docs/", "tests/"].iter().any(|folder| span.starts_with(folder)) {
            assert!(root().join(span).exists(), "{span}");
            continue;
        }
        for word in words(span) {
            assert!(known.contains(word) || ADDED.contains(&word), "`{word}` of `{span}`");
        }
    }
}

#[test]
fn what_the_page_adds_is_not_there_yet() {
    let known = known(&["src"]);
    for word in ["BatchMean", "OutsideSettings", "CentreConfig", "MgfnConfig", "TINY", "CountArgs"]
    {
        assert!(!known.contains(word) && ADDED.contains(&word), "{word}");
    }
}
