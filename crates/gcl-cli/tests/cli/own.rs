//! Footage that is scored by models that did not see it, and with what where nothing is said.

use std::fs;
use std::path::Path;

use super::support::{features, run, stderr, stdout, truth};

/// A grey video of one size.
fn plain(path: &Path, width: usize, height: usize) {
    let mut bytes = format!("YUV4MPEG2 W{width} H{height} F25:1 Cmono\n").into_bytes();
    for frame in 0..64u8 {
        bytes.extend_from_slice(b"FRAME\n");
        let pixels = (0..width * height).map(|i| (i % 251) as u8 ^ frame);
        bytes.extend(pixels);
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn find_sees_with_the_network_where_pictures_are_large_enough() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, width, height, net) in [("large", 96, 64, "lite0"), ("small", 95, 64, "gradient")] {
        for camera in 0..3 {
            plain(&at.join(format!("{name}/{camera}.y4m")), width, height);
        }
        let found = run(at, &["find", name, "--out", &format!("of-{name}")], 0);
        let used =
            format!("knn on {net} features, scored by detector, not cross-fitted: fewer than 10");
        assert!(stderr(&found).contains(&used), "{}", stderr(&found));
        let described = fs::read_to_string(at.join(format!("of-{name}/features/0.json"))).unwrap();
        let described: serde_json::Value = serde_json::from_str(&described).unwrap();
        assert_eq!(described["extractor"]["name"], net, "{name}");
        let config = fs::read_to_string(at.join(format!("of-{name}/config.toml"))).unwrap();
        assert!(config.contains("method = \"knn\""), "{config}");
    }
    // One extractor for all of it: that of the first video.
    plain(&at.join("small/9.y4m"), 96, 64);
    let mixed = stderr(&run(at, &["find", "small", "--out", "mixed"], 0));
    assert!(mixed.contains("knn on gradient features"), "{mixed}");
    let help = stdout(&run(at, &["find", "--help"], 0));
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("as the first video that can be read has them"), "{help}");
}

#[test]
fn too_little_footage_is_said_in_clips() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    plain(&at.join("short.y4m"), 96, 64);
    let short = stderr(&run(at, &["find", "short.y4m"], 2));
    assert!(
        short.contains("the footage has 4 clips; telling what is unusual takes at least 5"),
        "{short}"
    );
}

#[test]
fn training_footage_is_scored_fold_by_fold() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("features"), 10);
    truth(&at.join("truth.csv"), 10);
    let train = ["train", "features", "--out", "run", "--method", "knn"];
    run(at, &[&train[..], &["--cross-fit", "5"]].concat(), 0);
    let info = fs::read_to_string(at.join("run/scores/scores.json")).unwrap();
    assert!(info.contains("cross-fitted in 5 folds"), "{info}");
    let of_model = fs::read_dir(at.join("run/cross-fit")).unwrap().next().unwrap().unwrap();
    assert_eq!(fs::read_dir(of_model.path()).unwrap().count(), 5);
    let judged = stdout(&run(at, &["eval", "run", "truth.csv"], 0));
    let auc = judged.lines().find_map(|line| line.strip_prefix("micro AUC")).unwrap();
    let auc: f64 = auc.trim().parse().unwrap();
    assert!(auc > 0.95, "{auc}");

    // Without folds the same run's scores are others, and do not mix with these.
    let again = run(at, &["score", "run", "features"], 3);
    assert!(stderr(&again).contains("cross-fitted in 5 folds"), "{}", stderr(&again));
}
