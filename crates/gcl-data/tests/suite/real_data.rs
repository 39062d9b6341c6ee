//! The data sets' own files, counted. They are found through the environment variable GCL_DATA.

use crate::common::real_data;
use gcl_data::{Clips, FeatureSet, Npy, Tail, Truth, TruthFormat, VideoId};

/// Videos, frames and abnormal frames of a truth that states its frames.
fn counts(truth: &Truth) -> (usize, usize, usize) {
    let labels: Vec<Vec<bool>> = truth.ids().map(|id| truth.labels(id, None).unwrap()).collect();
    let abnormal = labels.iter().flatten().filter(|label| **label).count();
    (labels.len(), labels.iter().map(Vec::len).sum(), abnormal)
}

#[test]
fn masks() {
    let Some(data) = real_data("masks") else { return };
    for (folder, expected) in [
        ("shanghaitech/masks-occ", (107, 40_791, 17_326)),
        ("shanghaitech/masks-weak", (199, 142_060, 7_962)),
        ("ubnormal/masks", (211, 92_640, 49_850)),
    ] {
        let truth = Truth::read(data.join(folder), TruthFormat::Auto).unwrap();
        assert_eq!(truth.format, TruthFormat::Masks);
        assert_eq!(counts(&truth), expected, "{folder}");
    }
}

#[test]
fn ucf_crime() {
    let Some(data) = real_data("ucf_crime") else { return };
    let folder = data.join("ucf-crime");
    let path = folder.join("Temporal_Anomaly_Annotation.txt");
    let truth = Truth::read(path, TruthFormat::Auto).unwrap();
    assert_eq!((truth.format, truth.len()), (TruthFormat::Ucf, 290));
    // Every video of the published list, with its class folder, has its own entry.
    let list = std::fs::read_to_string(folder.join("Anomaly_Test.txt")).unwrap();
    let ids: Vec<VideoId> = list
        .lines()
        .map(|line| VideoId::new(line.trim().trim_end_matches(".mp4")).unwrap())
        .collect();
    let names = truth.match_all(&ids).unwrap();
    assert_eq!(names.iter().flatten().count(), 290);
    let abnormal = ids
        .iter()
        .map(|id| truth.labels(id, Some(200_000)).unwrap().iter().filter(|label| **label).count());
    assert_eq!(abnormal.sum::<usize>(), 84_345);
}

#[test]
fn ped2_and_upcam() {
    let Some(data) = real_data("ped2_and_upcam") else { return };
    let ped2 = Truth::read(data.join("ped2/truth.csv"), TruthFormat::Auto).unwrap();
    assert_eq!(ped2.format, TruthFormat::Ranges);
    assert_eq!(counts(&ped2), (6, 1020, 120 + 86 + 146 + 150 + 129 + 159));
    let first = ped2.labels(&VideoId::new("test/01").unwrap(), Some(180)).unwrap();
    assert_eq!(first.iter().position(|label| *label), Some(60));
    let ids: Vec<VideoId> = (1..7).map(|i| VideoId::new(format!("test/{i:02}")).unwrap()).collect();
    assert!(ped2.match_all(&ids).unwrap().iter().all(Option::is_some));

    let upcam = Truth::read(data.join("upcam/eval/00.csv"), TruthFormat::Auto).unwrap();
    assert_eq!(upcam.format, TruthFormat::Flags);
    assert_eq!(counts(&upcam), (1, 18_066, 5_517));
    assert_eq!(upcam.frames(&VideoId::new("eval/00").unwrap()).unwrap(), Some(18_066));
}

#[test]
fn ten_crop_i3d() {
    let Some(data) = real_data("ten_crop_i3d") else { return };
    let clips = Clips { tail: Tail::Drop, ..Clips::default() };
    let set = FeatureSet::open_with(data.join("i3d"), Some(clips)).unwrap();
    let video = &set.videos()[0];
    assert_eq!((video.segments, video.crops, video.dim), (30, 10, 2048));
    // The video has 481 frames.
    assert_eq!(clips.count(481), video.segments);
    let (mut mean, mut last) = (Vec::new(), Vec::new());
    set.read(0, &mut mean).unwrap();
    assert_eq!(mean.len(), 30 * 2048);
    set.read_rows(0, 29..30, &mut last).unwrap();
    assert_eq!(last, mean[29 * 2048..]);
    let all = Npy::open(data.join("i3d/01_002.npy")).unwrap();
    let all = all.to_f32().unwrap();
    let by_hand: f64 = (0..10).map(|crop| f64::from(all[(7 * 10 + crop) * 2048 + 5])).sum::<f64>();
    assert!((f64::from(mean[7 * 2048 + 5]) - by_hand / 10.0).abs() < 1e-6);
}
