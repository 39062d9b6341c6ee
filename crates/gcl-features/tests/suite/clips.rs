//! A network's clips through the pipeline: tensors of streamed frames under every tail rule.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl_data::{Clips, FeatureMeta, Npy, Tail, VideoId};
use gcl_features::preprocess::{Crops, Picture, Resize};
use gcl_features::source::{ffmpeg, open_as};
use gcl_features::{
    Colour, Decoder, ExtractOptions, Extractor, ExtractorError, Frame, Preprocess, Preprocessor,
    Preset, VideoInput, extract,
};
use serde_json::{Map, Value};

/// A clip's features are the means of its tensor: three channels of each frame.
struct Means {
    preprocessor: Preprocessor,
    length: usize,
}

fn means(tensor: &[f32], frames: usize) -> Vec<f32> {
    let area = tensor.len() / (3 * frames);
    let plane = |c: usize, t: usize| &tensor[(c * frames + t) * area..][..area];
    let mean = |plane: &[f32]| plane.iter().sum::<f32>() / area as f32;
    (0..frames).flat_map(|t| (0..3).map(move |c| mean(plane(c, t)))).collect()
}

impl Extractor for Means {
    type Prepared = Picture;
    fn name(&self) -> &str {
        "means"
    }
    fn version(&self) -> &str {
        "1"
    }
    fn preprocessing(&self) -> Map<String, Value> {
        self.preprocessor.params()
    }
    fn dim(&self) -> usize {
        3 * self.length
    }
    fn crops(&self) -> usize {
        self.preprocessor.crops()
    }
    fn batch(&self) -> usize {
        3
    }
    fn colour(&self) -> Colour {
        Colour::Rgb
    }
    fn prepare(&self, frame: &Frame) -> Result<Picture, ExtractorError> {
        Ok(self.preprocessor.prepare(frame)?)
    }
    fn describe(&self, clips: &[Vec<&Picture>]) -> Result<Vec<f32>, ExtractorError> {
        let mut values = Vec::new();
        let mut tensor = vec![0.0; self.preprocessor.shape(self.length).iter().product()];
        for clip in clips {
            for crop in 0..self.crops() {
                self.preprocessor.fill(clip, crop, &mut tensor)?;
                values.extend(means(&tensor, self.length));
            }
        }
        Ok(values)
    }
}

/// Small pictures, ten crops.
fn small() -> Preprocess {
    let preset = Preset::named("i3d-resnet50").unwrap().preprocess;
    Preprocess { resize: Resize::ShortSide(20), crop: 16, crops: Crops::Ten, ..preset }
}

/// Extracts a video under each tail rule, and checks every clip against tensors of the same frames.
/// The numbers of clips, in the order of the rules.
fn clips_of(path: &Path) -> [usize; 4] {
    let check = Preprocessor::new(small()).unwrap();
    let mut frames = Vec::new();
    let mut source = open_as(path, Decoder::Auto, Colour::Rgb, 1).unwrap();
    let mut frame = Frame::default();
    while source.next(&mut frame).unwrap() {
        frames.push(check.prepare(&frame).unwrap());
    }
    [Tail::Loop, Tail::Drop, Tail::PaperResnext, Tail::Shift].map(|tail| {
        let clips = Clips { tail, ..Clips::default() };
        let extractor =
            Means { preprocessor: Preprocessor::new(small()).unwrap(), length: clips.length };
        let dir = tempfile::tempdir().unwrap();
        let id = VideoId::new("a").unwrap();
        let inputs = [VideoInput::new(id.clone(), path)];
        let options = ExtractOptions { clips, threads: 1, ..ExtractOptions::default() };
        let cancel = AtomicBool::new(false);
        let summary = extract(&inputs, dir.path(), &extractor, &options, &cancel, &|_| {}).unwrap();
        assert_eq!((summary.extracted, summary.frames), (1, frames.len()), "{summary:?}");
        let meta = FeatureMeta::read(&dir.path().join("a.json")).unwrap();
        let recorded = &meta.extractor.preprocessing;
        assert_eq!(recorded["resize"]["short-side"], 20);
        assert_eq!(recorded["mean"][0], 114.75);

        let npy = Npy::open(dir.path().join("a.npy")).unwrap();
        let count = clips.count(frames.len());
        assert_eq!(npy.shape(), [count, 10, 48]);
        let mut expected = Vec::new();
        let mut tensor = vec![0.0; check.shape(16).iter().product()];
        for clip in 0..count {
            let clip: Vec<&Picture> =
                clips.frames_of(clip, frames.len()).map(|n| &frames[n]).collect();
            for crop in 0..10 {
                check.fill(&clip, crop, &mut tensor).unwrap();
                expected.extend(means(&tensor, 16));
            }
        }
        assert!(npy.to_f32().unwrap() == expected, "{tail:?}");
        count
    })
}

/// A 4:2:0 video of smooth noise.
fn video(path: &Path, frames: usize) {
    let mut bytes = b"YUV4MPEG2 W32 H24 F25:1 C420jpeg\n".to_vec();
    let mut state = 1u64;
    for _ in 0..frames {
        bytes.extend(b"FRAME\n");
        bytes.extend((0..32 * 24 * 3 / 2).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        }));
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_tail_rule_has_its_clips() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.y4m");
    for (frames, counts) in
        [(33, [3, 2, 2, 3]), (32, [2, 2, 1, 2]), (31, [2, 1, 1, 2]), (17, [2, 1, 1, 2])]
    {
        video(&path, frames);
        assert_eq!(clips_of(&path), counts, "{frames} frames");
    }
}

#[test]
fn the_rules_count_as_published() {
    for n in 17..2000usize {
        let count = |tail| Clips { tail, ..Clips::default() }.count(n);
        assert_eq!(count(Tail::Loop), n.div_ceil(16), "{n}");
        assert_eq!(count(Tail::Shift), n.div_ceil(16), "{n}");
        assert_eq!(count(Tail::Drop), n / 16, "{n}");
        assert_eq!(count(Tail::PaperResnext), n.div_ceil(16) - 1, "{n}");
    }
    // Frame 480 is alone in the last clip.
    let clip = |tail| Clips { tail, ..Clips::default() }.frames_of(30, 481).collect::<Vec<_>>();
    assert_eq!(clip(Tail::Loop), [480; 16]);
    assert_eq!(clip(Tail::Shift), (465..481).collect::<Vec<_>>());
    let looped = Clips { tail: Tail::Loop, ..Clips::default() }.frames_of(1, 21);
    let expected = [16, 17, 18, 19, 20, 16, 17, 18, 19, 20, 16, 17, 18, 19, 20, 16];
    assert_eq!(looped.collect::<Vec<_>>(), expected);
}

#[test]
fn a_real_video_of_481_frames_has_31_30_30_and_31_clips() {
    let Some(root) = std::env::var_os("GCL_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: GCL_DATA not set (real videos)");
        return;
    };
    if ffmpeg::version().is_none() {
        eprintln!("SKIPPED: no ffmpeg on the PATH");
        return;
    }
    assert_eq!(clips_of(&root.join("i3d/01_002.avi")), [31, 30, 30, 31]);
}
