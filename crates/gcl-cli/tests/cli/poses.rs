//! Poses from footage, by networks whose biases alone speak: one box in every frame, and one pose in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gcl::data::poses::read_poses;
use gcl::features::detect::SsdMobileNetV2;
use gcl::features::networks::Network;
use gcl::features::pose::BlazePoseLite;
use gcl::weights::{Tensor, write_safetensors};

use super::support::{run, stderr, stdout, video};

/// A network's weights, next to nothing, with the biases that `bias` gives by name and length.
fn weights(path: &Path, network: &dyn Network, bias: impl Fn(&str, usize) -> Vec<f32>) {
    let tensors: BTreeMap<String, Tensor> = network
        .expected()
        .unwrap()
        .into_iter()
        .map(|tensor| {
            let count = tensor.shape.iter().product();
            let values = match tensor.name.ends_with("weight") {
                true => vec![1e-7; count],
                false => bias(&tensor.name, count),
            };
            (tensor.name, Tensor::f32(tensor.shape, &values))
        })
        .collect();
    write_safetensors(path, &tensors, &BTreeMap::new()).unwrap();
}

/// Sure of a person in the first box of the last map, which nearly fills the picture, and of nothing else.
fn detector(path: &Path) {
    weights(path, &SsdMobileNetV2, |name, count| {
        // Logits: of 3 or 6 boxes of 24 classes.
        let mut bias = vec![if [72, 144].contains(&count) { -20.0 } else { 0.0 }; count];
        if name == "layers.71.bias" {
            bias[4] = 2.0;
        }
        bias
    });
}

/// Sure of a person, whose points stand one below the other.
fn poser(path: &Path) {
    weights(path, &BlazePoseLite, |name, count| match name {
        "layers.85.bias" => {
            (0..39).flat_map(|n| [128.0, 4.0 * n as f32, 0.0, 2.0, 0.0]).take(count).collect()
        }
        "layers.87.bias" => vec![3.0],
        _ => vec![0.0; count],
    });
}

const EXTRACT: [&str; 10] = [
    "extract",
    "footage",
    "--out",
    "poses",
    "--net",
    "poses",
    "--detector",
    "ssd.safetensors",
    "--weights",
    "pose.safetensors",
];

fn with<'a>(changes: &[(&str, &'a str)]) -> Vec<&'a str> {
    let at = |name: &str| EXTRACT.iter().position(|arg| *arg == name);
    let mut args: Vec<&'a str> = EXTRACT.to_vec();
    for (name, value) in changes {
        match at(name) {
            Some(place) => args[place + 1] = value,
            None => panic!("{name}"),
        }
    }
    args
}

#[test]
fn persons_are_found_followed_and_not_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["a", "b"] {
        video(&at.join(format!("footage/{name}.y4m")), 6, None);
    }
    detector(&at.join("ssd.safetensors"));
    poser(&at.join("pose.safetensors"));
    let output = run(at, &EXTRACT, 0);
    let text = stderr(&output);
    assert!(text.contains("ssd.safetensors is not the published SSD-MobileNetV2"), "{text}");
    assert!(text.contains("@mediapipe/pose"), "{text}");
    assert_eq!(stdout(&output).trim(), "poses");

    let [track] = &read_poses(at.join("poses/a.json")).unwrap()[..] else { panic!("one person") };
    assert_eq!((track.id, &track.frames[..]), (1, &[0, 1, 2, 3, 4, 5][..]));
    // The box is 0.95 of 48 wide; the square a quarter larger, around the middle of 48x32.
    let scale = 1.25 * 0.95 * 48.0 / 256.0;
    for (joint, point) in [(0, 0.0f32), (5, 11.0), (16, 28.0)] {
        let [x, y, sure] = track.keypoints[3 * joint..][..3] else { panic!() };
        let expected = [24.0, 16.0 + (4.0 * point - 128.0) * scale];
        assert!((x - expected[0]).abs() < 1e-2, "{joint}: {x}");
        assert!((y - expected[1]).abs() < 1e-2, "{joint}: {y} {expected:?}");
        assert!((sure - 0.8808).abs() < 1e-3, "{sure}");
    }
    assert_eq!(track.keypoints[..51], track.keypoints[51..102]);

    // What is there stays; what is gone comes back the same.
    let read = |name: &str| fs::read(at.join("poses").join(name)).unwrap();
    let first = [read("a.json"), read("b.json")];
    let written = fs::metadata(at.join("poses/a.json")).unwrap().modified().unwrap();
    fs::remove_file(at.join("poses/b.json")).unwrap();
    run(at, &[&EXTRACT[..], &["--threads", "1"]].concat(), 0);
    assert_eq!([read("a.json"), read("b.json")], first);
    assert_eq!(fs::metadata(at.join("poses/a.json")).unwrap().modified().unwrap(), written);

    // Every third frame, and the rest between them; in a folder of its own.
    let every = [&EXTRACT[..], &["--every", "3"]].concat();
    let text = stderr(&run(at, &every, 3));
    assert!(text.contains("made differently (options"), "{text}");
    let mut every = every;
    every[3] = "every";
    video(&at.join("footage/a.y4m"), 10, None);
    run(at, &every, 0);
    let [track] = &read_poses(at.join("every/a.json")).unwrap()[..] else { panic!("one person") };
    assert_eq!(track.frames, (0..10).collect::<Vec<u32>>());

    // Other footage of the same name is done anew; a file of others is left alone.
    run(at, &EXTRACT, 0);
    assert_eq!(read_poses(at.join("poses/a.json")).unwrap()[0].frames.len(), 10);
    video(&at.join("footage/c.y4m"), 6, None);
    fs::write(at.join("poses/c.json"), "{}").unwrap();
    let text = stderr(&run(at, &EXTRACT, 3));
    assert!(text.contains("c.json: not a file of this extraction"), "{text}");
    assert_eq!(read("c.json"), b"{}");
}

#[test]
fn nothing_is_found_where_the_networks_are_not_sure() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("footage/a.y4m"), 6, None);
    detector(&at.join("ssd.safetensors"));
    poser(&at.join("pose.safetensors"));
    for (out, option, share) in
        [("one", "--least", "0.9"), ("two", "--sure", "0.9"), ("three", "--person", "0.96")]
    {
        run(at, &[&with(&[("--out", out)])[..], &[option, share]].concat(), 0);
        assert_eq!(read_poses(at.join(out).join("a.json")).unwrap(), [], "{option}");
    }
    // Parts of the frame see the same again, and cut-off boxes do not count.
    run(at, &[&with(&[("--out", "tiles")])[..], &["--tiles", "2x1"]].concat(), 0);
    assert_eq!(read_poses(at.join("tiles/a.json")).unwrap().len(), 1);
}

#[test]
fn files_that_do_not_serve_have_one_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("footage/a.y4m"), 6, None);
    detector(&at.join("ssd.safetensors"));
    poser(&at.join("pose.safetensors"));
    let bytes = fs::read(at.join("ssd.safetensors")).unwrap();
    fs::write(at.join("cut.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(at.join("text.tflite"), "no model at all").unwrap();
    let ssd = |value| with(&[("--detector", value)]);
    let pose = |value| with(&[("--weights", value)]);
    let mut no_detector = EXTRACT.to_vec();
    no_detector.drain(6..8);
    for (args, code, hint) in [
        (ssd("cut.safetensors"), 3, "cut.safetensors"),
        (ssd("text.tflite"), 3, "nor a TFLite model"),
        (ssd("absent.tflite"), 3, "absent.tflite: No such file"),
        (ssd("pose.safetensors"), 3, "pose.safetensors is of another network"),
        (pose("ssd.safetensors"), 3, "ssd.safetensors is of another network"),
        (pose("cut.safetensors"), 3, "cut.safetensors"),
        (pose("absent.tflite"), 3, "absent.tflite: No such file"),
        (EXTRACT[..8].to_vec(), 2, "pose_landmark_lite.tflite"),
        (no_detector, 2, "@mediapipe/objectron"),
        ([&EXTRACT[..], &["--tiles", "9x1"]].concat(), 2, "9x1"),
        ([&EXTRACT[..], &["--tiles", "3"]].concat(), 2, "3x2"),
        ([&EXTRACT[..], &["--least", "1"]].concat(), 2, "confidence"),
        ([&EXTRACT[..], &["--person", "2"]].concat(), 2, "--person"),
        ([&EXTRACT[..], &["--every", "0"]].concat(), 2, "--every"),
        ([&EXTRACT[..], &["--json"]].concat(), 2, "JSON"),
    ] {
        let text = stderr(&run(at, &args, code));
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("error")).collect();
        assert!(lines.len() == 1 && lines[0].contains(hint), "{args:?}: {text}");
    }
    assert!(!at.join("poses").exists(), "nothing was begun");
}

#[test]
fn a_detector_finds_the_objects_that_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("footage/a.y4m"), 32, None);
    detector(&at.join("ssd.safetensors"));
    let args = ["extract", "footage", "--out", "o", "--detector", "ssd.safetensors", "--net"];
    run(at, &[&args[..], &["objects"]].concat(), 0);
    let tracks = gcl::data::read_tracks(at.join("o/tracks/a.txt")).unwrap().tracks;
    assert_eq!((tracks.len(), tracks[0].frames.len()), (1, 32));
    let expected = [0.025 * 48.0, 0.025 * 32.0, 0.975 * 48.0, 0.975 * 32.0];
    for (side, expected) in tracks[0].boxes[31].into_iter().zip(expected) {
        assert!((side - expected).abs() < 0.1, "{side} {expected}");
    }
    assert_eq!(gcl::data::Npy::open(at.join("o/a.npy")).unwrap().shape(), [2, 48]);
    let description = fs::read_to_string(at.join("o/a.json")).unwrap();
    assert!(description.contains("detected-objects"), "{description}");
    // Features of what moves do not join them, nor those of another confidence.
    let other = ["extract", "footage", "--out", "o", "--net", "objects"];
    assert!(stderr(&run(at, &other, 3)).contains("made differently"));
    let sure = [&args[..], &["objects", "--sure", "0.5"]].concat();
    assert!(stderr(&run(at, &sure, 3)).contains("made differently"));
    for net in ["gradient", "object-windows", "cubes", "box-tracks"] {
        let text = stderr(&run(at, &[&args[..], &[net]].concat(), 2));
        assert!(text.contains("--net objects or --net poses"), "{net}: {text}");
    }
}

#[test]
fn weights_are_converted_and_known_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    detector(&at.join("ssd.safetensors"));
    let convert = ["weights", "convert", "ssd.safetensors", "again.safetensors", "--net"];
    let text = stderr(&run(at, &[&convert[..], &["ssd"]].concat(), 0));
    assert!(
        text.contains("144 applied, 0 missing") && text.contains("not the published"),
        "{text}"
    );
    let text = stderr(&run(at, &[&convert[..], &["blazepose"]].concat(), 3));
    assert!(text.contains("of another network"), "{text}");
}
