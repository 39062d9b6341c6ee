//! What is said of the moments: how rare they are, whether any stands out, how many, how they are cut.

use std::fs;
use std::io::Write;
use std::path::Path;

use gcl::features::scene::{Scene, SceneOptions};
use serde_json::Value;

use super::support::{run, stderr, stdout, video};

const HEAD: &[u8] = b"YUV4MPEG2 W64 H48 F10:1 Ip A1:1 Cmono XCOLORRANGE=FULL\n";

/// The videos of a rendered scene in which nothing happens.
fn quiet(folder: &Path, seed: u64) {
    let options = SceneOptions { width: 64, height: 48, fps: 10, frames: 400, train: 15, test: 1 };
    fs::create_dir_all(folder).unwrap();
    let scene = Scene::new(seed, &options).unwrap();
    for video in scene.videos.iter().filter(|video| !video.truth().contains(&true)) {
        let mut bytes = HEAD.to_vec();
        for frame in 0..video.frames {
            writeln!(bytes, "FRAME").unwrap();
            bytes.extend_from_slice(&video.render(frame).unwrap().luma());
        }
        fs::write(folder.join(format!("{}.y4m", video.id.as_str().replace('/', "-"))), bytes)
            .unwrap();
    }
}

fn moments(at: &Path, found: &str) -> Vec<Value> {
    let text = fs::read_to_string(at.join(found).join("moments.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_event_stands_out_and_is_as_rare_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    quiet(&at.join("footage"), 3);
    // Three seconds of one video flicker.
    let flicker = |frame: usize| (0..64 * 48).map(move |i| ((i * 89 + frame * 57) % 251) as u8);
    let name = fs::read_dir(at.join("footage")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&name).unwrap();
    let (head, frame) = (HEAD.len(), 6 + 64 * 48);
    for t in 64..96 {
        let start = head + t * frame + 6;
        bytes.splice(start..start + 64 * 48, flicker(t));
    }
    fs::write(&name, bytes).unwrap();

    let found = stdout(&run(at, &["find", "footage"], 0));
    let (answer, table) = found.split_once("\n\n").unwrap();
    assert!(answer.starts_with("1 moment stands out: "), "{found}");
    let list = moments(at, "found");
    let odd = name.file_stem().unwrap().to_str().unwrap();
    assert_eq!((&list[0]["video"], &list[0]["stands_out"]), (&odd.into(), &true.into()));
    assert!(list.iter().skip(1).all(|moment| moment["stands_out"] == false));
    assert!(list.iter().all(|moment| moment["start_clock"].is_null()), "their names tell no time");
    // 32 frames of all, of which 16 or 32 have the highest score; one moment in all of the time.
    let frames = 400.0 * fs::read_dir(at.join("footage")).unwrap().count() as f64;
    let one_in = list[0]["one_in"].as_f64().unwrap();
    assert!([frames / 16.0, frames / 32.0].contains(&one_in), "{one_in} of {frames}");
    assert_eq!(list[0]["once_in_seconds"].as_f64(), Some(frames / 10.0));
    assert_eq!(list[1]["once_in_seconds"].as_f64(), Some(frames / 20.0));
    let rarity = format!("1 in {one_in}");
    let first = table.lines().nth(1).unwrap();
    assert!(first.contains(&rarity) && table.lines().next().unwrap().contains("rarity"), "{table}");
    // The same in the table for other programs and on the page, where the answer comes first.
    let csv = fs::read_to_string(at.join("found/moments.csv")).unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][12..15], ["one_in", "once_in_seconds", "stands_out"]);
    assert_eq!((rows[1][12].parse(), rows[1][14]), (Ok(one_in), "true"));
    let page = fs::read_to_string(at.join("found/report.html")).unwrap();
    let (before, after) = page.split_once(answer).unwrap();
    assert!(
        !before.contains("<h2>") && after.contains(&rarity) && after.contains("stands out</b>")
    );
    // With JSON on the output, the answer is beside it.
    let json = run(at, &["find", "footage", "--json"], 0);
    assert!(stderr(&json).contains(answer), "{}", stderr(&json));
    assert_eq!(serde_json::from_str::<Vec<Value>>(&stdout(&json)).unwrap(), list);
}

#[test]
fn nothing_stands_out_is_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    quiet(&at.join("footage"), 2);
    let found = stdout(&run(at, &["find", "footage"], 0));
    assert!(found.starts_with("Nothing stands out: "), "{found}");
    let list = moments(at, "found");
    assert!(!list.is_empty() && list.iter().all(|moment| moment["stands_out"] == false));
    let page = fs::read_to_string(at.join("found/report.html")).unwrap();
    assert!(
        page.contains("<p class=\"answer\">Nothing stands out: ") && page.contains("<ol class")
    );
    // Shares say nothing of it.
    let shares = ["find", "footage", "--out", "b", "--method", "gcl-b"];
    let set = ["--set", "training.budget.min_steps=50", "--set", "score=discriminator"];
    let shares = stdout(&run(at, &[&shares[..], &set[..]].concat(), 0));
    assert!(shares.starts_with("Whether anything stands out cannot be said: "), "{shares}");
    assert!(moments(at, "b").iter().all(|moment| moment["stands_out"].is_null()));
}

#[test]
fn moments_are_cut_in_seconds_and_counted_by_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    quiet(&at.join("footage"), 2);
    let find = |options: &[&str]| {
        run(at, &[&["find", "footage"], options].concat(), 0);
        moments(at, "found")
    };
    let plain = find(&[]);
    assert!(plain.len() > 3, "{} moments", plain.len());
    // 12 videos of 40 seconds: 1 / 180 of a day.
    assert_eq!(find(&["--alarms-per-day", "5"]), plain[..1]);
    assert_eq!(find(&["--alarms-per-day", "500"]), plain[..3]);
    let seconds = |moment: &Value, end: &str| moment[end].as_f64().unwrap();
    let padded = find(&["--pad", "0.5", "--top", "1"]);
    let (start, end) = ("start_seconds", "end_seconds");
    let bounds = [seconds(&plain[0], start) - 0.5, seconds(&plain[0], end) + 0.5];
    let cut = |bound: f64| bound.clamp(0.0, 40.0);
    let found = [seconds(&padded[0], start), seconds(&padded[0], end)];
    let near = |(found, bound): (f64, f64)| (found - cut(bound)).abs() < 1e-6;
    assert!(found.into_iter().zip(bounds).all(near), "{found:?} {bounds:?}");
    // All of a video's are one, and short ones go.
    let merged = find(&["--merge", "60"]);
    let mut videos: Vec<&str> = merged.iter().filter_map(|m| m["video"].as_str()).collect();
    videos.sort_unstable();
    let all = videos.len();
    videos.dedup();
    assert_eq!(videos.len(), all);
    let long = find(&["--least-length", "2"]);
    let is_long = |m: &&Value| seconds(m, end) - seconds(m, start) >= 2.0;
    assert_eq!(long.iter().collect::<Vec<_>>(), plain.iter().filter(is_long).collect::<Vec<_>>());
    let none = stdout(&run(at, &["find", "footage", "--least-length", "90"], 0));
    assert!(none.starts_with("There are no such moments."), "{none}");
    assert_eq!(moments(at, "found").len(), 0);
    // A report that is written later takes the same options.
    run(at, &["report", "found", "--alarms-per-day", "5", "--out", "later.html"], 0);
    let later = fs::read_to_string(at.join("later.html")).unwrap();
    assert_eq!(later.matches("<b class=\"rank\">").count(), 1);
}

#[test]
fn options_in_time_are_refused_without_a_clock() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["a", "b"] {
        let path = at.join(format!("footage/{name}.y4m"));
        video(&path, 96, None);
        let text = fs::read(&path).unwrap();
        let rate = text.windows(6).position(|bytes| bytes == b" F10:1").unwrap();
        fs::write(&path, [&text[..rate], &text[rate + 6..]].concat()).unwrap();
    }
    for (option, what, wrong) in [
        ("--alarms-per-day", "an amount per day", "-1 alarms a day: the number must be above 0"),
        ("--merge", "merging", "the distance to merge at is -1; it must be 0 s or more"),
        ("--pad", "padding", "the padding is -1; it must be 0 s or more"),
        ("--least-length", "a least length", "the least length is -1; it must be 0 s or more"),
    ] {
        let said = stderr(&run(at, &["find", "footage", option, "5"], 2));
        let expected = format!("{what} is in time, but the frame rate of video `a`");
        assert!(said.contains(&expected), "{said}");
        assert!(!at.join("found/config.toml").exists(), "nothing was trained");
        let said = stderr(&run(at, &["find", "footage", &format!("{option}=-1")], 2));
        assert!(said.contains(wrong), "{said}");
    }
    let both = ["find", "footage", "--top", "3", "--alarms-per-day", "5"];
    assert!(stderr(&run(at, &both, 2)).contains("cannot be used with"));
    run(at, &["find", "footage"], 0);
}

#[test]
fn the_recorders_clock_and_an_edit_list() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    quiet(&at.join("footage"), 2);
    let files: Vec<_> = fs::read_dir(at.join("footage")).unwrap().collect();
    for (number, file) in files.into_iter().enumerate() {
        let name = format!("footage/gate{number}_20240131_235950.y4m");
        fs::rename(file.unwrap().path(), at.join(name)).unwrap();
    }
    let table = stdout(&run(at, &["find", "footage", "--top", "500"], 0));
    let list = moments(at, "found");
    let start = list[0]["start_seconds"].as_f64().unwrap();
    let clock = match start {
        start if start < 10.0 => format!("2024-01-31 23:59:{:02}", 50 + start as u32),
        start => format!("2024-02-01 00:00:{:02}", start as u32 - 10),
    };
    assert_eq!(list[0]["start_clock"], clock.as_str());
    assert!(table.contains(&clock) && table.contains("recorded"), "{table}");
    let csv = fs::read_to_string(at.join("found/moments.csv")).unwrap();
    assert!(csv.lines().next().unwrap().ends_with(",from_clock,to_clock") && csv.contains(&clock));
    assert!(fs::read_to_string(at.join("found/report.html")).unwrap().contains(&clock));

    let text = fs::read_to_string(at.join("found/moments.otio")).unwrap();
    let timeline: Value = serde_json::from_str(&text).unwrap();
    let clips = timeline["tracks"]["children"][0]["children"].as_array().unwrap();
    assert_eq!(clips.len(), list.len());
    assert_eq!(
        clips[0]["source_range"]["start_time"]["value"],
        list[0]["start_frame"].as_f64().unwrap()
    );
    assert_eq!(clips[0]["metadata"]["gcl"]["recorded"], clock.as_str());
    let url = clips[0]["media_references"]["DEFAULT_MEDIA"]["target_url"].as_str().unwrap();
    assert!(url.starts_with("file:///") && url.ends_with("_20240131_235950.y4m"), "{url}");

    let edits = fs::read_to_string(at.join("found/moments.edl")).unwrap();
    assert_eq!(edits.matches("  AX       V     C        ").count(), list.len(), "{edits}");
    let start = (list[0]["start_frame"].as_u64().unwrap(), list[0]["video"].as_str().unwrap());
    let source =
        format!("001  AX       V     C        00:00:{:02}:{:02} ", start.0 / 10, start.0 % 10);
    assert!(edits.contains(&source) && edits.contains(" 01:00:00:00 "), "{edits}");
    assert!(edits.contains(&format!("* FROM CLIP NAME: {}\n", start.1)), "{edits}");
}
