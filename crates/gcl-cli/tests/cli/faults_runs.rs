//! Faults of features, labels, weights, devices and numbers, by the real binary.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use gcl::data::npy::write_f32;

use super::support::{D, endless, features, gcl, run, stderr, truth, video};

/// The line of a command that fails.
fn refused(at: &Path, args: &[&str], code: i32) -> String {
    let said = stderr(&run(at, args, code));
    said.lines().find(|line| line.starts_with("error: ")).unwrap_or_default().to_owned()
}

/// An array of numbers that count up, as another program may have written it.
fn array(
    path: &Path,
    descr: &str,
    fortran: bool,
    shape: [usize; 2],
    value: impl Fn(usize) -> Vec<u8>,
) {
    let order = if fortran { "True" } else { "False" };
    let [rows, columns] = shape;
    let header = format!(
        "{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({rows}, {columns}), }}\n"
    );
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let count = rows * columns;
    let place = |i| if fortran { i % rows * columns + i / rows } else { i };
    let values: Vec<u8> = (0..count).flat_map(|i| value(place(i))).collect();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, [&b"\x93NUMPY\x01\0"[..], &length, header.as_bytes(), &values].concat())
        .unwrap();
}

#[test]
fn faults_11_12_arrays_of_other_kinds_are_the_same_numbers_and_of_other_sizes_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // Small whole numbers: exact in every type.
    let value = |i: usize| ((i * 7 + i / 5) % 41) as f32;
    let half = |v: f32| half::f16::from_f32(v).to_le_bytes().to_vec();
    let shape = [20, 8];
    array(&at.join("plain/a.npy"), "<f4", false, shape, |i| value(i).to_le_bytes().to_vec());
    array(&at.join("double/a.npy"), "<f8", false, shape, |i| {
        f64::from(value(i)).to_le_bytes().to_vec()
    });
    array(&at.join("half/a.npy"), "<f2", false, shape, |i| half(value(i)));
    array(&at.join("big/a.npy"), ">f4", false, shape, |i| value(i).to_be_bytes().to_vec());
    array(&at.join("fortran/a.npy"), "<f4", true, shape, |i| value(i).to_le_bytes().to_vec());
    array(&at.join("whole/a.npy"), "<i2", false, shape, |i| {
        (value(i) as i16).to_le_bytes().to_vec()
    });
    let model = |kind: &str| {
        let out = format!("r-{kind}");
        let train = ["train", kind, "--clip-length", "16", "--method", "pca", "--out", &out];
        run(at, &train, 0);
        fs::read(at.join(out).join("model/detector.safetensors")).unwrap()
    };
    let plain = model("plain");
    for kind in ["double", "half", "big", "fortran", "whole"] {
        assert!(model(kind) == plain, "{kind}");
    }
    // Another size is no guess: the video is left out, and both layouts are told.
    for name in ["b", "c"] {
        fs::copy(at.join("plain/a.npy"), at.join(format!("plain/{name}.npy"))).unwrap();
    }
    write_f32(&at.join("plain/wide.npy"), &[5, 16], &[1.0; 80]).unwrap();
    let train = ["train", "plain", "--clip-length", "16", "--method", "knn", "--out", "r"];
    let said = stderr(&run(at, &train, 1));
    assert!(
        said.contains("plain/wide.npy: 1 crops of 16 dimensions, but most videos have 1 of 8"),
        "{said}"
    );
}

#[test]
fn fault_17_labels_of_all_videos_in_one_list_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    run(at, &["train", "f", "--method", "knn", "--out", "r"], 0);
    run(at, &["score", "r", "f", "--out", "s"], 0);
    write_f32(&at.join("gt-ucf.npy"), &[960], &[0.0; 960]).unwrap();
    let line = refused(at, &["eval", "s", "gt-ucf.npy"], 3);
    assert!(line.contains("one list, gt-ucf, of 960 frames, as many as all 3"), "{line}");
}

#[test]
fn fault_19_a_score_that_is_no_number_names_its_video() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    run(at, &["train", "f", "--method", "gcl-b", "--out", "r"], 0);
    let path = at.join("r/model/generator.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let header = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    bytes[8 + header..12 + header].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let line = refused(at, &["score", "r", "f", "--out", "s"], 4);
    assert!(line.contains("video video0") && line.contains("NaN at position 0"), "{line}");
    assert!(!at.join("s/video0.npy").exists());
    // Scores of others.
    let value = |i| if i == 1 { f32::NAN } else { 0.5f32 };
    array(&at.join("t/video0.npy"), "<f4", false, [3, 1], |i| value(i).to_le_bytes().to_vec());
    fs::write(at.join("truth.csv"), "id,start,end,frames\nvideo0,1,2,3\n").unwrap();
    let line = refused(at, &["eval", "t", "truth.csv"], 3);
    assert!(line.contains("t/video0.npy: NaN at row 1"), "{line}");
}

#[test]
fn faults_21_22_numbers_that_grow_beyond_all_bounds_end_the_run_and_small_batches_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    let train = ["train", "f", "--method", "gcl-b"];
    let steep = ["--out", "r", "--set", "cooperative.optimizer.learning_rate=1e30"];
    let line = refused(at, &[&train[..], &steep].concat(), 4);
    assert!(line.contains("phase cooperate, step ") && line.contains("not finite"), "{line}");
    // A batch of one; a last batch of 60 - 59 = 1.
    for batch in ["1", "59"] {
        let small = ["--out", batch, "--set", &format!("training.batch={batch}")];
        run(at, &[&train[..], &small].concat(), 0);
        run(at, &["score", batch, "f", "--out", &format!("s{batch}")], 0);
    }
}

#[test]
fn fault_27_weights_that_lack_a_tensor_are_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_f32(&at.join("f/a.npy"), &[20, D], &[1.0; 20 * D]).unwrap();
    run(at, &["train", "f", "--clip-length", "16", "--method", "knn", "--out", "r"], 0);
    let weights = "r/model/detector.safetensors";
    let said = stderr(&run(at, &["weights", "inspect", weights, "--net", "c3d"], 3));
    assert!(said.contains("conv1") && said.contains("missing"), "{said}");
    let convert = ["weights", "convert", weights, "c3d.safetensors", "--net", "c3d"];
    let said = stderr(&run(at, &convert, 3));
    assert!(said.contains("conv1") && !at.join("c3d.safetensors").exists(), "{said}");
}

#[test]
fn fault_29_a_device_that_is_not_there_is_named_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("v/a.y4m"), 32, None);
    features(&at.join("f"), 3);
    for command in [&["train", "f", "--out", "r"][..], &["find", "v"]] {
        let line = refused(at, &[command, &["--device", "cuda:7"]].concat(), 2);
        assert!(line.contains("no device `cuda:7` here; there are flex"), "{line}");
    }
    assert_eq!(fs::read_dir(at).unwrap().count(), 2, "nothing is left behind");
}

/// As schedulers end a job.
#[cfg(unix)]
#[test]
fn faults_30_33_a_run_that_is_asked_to_end_goes_on_later_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    truth(&at.join("truth.csv"), 3);
    for signal in ["TERM", "INT"] {
        let child = endless(at, &["--save-every", "3600"], "r/config.toml");
        std::thread::sleep(std::time::Duration::from_millis(300));
        let kill = ["-c", &format!("kill -{signal} {}", child.id())];
        std::process::Command::new("sh").args(kill).status().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}: {}", stderr(&output));
        assert!(at.join("r/state/state.safetensors").exists(), "{signal}");
        let mut again = gcl(at, &["train", "f", "--out", "r", "--resume"]);
        let mut again = again.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert!(again.try_wait().unwrap().is_none(), "it goes on");
        again.kill().unwrap();
        again.wait().unwrap();
        fs::remove_dir_all(at.join("r")).unwrap();
    }
    let model = |out: &str, seed: &str| {
        run(at, &["train", "f", "--method", "gcl-b", "--seed", seed, "--out", out], 0);
        ["generator", "discriminator"]
            .map(|name| fs::read(at.join(out).join(format!("model/{name}.safetensors"))).unwrap())
    };
    let (one, two, other) = (model("one", "5"), model("two", "5"), model("other", "6"));
    assert!(one == two && one != other);
}
