//! One bad file among many is left out, with its path and the reason; where all are bad, there is nothing to go on with.

use std::path::Path;

use crate::common::{header, npy, put};
use gcl_data::files::{Found, with_extension};
use gcl_data::{FeatureSet, LeftOut, NpyError, ScoreSet, read_left_out, write_f32, write_left_out};

fn array(path: &Path, shape: &[usize]) {
    write_f32(path, shape, &vec![0.5; shape.iter().product()]).unwrap();
}

#[test]
fn a_bad_feature_file_leaves_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let whole = npy(&header("<f4", false, "(2, 3)"), &[0; 24]);
    type Bad = (&'static str, Vec<u8>, &'static str);
    let bad: [Bad; 6] = [
        ("cut.npy", whole[..whole.len() - 4].to_vec(), "needs 24 bytes of data, the file has 20"),
        ("text.npy", b"no array".to_vec(), "not a .npy file"),
        ("empty.npy", Vec::new(), "not a .npy file"),
        ("objects.npy", npy(&header("|O", false, "(2, 3)"), &[0; 48]), "an object array (pickle)"),
        ("flat.npy", npy(&header("<f4", false, "(6,)"), &[0; 24]), "shape [6]"),
        (
            "wide.npy",
            npy(&header("<f4", false, "(2, 4)"), &[0; 32]),
            "1 crops of 4 dimensions, but most",
        ),
    ];
    for (name, bytes, _) in &bad {
        put(&dir.join(name), bytes);
    }
    for name in ["a", "b", "c"] {
        array(&dir.join(format!("{name}.npy")), &[4, 3]);
    }
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((set.videos().len(), set.dim(), set.left_out().len()), (3, 3, 6));
    for (name, _, what) in &bad {
        let (_, reason) =
            set.left_out().iter().find(|(id, _)| format!("{id}.npy") == *name).unwrap();
        assert!(reason.contains(what) && reason.contains(name), "{reason}");
    }
    // A NaN shows when values are read.
    let mut values = [0.5; 12];
    values[7] = f32::NAN;
    let bytes: Vec<u8> = values.iter().flat_map(|v: &f32| v.to_le_bytes()).collect();
    put(&dir.join("b.npy"), npy(&header("<f4", false, "(4, 3)"), &bytes));
    let set = FeatureSet::open(dir).unwrap().readable().unwrap();
    assert_eq!((set.videos().len(), set.left_out().len()), (2, 7));
    let nan = set.left_out().iter().find(|(id, _)| id.as_str() == "b").unwrap();
    assert!(nan.1.contains("NaN at row 2, column 1"), "{nan:?}");
    assert_eq!(set.select(|id| id.as_str() != "cut").left_out().len(), 6);

    // Nothing but bad files: the first one's error.
    for name in ["a", "c", "wide"] {
        std::fs::remove_file(dir.join(format!("{name}.npy"))).unwrap();
    }
    let error = FeatureSet::open(dir).unwrap().readable().unwrap_err();
    assert!(matches!(error, gcl_data::FeatureError::Npy(NpyError::NotFinite { .. })), "{error}");
}

#[test]
fn of_two_kinds_without_a_majority_neither_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a.npy"), &[4, 3]);
    array(&dir.join("b.npy"), &[4, 5]);
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert_eq!(error, "the number of dimensions differs: a has 3, b has 5");
    array(&dir.join("c.npy"), &[4, 5]);
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((set.videos().len(), set.dim(), set.left_out().len()), (2, 5, 1));
}

#[cfg(unix)]
#[test]
fn names_that_are_no_ids_and_links_to_nowhere_are_listed() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    put(&dir.join("good.txt"), "x");
    put(&dir.join("line\nend.txt"), "x");
    put(&dir.join(OsStr::from_bytes(b"cam\xe9ra.txt")), "x");
    std::os::unix::fs::symlink("/nowhere", dir.join("gone.txt")).unwrap();
    let Found { files, left_out } = Found::below(dir, "txt").unwrap();
    assert_eq!((files.len(), left_out.len()), (1, 3));
    assert!(left_out.iter().all(|(_, reason)| !reason.contains('\n')), "{left_out:?}");
    // Where nothing may be left out, it is an error.
    assert!(with_extension(dir, "txt").is_err());
    assert!(Found::below(&dir.join("none"), "txt").is_err());
}

#[test]
fn extensions_in_capitals_are_the_same_and_a_second_file_of_a_video_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a.npy"), &[4, 3]);
    array(&dir.join("a.NPY"), &[5, 3]);
    array(&dir.join("b.NPY"), &[6, 3]);
    let set = FeatureSet::open(dir).unwrap();
    let segments: Vec<usize> = set.videos().iter().map(|video| video.segments).collect();
    assert_eq!(segments, [4, 6]);
    let [(id, reason)] = set.left_out() else { panic!("{:?}", set.left_out()) };
    assert!(id.as_str() == "a" && reason.contains("another file"), "{reason}");
    assert!(ScoreSet::open(dir).is_err(), "scores may not be left out");
    std::fs::remove_file(dir.join("a.NPY")).unwrap();
    write_f32(&dir.join("a.npy"), &[2], &[0.5, 0.25]).unwrap();
    write_f32(&dir.join("b.NPY"), &[1], &[0.75]).unwrap();
    let scores = ScoreSet::open(dir).unwrap();
    assert_eq!(scores.read(&scores.videos()[1].0).unwrap(), [0.75]);
}

#[test]
fn the_list_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let video = gcl_data::VideoId::new("x/a").unwrap();
    let list: Vec<LeftOut> = vec![(video, "x/a.npy: not a .npy file".to_owned())];
    assert!(read_left_out(dir.path()).unwrap().is_empty());
    write_left_out(dir.path(), &list).unwrap();
    assert_eq!(read_left_out(dir.path()).unwrap(), list);
    write_left_out(dir.path(), &[]).unwrap();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
