//! The benchmark examples run, on made-up features and on lists in the official layout.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An example, built beside this test.
fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let path = own.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.exists(), "{}: build it first, with cargo build --examples", path.display());
    path
}

fn run(name: &str, at: &Path, args: &[&str]) -> Output {
    Command::new(example(name)).current_dir(at).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn without_data_they_say_what_to_fetch_and_from_whom() {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in [("ucf_crime", "WaqasSultani"), ("shanghaitech", "svip-lab")] {
        let output = run(name, folder.path(), &[]);
        assert!(!output.status.success());
        let said = text(&output.stderr);
        assert!(said.contains(source) && said.contains("--stand-in"), "{said}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is left behind");
}

#[test]
fn the_stand_in_goes_the_whole_way_and_quotes_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let args =
        ["--stand-in", "--scale", "0.02", "--dim", "16", "--steps", "20", "--methods", "ae,gcl-b"];
    for name in ["ucf_crime", "shanghaitech"] {
        let output = run(name, folder.path(), &[&args[..], &["--out", name]].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        assert!(said.starts_with("GENERATED FEATURES"), "{said}");
        assert!(said.contains("| GCL_B | none | printed: 15 epochs | 2 |"), "{said}");
        assert!(said.contains("at least 20 steps") && !said.contains("68.17"), "{said}");
        // Rows of the whole set: 2 methods, 2 budgets, 2 seeds.
        let csv = std::fs::read_to_string(folder.path().join(name).join("cells.csv")).unwrap();
        assert_eq!(csv.lines().count(), 9, "{csv}");
    }
}

#[test]
fn features_are_lined_up_with_the_official_lists() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let put = |path: &str, text: &str| {
        std::fs::create_dir_all(at.join(path).parent().unwrap()).unwrap();
        std::fs::write(at.join(path), text).unwrap();
    };
    put("a/Anomaly_Train.txt", "Abuse/Abuse001_x264.mp4\nArson/Arson001_x264.mp4\n");
    put("a/Anomaly_Test.txt", "Abuse/Abuse028_x264.mp4\nTesting/Normal_Videos_003_x264.mp4\n");
    let truth = "Abuse028_x264.mp4  Abuse  40  90  -1  -1  \n\
                 Normal_Videos_003_x264.mp4  Normal  -1  -1  -1  -1  \n";
    put("a/Temporal_Anomaly_Annotation.txt", truth);
    for name in
        ["Abuse001_x264", "Normal_Videos001_x264", "Abuse028_x264", "Normal_Videos_003_x264"]
    {
        let rows: Vec<f32> = (0..10 * 4).map(|i| ((i * 37 + name.len()) % 11) as f32).collect();
        let path = at.join("f").join(format!("{name}_i3d.npy"));
        gcl::data::write_f32(&path, &[10, 1, 4], &rows).unwrap();
    }
    let args = [
        "--features",
        "f",
        "--annotations",
        "a",
        "--methods",
        "ae",
        "--seeds",
        "0",
        "--steps",
        "5",
    ];
    let output = run("ucf_crime", at, &args);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("INCOMPLETE: features of 2 of 3 train videos; Arson001_x264"), "{said}");
    assert!(
        said.contains("train: 1 normal and 2 anomalous videos (800 and 810: DIFFERENT)"),
        "{said}"
    );
    assert!(said.contains("test: 320 frames, 5"), "{said}");
    assert!(text(&output.stdout).contains("| AE_AllData | none | printed: 15 epochs | 1 |"));
    assert!(text(&output.stdout).contains("56.32"), "{}", text(&output.stdout));
}

/// Whole features of the Zhong split, made up, against the official lists and masks.
#[test]
fn the_official_shanghaitech_lists_are_checked() {
    let Some(data) = std::env::var_os("GCL_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: GCL_DATA not set (ShanghaiTech's lists and masks)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let lists = data.join("shanghaitech");
    for (list, in_test) in [("SH_Train.txt", false), ("SH_Test.txt", true)] {
        for name in std::fs::read_to_string(lists.join(list)).unwrap().split_whitespace() {
            let segments = if in_test {
                let mask = lists.join("masks-weak").join(format!("{name}.npy"));
                gcl::data::Npy::open(mask).unwrap().shape()[0] / 16
            } else {
                8
            };
            let rows: Vec<f32> = (0..segments * 4).map(|i| ((i * 31) % 17) as f32).collect();
            let path = at.join("f").join(format!("{name}.npy"));
            gcl::data::write_f32(&path, &[segments, 4], &rows).unwrap();
        }
    }
    let lists = lists.to_str().unwrap();
    let args = [
        "--features",
        "f",
        "--annotations",
        lists,
        "--methods",
        "ae",
        "--seeds",
        "0",
        "--steps",
        "5",
    ];
    let output = run("shanghaitech", at, &args);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("train: 175 normal and 63 anomalous videos (175 and 63: as published)"),
        "{said}"
    );
    assert!(
        said.contains("test: 155 normal and 44 anomalous videos (155 and 44: as published)"),
        "{said}"
    );
    assert!(
        said.contains("test: 142060 frames, 7962 abnormal") && !said.contains("INCOMPLETE"),
        "{said}"
    );
    assert!(text(&output.stdout).contains("62.73"), "the published AE_AllData");
}
