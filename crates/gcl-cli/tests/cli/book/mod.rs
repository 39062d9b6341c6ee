//! The documentation's commands. In docs/*.md a block of `sh` is run, in order, in an empty folder for each page; a block of
//! `text` right after it is what it prints. `<!-- sh … -->` is run too, and not shown. All other commands (indented, in
//! prose, in the README) are compared with the definition of the arguments.

mod blocks;
mod commands;

use std::fs;
use std::path::{Path, PathBuf};

use self::blocks::{Block, blocks};

/// The page that makes the scene that the others use.
const FIRST: &str = "start.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `(name, text)` of the pages, in the order of names.
fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<_> = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_command_exists_with_its_options() {
    let readme = ("README.md".to_owned(), fs::read_to_string(root().join("README.md")).unwrap());
    let mut wrong = Vec::new();
    let mut count = 0;
    for (page, text) in pages().into_iter().chain([readme]) {
        for called in commands::of_page(&text) {
            count += 1;
            let problem = commands::problem(&called);
            wrong.extend(problem.map(|p| format!("{page}:{}: {p}", called.line)));
        }
    }
    assert!(count > 150, "only {count} commands were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(unix)]
#[test]
fn every_shown_command_runs_and_prints_what_is_shown() {
    let mut pages = pages();
    pages.sort_by_key(|(name, _)| name != FIRST);
    let first = tempfile::tempdir().unwrap();
    let scene = first.path().join("gcl-demo");
    let mut run = 0;
    for (name, text) in &pages {
        let other = tempfile::tempdir().unwrap();
        let folder = if name == FIRST { first.path() } else { other.path() };
        run += run_page(name, text, folder, &scene);
    }
    assert!(run >= 20, "only {run} blocks were run");
}

/// Runs a page's blocks in a folder, and says how many there were.
#[cfg(unix)]
fn run_page(name: &str, text: &str, folder: &Path, scene: &Path) -> usize {
    let (mut count, mut printed) = (0, None);
    for (line, block) in blocks(text) {
        match block {
            Block::Shell(script) => {
                count += 1;
                printed = Some(shell(&format!("docs/{name}:{line}"), &script, folder, scene));
            }
            Block::Text(shown) => {
                let printed = printed.take().unwrap_or_else(|| {
                    panic!("docs/{name}:{line}: a block of `text` without one of `sh` before it")
                });
                let missing = shown.lines().find(|line| !printed.lines().any(|p| alike(line, p)));
                assert!(
                    missing.is_none(),
                    "docs/{name}:{line}: not printed: {}\n{printed}",
                    missing.unwrap_or_default()
                );
            }
            Block::Code(_) | Block::Prose(_) => {}
        }
    }
    count
}

/// What a script prints, on both streams.
#[cfg(unix)]
fn shell(place: &str, script: &str, folder: &Path, scene: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_gcl")).parent().unwrap();
    let rest = std::env::var("PATH").unwrap_or_default();
    let output = std::process::Command::new("sh")
        .args(["-eu", "-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{rest}", binary.display()))
        .env("SCENE", scene)
        .output()
        .unwrap();
    let printed = super::support::stdout(&output) + &super::support::stderr(&output);
    assert!(output.status.success(), "{place}: {}\n{script}{printed}", output.status);
    printed
}

/// Whether two lines have the same words, and numbers within 2 %: other processors round otherwise.
#[cfg(unix)]
fn alike(shown: &str, printed: &str) -> bool {
    let close = |(a, b): (&str, &str)| {
        let number = |word: &str| word.trim_matches(',').parse::<f64>().ok();
        a == b
            || number(a)
                .zip(number(b))
                .is_some_and(|(a, b)| (a - b).abs() <= 0.02 * a.abs().max(b.abs()))
    };
    let (a, b) = (shown.split_whitespace(), printed.split_whitespace());
    a.clone().count() == b.clone().count() && a.zip(b).all(close)
}
