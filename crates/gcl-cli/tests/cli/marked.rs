//! What is marked as not interesting, and what is like it, is not listed.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use super::support::{run, stderr};

/// A square wanders; from some frames on, for a clip of 16, something flickers left or right: too rarely to be usual.
fn scene(path: &Path, seed: usize, events: &[(usize, usize)]) {
    let (width, height) = (64, 48);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut out = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 Cmono\n").into_bytes();
    for t in 0..640 {
        writeln!(out, "FRAME").unwrap();
        let at = 8 + (t / 2 + 11 * seed) % 40;
        let left = events.iter().find(|(start, _)| (*start..start + 16).contains(&t));
        for y in 0..height {
            for x in 0..width {
                let flickers =
                    left.is_some_and(|(_, left)| (*left..left + 16).contains(&x) && y < 16);
                let square = (at..at + 6).contains(&x) && (24..30).contains(&y);
                out.push(match (flickers, square) {
                    (true, _) => 100 + 60 * ((x / 4 + y / 4 + t) % 2) as u8,
                    (_, true) => 220,
                    _ => 60 + ((x + y) % 7) as u8,
                });
            }
        }
    }
    fs::write(path, out).unwrap();
}

#[test]
fn marks_take_their_likes_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // Three times the tree on the left, and once somebody on the right.
    let events: [&[(usize, usize)]; 7] =
        [&[(160, 0), (480, 0)], &[(320, 0)], &[(320, 44)], &[], &[], &[], &[]];
    for (seed, events) in events.into_iter().enumerate() {
        scene(&at.join(format!("footage/cam{seed}.y4m")), seed, events);
    }
    let find = |options: &[&str]| {
        let found = run(at, &[&["find", "footage", "--top", "4"], options].concat(), 0);
        let text = fs::read_to_string(at.join("found/moments.json")).unwrap();
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        let place = |moment: &Value| {
            let frame = moment["peak_frame"].as_u64().unwrap() as usize;
            (moment["video"].as_str().unwrap().to_owned(), frame)
        };
        (list.iter().map(place).collect::<Vec<_>>(), stderr(&found))
    };
    let is_tree = |(video, frame): &(String, usize)| match video.as_str() {
        "cam0" => (160..176).contains(frame) || (480..496).contains(frame),
        "cam1" => (320..336).contains(frame),
        _ => false,
    };
    let is_person =
        |(video, frame): &(String, usize)| video == "cam2" && (320..336).contains(frame);
    let (all, said) = find(&[]);
    assert!(all.iter().filter(|m| is_tree(m)).count() == 3 && all.iter().any(is_person), "{all:?}");
    assert!(!said.contains("left out"), "{said}");

    // The row that the page offers.
    let page = fs::read_to_string(at.join("found/report.html")).unwrap();
    let rows = page.split("<p class=\"row\">").skip(1).filter_map(|rest| rest.split('<').next());
    let peak = |row: &str, column: usize| row.split(',').nth(column)?.parse::<usize>().ok();
    let in_cam1 = |row: &&str, column: usize| {
        row.contains("cam1,") && peak(row, column).is_some_and(|at| (320..336).contains(&at))
    };
    let row = rows.into_iter().find(|row| in_cam1(row, 3)).unwrap();
    fs::write(at.join("found/not-interesting.csv"), format!("# a tree\n{row}\n")).unwrap();
    let (rest, said) = find(&[]);
    assert!(!rest.iter().any(is_tree) && rest.iter().any(is_person), "{rest:?}");
    assert!(
        said.contains("3 moments are left out that are marked in not-interesting.csv"),
        "{said}"
    );
    let page = fs::read_to_string(at.join("found/report.html")).unwrap();
    assert!(page.contains("3 moments are left out that are marked"));
    // Others take their places.
    assert!(rest.len() > 1, "{rest:?}");
    run(at, &["report", "found", "--out", "later.html"], 0);
    assert!(fs::read_to_string(at.join("later.html")).unwrap().contains("3 moments are left out"));

    // Rows of the table for other programs do as well, and marks outlive new footage.
    fs::remove_file(at.join("found/not-interesting.csv")).unwrap();
    find(&[]);
    let table = fs::read_to_string(at.join("found/moments.csv")).unwrap();
    let tree = table.lines().find(|line| in_cam1(line, 4)).unwrap();
    let head = table.lines().next().unwrap();
    fs::write(at.join("found/not-interesting.csv"), format!("{head}\n{tree}\n")).unwrap();
    scene(&at.join("footage/cam7.y4m"), 7, &[(96, 0)]);
    let (rest, said) = find(&[]);
    assert!(said.contains("4 moments are left out") && rest.iter().any(is_person), "{said}");
    fs::write(at.join("found/not-interesting.csv"), "cam1,here\n").unwrap();
    let wrong = stderr(&run(at, &["find", "footage"], 3));
    assert!(
        wrong.contains("not-interesting.csv") && wrong.contains("line 1: no end_frame"),
        "{wrong}"
    );
    assert!(!wrong.contains("scoring"), "refused before any work: {wrong}");
}
