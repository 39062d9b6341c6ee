//! Features as other programs write them; the numbers are those of a list of public cases.

use std::path::Path;

use crate::common::{golden, header, mat, mat_array, npy, put};
use gcl_data::{Clips, FeatureSet, Span, VideoId, write_f32};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

fn ids(set: &FeatureSet) -> Vec<&str> {
    set.videos().iter().map(|video| video.id.as_str()).collect()
}

/// Writes an array whose values count from `first`.
fn array(path: &Path, shape: &[usize], first: usize) {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (first..first + count).map(|v| v as f32).collect();
    write_f32(path, shape, &values).unwrap();
}

fn notes(set: &FeatureSet) -> String {
    set.notes().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn rows(set: &FeatureSet, index: usize) -> Vec<f32> {
    let mut out = Vec::new();
    set.read(index, &mut out).unwrap();
    out
}

#[test]
fn case_22_video_features_side_files() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a_rgb.npy"), &[5, 32], 0);
    array(&dir.join("b_rgb.npy"), &[3, 32], 0);
    put(&dir.join("a_fps.npy"), npy(&header("<f8", false, "()"), &25.0f64.to_le_bytes()));
    array(&dir.join("a_timestamps_ms.npy"), &[5], 0);
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!(ids(&set), ["a_rgb", "b_rgb"]);
    let said = notes(&set);
    assert!(said.contains("2 files") && said.contains("a_fps"), "{said}");
    array(&dir.join("x/clip/v0_clip.npy"), &[5, 32], 0);
    put(&dir.join("x/clip/v0_fps.npy"), npy(&header("<f8", false, "()"), &25.0f64.to_le_bytes()));
    assert_eq!(ids(&FeatureSet::open(dir.join("x/clip")).unwrap()), ["v0_clip"]);
    std::fs::remove_dir_all(dir.join("x")).unwrap();
    // Both streams would count a video twice, and the other video has one alone.
    array(&dir.join("a_flow.npy"), &[5, 32], 0);
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("a_rgb and a_flow are two streams of one video"), "{error}");
    // Where both are there, they are one video's.
    array(&dir.join("b_flow.npy"), &[3, 2], 1000);
    array(&dir.join("a_flow.npy"), &[5, 2], 1000);
    array(&dir.join("c_rgb.npy"), &[5, 32], 0);
    array(&dir.join("x/d_rgb.npy"), &[2, 32], 0);
    array(&dir.join("x/d_flow.npy"), &[3, 2], 0);
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((ids(&set), set.dim(), set.total()), (vec!["a", "b"], 34, 8));
    let values = rows(&set, 1);
    assert_eq!((values[31], values[32], values[34]), (31.0, 1000.0, 32.0));
    assert_eq!(values[66..68], [1002.0, 1003.0]);
    let mut part = Vec::new();
    set.read_rows(1, 1..2, &mut part).unwrap();
    assert_eq!(part, values[34..68]);
    assert!(notes(&set).contains("`_rgb` and `_flow` of 3 videos are joined"), "{}", notes(&set));
    let left: Vec<&str> = set.left_out().iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(left, ["c_rgb", "x/d"]);
    assert!(set.left_out()[0].1.contains("there is no c_flow"), "{:?}", set.left_out());
    assert!(set.left_out()[1].1.contains("3 clips, but 2 in the other stream"));
    // A file of such a name that stands beside no features is itself what is wrong.
    let alone = tempfile::tempdir().unwrap();
    array(&alone.path().join("x_timestamps_ms.npy"), &[5], 0);
    assert!(FeatureSet::open(alone.path()).unwrap_err().to_string().contains("shape [5]"));
}

#[test]
fn case_23_one_file_a_crop() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for crop in 0..5 {
        array(
            &dir.join(format!("x/A.Mind.2001__#00-25-20_label_A__{crop}.npy")),
            &[7, 2],
            100 * crop,
        );
        array(&dir.join(format!("x/b__{crop}.npy")), &[3, 2], 10 * crop);
    }
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!(ids(&set), ["x/A.Mind.2001__#00-25-20_label_A", "x/b"]);
    assert_eq!((set.crops(), set.dim(), set.total()), (5, 2, 10));
    assert!(notes(&set).contains("crops of one video"), "{:?}", set.notes());
    assert_eq!(rows(&set, 1), [20.0, 21.0, 22.0, 23.0, 24.0, 25.0]);
    let mut crops = Vec::new();
    set.open_video(1).unwrap().read_crops(1..2, &mut crops).unwrap();
    assert_eq!(crops, [2.0, 3.0, 12.0, 13.0, 22.0, 23.0, 32.0, 33.0, 42.0, 43.0]);

    std::fs::remove_file(dir.join("x/b__3.npy")).unwrap();
    let left = || FeatureSet::open(dir).unwrap().left_out()[0].clone();
    let (video, why) = left();
    assert!(why.contains("x/b has the crops __0 __1 __2 __4; some are missing"), "{why}");
    assert_eq!(video, id("x/b"));
    array(&dir.join("x/b__3.npy"), &[4, 2], 0);
    assert!(left().1.contains("b__3.npy: 4 clips of 2 values, but 3"), "{:?}", left());

    // The first crop alone, and numbers that count something else.
    let other = tempfile::tempdir().unwrap();
    array(&other.path().join("a__0.npy"), &[2, 3], 0);
    array(&other.path().join("cam__1.npy"), &[2, 3], 0);
    array(&other.path().join("cam__2.npy"), &[2, 3], 0);
    let set = FeatureSet::open(other.path()).unwrap();
    assert_eq!(ids(&set), ["a", "cam__1", "cam__2"]);
}

#[test]
fn case_23_crops_in_front() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    // [crops, T, d]: what is the same for all videos is not their length.
    array(&dir.join("a.npy"), &[10, 3, 2], 0);
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("may be 10 clips of 3 crops or 3 clips of 10"), "{error}");
    let one = tempfile::tempdir().unwrap();
    array(&one.path().join("a.npy"), &[1, 40, 2], 0);
    assert!(FeatureSet::open(one.path()).is_err());
    array(&one.path().join("b.npy"), &[1, 30, 2], 0);
    assert_eq!(FeatureSet::open(one.path()).unwrap().total(), 70);
    array(&dir.join("b.npy"), &[10, 2, 2], 0);
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((set.crops(), set.total()), (10, 5));
    assert!(notes(&set).contains("[crops, clips, d]"), "{:?}", set.notes());
    // Means over ten crops that are 4 values apart.
    assert_eq!(rows(&set, 1), [18.0, 19.0, 20.0, 21.0]);
    // [T, crops, d] is read as ever, and silently.
    let dir = tempfile::tempdir().unwrap();
    array(&dir.path().join("a.npy"), &[10, 5, 2], 0);
    array(&dir.path().join("b.npy"), &[4, 5, 2], 0);
    let set = FeatureSet::open(dir.path()).unwrap();
    assert_eq!((set.crops(), set.total(), set.notes().len()), (5, 14, 0));
}

#[test]
fn case_26_equal_parts() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a.npy"), &[32, 4], 0);
    array(&dir.join("b.npy"), &[32, 4], 0);
    let rule = |set: &FeatureSet| notes(set).contains("32 equal parts");
    assert!(rule(&FeatureSet::open_with(dir, Some(Clips::default())).unwrap()));
    let parts = Clips::equal_parts(32);
    assert!(!rule(&FeatureSet::open_with(dir, Some(parts)).unwrap()));
    assert_eq!(parts.to_string(), "32 equal parts");
    for frames in [1usize, 31, 32, 1_411, 2_819] {
        assert_eq!(parts.count(frames), 32);
        let spans: Vec<Span> = (0..32).map(|i| parts.span(i, frames)).collect();
        assert!(spans.windows(2).all(|two| two[0].end == two[1].start));
        assert_eq!((spans[0].start, spans[31].end), (0, frames));
        let scores: Vec<f32> = (0..32).map(|i| i as f32).collect();
        assert_eq!(parts.expand(&scores, frames).unwrap().len(), frames);
        assert!(parts.frames_of(3, frames).eq(spans[3].start..spans[3].end));
    }
    // Frame 165 of 1,411 is in the fourth part.
    let scores: Vec<f32> = (0..32).map(|i| i as f32).collect();
    assert_eq!(parts.expand(&scores, 1_411).unwrap()[165], 3.0);
    assert_eq!((parts.count(0), parts.span(32, 100).is_empty()), (0, true));
    assert!(parts.expand(&scores[..31], 100).is_err());
    assert!(parts.validate().is_ok() && parts.of_fixed_length().is_err());
}

#[test]
fn case_26_c3d_as_text() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let line = |first: usize| {
        let numbers = (first..first + 70).map(|v| format!("{}.5", v));
        numbers.collect::<Vec<_>>().join(" ") + "\n"
    };
    put(
        &dir.join("Abuse/Abuse028_x264.txt"),
        "# fc6, a line a clip\n".to_owned() + &line(0) + &line(70),
    );
    put(&dir.join("Abuse/Abuse030_x264.txt"), format!("\u{feff}{}\r\n", line(1).trim_end()));
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((ids(&set).len(), set.dim(), set.total()), (2, 70, 3));
    assert_eq!(rows(&set, 0)[69..71], [69.5, 70.5]);
    put(&dir.join("bad.txt"), line(0) + "1 2 3\n");
    let set = FeatureSet::open(dir).unwrap();
    let [(bad, why)] = set.left_out() else { panic!("{:?}", set.left_out()) };
    assert!(*bad == id("bad") && why.contains("line 2: 3 numbers, expected 70"), "{why}");
    // The same as a table without a header.
    let table = tempfile::tempdir().unwrap();
    put(&table.path().join("a.csv"), line(0).replace(' ', ",") + &line(70).replace(' ', ","));
    let set = FeatureSet::open(table.path()).unwrap();
    assert_eq!((set.dim(), set.total(), &rows(&set, 0)[..2]), (70, 2, &[0.5, 1.5][..]));
    // With decimal commas.
    put(&table.path().join("a.csv"), line(0).replace(' ', ";").replace('.', ","));
    let set = FeatureSet::open(table.path()).unwrap();
    assert_eq!((set.dim(), set.total(), &rows(&set, 0)[..2]), (70, 1, &[0.5, 1.5][..]));
    // As data frames are written: with names of columns, with their numbers, and with the index.
    let numbers = line(0).replace(' ', ",") + &line(70).replace(' ', ",");
    let numbered = line(0)
        .replace(' ', ",")
        .lines()
        .chain(line(70).replace(' ', ",").lines())
        .enumerate()
        .map(|(i, line)| format!("{i},{line}\n"))
        .collect::<String>();
    let names = |name: fn(usize) -> String| (0..70).map(name).collect::<Vec<_>>().join(",");
    for header in
        [names(|i| format!("fc6_{i}")), names(|i| format!("\"{i}\"")), names(|i| i.to_string())]
    {
        for text in [format!("{header}\n{numbers}"), format!(",{header}\n{numbered}")] {
            put(&table.path().join("a.csv"), &text);
            let set = FeatureSet::open(table.path()).unwrap();
            assert_eq!(
                (set.dim(), set.total(), &rows(&set, 0)[..2]),
                (70, 2, &[0.5, 1.5][..]),
                "{text}"
            );
        }
    }
    let header = names(|i| i.to_string());
    put(&table.path().join("b.csv"), format!(",{header}\n7{}", &numbered[1..]));
    let set = FeatureSet::open(table.path()).unwrap();
    let why = &set.left_out()[0].1;
    assert!(why.contains("line 2: the first column has no name and does not number"), "{why}");
    std::fs::remove_file(table.path().join("b.csv")).unwrap();
    // Notes, boxes and labels are no features.
    let other = tempfile::tempdir().unwrap();
    put(&other.path().join("readme.txt"), "The videos of camera 1\n");
    put(&other.path().join("boxes.txt"), "0 1 2 3 4 5 6\n");
    assert!(
        FeatureSet::open(other.path())
            .unwrap_err()
            .to_string()
            .contains(".txt or .csv of features")
    );
}

/// A stored entry of a zip archive, and what its directory says.
fn entry(archive: &mut Vec<u8>, directory: &mut Vec<u8>, name: &str, data: &[u8]) {
    let start = u32::try_from(archive.len()).unwrap().to_le_bytes();
    let size = u32::try_from(data.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let common =
        [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &size, &size, &length, &[0, 0]].concat();
    archive.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), data].concat());
    let rest = [&[0u8; 10][..], &start, name.as_bytes()].concat();
    directory.extend([&b"PK\x01\x02\x14\x00"[..], &common, &rest].concat());
}

fn npz(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    entries.iter().for_each(|(name, data)| entry(&mut archive, &mut directory, name, data));
    let (count, at) = ([entries.len() as u8, 0], (archive.len() as u32).to_le_bytes());
    let size = (directory.len() as u32).to_le_bytes();
    archive.extend(
        [&directory[..], b"PK\x05\x06\0\0\0\0", &count, &count, &size, &at, &[0, 0]].concat(),
    );
    archive
}

#[test]
fn features_in_npz() {
    let values = |n: usize| (0..n).flat_map(|v| (v as f32).to_le_bytes()).collect::<Vec<u8>>();
    let features = || npy(&header("<f4", false, "(2, 3)"), &values(6));
    let label = || npy(&header("<i8", false, "()"), &[0; 8]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npz");
    put(&path, npz(&[("features.npy", features()), ("label.npy", label())]));
    let set = FeatureSet::open(dir.path()).unwrap();
    assert_eq!(rows(&set, 0), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    put(&path, npz(&[("one.npy", features()), ("two.npy", features())]));
    let error = FeatureSet::open(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains("2 arrays of two axes or more (in it: one [2, 3], two [2, 3])"),
        "{error}"
    );
    put(&path, npz(&[("one.npy", features()), ("Feat.npy", features()), ("label.npy", label())]));
    assert_eq!(FeatureSet::open(dir.path()).unwrap().total(), 2);
    put(&path, &npz(&[("features.npy", features())])[..90]);
    let error = FeatureSet::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("a damaged archive"), "{error}");
}

#[test]
fn features_in_matlab_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("Abuse028_x264.mat");
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let features = |name| mat_array(name, &[3, 2], &values);
    let label = mat_array("label", &[1, 1], &[1.0]);
    for deflated in [false, true] {
        put(&path, mat(&[features("feat"), label.clone()], deflated));
        let set = FeatureSet::open(dir.path()).unwrap();
        assert_eq!((ids(&set)[0], set.dim(), set.total()), ("Abuse028_x264", 2, 3));
        assert_eq!(rows(&set, 0), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let mut part = Vec::new();
        set.read_rows(0, 1..3, &mut part).unwrap();
        assert_eq!(part, [2.0, 5.0, 3.0, 6.0]);
    }
    // The only array of two axes, whatever its name; of several the one named so.
    put(&path, mat(&[features("conv5"), mat_array("times", &[1, 3], &values[..3])], false));
    assert_eq!(FeatureSet::open(dir.path()).unwrap().total(), 3);
    put(&path, mat(&[features("rgb"), features("Features")], true));
    assert_eq!(FeatureSet::open(dir.path()).unwrap().total(), 3);
    put(&path, mat(&[features("rgb"), features("flow")], true));
    let error = FeatureSet::open(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains("2 arrays of two axes or more (in it: rgb [3, 2], flow [3, 2])"),
        "{error}"
    );
    put(&path, &mat(&[features("feat")], true)[..150]);
    let error = FeatureSet::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("neither HDF5 nor MATLAB's level 5, or damaged"), "{error}");
}

#[test]
fn features_in_hdf5() {
    let files = golden("hdf5");
    let open = |name: &str, bytes: &[u8]| {
        let dir = tempfile::tempdir().unwrap();
        put(&dir.path().join(name), bytes);
        let set = FeatureSet::open(dir.path()).map_err(|error| error.to_string())?;
        Ok::<_, String>((set.dim(), rows(&set, 0)))
    };
    // One dataset of two axes beside a number and a text; in a group, packed, big-endian; MATLAB's, whose axes are turned.
    for name in ["plain.h5", "packed.h5", "v73.mat"] {
        let bytes = std::fs::read(files.join(name)).unwrap();
        let whole = Ok((2, vec![0.5, 1.5, 2.5, 3.5, 4.5, 5.5]));
        assert_eq!(open(name, &bytes), whole, "{name}");
        for end in (8..bytes.len()).step_by(7) {
            let cut = open(name, &bytes[..end]);
            assert!(cut.is_err() || cut == whole, "{name} cut to {end} bytes: {cut:?}");
        }
    }
    let error = open("a.hdf5", &std::fs::read(files.join("two.h5")).unwrap()).unwrap_err();
    assert!(error.contains("(in it: flow [3, 2], rgb [3, 2])"), "{error}");
    let error = open("a.h5", b"\x89HDF\r\n\x1a\n").unwrap_err();
    assert!(error.contains("a.h5: HDF5: "), "{error}");
    let error = open("a.h5", b"no such thing").unwrap_err();
    assert!(error.contains("neither HDF5 nor"), "{error}");
}

#[test]
fn case_19_links_to_nowhere_and_a_nas_folder() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a.npy"), &[2, 3], 0);
    array(&dir.join("@eaDir/a.npy"), &[9, 9], 0);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/nowhere", dir.join("README")).unwrap();
        assert_eq!(ids(&FeatureSet::open(dir).unwrap()), ["a"]);
        std::os::unix::fs::symlink("/nowhere", dir.join("b.npy")).unwrap();
        let set = FeatureSet::open(dir).unwrap();
        assert!(set.left_out()[0].1.contains("b.npy"), "{:?}", set.left_out());
    }
    let _ = id("a");
}
