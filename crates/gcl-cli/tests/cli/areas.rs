//! Parts of the picture that are not looked at.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use super::support::{run, stderr};

const WIDTH: usize = 64;
const HEIGHT: usize = 48;
/// What flickers in the upper left, and a polygon around it.
const STREET: [usize; 4] = [4, 4, 20, 14];
const IGNORED: &str = "0,0 0.4,0 0.4,0.35 0,0.35";

/// A square wanders, and in frames 160 to 191 an area flickers.
fn scene(path: &Path, seed: usize, flickers: Option<[usize; 4]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut out = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 Cmono\n").into_bytes();
    for t in 0..320 {
        writeln!(out, "FRAME").unwrap();
        let at = 8 + (t / 2 + 11 * seed) % 40;
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let flicker = flickers
                    .filter(|_| (160..192).contains(&t))
                    .is_some_and(|[x1, y1, x2, y2]| (x1..x2).contains(&x) && (y1..y2).contains(&y));
                let square = (at..at + 6).contains(&x) && (24..30).contains(&y);
                out.push(match (flicker, square) {
                    (true, _) => ((x * 89 + y * 31 + t * 57) % 251) as u8,
                    (_, true) => 220,
                    _ => 60 + ((x + y) % 7) as u8,
                });
            }
        }
    }
    fs::write(path, out).unwrap();
}

/// The videos of what is found, those with a high score only.
fn found(at: &Path, options: &[&str], out: &str) -> Vec<String> {
    run(at, &[&["find"], options, &["--out", out]].concat(), 0);
    let text = fs::read_to_string(at.join(out).join("moments.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    let out = list.iter().filter(|moment| moment["one_in"].as_f64() >= Some(20.0));
    out.map(|moment| moment["video"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_happens_in_an_ignored_area_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for seed in 0..4 {
        // The same footage but for what happens in the street.
        for (footage, street) in [("busy", Some(STREET)), ("calm", None)] {
            let event = match seed {
                1 => street,
                2 => Some([40, 32, 56, 44]),
                _ => None,
            };
            scene(&at.join(format!("{footage}/cam{seed}.y4m")), seed, event);
        }
    }
    let all = found(at, &["busy"], "all");
    assert!(all.contains(&"cam1".to_owned()) && all.contains(&"cam2".to_owned()), "{all:?}");
    let some = found(at, &["busy", "--ignore", IGNORED], "some");
    assert!(!some.contains(&"cam1".to_owned()) && some.contains(&"cam2".to_owned()), "{some:?}");
    found(at, &["calm", "--ignore", IGNORED], "calm-some");
    for name in ["features/cam1.npy", "scores/cam1.npy", "scores/cam2.npy", "moments.json"] {
        let read = |out: &str| fs::read(at.join(out).join(name)).unwrap();
        assert!(read("some") == read("calm-some"), "{name}");
        assert!(read("some") != read("all"), "{name}");
    }
    // The other way round, from a file.
    fs::write(at.join("street.txt"), format!("# the street\n{IGNORED}\n")).unwrap();
    let street = found(at, &["busy", "--watch-region", "street.txt"], "street");
    assert!(street.contains(&"cam1".to_owned()) && !street.contains(&"cam2".to_owned()));

    // Features of other areas are other features, and a model keeps its own.
    let other = stderr(&run(at, &["find", "busy", "--out", "some"], 3));
    assert!(other.contains("parameters.areas"), "{other}");
    run(at, &["score", "some", "calm/cam1.y4m", "--out", "quiet"], 0);
    run(at, &["score", "some", "busy/cam1.y4m", "--out", "loud"], 0);
    let scores = |out: &str| fs::read(at.join(out).join("cam1.npy")).unwrap();
    assert!(scores("quiet") == scores("loud"));

    for (option, text, code, said) in [
        ("--ignore", "0,0 1,0", 2, "--ignore: `0,0 1,0` is no polygon"),
        ("--watch-region", "0,0 1,0 5,5", 2, "5 is not in 0 to 1"),
        ("--ignore", "0,0 1,0 1,1 0,1", 2, "nothing of the picture is left"),
    ] {
        let refused = stderr(&run(at, &["find", "busy", option, text, "--out", "none"], code));
        assert!(refused.contains(said), "{refused}");
    }
    assert!(!at.join("none").exists());
}
