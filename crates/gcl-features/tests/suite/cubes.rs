//! Cubes of videos, against NumPy (tests/golden/cubes), and videos that do not fit their boxes.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl_data::tracks::{Detection, MAX_BOXES, read_detections};
use gcl_data::{CubeType, PackedCubes, VideoId};
use gcl_features::cubes::{CubeError, CubeReader, CubeRule, CubeSource, pack_cubes};
use gcl_features::source::Decoder;
use image::{Rgb, RgbImage};
use serde_json::Value;

/// A folder of frames whose pixels are the golden script's.
fn video(root: &Path, width: u32, height: u32, frames: u32) -> PathBuf {
    let folder = root.join("01");
    std::fs::create_dir_all(&folder).unwrap();
    for t in 0..frames {
        let pixel =
            |x: u32, y: u32, c: u32| ((x * 7 + y * 13 + c * 31 + t * 17 + x * y % 11) % 256) as u8;
        let picture = RgbImage::from_fn(width, height, |x, y| {
            Rgb([pixel(x, y, 0), pixel(x, y, 1), pixel(x, y, 2)])
        });
        picture.save(folder.join(format!("{t:03}.png"))).unwrap();
    }
    folder
}

fn id() -> VideoId {
    VideoId::new("01").unwrap()
}

fn at(frame: u32, bounds: [f32; 4]) -> Detection {
    Detection { frame, bounds, confidence: None }
}

fn open(path: &Path, boxes: &[Detection], rule: CubeRule) -> Result<CubeReader, CubeError> {
    CubeReader::open(id(), path, Decoder::Native, boxes.to_vec(), rule)
}

/// The frames of all cubes, or the error.
fn frames(path: &Path, boxes: &[Detection], rule: CubeRule) -> Result<Vec<u32>, String> {
    let mut reader = open(path, boxes, rule).map_err(|e| e.to_string())?;
    let mut frames = Vec::new();
    while let Some(cube) = reader.next().map_err(|e| e.to_string())? {
        assert_eq!(cube.values.len(), rule.values());
        frames.push(cube.place.frame);
    }
    Ok(frames)
}

#[test]
fn cubes_agree_with_numpy_and_come_back_from_a_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cubes/cases.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let case: Value = serde_json::from_str(&text).unwrap();
    let number = |key: &str| case[key].as_u64().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let [width, height, count] = ["width", "height", "frames"].map(|key| number(key) as u32);
    let folder = video(dir.path(), width, height, count);
    let boxes: Vec<Detection> = case["boxes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| {
            let side = |i: usize| b[i].as_f64().unwrap() as f32;
            at(b[0].as_u64().unwrap() as u32, [side(1), side(2), side(3), side(4)])
        })
        .collect();
    let (t, size) = (number("t") as usize, number("size") as usize);
    let rule = CubeRule { frames: t, size, ..CubeRule::default() };
    let mut reader = open(&folder, &boxes, rule).unwrap();
    for (detection, expected) in boxes.iter().zip(case["cubes"].as_array().unwrap()) {
        let cube = reader.next().unwrap().unwrap();
        assert_eq!((cube.place.frame, cube.place.bounds), (detection.frame, detection.bounds));
        let expected = expected.as_array().unwrap();
        assert_eq!(cube.values.len(), expected.len());
        for (i, (found, expected)) in cube.values.iter().zip(expected).enumerate() {
            let expected = expected.as_f64().unwrap();
            let wrong = (f64::from(*found) - expected).abs() > 1.5e-5;
            assert!(!wrong, "frame {}, value {i}: {found}, not {expected}", detection.frame);
        }
    }
    assert_eq!(reader.next().unwrap(), None);

    let out = dir.path().join("out/cubes.npy");
    let source = [CubeSource { id: id(), path: folder.clone(), boxes: boxes.clone() }];
    let cancel = AtomicBool::new(false);
    let pack = |kind, follow: &mut dyn FnMut(usize)| {
        pack_cubes(&source, &out, &rule, kind, Decoder::Native, &cancel, follow)
    };
    let mut told = Vec::new();
    assert_eq!(pack(CubeType::Float, &mut |count| told.push(count)).unwrap().cubes, 5);
    assert_eq!(told, [1, 2, 3, 4, 5]);
    let packed = PackedCubes::open(&out).unwrap();
    assert_eq!(packed.shape(), [3, t, size, size]);
    let mut values = Vec::new();
    packed.read(0..1, &mut values).unwrap();
    assert_eq!(values, open(&folder, &boxes, rule).unwrap().next().unwrap().unwrap().values);
    cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(matches!(pack(CubeType::Byte, &mut |_| ()), Err(CubeError::Cancelled)));
    assert_eq!(PackedCubes::open(&out).unwrap().places.len(), 5);
}

#[test]
fn margins_and_steps_leave_frames_out() {
    let dir = tempfile::tempdir().unwrap();
    let folder = video(dir.path(), 24, 16, 9);
    let boxes: Vec<Detection> = (0..9).map(|frame| at(frame, [2.0, 2.0, 14.0, 14.0])).collect();
    let rule = CubeRule { frames: 5, size: 4, ..CubeRule::default() };
    assert_eq!(frames(&folder, &boxes, rule).unwrap(), (0..9).collect::<Vec<_>>());
    // As published: T / 2 in scoring, T − 1 in training.
    let scoring = CubeRule { margin: 2, ..rule };
    assert_eq!(frames(&folder, &boxes, scoring).unwrap(), [2, 3, 4, 5, 6]);
    assert_eq!(frames(&folder, &boxes, CubeRule { margin: 4, ..rule }).unwrap(), [4]);
    assert_eq!(frames(&folder, &boxes, CubeRule { margin: 5, ..rule }).unwrap(), [] as [u32; 0]);
    assert_eq!(frames(&folder, &boxes, CubeRule { every: 2, ..scoring }).unwrap(), [2, 4, 6]);
    // A gap between boxes longer than the window changes nothing.
    let far = [boxes[0], boxes[8]];
    let mut reader = open(&folder, &far, rule).unwrap();
    let (_, last) = (reader.next().unwrap(), reader.next().unwrap().unwrap());
    let mut all = open(&folder, &boxes, rule).unwrap();
    let mut same = None;
    while let Some(cube) = all.next().unwrap() {
        same = Some(cube);
    }
    assert_eq!(same.unwrap(), last);
}

#[test]
fn videos_that_do_not_fit_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = video(dir.path(), 24, 16, 3);
    let rule = CubeRule { size: 4, ..CubeRule::default() };
    let b = [2.0, 2.0, 14.0, 14.0];
    let error = frames(&folder, &[at(1, b), at(3, b)], rule).unwrap_err();
    assert_eq!(error, "video 01: 3 frames, but a box in frame 3");
    let error = frames(&folder, &[at(1, b), at(0, b)], rule).unwrap_err();
    assert_eq!(error, "video 01: a box in frame 0 comes after one in a later frame");
    assert!(
        frames(&dir.path().join("none"), &[at(0, b)], rule).unwrap_err().starts_with("video 01: ")
    );
    for bad in [
        CubeRule { frames: 6, ..rule },
        CubeRule { size: 0, ..rule },
        CubeRule { every: 0, ..rule },
        CubeRule { margin: 1000, ..rule },
    ] {
        assert!(frames(&folder, &[], bad).unwrap_err().starts_with("cube "));
    }
    assert_eq!(frames(&folder, &[], rule).unwrap(), [] as [u32; 0]);
}

#[test]
fn a_video_that_does_not_fit_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = video(dir.path(), 24, 16, 3);
    let rule = CubeRule { size: 4, ..CubeRule::default() };
    let b = [2.0, 2.0, 14.0, 14.0];
    let source = |name: &str, boxes: &[Detection]| CubeSource {
        id: VideoId::new(name).unwrap(),
        path: folder.clone(),
        boxes: boxes.to_vec(),
    };
    let out = dir.path().join("cubes.npy");
    let cancel = AtomicBool::new(false);
    let pack = |videos: &[CubeSource]| {
        pack_cubes(videos, &out, &rule, CubeType::Byte, Decoder::Native, &cancel, &mut |_| ())
    };
    let good = [at(0, b), at(2, b)];
    // The second video fails after two cubes, the third before its first.
    let late = source("late", &[at(0, b), at(1, b), at(3, b)]);
    let crowded = source("crowded", &vec![at(1, b); MAX_BOXES + 1]);
    let videos = [source("a", &good), late.clone(), crowded.clone(), source("b", &good)];
    let packed = pack(&videos).unwrap();
    let failed: Vec<String> = packed.failed.iter().map(|(id, e)| format!("{id}: {e}")).collect();
    let expected = [
        "late: video late: 3 frames, but a box in frame 3",
        "crowded: video crowded: 4097 boxes in frame 1; at most 4096 are accepted",
    ];
    assert_eq!((packed.cubes, &failed[..]), (4, &expected.map(String::from)[..]));
    let cubes = PackedCubes::open(&out).unwrap();
    let places: Vec<(&str, u32)> =
        cubes.places.iter().map(|place| (place.video.as_str(), place.frame)).collect();
    assert_eq!(places, [("a", 0), ("a", 2), ("b", 0), ("b", 2)]);
    let mut values = Vec::new();
    cubes.read(0..4, &mut values).unwrap();
    let (first, second) = values.split_at(values.len() / 2);
    assert!(first == second && first.iter().any(|v| *v > 0.0));
    // Nothing is written if nothing fits.
    let error = pack(&[late, crowded]).unwrap_err();
    assert!(error.to_string().contains("frames, but a box in frame "), "{error}");
    assert_eq!(PackedCubes::open(&out).unwrap().places.len(), 4);
    // Boxes that the detector is not sure of are not counted.
    let mut unsure = vec![Detection { confidence: Some(0.1), ..at(1, b) }; MAX_BOXES + 1];
    unsure.push(at(1, b));
    assert_eq!(frames(&folder, &unsure, rule).unwrap(), [1]);
}

#[test]
fn ped2() {
    let data = std::env::var_os("GCL_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let Some(data) = data else {
        eprintln!("SKIPPED: GCL_DATA not set (ped2 needs the real data)");
        return;
    };
    let boxes = read_detections(data.join("ped2/boxes_test.csv")).unwrap();
    let boxes = &boxes[&VideoId::new("03").unwrap()];
    assert_eq!(boxes.len(), 2824);
    let rule = CubeRule { margin: 3, ..CubeRule::default() };
    let folder = data.join("ped2/test/03");
    let frames = frames(&folder, boxes, rule).unwrap();
    assert_eq!((frames.first(), frames.last()), (Some(&3), Some(&146)));
    assert_eq!(frames.len(), 2723);
    // The pictures are grey, so the three planes are one.
    let cube = open(&folder, boxes, rule).unwrap().next().unwrap().unwrap();
    let planes: Vec<&[f32]> = cube.values.chunks(7 * 64 * 64).collect();
    assert!(planes[0] == planes[1] && planes[1] == planes[2]);
    let mean = planes[0].iter().sum::<f32>() / planes[0].len() as f32;
    assert!((0.2..0.8).contains(&mean), "{mean}");
}
