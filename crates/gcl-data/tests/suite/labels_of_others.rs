//! Labels as other programs write them; the numbers are those of a list of public cases.

use crate::common::put;
use gcl_data::{Manifest, Truth, TruthFormat, VideoId};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<Truth, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = put(&dir.path().join(name), bytes);
    Truth::read(path, TruthFormat::Auto).map_err(|error| error.to_string())
}

/// The abnormal frames of a video, as first and last of each run.
fn runs(truth: &Truth, name: &str, frames: Option<usize>) -> Vec<(usize, usize)> {
    let labels = truth.labels(&id(name), frames).unwrap();
    gcl_data::Span::runs(&labels).iter().map(|span| (span.start, span.end)).collect()
}

#[test]
fn case_27_xd_violence_annotations() {
    let text = "Abuse028_x264 165 240 250 300\nNormal_Videos_003_x264\n\
                A.Beautiful.Mind.2001__#00-25-20_00-29-20_label_B1.mp4 16 64\n";
    let truth = read("annotations.txt", text).unwrap();
    assert_eq!((truth.format, truth.len()), (TruthFormat::Xd, 3));
    assert_eq!(runs(&truth, "Abuse028_x264", Some(320)), [(165, 240), (250, 300)]);
    assert_eq!(runs(&truth, "Normal_Videos_003_x264", Some(320)), []);
    let film = "A.Beautiful.Mind.2001__#00-25-20_00-29-20_label_B1";
    assert_eq!(runs(&truth, film, Some(100)), [(16, 64)]);
    let error = read("annotations.txt", "a 1 2\nb 3\n").unwrap_err();
    assert!(error.contains("line 2: 1 numbers; expected name s1 e1 [s2 e2 ...]"), "{error}");
}

#[test]
fn case_27_lavad_annotations() {
    // Its temporal annotation is UCF-Crime's form, with as many ranges as a video has.
    let text = "Bad.Boys.mp4 B1 0 10 20 30 40 50\nNormal.mp4 A -1 -1\n";
    let truth = read("temporal.txt", text).unwrap();
    assert_eq!(truth.format, TruthFormat::Ucf);
    assert_eq!(runs(&truth, "Bad.Boys", Some(60)), [(0, 11), (20, 31), (40, 51)]);
    // Its list of videos is no truth, and says so.
    let error = read("test.txt", "Abuse/Abuse028_x264 0 1411 0\n").unwrap_err();
    assert!(error.contains("does not say which frames are abnormal"), "{error}");
    assert!(error.contains("`Abuse/Abuse028_x264 0 1411 0`"), "{error}");
}

#[test]
fn names_may_be_paths_of_any_system() {
    for (file, text) in [
        (
            "truth.csv",
            "id,start,end,frames\nC:\\data\\test\\a.mp4,10,20,320\nC:\\data\\test\\b.mp4,,,320\n",
        ),
        ("truth.txt", "D:\\UCF\\a.mp4 Abuse 10 19 -1 -1\nD:\\UCF\\b.mp4 Normal -1 -1 -1 -1\n"),
        ("truth.txt", "/home/me/a.mp4 Abuse 10 19 -1 -1\n./b.mp4 Normal -1 -1 -1 -1\n"),
        ("xd.txt", "\\\\server\\share\\a.mp4 10 20\nb.mp4\n"),
    ] {
        let truth = read(file, text).unwrap();
        let names = truth.match_all(&[id("a"), id("b")]).unwrap();
        let a = names[0].unwrap_or_else(|| panic!("{text}"));
        assert_eq!(runs(&truth, a.as_str(), Some(320)), [(10, 20)], "{text}");
        assert!(names[1].is_some(), "{text}");
    }
    let dir = tempfile::tempdir().unwrap();
    let manifest = put(&dir.path().join("m.csv"), "id,frames\nC:\\x\\a.mp4,7\n");
    assert_eq!(Manifest::read(manifest).unwrap().videos[&id("x/a.mp4")].frames, Some(7));
    assert!(read("truth.csv", "id,start,end,frames\n../a,10,20,320\n").is_err());
}

#[test]
fn ucf_crimes_text_may_be_divided_by_commas() {
    let text = "\u{feff}a.mp4,Abuse,10,19,-1,-1,\r\nb.mp4,Normal,-1,-1,-1,-1,\r\n";
    let truth = read("truth.txt", text).unwrap();
    assert_eq!((truth.format, runs(&truth, "a", Some(320))), (TruthFormat::Ucf, vec![(10, 20)]));
    // A table whose columns have other names is told as one.
    let error = read("truth.csv", "name,start,end\na,10,20\n").unwrap_err();
    assert!(error.contains("no column `id` or `video`"), "{error}");
    let dir = tempfile::tempdir().unwrap();
    put(&dir.path().join("a.mat"), "MATLAB");
    let error = Truth::read(dir.path(), TruthFormat::Auto).unwrap_err().to_string();
    assert!(error.contains(".mat is not read"), "{error}");
}

#[test]
fn case_28_numbers_that_went_through_pandas() {
    for text in [
        "id,start,end,frames\nAbuse028_x264,165.0,240.0,320\nNormal_1,,,320\n",
        "id,start,end,frames\nAbuse028_x264,165,240,320.0\nNormal_1,-1,-1,320.0\n",
        "id,start,end,frames\nAbuse028_x264,165.0,240.0,320\nNormal_1,NaN,nan,320\n",
        ",id,start,end,frames\n0,Abuse028_x264,165.0,240.0,320\n1,Normal_1,,,320\n",
        "ID,Start,End,Frames\nAbuse028_x264,165,240,320\nNormal_1,,,320\n",
    ] {
        let truth = read("truth.csv", text).unwrap();
        assert_eq!(runs(&truth, "Abuse028_x264", None), [(165, 240)], "{text}");
        assert_eq!(runs(&truth, "Normal_1", None), [], "{text}");
    }
    for (text, what) in [
        ("id,start,end\na,165.5,240\n", "`165.5` is not a frame number"),
        ("id,start,end\na,-1,240\n", "a range needs both of its ends"),
        ("id,start,end\na,-7,240\n", "`-7` is not a frame number"),
    ] {
        let error = read("truth.csv", text).unwrap_err();
        assert!(error.contains(what) && error.contains("line 2"), "{error}");
    }
    let flags = "0.000000000000000000e+00\n1.000000000000000000e+00\n1.0\n0\n";
    let truth = read("flags.txt", flags).unwrap();
    assert_eq!(runs(&truth, "flags", None), [(1, 3)]);

    let dir = tempfile::tempdir().unwrap();
    let text = "id,frames,label\na,320.0,1.0\nb,,abnormal\nc,NaN,Normal\nd,-1,NaN\n";
    let manifest = Manifest::read(put(&dir.path().join("m.csv"), text)).unwrap();
    let videos: Vec<_> = manifest.videos.values().map(|v| (v.frames, v.label)).collect();
    let expected = [(Some(320), Some(true)), (None, Some(true)), (None, Some(false)), (None, None)];
    assert_eq!(videos, expected);
    let text = "id,label\na,odd\n";
    let error = Manifest::read(put(&dir.path().join("m.csv"), text)).unwrap_err().to_string();
    assert!(
        error.contains("label is `odd`; expected 0, 1, normal, anomalous or abnormal"),
        "{error}"
    );
}

#[test]
fn names_with_a_videos_extension_are_the_videos() {
    let truth =
        read("truth.csv", "id,start,end,frames\ncam.1.mp4,10,20,40\nb/c.AVI,,,40\n").unwrap();
    assert_eq!(runs(&truth, "cam.1", None), [(10, 20)]);
    assert_eq!(runs(&truth, "c", None), []);
    assert!(truth.labels(&id("cam"), None).is_err());
}

#[test]
fn case_29_semicolons_and_utf16() {
    let plain = "id,start,end,frames\r\nAbuse028_x264,165,240,320\r\n";
    let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
        let units = plain.encode_utf16().flat_map(unit);
        mark.into_iter().chain(units).collect::<Vec<u8>>()
    };
    for bytes in [
        plain.replace(',', ";").into_bytes(),
        plain.replace(',', "\t").into_bytes(),
        format!("sep=;\r\n{}", plain.replace(',', ";")).into_bytes(),
        plain.replace("\r\n", ",\r\n").into_bytes(),
        format!("\u{feff}{plain}").into_bytes(),
        format!("# annotated by two persons, 2024\r\n#\r\n\r\n{plain}").into_bytes(),
        utf16([0xff, 0xfe], u16::to_le_bytes),
        utf16([0xfe, 0xff], u16::to_be_bytes),
    ] {
        let truth = read("truth.csv", &bytes).unwrap();
        assert_eq!(runs(&truth, "Abuse028_x264", None), [(165, 240)], "{bytes:?}");
    }
    let bare: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = read("truth.csv", bare).unwrap_err();
    assert!(error.contains("UTF-16 without its mark"), "{error}");
    let error = read("truth.csv", b"id,start,end\ncam\xe9ra,1,2\n").unwrap_err();
    assert!(error.contains("line 2: the byte 0xe9 is no UTF-8"), "{error}");
    let error = read("truth.csv", "# by hand\n\nid,start,end\ncam,2,1\n").unwrap_err();
    assert!(error.contains("line 4"), "{error}");
    let error = read("truth.csv", "name,from,to\na,1,2\n").unwrap_err();
    assert!(
        error.contains("no column `id` or `video`; the first line is `name,from,to`"),
        "{error}"
    );
    let error = read("truth.txt", "not labels at all\n").unwrap_err();
    assert!(error.contains("the first line is `not labels at all`"), "{error}");
}

#[test]
fn masks_with_an_axis_of_one_are_masks() {
    let dir = tempfile::tempdir().unwrap();
    for shape in [[1, 4], [4, 1]] {
        gcl_data::write_f32(&dir.path().join("a.npy"), &shape, &[0.0, 1.0, 1.0, 0.0]).unwrap();
        let truth = Truth::read(dir.path(), TruthFormat::Auto).unwrap();
        assert_eq!(runs(&truth, "a", None), [(1, 3)]);
    }
    gcl_data::write_f32(&dir.path().join("a.npy"), &[2, 2], &[0.0; 4]).unwrap();
    assert!(
        Truth::read(dir.path(), TruthFormat::Auto)
            .unwrap_err()
            .to_string()
            .contains("shape [2, 2]")
    );
}
