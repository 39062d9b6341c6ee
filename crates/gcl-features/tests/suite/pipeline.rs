//! The same videos give the same feature files, however the work is split, and bad ones are left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gcl_data::{Clips, FeatureSet, Npy, Tail};
use gcl_features::gradient::Gradient;
use gcl_features::{
    Decoder, ExtractError, ExtractOptions, Extractor, ExtractorError, Frame, Pixels, Progress,
    Summary, discover, extract,
};

/// Writes a Y4M video of `frames` frames of noise that depends on the seed.
fn video(path: &Path, width: usize, height: usize, frames: usize, seed: u64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut bytes = format!("YUV4MPEG2 W{width} H{height} F25:1 Cmono\n").into_bytes();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..frames {
        bytes.extend(b"FRAME\n");
        bytes.extend((0..width * height).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        }));
    }
    fs::write(path, bytes).unwrap();
}

fn scene(dir: &Path) -> PathBuf {
    let root = dir.join("videos");
    for (n, frames) in [40, 16, 5, 33, 100, 64, 17].into_iter().enumerate() {
        video(&root.join(format!("cam{}/v{n}.y4m", n % 2)), 40 + n, 30, frames, n as u64);
    }
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bframes.mp4"),
        root.join("clip.mp4"),
    )
    .unwrap();
    root
}

/// Every file below a folder.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(name, bytes)| (Path::new(path.file_name().unwrap()).join(name), bytes)),
            );
        } else {
            found.insert(path.file_name().unwrap().into(), fs::read(&path).unwrap());
        }
    }
    found
}

fn options(threads: usize) -> ExtractOptions {
    ExtractOptions { threads, decoder: Decoder::Native, ..ExtractOptions::default() }
}

fn run(root: &Path, out: &Path, options: &ExtractOptions) -> Summary {
    let inputs = discover(&[root.to_owned()]).unwrap();
    extract(&inputs, out, &Gradient, options, &AtomicBool::new(false), &|_| {}).unwrap()
}

#[test]
fn threads_shards_and_interruptions_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = scene(dir.path());
    let out = |name: &str| dir.path().join(name);
    let summary = run(&root, &out("one"), &options(1));
    assert_eq!((summary.extracted, summary.frames, summary.skipped.len()), (8, 315, 0));
    let expected = files(&out("one"));
    assert_eq!(expected.len(), 16);

    run(&root, &out("three"), &options(3));
    assert!(files(&out("three")) == expected, "three threads differ from one");

    let mut extracted = 0;
    for index in 1..=3 {
        let shard = Some(format!("{index}/3").parse().unwrap());
        extracted += run(&root, &out("shards"), &ExtractOptions { shard, ..options(2) }).extracted;
    }
    assert_eq!(extracted, 8);
    assert!(files(&out("shards")) == expected, "shards differ");

    // Cancelled in the middle of a video, again and again, until all is done.
    let inputs = discover(std::slice::from_ref(&root)).unwrap();
    let (cancel, started) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut rounds = 0;
    loop {
        cancel.store(false, Ordering::Relaxed);
        started.store(0, Ordering::Relaxed);
        let stop = |event: Progress<'_>| {
            if matches!(event, Progress::Started { .. })
                && started.fetch_add(1, Ordering::Relaxed) == 3
            {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let summary =
            extract(&inputs, &out("stopped"), &Gradient, &options(1), &cancel, &stop).unwrap();
        rounds += 1;
        assert_eq!(summary.already_done, 3 * (rounds - 1));
        if !summary.cancelled {
            break;
        }
        assert_eq!(files(&out("stopped")).len(), 6 * rounds);
    }
    assert_eq!(rounds, 3);
    assert!(files(&out("stopped")) == expected, "resumed work differs");
}

#[test]
fn feature_files_hold_what_the_rule_says() {
    let dir = tempfile::tempdir().unwrap();
    let root = scene(dir.path());
    let out = dir.path().join("features");
    run(&root, &out, &options(2));
    let set = FeatureSet::open(&out).unwrap();
    let counts: Vec<(&str, usize, Option<usize>)> =
        set.videos().iter().map(|v| (v.id.as_str(), v.segments, v.frames)).collect();
    assert_eq!(
        counts,
        [
            ("cam0/v0", 3, Some(40)),
            ("cam0/v2", 1, Some(5)),
            ("cam0/v4", 7, Some(100)),
            ("cam0/v6", 2, Some(17)),
            ("cam1/v1", 1, Some(16)),
            ("cam1/v3", 3, Some(33)),
            ("cam1/v5", 4, Some(64)),
            ("clip", 3, Some(40)),
        ]
    );
    let identity = set.identity().unwrap();
    assert_eq!((identity.name.as_str(), identity.version.as_str()), ("gradient", "1"));
    assert_eq!((set.dim(), identity.clips), (1152, Clips::default()));
    // Another clip rule in the same folder would mix two kinds of features.
    let clips = Clips { length: 8, ..Clips::default() };
    let inputs = discover(&[root]).unwrap();
    let other = ExtractOptions { clips, ..options(1) };
    let error = extract(&inputs, &out, &Gradient, &other, &AtomicBool::new(false), &|_| {});
    assert!(error.unwrap_err().to_string().contains("clips.length is 16 there and 8 here"));
}

#[test]
fn bad_videos_are_skipped_with_their_reason_and_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("videos");
    video(&root.join("good.y4m"), 16, 16, 20, 1);
    video(&root.join("short.y4m"), 16, 16, 3, 1);
    video(&root.join("none.y4m"), 16, 16, 0, 1);
    video(&root.join("cut.y4m"), 16, 16, 500, 1);
    let whole = fs::read(root.join("cut.y4m")).unwrap();
    fs::write(root.join("cut.y4m"), &whole[..whole.len() - 1]).unwrap();
    fs::write(root.join("text.mp4"), "not a video").unwrap();
    let clips = Clips { tail: Tail::Drop, ..Clips::default() };
    let events = Mutex::new(Vec::new());
    let note = |event: Progress<'_>| events.lock().unwrap().push(format!("{event:?}"));
    let inputs = discover(&[root]).unwrap();
    let out = dir.path().join("features");
    let cancel = AtomicBool::new(false);
    let summary =
        extract(&inputs, &out, &Gradient, &ExtractOptions { clips, ..options(2) }, &cancel, &note)
            .unwrap();
    assert_eq!((summary.extracted, summary.frames), (2, 519));
    let [(id, damage)] = summary.damaged.as_slice() else { panic!("{:?}", summary.damaged) };
    let told = "1 of 500 pictures are missing at the end: the file ends within a frame";
    assert_eq!((id.as_str(), damage.as_str()), ("cut", told));
    let reasons: Vec<String> =
        summary.skipped.iter().map(|(id, reason)| format!("{id} {reason}")).collect();
    for (found, (id, reason)) in reasons.iter().zip([
        ("none ", "the video has no frame"),
        ("short ", "3 frames are too few for a clip of 16"),
        ("text ", "no built-in decoder"),
    ]) {
        assert!(found.starts_with(id) && found.contains(reason), "{found}");
    }
    let names: Vec<PathBuf> = files(&out).into_keys().collect();
    assert_eq!(names, ["cut.json", "cut.npy", "good.json", "good.npy"].map(PathBuf::from));
    let events = events.into_inner().unwrap();
    assert_eq!(events.iter().filter(|event| event.starts_with("Skipped")).count(), 3);
    assert!(events.contains(&"Frames { id: \"cut\", frames: 64 }".to_owned()), "{events:?}");
}

/// Fails on dark frames as a device would, and refuses bright ones.
struct Moody;

impl Extractor for Moody {
    type Prepared = ();
    fn name(&self) -> &str {
        "moody"
    }
    fn version(&self) -> &str {
        "1"
    }
    fn dim(&self) -> usize {
        1
    }
    fn prepare(&self, frame: &Frame) -> Result<(), ExtractorError> {
        match frame.luma()[0] {
            0 => Err(ExtractorError::Failed("device lost".into())),
            255 => Err(ExtractorError::Video("too bright".into())),
            _ => Ok(()),
        }
    }
    fn describe(&self, clips: &[Vec<&()>]) -> Result<Vec<f32>, ExtractorError> {
        Ok(vec![1.0; clips.len()])
    }
}

/// Refuses each frame, and counts them; decodes ahead.
struct Counting(AtomicUsize);

impl Extractor for Counting {
    type Prepared = ();
    fn name(&self) -> &str {
        "counting"
    }
    fn version(&self) -> &str {
        "1"
    }
    fn dim(&self) -> usize {
        1
    }
    fn ahead(&self) -> usize {
        8
    }
    fn prepare(&self, _: &Frame) -> Result<(), ExtractorError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(ExtractorError::Video("too dull".into()))
    }
    fn describe(&self, _: &[Vec<&()>]) -> Result<Vec<f32>, ExtractorError> {
        Ok(Vec::new())
    }
}

#[test]
fn nothing_is_read_ahead_after_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("videos");
    video(&root.join("a.y4m"), 4, 4, 100, 1);
    let inputs = discover(&[root]).unwrap();
    let (extractor, cancel) = (Counting(AtomicUsize::new(0)), AtomicBool::new(false));
    let out = dir.path().join("features");
    let summary = extract(&inputs, &out, &extractor, &options(1), &cancel, &|_| {}).unwrap();
    assert_eq!(summary.skipped[0].1, "too dull");
    assert_eq!(extractor.0.into_inner(), 1);
}

/// The features of dark frames are no numbers.
struct Divides;

impl Extractor for Divides {
    type Prepared = f32;
    fn name(&self) -> &str {
        "divides"
    }
    fn version(&self) -> &str {
        "1"
    }
    fn dim(&self) -> usize {
        2
    }
    fn prepare(&self, frame: &Frame) -> Result<f32, ExtractorError> {
        Ok(f32::from(frame.luma()[0]))
    }
    fn describe(&self, clips: &[Vec<&f32>]) -> Result<Vec<f32>, ExtractorError> {
        Ok(clips.iter().flat_map(|clip| [1.0, 1.0 / **clip.last().unwrap()]).collect())
    }
}

#[test]
fn a_video_without_finite_features_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("videos");
    fs::create_dir_all(&root).unwrap();
    for (name, last) in [("a", 0), ("b", 5)] {
        let mut bytes = b"YUV4MPEG2 W1 H1 Cmono\n".to_vec();
        bytes.extend((0..32).flat_map(|frame| {
            let value = if frame == 31 { last } else { 9 };
            [&b"FRAME\n"[..], &[value]].concat()
        }));
        fs::write(root.join(format!("{name}.y4m")), bytes).unwrap();
    }
    let inputs = discover(&[root]).unwrap();
    let (out, cancel) = (dir.path().join("features"), AtomicBool::new(false));
    let summary = extract(&inputs, &out, &Divides, &options(1), &cancel, &|_| {}).unwrap();
    assert_eq!((summary.extracted, summary.skipped.len()), (1, 1));
    let reason = &summary.skipped[0].1;
    assert!(reason.contains("gave inf as feature 1 of clip 1"), "{reason}");
    let names: Vec<PathBuf> = files(&out).into_keys().collect();
    assert_eq!(names, [PathBuf::from("b.json"), PathBuf::from("b.npy")]);
}

#[test]
fn what_fails_for_every_video_stops() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("videos");
    fs::create_dir_all(&root).unwrap();
    let write = |value: u8| {
        let mut bytes = b"YUV4MPEG2 W1 H1 Cmono\nFRAME\n".to_vec();
        bytes.push(value);
        fs::write(root.join(format!("{value}.y4m")), bytes).unwrap();
    };
    let run = |out: &Path| {
        let inputs = discover(std::slice::from_ref(&root)).unwrap();
        extract(&inputs, out, &Moody, &options(1), &AtomicBool::new(false), &|_| {})
    };
    write(7);
    write(255);
    let summary = run(&dir.path().join("a")).unwrap();
    assert_eq!((summary.extracted, summary.skipped[0].1.as_str()), (1, "too bright"));
    write(0);
    let error = run(&dir.path().join("b")).unwrap_err();
    assert_eq!(error.to_string(), "0: the extractor failed: device lost");
    let file = dir.path().join("file");
    fs::write(&file, "in the way").unwrap();
    assert!(matches!(run(&file), Err(ExtractError::File(_))));
    // The folder of one video is a file: nothing can be written there.
    let out = dir.path().join("c");
    fs::create_dir_all(root.join("sub")).unwrap();
    fs::rename(root.join("7.y4m"), root.join("sub/7.y4m")).unwrap();
    fs::remove_file(root.join("0.y4m")).unwrap();
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("sub"), "in the way").unwrap();
    assert!(matches!(run(&out), Err(ExtractError::Features(_))));
}

#[test]
fn frames_of_luma_and_of_colour_are_described_alike() {
    let gray = Frame::new(4, 4, Pixels::Gray(vec![90; 16])).unwrap();
    let rgb = Frame::new(4, 4, Pixels::Rgb(vec![90; 48])).unwrap();
    assert_eq!(Gradient.prepare(&gray).unwrap(), Gradient.prepare(&rgb).unwrap());
    let one = Gradient.prepare(&gray).unwrap();
    assert!(Gradient.describe(&[vec![&one]]).is_err());
}

#[test]
fn gradient_features_are_those_of_the_definition_in_numpy() {
    let dir = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for name in ["bframes", "cropped"] {
        let out = dir.path().join(name);
        run(&data.join(format!("{name}.mp4")), &out, &options(1));
        let found = Npy::open(out.join(format!("{name}.npy"))).unwrap();
        let expected = Npy::open(data.join(format!("{name}.gradient.npy"))).unwrap();
        assert_eq!(found.shape(), expected.shape());
        assert!(found.to_f32().unwrap() == expected.to_f32().unwrap(), "{name}");
    }
}

#[test]
fn a_video_is_skipped_only_above_a_share_of_loss() {
    let dir = tempfile::tempdir().unwrap();
    let frames = dir.path().join("frames");
    fs::create_dir_all(&frames).unwrap();
    for n in 0..20u8 {
        let path = frames.join(format!("{n:02}.png"));
        match n % 4 {
            0 => fs::write(path, "no image").unwrap(),
            _ => image::GrayImage::from_pixel(64, 48, image::Luma([n * 10])).save(path).unwrap(),
        }
    }
    let inputs = discover(&[frames]).unwrap();
    let run = |out: &str, max_loss| {
        let options = ExtractOptions { max_loss, ..options(1) };
        let (out, cancel) = (dir.path().join(out), AtomicBool::new(false));
        let summary = extract(&inputs, &out, &Gradient, &options, &cancel, &|_| ()).unwrap();
        (summary, out)
    };
    let (kept, out) = run("kept", 0.25);
    assert_eq!((kept.extracted, kept.frames, kept.damaged.len()), (1, 20, 1));
    let set = FeatureSet::open(&out).unwrap();
    let notes = &set.videos()[0].notes;
    assert_eq!((notes.concealed, notes.missing, notes.size), (5, 0, Some([64, 48])));
    let (skipped, out) = run("skipped", 0.24);
    assert_eq!((skipped.extracted, skipped.damaged.len()), (0, 0));
    assert!(skipped.skipped[0].1.contains("5 of 20 pictures") && files(&out).is_empty());
}
