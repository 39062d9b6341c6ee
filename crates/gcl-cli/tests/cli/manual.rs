//! What is made of the arguments' definitions: completions and man pages.

use crate::support::{run, stdout};

#[test]
fn every_shell_completes_the_verbs() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&run(dir.path(), &["completions", shell], 0));
        for word in ["find", "alarms-per-day", "clip-length"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    run(dir.path(), &["completions", "abacus"], 2);
}

#[test]
fn every_verb_has_a_page() {
    let dir = tempfile::tempdir().unwrap();
    let folder = stdout(&run(dir.path(), &["manual", "man/man1"], 0));
    assert_eq!(folder.trim(), "man/man1");
    let page = |name: &str| {
        let path = dir.path().join("man/man1").join(name);
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert!(page("gcl-find.1").contains("alarms\\-per\\-day"));
    assert!(page("gcl-pair-train.1").contains("\\-\\-occ"));
    let help = stdout(&run(dir.path(), &["--help"], 0));
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A verb stands behind two blanks, the rest of its description behind more.
    let verbs = verbs.take_while(|line| !line.is_empty());
    let verbs: Vec<_> = verbs
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|verb| !verb.is_empty() && *verb != "help")
        .collect();
    assert!(verbs.len() > 14, "{verbs:?}");
    for verb in verbs {
        page(&format!("gcl-{verb}.1"));
    }
    std::fs::write(dir.path().join("taken"), "").unwrap();
    run(dir.path(), &["manual", "taken"], 3);
}
