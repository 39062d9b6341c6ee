//! `gcl bench`, at sizes that take no time.

use serde_json::Value;

use super::support::{run, stderr, stdout};

fn figures(args: &[&str]) -> (Value, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[&["bench", "--json", "--seconds", "0.02"], args].concat(), 0);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let figures = json["figures"].as_array().unwrap().clone();
    for figure in &figures {
        let number = |name: &str| figure[name].as_f64().unwrap();
        assert!(number("least_ms") > 0.0 && number("least_ms") <= number("median_ms"), "{figure}");
        assert!(number("repetitions") >= 3.0, "{figure}");
        for rate in figure["rates"].as_object().unwrap().values() {
            assert!(rate.as_f64().unwrap() > 0.0, "{figure}");
        }
    }
    (json, figures)
}

#[test]
fn an_auc_is_timed_and_the_machine_named() {
    let (json, figures) = figures(&["--only", "auc"]);
    assert_eq!(json["device"], "flex");
    assert_eq!(json["gcl"], env!("CARGO_PKG_VERSION"));
    assert!(json["threads"].as_u64().unwrap() >= 1);
    assert!(!json["machine"]["processor"].as_str().unwrap().is_empty());
    assert_eq!(figures.len(), 2);
    for figure in figures {
        assert_eq!(
            (&figure["item"], &figure["settings"]["frames"]),
            (&"auc".into(), &1_000_000.into())
        );
        let (ms, rate) = (&figure["median_ms"], &figure["rates"]["frames/s"]);
        let product = ms.as_f64().unwrap() * rate.as_f64().unwrap();
        assert!((product / 1e9 - 1.0).abs() < 1e-6, "a million frames in that time");
    }
}

#[test]
fn an_iteration_counts_its_operations() {
    let (_, figures) = figures(&["--only", "gcl-step", "--batch", "64", "--dim", "32"]);
    assert_eq!(figures.len(), 1);
    let figure = &figures[0];
    assert_eq!(figure["settings"]["batch"], 64);
    // G 32-16-8-4-8-16-32: 1,344 weights in all, 512 in the first layer; D 32-8-4-1: 292, 256.
    let (g, d) = (1344.0, 292.0);
    let operations = 2.0 * 64.0 * (3.0 * g - 512.0 + 4.0 * d - 256.0);
    assert_eq!(figure["settings"]["operations"].as_f64(), Some(operations));
    let ms = figure["median_ms"].as_f64().unwrap();
    let rate = figure["rates"]["GFLOP/s"].as_f64().unwrap();
    assert!((rate * ms / (operations / 1e6) - 1.0).abs() < 1e-6, "{figure}");
}

#[test]
fn a_video_is_decoded_and_shown_in_words() {
    let (json, figures) = figures(&["--only", "decode,auc"]);
    assert_eq!(figures.len(), 3);
    assert_eq!(figures[0]["settings"]["width"], 320);
    assert_eq!(json["estimates"].as_array().unwrap().len(), 1);
    let folder = tempfile::tempdir().unwrap();
    super::support::video(&folder.path().join("v.y4m"), 40, None);
    let args = ["bench", "--only", "decode", "--video", "v.y4m", "--seconds", "0.02"];
    let output = run(folder.path(), &args, 0);
    let text = stdout(&output);
    for hint in ["48 × 32", "median ms", "frames/s", "one core", "device flex"] {
        assert!(text.contains(hint), "{hint}\n{text}");
    }
    assert!(stderr(&output).contains("measuring decoding"));
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (args, code, hint) in [
        (&["--only", "training"][..], 2, "gcl-step"),
        (&["--device", "tpu"], 2, "flex"),
        (&["--net", "vgg"], 2, "i3d-resnet50"),
        (&["--clips", "0"], 2, "1..=256"),
        (&["--batch", "1"], 2, "2..="),
        (&["--batch", "1000000", "--dim", "60000"], 2, "at most"),
        (&["--seconds", "soon"], 2, "3600"),
        (&["--weights", "w.pth"], 2, "--net"),
        (&["--net", "i3d,c3d", "--weights", "w.pth"], 2, "one network"),
        (&["--only", "extract", "--net", "i3d", "--weights", "nowhere.pt"], 3, "nowhere.pt"),
        (&["--only", "decode", "--video", "nowhere.mp4"], 3, "nowhere.mp4"),
    ] {
        let output = run(folder.path(), &[&["bench"], args].concat(), code);
        assert!(stderr(&output).contains(hint), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}
