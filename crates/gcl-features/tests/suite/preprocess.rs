//! Frames become tensors as the libraries of the published extractors make them.

use std::fs;
use std::path::{Path, PathBuf};

use gcl_features::preprocess::{Channels, Crops, Filter, Resize, Samples};
use gcl_features::{
    ExtractorError, Frame, Pixels, Preprocess, PreprocessError, Preprocessor, Preset,
};
use serde_json::{Map, Value, json};

/// Every which value of a tensor is in a golden file.
const STEP: usize = 1999;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/preprocess")
}

fn size(text: &str) -> (usize, usize) {
    let (width, height) = text.split_once('x').unwrap();
    (width.parse().unwrap(), height.parse().unwrap())
}

/// The two frames of a size.
fn frames(text: &str) -> Vec<Frame> {
    let (width, height) = size(text);
    let bytes = fs::read(golden().join(format!("frames-{text}.rgb"))).unwrap();
    let frame = |rgb: &[u8]| Frame::new(width, height, Pixels::Rgb(rgb.to_vec())).unwrap();
    bytes.chunks_exact(width * height * 3).map(frame).collect()
}

fn floats(name: &str) -> Vec<f32> {
    let bytes = fs::read(golden().join(name)).unwrap();
    bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn map(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("{value}") };
    map
}

#[track_caller]
fn close(found: &[f32], expected: &[f32], within: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (n, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= within, "{what}: value {n} is {a}, expected {b}");
    }
}

#[test]
fn every_filter_gives_its_librarys_levels() {
    let mut cases = 0;
    for entry in fs::read_dir(golden()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix("resize-") else { continue };
        let mut parts = rest.rsplitn(3, '-');
        let ((width, height), from) = (size(parts.next().unwrap()), parts.next().unwrap());
        let filter: Filter = serde_json::from_value(json!(parts.next().unwrap())).unwrap();
        // The corner crops need the whole picture.
        let config = Preprocess {
            resize: Resize::Exact { width, height },
            filter,
            crop: 8,
            crops: Crops::Five,
            ..Preset::named("resnext101-2017").unwrap().preprocess
        };
        let picture = Preprocessor::new(config).unwrap().prepare(&frames(from)[0]).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height));
        match picture.samples() {
            Samples::Bytes(found) => {
                let expected = fs::read(&path).unwrap();
                let differ = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
                assert_eq!((found.len(), differ), (expected.len(), 0), "{name}");
            }
            Samples::Floats(found) => {
                // Levels up to 255, so 4e-5 is a bit or two of an f32. Where a picture grows, places between
                // pixels depend on whether PyTorch's compiler fused a product and a sum.
                let within = if name.contains("49x53") { 5e-4 } else { 4e-5 };
                close(found, &floats(&format!("{name}.f32")), within, &name);
            }
        }
        cases += 1;
    }
    assert_eq!(cases, 48);
}

#[test]
fn every_preset_gives_its_libraries_tensors() {
    let mut cases = 0;
    for name in Preset::names() {
        for text in ["48x34", "33x51", "160x21"] {
            let file = format!("{name}-{text}.f32");
            if !golden().join(&file).exists() {
                continue;
            }
            let preset = Preset::named(name).unwrap();
            let preprocessor = Preprocessor::new(preset.preprocess).unwrap();
            let frames = frames(text);
            let values: Vec<f32> = (0..preprocessor.crops())
                .flat_map(|crop| preprocessor.clip_tensor(&frames, crop).unwrap())
                .collect();
            let sampled: Vec<f32> = values.iter().copied().step_by(STEP).collect();
            // Values up to 255 where they are not scaled.
            let within = if name == "c3d-dc3d" { 4e-5 } else { 1e-6 };
            close(&sampled, &floats(&file), within, &file);
            cases += 1;
        }
    }
    assert_eq!(cases, 15);
}

#[test]
fn a_mean_cube_is_subtracted_in_its_place() {
    let preset = Preset::named("resnext101-2017").unwrap().preprocess;
    let changes = json!({
        "resize": {"exact": {"width": 40, "height": 30}},
        "filter": "pillow-bicubic",
        "crop": 13,
        "channels": "bgr",
        "mean_cube": golden().join("cube.npy"),
    });
    let config = preset.with(&map(changes)).unwrap();
    assert_eq!(config.channels, Channels::Bgr);
    let frames = frames("48x34");
    let preprocessor = Preprocessor::new(config.clone()).unwrap();
    close(&preprocessor.clip_tensor(&frames, 0).unwrap(), &floats("cube.f32"), 0.0, "cube");
    // The file's hash is recorded, not its place.
    let recorded = preprocessor.params();
    assert_eq!(recorded["mean_cube"].as_str().unwrap().len(), 64);

    let error = preprocessor.clip_tensor(&frames[..1], 0).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("[3, 2, 30, 40], the clips need [3, 1, 30, 40]"), "{text}");
    assert!(matches!(error.into(), ExtractorError::Failed(_)));
    // The size of frames is the video's own.
    let other = Preprocess { resize: Resize::Keep, ..config.clone() };
    let error = Preprocessor::new(other).unwrap().clip_tensor(&frames, 0).unwrap_err();
    assert!(error.to_string().ends_with("the clips need [3, 2, 34, 48]"), "{error}");
    assert!(matches!(error.into(), ExtractorError::Video(_)));
    let missing = Preprocess { mean_cube: Some("none.npy".into()), ..config };
    let error = Preprocessor::new(missing).err().unwrap().to_string();
    assert!(error.contains("none.npy"), "{error}");
}

#[test]
fn mirrored_crops_are_those_of_the_mirrored_frame() {
    let frames = frames("48x34");
    let mirror = |frame: &Frame| {
        let rgb = frame.to_rgb();
        let rows = rgb.chunks_exact(3 * frame.width());
        let mirrored = rows.flat_map(|row| row.as_chunks::<3>().0.iter().rev().flatten().copied());
        Frame::new(frame.width(), frame.height(), Pixels::Rgb(mirrored.collect())).unwrap()
    };
    let mirrored: Vec<Frame> = frames.iter().map(mirror).collect();
    let config = Preprocess {
        resize: Resize::Keep,
        crop: 24,
        crops: Crops::Ten,
        ..Preset::named("i3d-resnet50").unwrap().preprocess
    };
    let ten = Preprocessor::new(config.clone()).unwrap();
    let five = Preprocessor::new(Preprocess { crops: Crops::Five, ..config }).unwrap();
    for crop in 0..5 {
        let expected = five.clip_tensor(&mirrored, crop).unwrap();
        assert_eq!(ten.clip_tensor(&frames, crop + 5).unwrap(), expected, "{crop}");
        assert_ne!(ten.clip_tensor(&frames, crop).unwrap(), expected, "{crop}");
    }
}

#[test]
fn pictures_may_repeat_and_overlap() {
    let preprocessor =
        Preprocessor::new(Preset::named("resnext101-2017").unwrap().preprocess).unwrap();
    let frames = frames("48x34");
    let pictures: Vec<_> = frames.iter().map(|f| preprocessor.prepare(f).unwrap()).collect();
    let clip = [&pictures[1], &pictures[0], &pictures[1]];
    let mut found = vec![0.0; 3 * 3 * 112 * 112];
    preprocessor.fill(&clip, 0, &mut found).unwrap();
    let again = [frames[1].clone(), frames[0].clone(), frames[1].clone()];
    assert_eq!(found, preprocessor.clip_tensor(&again, 0).unwrap());
}

#[test]
fn presets_are_plain_data_that_can_be_changed() {
    assert!(Preset::named("resnet").is_none());
    for name in Preset::names() {
        let preset = Preset::named(name).unwrap().preprocess;
        preset.validate().unwrap();
        let text = serde_json::to_string(&preset).unwrap();
        assert_eq!(serde_json::from_str::<Preprocess>(&text).unwrap(), preset);
        assert_eq!(preset.with(&Map::new()).unwrap(), preset);
    }
    let preset = Preset::named("c3d-eko").unwrap().preprocess;
    let wider = preset.with(&map(json!({"resize": {"short-side": 200}, "crops": "ten"}))).unwrap();
    assert_eq!((wider.resize, wider.crops), (Resize::ShortSide(200), Crops::Ten));
    assert_eq!(wider.mean, preset.mean);
    for (change, part) in [
        (json!({"sise": 3}), "unknown field `sise`"),
        (json!({"filter": "nearest"}), "unknown variant `nearest`"),
        (json!({"crop": 0}), "crop is 0, expected 1 to 16384"),
        (json!({"crop": 129}), "resize is [171, 128], expected sides from the crop's"),
        (json!({"resize": {"short-side": 20000}}), "resize is [20000]"),
        (json!({"std": [1, 0, 1]}), "std is [1.0, 0.0, 1.0], expected finite numbers other than 0"),
        (json!({"divide": 1e-60}), "divide is "),
        (json!({"mean": [1e40, 0, 0]}), "mean is "),
    ] {
        let error = preset.with(&map(change)).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn wrong_clips_and_buffers_are_refused() {
    let preset = Preset::named("resnext101-2017").unwrap().preprocess;
    let preprocessor = Preprocessor::new(preset.clone()).unwrap();
    let picture = preprocessor.prepare(&frames("48x34")[0]).unwrap();
    let mut out = vec![0.0; 3 * 112 * 112];
    let refused = |result: Result<(), PreprocessError>| result.unwrap_err().to_string();
    assert_eq!(refused(preprocessor.fill(&[&picture], 1, &mut out)), "no crop 1, there are 1");
    assert_eq!(
        refused(preprocessor.fill(&[&picture, &picture], 0, &mut out)),
        "a buffer for a tensor has 37632 values, expected 75264"
    );
    assert!(preprocessor.fill(&[], 0, &mut []).is_ok());
    // Pictures of another frame size are cut elsewhere.
    let other = preprocessor.prepare(&frames("33x51")[0]).unwrap();
    let mut out = vec![0.0; 2 * 3 * 112 * 112];
    let error = refused(preprocessor.fill(&[&picture, &other], 0, &mut out));
    assert_eq!(error, "a clip's frames were not prepared alike");
    // And pictures of another preprocessor may be too small.
    let small = Preprocess { resize: Resize::ShortSide(50), crop: 50, ..preset };
    let small = Preprocessor::new(small).unwrap().prepare(&frames("48x34")[0]).unwrap();
    assert!(preprocessor.fill(&[&small], 0, &mut out[..37_632]).is_err());
}
