//! Videos are found under the names that they will keep.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl_features::gradient::Gradient;
use gcl_features::{ExtractOptions, discover, extract, thumbs};
use image::{GrayImage, Luma};

fn make(root: &Path, files: &[&str]) {
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
}

fn ids(paths: &[PathBuf]) -> Result<Vec<String>, String> {
    let videos = discover(paths).map_err(|error| error.to_string())?;
    let videos = videos.iter().filter(|video| video.refused.is_none());
    Ok(videos.map(|video| video.id.to_string()).collect())
}

/// What is listed for the reason that it cannot be read, without its path.
fn refused(root: &Path) -> Vec<(String, String)> {
    let videos = discover(&[root.to_owned()]).unwrap();
    let reason = |why: &str| why.rsplit_once(": ").map_or(why, |(_, what)| what).to_owned();
    let refused = videos.iter().filter_map(|video| Some((video, video.refused.as_ref()?)));
    refused.map(|(video, why)| (video.id.to_string(), reason(why))).collect()
}

#[test]
fn files_and_folders_of_frames_are_found_once_and_sorted() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    make(&root, &["b/v2.MP4", "b/v.1.avi", "a.mkv", "test/01/000.jpg", "test/01/001.jpg"]);
    make(&root, &["b/cover.png", ".git/x.mp4", "b/.hidden.mp4", "notes.txt", "test/02/.x.png"]);
    let found = ids(std::slice::from_ref(&root)).unwrap();
    assert_eq!(found, ["a", "b/v.1", "b/v2", "test/01"]);
    // Named directly: a file, and a folder of frames.
    assert_eq!(ids(&[root.join("b/v2.MP4")]).unwrap(), ["v2"]);
    assert_eq!(ids(&[root.join("test/01")]).unwrap(), ["01"]);
    let paths = discover(&[root.join("test")]).unwrap();
    assert!(paths[0].path.ends_with("test/01"));
}

#[test]
fn ids_that_clash_are_prefixed_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), &["east/cam1.mp4", "west/cam1.mp4", "west/cam2.mp4"]);
    let (east, west) = (dir.path().join("east"), dir.path().join("west"));
    assert_eq!(ids(&[east.clone(), west.join("cam2.mp4")]).unwrap(), ["cam1", "cam2"]);
    let found = ids(&[east.clone(), west.clone()]).unwrap();
    assert_eq!(found, ["east/cam1", "west/cam1", "west/cam2"]);
    // Named twice, found once.
    assert_eq!(ids(&[east.clone(), east.join("cam1.mp4")]).unwrap(), ["cam1"]);
    assert_eq!(ids(&[east.join("cam1.mp4"), west.clone(), east]).unwrap().len(), 3);
    make(dir.path(), &["west/cam2.avi"]);
    assert_eq!(ids(std::slice::from_ref(&west)).unwrap(), ["cam1", "cam2"]);
    let [(id, why)] = &refused(&west)[..] else { panic!("one") };
    assert_eq!(id, "cam2.mp4");
    assert!(why.contains("two videos with the name cam2"), "{why}");
}

#[test]
fn nothing_found_says_what_was_looked_for() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), &["notes.txt"]);
    let error = ids(&[dir.path().to_owned()]).unwrap_err();
    assert!(error.contains(".mp4") && error.contains(".png"), "{error}");
    // A file that is named is a video to try.
    assert_eq!(ids(&[dir.path().join("notes.txt")]).unwrap(), ["notes"]);
    assert!(ids(&[dir.path().join("none")]).unwrap_err().contains("none: No such file"));
}

#[cfg(unix)]
#[test]
fn loops_of_links_end() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), &["a/v.mp4"]);
    std::os::unix::fs::symlink(dir.path(), dir.path().join("a/back")).unwrap();
    std::os::unix::fs::symlink(dir.path().join("a"), dir.path().join("same")).unwrap();
    assert_eq!(ids(&[dir.path().to_owned()]).unwrap(), ["a/v", "same/v"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_skipped_and_the_rest_is_done() {
    use std::os::unix::ffi::OsStrExt;

    let dir = tempfile::tempdir().unwrap();
    let footage = dir.path().join("footage");
    fs::create_dir(&footage).unwrap();
    let frames = b"FRAME\n".iter().chain(&[128; 64 * 48]).copied().collect::<Vec<u8>>().repeat(20);
    let video = [&b"YUV4MPEG2 W64 H48 F25:1 Cmono\n"[..], &frames].concat();
    for name in [&b"a.y4m"[..], b"caf\xe9.y4m"] {
        fs::write(footage.join(std::ffi::OsStr::from_bytes(name)), &video).unwrap();
    }
    let inputs = discover(&[footage]).unwrap();
    let (out, options) = (dir.path().join("out"), ExtractOptions::default());
    let summary =
        extract(&inputs, &out, &Gradient, &options, &AtomicBool::new(false), &|_| ()).unwrap();
    assert_eq!(summary.extracted, 1);
    let [(id, reason)] = summary.skipped.as_slice() else { panic!("{:?}", summary.skipped) };
    assert_eq!(id.as_str(), "caf\u{fffd}.y4m");
    assert!(reason.ends_with("the file name is not UTF-8; rename it"), "{reason}");
    assert!(out.join("a.npy").exists());
}

#[test]
fn thumbnails_are_the_frames_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..12u8 {
        let name = dir.path().join(format!("{n}.png"));
        GrayImage::from_pixel(40, 20, Luma([n * 20])).save(name).unwrap();
    }
    let pictures = thumbs::frames_at(dir.path(), &[10, 2, 10]).unwrap();
    let found: Vec<(usize, u8)> =
        pictures.iter().map(|(n, p)| (*n, p.get_pixel(3, 3)[0])).collect();
    assert_eq!(found, [(2, 40), (10, 200)]);
    let error = thumbs::frames_at(dir.path(), &[12]).unwrap_err().to_string();
    assert!(error.contains("no frame 12, the video has 12"), "{error}");
    let small = image::load_from_memory(&thumbs::jpeg(&pictures[1].1, 10, 90).unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (10, 5));
    assert!(small.to_luma8().get_pixel(5, 2)[0].abs_diff(200) < 3);
    let same = image::load_from_memory(&thumbs::jpeg(&pictures[0].1, 100, 0).unwrap()).unwrap();
    assert_eq!(same.width(), 40);
}
