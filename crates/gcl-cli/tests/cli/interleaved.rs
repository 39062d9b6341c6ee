//! `gcl find --method interleave`: a pair of models on footage alone.

use std::fs;
use std::path::Path;

use super::objects::footage;
use super::support::{gcl, run, stderr, stdout};

const FIND: [&str; 5] = ["find", "footage", "--net=gradient", "--method=interleave", "--out"];

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_pair_finds_what_is_abnormal_in_one_call() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    footage(&at.join("footage"));
    let find = [&FIND[..], &["found"]].concat();
    let found = run(at, &find, 0);
    let said = stderr(&found);
    assert!(said.contains("module 2 loop 2: one-class loss"), "{said}");
    assert!(said.contains("interleave on gradient features, scored by sultani"), "{said}");
    let judged = stdout(&run(at, &["eval", "found/scores", "truth.csv"], 0));
    let auc = judged.lines().find_map(|line| line.strip_prefix("micro AUC")).unwrap();
    let auc: f64 = auc.trim().parse().unwrap();
    println!("frame AUC {auc}");
    assert!(auc > 0.65, "{auc}");

    // The files that every method leaves, with boxes.
    let table = read(at, "found/moments.csv");
    assert!(table.lines().count() > 1 && table.lines().skip(1).all(|l| !l.ends_with(",,,,")));
    let moments: serde_json::Value = serde_json::from_str(&read(at, "found/moments.json")).unwrap();
    assert_eq!(moments[0]["heat_map"].as_array().unwrap().len(), 12);
    let page = read(at, "found/report.html");
    for text in ["label for each other", "Threshold of each module", "class=\"box\""] {
        assert!(page.contains(text), "{text}");
    }
    // The same folder serves the verbs of pairs, and a report that is written later.
    run(at, &["report", "found", "--out", "later.html"], 0);
    assert_eq!(read(at, "later.html").matches("class=\"box\"").count(), table.lines().count() - 1);
    run(at, &["pair", "score", "found", "found/features", "--out", "scores"], 0);
    let bytes = |path: &str| fs::read(at.join(path)).unwrap();
    assert!(bytes("scores/weak/test/01.npy") == bytes("found/scores/test/01.npy"));

    // Again: nothing is trained anew. Other settings are refused, and nothing is lost.
    let again = run(at, &find, 0);
    assert_eq!(stdout(&again), stdout(&found));
    assert!(!stderr(&again).contains("module"), "{}", stderr(&again));
    let other = run(at, &[&find[..], &["--seed=3"]].concat(), 2);
    assert!(stderr(&other).contains("other settings"), "{}", stderr(&other));
    assert_eq!(read(at, "found/moments.csv"), table);
}

#[test]
fn what_does_not_go_with_a_pair_is_said_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    footage(&at.join("footage"));
    let find = [&FIND[..], &["no"]].concat();
    for (more, hint) in [
        (["--cross-fit=4"], "--cross-fit is for methods of features"),
        (["--budget=printed"], "--budget is for methods of features"),
        (["--preset=paper"], "--preset is for methods of features"),
        (["--labels=footage"], "--labels is for methods of features"),
        (["--set=training.batch=3"], "training"),
        (["--set=interleave.weak.length=0"], "weak.length"),
        (["--top=0"], "--top is 0"),
    ] {
        let output = run(at, &[&find[..], &more].concat(), 2);
        assert!(stderr(&output).contains(hint), "{more:?}: {}", stderr(&output));
    }
    let windows = ["find", "footage", "--net=object-windows", "--method=interleave", "--out=no"];
    assert!(stderr(&run(at, &windows, 2)).contains("rows of object-windows are objects"));
    assert!(!at.join("no").exists());
}

#[test]
#[cfg(unix)]
fn interrupted_it_goes_on_to_the_same_scores() {
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    footage(&at.join("footage"));
    run(at, &[&FIND[..], &["whole"]].concat(), 0);
    let part = [&FIND[..], &["part"]].concat();
    let mut child = gcl(at, &part).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // After its first saved loop.
    while !at.join("part/state").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let code = child.wait().unwrap().code();
    // It may have been quicker than the signal.
    assert!(code == Some(0) || (kill.unwrap().success() && code == Some(130)), "{code:?}");
    let resumed = run(at, &part, 0);
    assert!(!stderr(&resumed).contains("module 1 loop 1:"), "{}", stderr(&resumed));
    assert_eq!(read(at, "part/moments.json"), read(at, "whole/moments.json"));
}
