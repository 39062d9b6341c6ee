//! Networks on the command line: weights, what to do without them, and shards that are complete.

use std::fs;
use std::path::PathBuf;

use super::support::{run, stderr, stdout, video};

/// A small ResNeXt's checkpoint in the published layout.
fn checkpoint() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../gcl-features/tests/golden/networks/resnext-2017.pth");
    path.to_str().unwrap().to_owned()
}

#[test]
fn without_weights_the_answer_says_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("v.y4m"), 40, None);
    for (net, hint) in [
        ("resnext101", "resnext-101-kinetics.pth"),
        ("resnext101-2020", "3D-ResNets-PyTorch"),
        ("c3d", "c3d.pickle"),
        ("i3d", "rgb_imagenet.pt"),
        ("i3d-resnet50", "i3d_r50_kinetics.pth"),
    ] {
        let output = run(at, &["extract", "v.y4m", "--out", "f", "--net", net], 2);
        let text = stderr(&output);
        assert!(text.contains(hint) && text.contains("--weights"), "{text}");
    }
    assert!(!at.join("f").exists(), "nothing was extracted");
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("v.y4m"), 40, None);
    let checkpoint = checkpoint();
    let i3d = ["--net", "i3d", "--random-weights"];
    for (args, code, hint) in [
        (vec!["--random-weights"], 2, "--net"),
        (vec!["--weights", "w.pth"], 2, "--net"),
        (vec!["--net", "lite0", "--weights", "w.pth"], 2, "takes no weights"),
        (vec!["--net", "lite0", "--batch", "0"], 2, "batch"),
        (vec!["--net", "lite0", "--device", "tpu"], 2, "flex"),
        (vec!["--net", "resnet"], 2, "i3d-resnet50"),
        ([&i3d[..], &["--layer", "fc7"]].concat(), 2, "c3d"),
        ([&i3d[..], &["--preprocess", "crop"]].concat(), 2, "KEY=VALUE"),
        ([&i3d[..], &["--preprocess", "corp=224"]].concat(), 2, "corp"),
        ([&i3d[..], &["--preprocess", "crop=0"]].concat(), 2, "16384"),
        ([&i3d[..], &["--preprocess", "preset=mine"]].concat(), 2, "c3d-dc3d"),
        ([&i3d[..], &["--batch", "0"]].concat(), 2, "batch"),
        ([&i3d[..], &["--batch", "5000"]].concat(), 2, "4096"),
        ([&i3d[..], &["--device", "tpu"]].concat(), 2, "flex"),
        (vec!["--net", "i3d", "--random-weights", "--weights", "w"], 2, "cannot be used"),
        (vec!["--net", "i3d", "--weights", "nowhere.pt"], 3, "nowhere.pt"),
        (vec!["--net", "resnext101", "--weights", &checkpoint], 3, "misshapen"),
    ] {
        let output = run(at, &[&["extract", "v.y4m", "--out", "f"], &args[..]].concat(), code);
        assert!(stderr(&output).contains(hint), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn random_weights_are_asked_for_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("v.y4m"), 40, None);
    let mut args = vec!["extract", "v.y4m", "--out", "f", "--net", "resnext101"];
    args.extend(["--random-weights", "--batch", "1", "--preprocess", "filter=pillow-bicubic"]);
    let output = run(at, &args, 0);
    assert!(stderr(&output).contains("warning: random weights"), "{}", stderr(&output));
    let description = fs::read_to_string(at.join("f/v.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&description).unwrap();
    assert_eq!(json["extractor"]["random_weights"], true);
    assert_eq!(json["extractor"]["preprocessing"]["filter"], "pillow-bicubic");
    assert_eq!(json["extractor"]["clips"]["tail"], "paper_resnext");
    let npy = gcl::data::Npy::open(at.join("f/v.npy")).unwrap();
    assert_eq!(npy.shape(), [2, 2048]);
    assert!(npy.to_f32().unwrap().iter().any(|v| *v > 0.01));
    // Other clips do not join them, and a model trained on them says what it needs.
    let output = run(at, &[&args[..], &["--tail", "drop"]].concat(), 3);
    assert!(stderr(&output).contains("clips.tail"), "{}", stderr(&output));
}

#[test]
fn footage_is_searched_and_scored_by_a_networks_features() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..3 {
        video(&at.join(format!("footage/cam{i}.y4m")), 48, None);
    }
    video(&at.join("new.y4m"), 48, Some(16));
    let find = ["find", "footage", "--out", "found", "--method", "knn", "--net"];
    assert!(stderr(&run(at, &[&find[..], &["c3d"]].concat(), 2)).contains("c3d.pickle"));
    for (net, text) in [
        ("box-tracks", "box-tracks are no footage: use gcl extract, train and score"),
        ("cubes", "cubes are for a pair of models: use gcl extract and gcl pair train --cubes"),
        ("poses", "poses are for a pair of models: use gcl extract and gcl pair train --poses"),
    ] {
        assert!(stderr(&run(at, &[&find[..], &[net]].concat(), 2)).contains(text), "{net}");
    }
    assert!(!at.join("found").exists(), "nothing was begun");
    run(at, &[&find[..], &["resnext101", "--random-weights"]].concat(), 0);
    // Its values have no places, so nothing is said of them.
    let table = fs::read_to_string(at.join("found/moments.csv")).unwrap();
    let sides = |line: &str| line.split(',').skip(8).take(4).collect::<String>();
    assert_eq!(table.lines().next().map(sides).unwrap(), "x1y1x2y2");
    assert!(table.contains("cam0") && table.lines().skip(1).all(|line| sides(line).is_empty()));
    assert!(!fs::read_to_string(at.join("found/moments.json")).unwrap().contains("heat_map"));
    let html = fs::read_to_string(at.join("found/report.html")).unwrap();
    assert!(html.contains("<span class=\"shot\"><img") && !html.contains("<rect class=\"box\""));
    assert!(!html.contains("no places"));

    // New footage is extracted as the model's was, by the same weights.
    let score = ["score", "found", "new.y4m", "--out", "s"];
    run(at, &score, 0);
    let npy = gcl::data::Npy::open(at.join("s/.features/new.npy")).unwrap();
    assert_eq!(npy.shape(), [2, 2048]);
    let weights = checkpoint();
    let with_weights = [&score[..], &["--weights", &weights]].concat();
    assert!(stderr(&run(at, &with_weights, 2)).contains("random weights"));

    // A model that says it came from a weight file wants that very file.
    let path = at.join("found/model/model.json");
    let card: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let changed = |random: bool| {
        let mut card = card.clone();
        card["extractor"]["random_weights"] = random.into();
        card["extractor"]["weights_sha256"] = "abcd".into();
        fs::write(&path, card.to_string()).unwrap();
    };
    changed(false);
    assert!(stderr(&run(at, &score, 2)).contains("--weights FILE"));
    assert!(stderr(&run(at, &with_weights, 3)).contains("misshapen"));
    changed(true);
    assert!(stderr(&run(at, &score, 3)).contains("SHA-256 abcd"));
}

#[test]
fn the_embedded_network_needs_no_weights() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..3 {
        video(&at.join(format!("footage/cam{i}.y4m")), 48, None);
    }
    video(&at.join("new.y4m"), 40, Some(16));
    let find = ["find", "footage", "--out", "found", "--method", "knn", "--net", "lite0"];
    run(at, &find, 0);
    assert!(fs::read_to_string(at.join("found/moments.csv")).unwrap().contains("cam0"));
    let json = fs::read_to_string(at.join("found/moments.json")).unwrap();
    let found: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let rows = found[0]["heat_map"].as_array().unwrap();
    assert!(rows.len() == 12 && rows.iter().all(|row| row.as_array().unwrap().len() == 16));

    let score = ["score", "found", "new.y4m", "--out", "s"];
    run(at, &score, 0);
    let npy = gcl::data::Npy::open(at.join("s/.features/new.npy")).unwrap();
    assert_eq!(npy.shape(), [3, 1352]);
    // What the network sees and what moves.
    let values = npy.to_f32().unwrap();
    assert!(values[..1280].iter().any(|v| *v > 0.1) && values[1280..].iter().any(|v| *v > 0.1));
    let output = run(at, &[&score[..], &["--weights", "w.pth"]].concat(), 2);
    assert!(stderr(&output).contains("need no --weights"), "{}", stderr(&output));

    // A model of other embedded weights, as another version of the program may have.
    let path = at.join("found/model/model.json");
    let mut card: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    card["extractor"]["weights_sha256"] = "abcd".into();
    fs::write(&path, card.to_string()).unwrap();
    assert!(stderr(&run(at, &score, 3)).contains("SHA-256 abcd"));
}

#[test]
fn weight_files_are_inspected_and_converted() {
    let folder = tempfile::tempdir().unwrap();
    let (at, file) = (folder.path(), checkpoint());
    let text = stdout(&run(at, &["weights", "inspect", &file], 0));
    for hint in ["PyTorch legacy", "module.conv1.weight", "[4, 3, 7, 7, 7]", "arch = resnext-101"] {
        assert!(text.contains(hint), "{hint}\n{text}");
    }
    assert!(text.contains("at state_dict"), "{text}");
    let output = run(at, &["weights", "inspect", &file, "--json", "--net", "resnext101"], 3);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        (json["report"]["fits"].as_bool(), json["location"].as_str()),
        (Some(false), Some("state_dict"))
    );
    assert!(json["report"]["missing"].as_array().unwrap().len() > 400);

    let sha256 = stdout(&run(at, &["weights", "convert", &file, "w.safetensors"], 0));
    let json = stdout(&run(at, &["weights", "inspect", "w.safetensors", "--json"], 0));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["sha256"], sha256.trim_end());
    assert_eq!(json["format"], "safetensors");
    let output = run(at, &["weights", "convert", &file, "x.safetensors", "--net", "i3d"], 3);
    assert!(stderr(&output).contains("Conv3d_1a_7x7.conv3d.weight"), "{}", stderr(&output));
    assert!(!at.join("x.safetensors").exists());
    let output = run(at, &["weights", "inspect", &file, "--net", "vgg"], 2);
    assert!(stderr(&output).contains("resnext101-2020"), "{}", stderr(&output));
}

#[test]
fn a_check_tells_whether_all_shards_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..5 {
        video(&at.join(format!("footage/cam{i}.y4m")), 40, None);
    }
    let check = ["check", "--features", "f", "--videos", "footage"];
    run(at, &["extract", "footage", "--out", "f", "--shard", "1/2"], 0);
    let output = run(at, &check, 3);
    assert!(stdout(&output).contains("5 videos, 2 with problems"), "{}", stdout(&output));
    assert!(stdout(&output).contains("no features"));
    run(at, &["extract", "footage", "--out", "f", "--shard", "2/2"], 0);
    run(at, &check, 0);
    // What is there and belongs to no video is told too.
    fs::remove_file(at.join("footage/cam4.y4m")).unwrap();
    assert!(stdout(&run(at, &check, 3)).contains("not in the manifest"));
}
