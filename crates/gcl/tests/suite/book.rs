//! Links of the documentation lead somewhere, as files and as a book, and every page is a chapter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The pages by their paths from the root, without what is code.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| Path::new("docs").join(entry.unwrap().file_name()))
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    paths.extend(["README.md".into(), "ARCHITECTURE.md".into()]);
    paths
        .into_iter()
        .map(|path| (path.clone(), prose(&fs::read_to_string(root().join(path)).unwrap())))
        .collect()
}

/// A page without fenced and indented code.
fn prose(page: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// Targets of a page's links and pictures.
fn links(page: &str) -> Vec<&str> {
    // Brackets in code are no links, and a link's text may be code: only the code's own brackets are looked for.
    let after = page.split("](").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

/// The anchors of a page's headings: letters, digits, `-` and `_`, with dashes for blanks, as GitHub and mdBook have them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            let slug = text.chars().filter(|&c| kept(c)).collect::<String>().replace(' ', "-");
            let count = seen.entry(slug.clone()).or_default();
            *count += 1;
            match *count {
                1 => slug,
                n => format!("{slug}-{}", n - 1),
            }
        })
        .collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(plain.pop(), "{} leaves the project", path.display()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (page, text) in &pages {
        for link in links(text).into_iter().filter(|link| !link.contains("://")) {
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => plain(&page.parent().unwrap().join(file)),
            };
            let known = || pages.get(&target).is_some_and(|text| anchors(text).contains(anchor));
            let problem = if !root().join(&target).exists() {
                "no such file"
            } else if page.starts_with("docs") && !target.starts_with("docs") {
                "not a part of the book"
            } else if link.contains('#') && !known() {
                "no such heading"
            } else {
                continue;
            };
            wrong.push(format!("{}: {link}: {problem}", page.display()));
        }
    }
    assert!(count > 100, "only {count} links were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_is_a_chapter_and_every_picture_is_shown() {
    let pages = pages();
    let chapters = links(&pages[Path::new("docs/SUMMARY.md")]);
    let of_book = pages.keys().filter_map(|path| path.strip_prefix("docs").ok());
    for page in of_book.filter(|page| *page != Path::new("SUMMARY.md")) {
        let times = chapters.iter().filter(|chapter| Path::new(chapter) == page).count();
        assert_eq!(times, 1, "{} in docs/SUMMARY.md", page.display());
    }
    let shown: BTreeSet<&str> = pages.values().flat_map(|text| links(text)).collect();
    for entry in fs::read_dir(root().join("docs/pictures")).unwrap() {
        let entry = entry.unwrap();
        let name = format!("pictures/{}", entry.file_name().display());
        assert!(shown.contains(name.as_str()), "{name} is shown nowhere");
        assert!(entry.metadata().unwrap().len() < 150_000, "{name} is large");
    }
}

#[test]
fn anchors_are_those_of_headings() {
    let page = "# How *rare*, by `gcl find`?\n## Pre-training (§3.3, GCL_PT)\n## Two\n## Two\n";
    let expected = ["how-rare-by-gcl-find", "pre-training-33-gcl_pt", "two", "two-1"];
    assert_eq!(anchors(page), expected.map(str::to_owned).into());
}
