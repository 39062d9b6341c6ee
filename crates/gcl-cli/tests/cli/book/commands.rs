//! Whether commands that are written somewhere are commands of this program.

use super::blocks::{Block, blocks};

/// Options in the pages that belong to other programs.
const OTHERS: &[&str] = &["--example", "--features", "--lib", "--release", "--workspace"];

/// Something that a page calls the program with.
pub struct Called {
    /// From 1; of prose, where its paragraph begins.
    pub line: usize,
    /// From `gcl` on, or an option by itself.
    pub words: Vec<String>,
    /// Whether nothing is left out, as it may be in prose.
    pub whole: bool,
}

/// The commands of a page.
pub fn of_page(page: &str) -> Vec<Called> {
    let mut found = Vec::new();
    for (line, block) in blocks(page) {
        match block {
            Block::Text(_) => {}
            Block::Prose(text) => {
                let spans = text.split('`').skip(1).step_by(2);
                let called = |span: &str| words(&span.replace('\n', " "));
                found.extend(spans.map(|s| Called { line, words: called(s), whole: false }));
            }
            Block::Shell(text) | Block::Code(text) => found.extend(of_code(line, &text)),
        }
    }
    found.retain(|Called { words, .. }| {
        words.first().is_some_and(|w| w == "gcl" && words.len() > 1 || is_option(w))
    });
    found
}

fn of_code(first: usize, text: &str) -> Vec<Called> {
    let mut found: Vec<(usize, String)> = Vec::new();
    // Whether the command goes on: after a backslash, and in YAML in lines of options.
    let mut open = false;
    for (at, line) in (first..).zip(text.lines()) {
        let part = line.trim();
        let more = part.strip_suffix('\\').unwrap_or(part);
        match (start(part), found.last_mut()) {
            (Some(from), _) => found.push((at, more[from..].to_owned())),
            (None, Some((_, text))) if open || is_option(part) => *text += &format!(" {more}"),
            _ => {}
        }
        open = part.ends_with('\\');
    }
    let called = |(line, text): (usize, String)| Called { line, words: words(&text), whole: true };
    found.into_iter().map(called).collect()
}

fn is_option(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Where a line of code calls the program: at its start, or after what starts programs.
fn start(line: &str) -> Option<usize> {
    let before = ["", "- ", "srun ", "parallel -j 4 ", "podman run --rm --volume \"$PWD:/data\" "];
    let calls = |before: &str| line.strip_prefix(before).is_some_and(|at| at.starts_with("gcl "));
    before.iter().find(|before| calls(before)).map(|before| before.len())
}

/// A shell's words, up to a comment, a pipe or another command.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, '|' | ';' | '>' | '&') => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// What is wrong with a command, if anything is.
pub fn problem(Called { words, whole, .. }: &Called) -> Option<String> {
    let mut definition = gcl_cli::definition();
    definition.build();
    if is_option(&words[0]) {
        let name = option(&words[0]);
        let known = OTHERS.contains(&words[0].as_str()) || any_has(&definition, name);
        return (!known).then(|| format!("no command has --{name}"));
    }
    let mut command = &definition;
    for word in &words[1..] {
        if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        } else if command.has_subcommands() && !word.starts_with('-') && !placeholder(word) {
            return Some(format!("`{}` has no {word}", command.get_name()));
        } else if is_option(word) && !has(command, option(word)) {
            return Some(format!("`gcl {}` has no {word}", command.get_name()));
        }
    }
    if !whole || words.iter().any(|word| placeholder(word)) {
        return None;
    }
    let error = gcl_cli::definition().try_get_matches_from(words).err()?;
    error.use_stderr().then(|| error.to_string())
}

/// Whether a word stands for something else: `FILE`, `$N`, `{}`, `…`.
fn placeholder(word: &str) -> bool {
    word.contains(['$', '{', '…'])
        || word.contains("...")
        || word.split('=').next_back().is_some_and(|value| {
            value.contains(|c: char| c.is_ascii_uppercase())
                && value.chars().all(|c| c.is_ascii_uppercase() || "/_-".contains(c))
        })
}

fn option(word: &str) -> &str {
    let name = word.trim_start_matches('-');
    name.split(['=', ' ']).next().unwrap_or(name)
}

fn has(command: &clap::Command, name: &str) -> bool {
    command.get_arguments().any(|argument| {
        argument.get_long() == Some(name)
            || argument.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

fn any_has(command: &clap::Command, name: &str) -> bool {
    has(command, name) || command.get_subcommands().any(|inner| any_has(inner, name))
}

#[test]
fn what_does_not_exist_is_noticed() {
    let wrong =
        |command: &str| problem(&Called { line: 1, words: words(command), whole: true }).is_some();
    assert!(wrong("gcl finds footage"));
    assert!(wrong("gcl find FOOTAGE --tops 3"));
    assert!(wrong("gcl find footage --top three"));
    assert!(wrong("gcl find footage --net nothing"));
    assert!(wrong("gcl find"));
    assert!(wrong("gcl pair trains x"));
    assert!(wrong("gcl pair train x --tops=3"));
    assert!(wrong("--tops"));
    assert!(!wrong("gcl find footage --top 3 # and --more"));
    assert!(!wrong("gcl pair train FEATURES --poses DIR | cat --anything"));
    assert!(!wrong("gcl find --help"));
    assert!(!wrong("--top 5"));
}

#[test]
fn commands_are_found_wherever_they_are() {
    let page = "Use `gcl find X\n--top 3` or\n`--seed 1`.\n\n    srun gcl extract a \\\n        --out b\n    ls\n\n        \
                - gcl train x\n          --out y\n          || z\n";
    let found: Vec<_> =
        of_page(page).into_iter().map(|called| (called.line, called.words.join(" "))).collect();
    let expected = [
        (1, "gcl find X --top 3"),
        (1, "--seed 1"),
        (5, "gcl extract a --out b"),
        (9, "gcl train x --out y"),
    ];
    assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
}
