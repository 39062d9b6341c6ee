//! Moments of a stretch of time, by the clock and by the place in the video.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{run, stderr, video};

/// What is found with options: (video, start, end in seconds).
fn find(at: &Path, options: &[&str]) -> Vec<(String, f64, f64)> {
    run(at, &[&["find", "footage"], options].concat(), 0);
    let text = fs::read_to_string(at.join("found/moments.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    let seconds = |moment: &Value, key: &str| moment[key].as_f64().unwrap();
    let read = |moment: &Value| {
        let video = moment["video"].as_str().unwrap().to_owned();
        (video, seconds(moment, "start_seconds"), seconds(moment, "end_seconds"))
    };
    list.iter().map(read).collect()
}

#[test]
fn what_lies_outside_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // 32 seconds from 23:59:40 on, in which something happens at 16 s: 23:59:56 to 23:59:59.
    let (night, noon) = ("gate_20240131_235940", "gate_20240201_120000");
    video(&at.join(format!("footage/{night}.y4m")), 320, Some(160));
    video(&at.join(format!("footage/{noon}.y4m")), 320, Some(48));
    let all = find(at, &[]);
    assert!(all.iter().any(|(video, ..)| video == night));
    assert!(all.iter().any(|(video, ..)| video == noon));
    for options in [
        &["--from", "2024-02-01 11:00"][..],
        &["--from", "12:00", "--to", "12:00:20"],
        &["--from", "00:01", "--to", "23:00"],
    ] {
        let found = find(at, options);
        assert!(!found.is_empty() && found.iter().all(|(video, ..)| video == noon), "{found:?}");
    }
    // Over midnight, and cut at the second.
    let found = find(at, &["--from", "23:59:57", "--to", "00:00:05"]);
    assert!(!found.is_empty());
    for (video, start, end) in found {
        assert!(video == night && start >= 17.0 && end <= 25.0, "{start} to {end}");
    }
    // Within each video.
    for (_, start, end) in find(at, &["--from", "+0:10", "--to", "+30"]) {
        assert!(start >= 10.0 && end <= 30.0, "{start} to {end}");
    }
    assert_eq!(find(at, &["--from", "2025-01-01 00:00"]), []);
    // The model is that of all of the footage, so that nothing is trained anew.
    assert_eq!(find(at, &[]), all);
    run(at, &["report", "found", "--from", "2024-02-01 11:00", "--out", "noon.html"], 0);
    let page = fs::read_to_string(at.join("noon.html")).unwrap();
    let moments = page.split("<ol class=\"moments\">").nth(1).unwrap();
    let moments = moments.split("</ol>").next().unwrap();
    assert!(moments.contains(noon) && !moments.contains(night));
    let mixed = ["find", "footage", "--from", "12:00", "--to", "+5"];
    assert!(stderr(&run(at, &mixed, 2)).contains("two kinds"));
    assert!(stderr(&run(at, &["find", "footage", "--from", "noon"], 2)).contains("no time"));
}

#[test]
fn clock_times_are_a_manifests_or_are_missed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, odd) in [("east", 160), ("west", 48)] {
        video(&at.join(format!("footage/{name}.y4m")), 320, Some(odd));
    }
    let refused = stderr(&run(at, &["find", "footage", "--from", "12:00"], 2));
    assert!(refused.contains("nothing tells when video `east` was recorded"), "{refused}");
    assert!(!at.join("found/config.toml").exists(), "nothing was trained");
    let list = "id,clock\neast,2024-01-31 09:00:00\nwest,2024-01-31T13:00:00\n";
    fs::write(at.join("list.csv"), list).unwrap();
    let found = find(at, &["--labels", "list.csv", "--from", "12:00"]);
    assert!(!found.is_empty() && found.iter().all(|(video, ..)| video == "west"), "{found:?}");
    let text = fs::read_to_string(at.join("found/moments.csv")).unwrap();
    assert!(text.contains("2024-01-31 13:00:"), "{text}");
    fs::write(at.join("list.csv"), "id,clock\neast,soon\n").unwrap();
    let wrong = stderr(&run(at, &["find", "footage", "--labels", "list.csv"], 3));
    assert!(wrong.contains("video east: clock is `soon`; expected a time"), "{wrong}");
}
