//! Whether commands that are written somewhere are commands of this program.

use super::blocks::{Block, blocks};

/// Options in the pages that belong to other programs.
const OTHERS: &[&str] = &["--features", "--lib", "--release", "--workspace"];

/// The commands of a page with their lines: words from `gcl` on, or an option by itself.
pub fn of_page(page: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, block) in blocks(page) {
        match block {
            Block::Text(_) => {}
            Block::Prose(text) => {
                let spans = text.split('`').skip(1).step_by(2);
                found.extend(spans.map(|span| (at, words(&span.replace('\n', " ")))));
            }
            Block::Shell(text) | Block::Code(text) => {
                let lines = text.replace("\\\n", " ");
                let mut command: Option<(usize, String)> = None;
                for (i, line) in lines.lines().enumerate() {
                    match (start(line), line.trim_start().starts_with("--"), &mut command) {
                        (Some(from), _, _) => {
                            found.extend(command.take().map(|(at, text)| (at, words(&text))));
                            command = Some((at + i, line[from..].to_owned()));
                        }
                        // Arguments in YAML go on in the next line.
                        (None, true, Some((_, text))) => *text = format!("{text} {}", line.trim()),
                        _ => {}
                    }
                }
                found.extend(command.map(|(at, text)| (at, words(&text))));
            }
        }
    }
    found.retain(|(_, words)| {
        words.first().is_some_and(|w| w == "gcl" && words.len() > 1 || is_option(w))
    });
    found
}

fn is_option(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Where a line of code calls the program: at its start, or after what starts programs.
fn start(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    let before = ["", "- ", "srun ", "parallel -j 4 ", "podman run --rm --volume \"$PWD:/data\" "];
    let found = before.iter().find(|before| {
        trimmed.strip_prefix(**before).is_some_and(|rest| rest.starts_with("gcl "))
    })?;
    Some(indent + found.len())
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
pub fn problem(words: &[String]) -> Option<String> {
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
    if words.iter().any(|word| placeholder(word)) {
        return None;
    }
    let error = gcl_cli::definition().try_get_matches_from(words).err()?;
    // Prose names commands without what they need, and asks for help.
    let whole = error.use_stderr() && words.len() > 3;
    whole.then(|| error.to_string())
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
    let wrong = |command: &str| problem(&words(command)).is_some();
    assert!(wrong("gcl finds footage"));
    assert!(wrong("gcl find footage --tops 3"));
    assert!(wrong("gcl find footage --top three"));
    assert!(wrong("gcl find footage more --net nothing"));
    assert!(wrong("gcl pair trains x"));
    assert!(wrong("gcl pair train x --tops=3"));
    assert!(wrong("--tops"));
    assert!(!wrong("gcl find footage --top 3 # and more"));
    assert!(!wrong("gcl pair train FEATURES --poses DIR | cat --anything"));
    assert!(!wrong("gcl find --help"));
    assert!(!wrong("--top 5"));
}

#[test]
fn commands_are_found_wherever_they_are() {
    let page = "Use `gcl find X\n--top 3` or\n`--seed 1`.\n\n    srun gcl extract a \\\n        --out b\n    ls\n\n        - gcl train x\n          --out y\n          || z\n";
    let found: Vec<String> = of_page(page).into_iter().map(|(_, words)| words.join(" ")).collect();
    assert_eq!(
        found,
        ["gcl find X --top 3", "--seed 1", "gcl extract a --out b", "gcl train x --out y"]
    );
}
