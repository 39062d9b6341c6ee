//! Shell completions and manual pages, which follow from the definition of the arguments.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::support::{run, stderr, stdout};

#[test]
fn every_shell_gets_all_verbs_and_options() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&run(folder.path(), &["completions", shell], 0));
        for word in ["find", "reproduce", "cross-fit", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        let values = ["bash", "zsh", "fish"].contains(&shell);
        assert_eq!(script.contains("isolation-forest"), values, "{shell}");
    }
    let refused = run(folder.path(), &["completions", "cmd"], 2);
    assert!(stderr(&refused).contains("powershell"), "{}", stderr(&refused));
}

/// `gcl tr` and the tab key.
#[test]
fn bash_completes_a_verb() {
    let folder = tempfile::tempdir().unwrap();
    let script = stdout(&run(folder.path(), &["completions", "bash"], 0));
    let spawned = Command::new("bash").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut bash) = spawned else {
        println!("SKIPPED: no bash on this machine");
        return;
    };
    let asked = "COMP_WORDS=(gcl tr); COMP_CWORD=1; _gcl gcl tr gcl; echo \"${COMPREPLY[@]}\"\n";
    let mut stdin = bash.stdin.take().unwrap();
    stdin.write_all((script + "\n" + asked).as_bytes()).unwrap();
    drop(stdin);
    let answer = bash.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(answer.stdout).unwrap().trim(), "train");
}

#[test]
fn a_page_for_each_verb_is_written() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["manual", "man/man1"], 0);
    let pages: BTreeSet<String> = fs::read_dir(folder.path().join("man/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let help = stdout(&run(folder.path(), &["--help"], 0));
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = verbs.take_while(|line| !line.is_empty()).filter_map(|line| {
        // A verb, and no second line of what is said of one.
        line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
    });
    let verbs: Vec<&str> = verbs.filter(|verb| *verb != "help").collect();
    assert!(verbs.len() > 10, "{help}");
    for verb in verbs {
        assert!(pages.contains(&format!("gcl-{verb}.1")), "{verb}: {pages:?}");
    }
    assert!(pages.contains("gcl.1") && pages.contains("gcl-pair-train.1"), "{pages:?}");
    let find = fs::read_to_string(folder.path().join("man/man1/gcl-find.1")).unwrap();
    assert!(find.starts_with(".ie") && find.contains("\\-\\-cross\\-fit"), "{find}");

    fs::write(folder.path().join("file"), "").unwrap();
    let refused = run(folder.path(), &["manual", "file/man1"], 3);
    assert!(stderr(&refused).contains("file/man1"), "{}", stderr(&refused));
}
