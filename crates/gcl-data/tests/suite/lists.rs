//! The data sets' lists as manifests.

use std::collections::BTreeMap;

use crate::common::{put, real_data};
use gcl_data::lists::{read_feature_list, read_ucf, read_zhong};
use gcl_data::{Manifest, Truth, TruthFormat, VideoId};

/// Videos by split and label.
fn counts(manifest: &Manifest) -> BTreeMap<(String, bool), usize> {
    let mut counts = BTreeMap::new();
    for entry in manifest.videos.values() {
        *counts.entry((entry.split.clone().unwrap(), entry.label.unwrap())).or_default() += 1;
    }
    counts
}

fn expect(list: &[(&str, bool, usize)]) -> BTreeMap<(String, bool), usize> {
    list.iter().map(|(split, label, n)| (((*split).to_owned(), *label), *n)).collect()
}

#[test]
fn names_give_split_label_and_camera() {
    let dir = tempfile::tempdir().unwrap();
    let train = put(&dir.path().join("train.txt"), "01_0014\r\n01_002\n\n");
    let test = put(&dir.path().join("test.txt"), "01_0002\n12_151");
    let manifest = read_zhong(&train, &test).unwrap();
    // Clips 2 and 0002 of a scene are two videos.
    let ids: Vec<&str> = manifest.videos.keys().map(VideoId::as_str).collect();
    assert_eq!(ids, ["01_0002", "01_0014", "01_002", "12_151"]);
    let entry = &manifest.videos[&VideoId::new("01_0014").unwrap()];
    assert_eq!((entry.split.as_deref(), entry.label), (Some("train"), Some(true)));
    assert_eq!(entry.camera.as_deref(), Some("01"));
    let path = dir.path().join("manifest.csv");
    manifest.write(&path).unwrap();
    assert_eq!(Manifest::read(&path).unwrap(), manifest);

    put(&test, "01_002\n");
    let error = read_zhong(&train, &test).unwrap_err().to_string();
    assert!(error.contains("line 1: video 01_002 is in") && error.ends_with("already"), "{error}");
    for (text, expected) in
        [("01_02", "line 1: `01_02`"), ("\n01-002", "line 2: `01-002`"), ("0a_002", "0a_002")]
    {
        put(&test, text);
        let error = read_zhong(&train, &test).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    put(&test, " \n");
    assert!(read_zhong(&train, &test).unwrap_err().to_string().ends_with(": no video in it"));
}

#[test]
fn ucf_names_keep_their_folders() {
    let dir = tempfile::tempdir().unwrap();
    let train = "Abuse/Abuse001_x264.mp4\nTraining_Normal_Videos_Anomaly/Normal_Videos001_x264.mp4";
    let train = put(&dir.path().join("train.txt"), train);
    let test = put(
        &dir.path().join("test.txt"),
        "Testing_Normal_Videos_Anomaly/Normal_Videos_003_x264.mp4",
    );
    let manifest = read_ucf(&train, &test).unwrap();
    let expected = [("test", false, 1), ("train", false, 1), ("train", true, 1)];
    assert_eq!(counts(&manifest), expect(&expected));
    let first = manifest.videos.iter().next().unwrap();
    assert_eq!(first.0.as_str(), "Abuse/Abuse001_x264");
    assert_eq!(first.1.path.as_deref(), Some("Abuse/Abuse001_x264.mp4".as_ref()));
}

#[test]
fn feature_lists_keep_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("a.list");
    put(&list, "/x/SH/01_0015_i3d.npy\nG:\\UCF\\Abuse028_x264_i3d.npy\r\nplain.npy\na/v_c3d.npy\n");
    let features = read_feature_list(&list).unwrap();
    let ids: Vec<&str> = features.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["01_0015", "Abuse028_x264", "plain", "v"]);
    assert_eq!(features[1].path, std::path::Path::new("G:/UCF/Abuse028_x264_i3d.npy"));
    put(&list, "a/v_i3d.npy\nb/v.npy\n");
    let error = read_feature_list(&list).unwrap_err().to_string();
    assert!(error.ends_with("line 2: video v is in it twice"), "{error}");
    put(&list, "a/v.mat\n");
    assert!(read_feature_list(&list).unwrap_err().to_string().contains("expected the path of"));
}

#[test]
fn the_published_lists_and_masks_fit_each_other() {
    let Some(data) = real_data("the_published_lists") else { return };
    let sh = data.join("shanghaitech");
    let manifest = read_zhong(&sh.join("SH_Train.txt"), &sh.join("SH_Test.txt")).unwrap();
    let expected =
        [("train", true, 63), ("train", false, 175), ("test", true, 44), ("test", false, 155)];
    assert_eq!(counts(&manifest), expect(&expected));
    // Every test video has its own mask, and those with an abnormal frame are those of the label.
    let truth = Truth::read(sh.join("masks-weak"), TruthFormat::Auto).unwrap();
    let test = manifest.videos.iter().filter(|(_, e)| e.split.as_deref() == Some("test"));
    let (ids, labels): (Vec<VideoId>, Vec<Option<bool>>) =
        test.map(|(id, entry)| (id.clone(), entry.label)).unzip();
    assert!(truth.match_all(&ids).unwrap().iter().all(Option::is_some));
    for (id, label) in ids.iter().zip(labels) {
        let any = truth.labels(id, None).unwrap().contains(&true);
        assert_eq!(Some(any), label, "{id}");
    }
    // Clip 2 of scene 1 is a training video of three digits: no mask of four may stand for it.
    assert!(truth.frames(&VideoId::new("01_0001").unwrap()).is_err());

    // UBnormal's masks say 1 for abnormal: a normal scene has none.
    let truth = Truth::read(data.join("ubnormal/masks"), TruthFormat::Auto).unwrap();
    let mut normal = 0;
    for id in truth.ids() {
        let any = truth.labels(id, None).unwrap().contains(&true);
        assert_eq!(any, id.as_str().starts_with("abnormal"), "{id}");
        normal += usize::from(!any);
    }
    assert_eq!((truth.len(), normal), (211, 53));

    let ucf = data.join("ucf-crime");
    let manifest = read_ucf(&ucf.join("Anomaly_Train.txt"), &ucf.join("Anomaly_Test.txt")).unwrap();
    // This copy of the training list has the anomalous videos alone.
    let expected = [("train", true, 810), ("test", true, 140), ("test", false, 150)];
    assert_eq!(counts(&manifest), expect(&expected));
}
