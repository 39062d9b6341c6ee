//! Footage that grows, changes and is taken away between two calls of `gcl find`.

use std::fs;
use std::path::Path;

use super::support::{run, stderr, stdout, video};

/// Everything in a folder of results that is asked for by other programs.
fn results(at: &Path, found: &str) -> [Vec<u8>; 2] {
    ["moments.json", "moments.csv"].map(|name| fs::read(at.join(found).join(name)).unwrap())
}

#[test]
fn only_what_is_new_is_looked_at_and_the_model_is_fitted_on_all() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..3 {
        video(&at.join(format!("footage/cam{i}.y4m")), 320, (i == 2).then_some(160));
    }
    let first = run(at, &["find", "footage"], 0);
    assert!(!stderr(&first).contains("footage: "), "{}", stderr(&first));
    let same = run(at, &["find", "footage"], 0);
    assert!(!stderr(&same).contains("footage: ") && !stderr(&same).contains("training on"));
    assert_eq!(stdout(&same), stdout(&first));

    let of_cam0 = || fs::metadata(at.join("found/features/cam0.npy")).unwrap().modified().unwrap();
    let extracted = of_cam0();
    video(&at.join("footage/cam3.y4m"), 320, Some(64));
    let more = run(at, &["find", "footage"], 0);
    let told = "footage: 1 new video (cam3), 3 as before; the model is trained anew";
    assert!(stderr(&more).contains(told), "{}", stderr(&more));
    assert!(stderr(&more).contains("extracting: 320 frames"), "{}", stderr(&more));
    assert_eq!(of_cam0(), extracted, "it was not looked at again");
    assert!(stdout(&more).contains("cam3"), "{}", stdout(&more));
    // The same as from nothing.
    run(at, &["find", "footage", "--out", "fresh"], 0);
    assert_eq!(results(at, "found"), results(at, "fresh"));

    // Changed and gone, at once; and back again.
    let cam1 = fs::read(at.join("footage/cam1.y4m")).unwrap();
    video(&at.join("footage/cam1.y4m"), 320, Some(32));
    fs::rename(at.join("footage/cam3.y4m"), at.join("away.y4m")).unwrap();
    let other = run(at, &["find", "footage"], 0);
    let told = "footage: 2 as before, 1 changed (cam1), 1 gone (cam3);";
    assert!(stderr(&other).contains(told), "{}", stderr(&other));
    assert!(!stdout(&other).contains("cam3"), "{}", stdout(&other));
    fs::write(at.join("footage/cam1.y4m"), cam1).unwrap();
    fs::rename(at.join("away.y4m"), at.join("footage/cam3.y4m")).unwrap();
    run(at, &["find", "footage"], 0);
    assert_eq!(results(at, "found"), results(at, "fresh"));

    // Other settings are no matter of footage.
    video(&at.join("footage/cam4.y4m"), 320, None);
    let seed = run(at, &["find", "footage", "--seed", "9"], 2);
    assert!(stderr(&seed).contains("other settings"), "{}", stderr(&seed));
    assert!(at.join("found/model").exists(), "nothing was taken away");
}

#[test]
fn what_takes_long_to_train_is_trained_anew_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..2 {
        video(&at.join(format!("footage/cam{i}.y4m")), 160, None);
    }
    let steps = ["--set", "training.budget.max_steps=20"];
    for method in ["ae", "interleave"] {
        let find = ["find", "footage", "--method", method, "--out", method];
        let find = if method == "ae" { [&find[..], &steps].concat() } else { find.to_vec() };
        run(at, &find, 0);
        video(&at.join(format!("footage/{method}.y4m")), 160, Some(64));
        let refused = stderr(&run(at, &find, 2));
        let told = format!("other footage (1 new video ({method}), ");
        assert!(refused.contains(&told) && refused.contains("or give --refit"), "{refused}");
        assert!(!refused.contains("extracting"), "{refused}");
        let anew = stderr(&run(at, &[&find[..], &["--refit"]].concat(), 0));
        assert!(anew.contains("1 new video") && anew.contains("extracting: 160"), "{anew}");
        let moments = fs::read_to_string(at.join(method).join("moments.csv")).unwrap();
        assert!(moments.contains(method), "{moments}");
    }
}

#[test]
fn fewer_moments_than_asked_for_and_ends_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let path = at.join("footage/cam.y4m");
    video(&path, 320, Some(160));
    let found = run(at, &["find", "footage", "--top", "300"], 0);
    let count = stdout(&found).lines().count() - 3;
    let told =
        format!("{count} of 300 moments: the highest-scoring 5 % of the frames make no more");
    assert!(stderr(&found).contains(&told), "{}", stderr(&found));
    let page = fs::read_to_string(at.join("found/report.html")).unwrap();
    assert!(page.contains(&told));
    assert!(!stderr(&run(at, &["find", "footage", "--top", "1"], 0)).contains("moments: the"));
    // Nearest neighbours have no networks to set.
    assert!(
        page.contains("detector.k")
            && !page.contains("cooperative.")
            && !page.contains("generator.")
    );

    // Without a clock, frames: the same last one on the terminal, in the table and on the page.
    let text = fs::read(&path).unwrap();
    let rate = text.windows(6).position(|bytes| bytes == b" F10:1").unwrap();
    fs::write(&path, [&text[..rate], &text[rate + 6..]].concat()).unwrap();
    let table = stdout(&run(at, &["find", "footage", "--top", "1", "--out", "bare"], 0));
    let csv = fs::read_to_string(at.join("bare/moments.csv")).unwrap();
    let row: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
    let last = row[3].parse::<usize>().unwrap() - 1;
    assert_eq!(row[7], format!("frame {last}"));
    assert!(table.contains(&format!("frame {last}  ")), "{table}");
    let page = fs::read_to_string(at.join("bare/report.html")).unwrap();
    assert!(page.contains(&format!("frames {} – {last}<", row[2])), "{csv}");

    let limit =
        ["find", "footage", "--method", "interleave", "--memory-limit", "2MiB", "--out", "b"];
    let limit = stderr(&run(at, &limit, 2));
    assert!(limit.contains("--memory-limit is for methods of features"), "{limit}");
}
