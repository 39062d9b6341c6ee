//! Folders as people have them; the numbers are those of a list of public cases.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl_data::FeatureSet;
use gcl_features::gradient::Gradient;
use gcl_features::source::{self, Decoder};
use gcl_features::{ExtractOptions, Frame, Pixels, Summary, VideoInput, discover, extract};
use image::{GrayImage, ImageBuffer, Luma};

/// A grey picture with a square that depends on `n`.
fn picture(path: &Path, n: u8) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let square = |x: u32, y: u32| (x / 8 + y / 8 + u32::from(n)) % 7 * 30;
    GrayImage::from_fn(64, 48, |x, y| Luma([square(x, y) as u8])).save(path).unwrap();
}

/// A Y4M video of 20 frames.
fn video(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let frames = [&b"FRAME\n"[..], &[128; 64 * 48]].concat().repeat(20);
    fs::write(path, [&b"YUV4MPEG2 W64 H48 F25:1 Cmono\n"[..], &frames].concat()).unwrap();
}

fn found(root: &Path) -> Vec<VideoInput> {
    discover(&[root.to_owned()]).unwrap()
}

fn videos(root: &Path) -> Vec<String> {
    let found = found(root).into_iter().filter(|video| video.refused.is_none());
    found.map(|video| video.id.to_string()).collect()
}

fn refused(root: &Path) -> Vec<(String, String)> {
    let found = found(root).into_iter();
    found.filter_map(|video| Some((video.id.to_string(), video.refused?))).collect()
}

fn run(root: &Path, out: &Path) -> Summary {
    let options = ExtractOptions { threads: 2, ..ExtractOptions::default() };
    extract(&found(root), out, &Gradient, &options, &AtomicBool::new(false), &|_| ()).unwrap()
}

#[test]
fn case_16_sequences_in_one_folder_are_videos_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let (root, out) = (dir.path().join("Train"), dir.path().join("out"));
    for n in 0..18 {
        picture(&root.join(format!("Abuse/Abuse001_x264_{}.png", 10 * n)), n);
        picture(&root.join(format!("Abuse/Abuse002_x264_{}.png", 10 * n)), n + 3);
        picture(&root.join(format!("Arson/Arson001_x264_{}.png", 10 * n)), n);
    }
    assert_eq!(videos(&root), ["Abuse/Abuse001_x264", "Abuse/Abuse002_x264", "Arson"]);
    assert_eq!(refused(&root), []);
    let summary = run(&root, &out);
    assert_eq!((summary.extracted, summary.frames, summary.skipped.len()), (3, 54, 0));
    let set = FeatureSet::open(&out).unwrap();
    assert_eq!(set.videos()[1].frames, Some(18));
    // The same footage is done, and another one is not.
    assert_eq!(run(&root, &out).already_done, 3);
    picture(&root.join("Abuse/Abuse002_x264_180.png"), 1);
    assert_eq!(run(&root, &out).already_done, 2);
    // Of the folder itself it is not clear which is meant.
    let error = source::open(&root.join("Abuse"), Decoder::Auto).err().unwrap().to_string();
    assert!(error.contains("frames of 2 sequences in one folder: Abuse001_x264_*"), "{error}");
    // Pictures by the time are one video, across minutes and midnight.
    let times = dir.path().join("times");
    for (n, time) in
        ["2024-01-31_23-59-58", "2024-01-31_23-59-59", "2024-02-01_00-00-00"].iter().enumerate()
    {
        picture(&times.join(format!("{time}.png")), n as u8);
        picture(&times.join(format!("more/cam_20240131_{n}00000.png")), n as u8);
    }
    assert_eq!(videos(&times), ["more", "times"]);
}

#[test]
fn case_17_doubled_and_foreign_pictures_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let event = dir.path().join("event");
    for n in 1..=20 {
        picture(&event.join(format!("{n:05}-capture.png")), n);
        picture(&event.join(format!("{n:05}-analyse.png")), n);
    }
    picture(&event.join("snapshot.png"), 1);
    assert_eq!(videos(&event), ["event"]);
    let listed = refused(&event);
    let text = format!("{listed:?}");
    assert_eq!(listed.len(), 2, "{text}");
    assert!(text.contains("20 pictures *-analyse beside *-capture"), "{text}");
    assert!(text.contains("snapshot.png: 1 pictures beside a sequence"), "{text}");
    let mut source = source::open(&event, Decoder::Auto).unwrap();
    assert_eq!(source.info().frames, Some(20));
    let mut frame = Frame::default();
    assert!(source.next(&mut frame).unwrap());
    // Two cameras of the same numbers are two videos; a picture in two formats is one.
    let stereo = dir.path().join("stereo");
    for n in 0..5 {
        for side in ["L", "R"] {
            picture(&stereo.join(format!("{n}_{side}.png")), n);
        }
    }
    assert_eq!(videos(&stereo), ["L", "R"]);
    let rig = dir.path().join("rig");
    for n in 0..5 {
        for camera in 1..3 {
            picture(&rig.join(format!("{n:04}-cam{camera}.png")), n);
        }
    }
    assert_eq!(videos(&rig), ["cam1", "cam2"]);
    picture(&stereo.join("0_L.jpg"), 1);
    assert!(
        refused(&stereo)[0].1.contains("1 pictures of a name that another extension has"),
        "{:?}",
        refused(&stereo)
    );
}

#[test]
fn case_17_thumbnails_of_a_nas_and_pictures_beside_a_video() {
    let dir = tempfile::tempdir().unwrap();
    let (root, out) = (dir.path().join("footage"), dir.path().join("out"));
    video(&root.join("cam1.y4m"));
    picture(&root.join("@eaDir/cam1.y4m/SYNOVIDEO_VIDEO_SCREENSHOT.jpg"), 1);
    fs::create_dir_all(root.join("lost+found")).unwrap();
    for n in 0..41 {
        picture(&root.join(format!("frames/{n:03}.jpg")), n);
    }
    video(&root.join("frames/preview.y4m"));
    assert_eq!(videos(&root), ["cam1", "frames/preview"]);
    let summary = run(&root, &out);
    assert_eq!(summary.extracted, 2);
    let text = format!("{:?}", summary.skipped);
    assert_eq!(summary.skipped.len(), 2, "{text}");
    assert!(text.contains("@eaDir: a folder that the file system or a NAS keeps"), "{text}");
    assert!(text.contains("frames/000.jpg: 41 images beside videos are not read"), "{text}");
}

#[cfg(unix)]
#[test]
fn case_18_one_odd_name_does_not_end_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let (root, out) = (dir.path().join("footage"), dir.path().join("out"));
    for name in ["good.y4m", "a\nb.y4m", "rec\\2024.y4m", "cam.y4m", "cam.Y4M"] {
        video(&root.join(name));
    }
    for n in 0..17 {
        picture(&root.join(format!("good/{n}.png")), n);
    }
    let summary = run(&root, &out);
    assert_eq!(summary.extracted, 2);
    let skipped: Vec<&str> = summary.skipped.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(skipped, ["a\u{fffd}b.y4m", "cam.y4m", "good (2)", "rec\u{fffd}2024.y4m"]);
    let text = format!("{:?}", summary.skipped);
    for what in [
        "the character '\\\\n' is not allowed in a name; rename it",
        "the character '\\\\\\\\' is not allowed in a name",
        "cam.Y4M are two videos with the name cam; rename one",
        "are two videos with the name good",
    ] {
        assert!(text.contains(what), "{what}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn case_19_folders_that_may_not_be_read_and_links_to_nowhere() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("disk");
    video(&root.join("cam/ok.y4m"));
    video(&root.join("locked/in.y4m"));
    symlink("/nowhere", root.join("cam/b.mp4")).unwrap();
    symlink("/nowhere", root.join("notes.txt")).unwrap();
    fs::set_permissions(root.join("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    let locked = fs::read_dir(root.join("locked")).is_err();
    let (videos, listed) = (videos(&root), refused(&root));
    fs::set_permissions(root.join("locked"), fs::Permissions::from_mode(0o700)).unwrap();
    let text = format!("{listed:?}");
    assert!(text.contains("cam/b.mp4: a link to nowhere"), "{text}");
    assert!(!text.contains("notes.txt"), "{text}");
    // Whoever may read everything finds no such folder.
    if locked {
        assert_eq!(videos, ["cam/ok"]);
        assert!(text.contains("locked: Permission denied"), "{text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_is_named_is_listed_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe.mp4");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    video(&dir.path().join("ok.y4m"));
    let found = discover(&[pipe, dir.path().join("ok.y4m")]).unwrap();
    let refused: Vec<_> = found.iter().filter_map(|video| video.refused.as_deref()).collect();
    assert_eq!(found.len(), 2);
    assert!(matches!(refused[..], [why] if why.ends_with("not a regular file")), "{refused:?}");
    let hashes = found.iter().filter_map(VideoInput::fingerprint).count();
    assert_eq!(hashes, 1, "what is refused is not waited for either");
}

/// A JPEG picture that is bright at its left edge, with an orientation as cameras write it.
fn oriented(path: &Path, orientation: u8) {
    let image = GrayImage::from_fn(64, 32, |x, _| Luma([if x < 16 { 200 } else { 20 }]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    // One entry: tag 0x112, a short.
    let tiff = [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[orientation][..], &[0; 6]];
    let exif = [&b"Exif\0\0"[..], &tiff.concat()].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let jpeg = jpeg.into_inner();
    fs::write(path, [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()).unwrap();
}

#[test]
fn case_13_pictures_stand_upright_as_their_files_say() {
    for (orientation, size, bright, dark) in [
        (1, (64, 32), (4, 4), (60, 28)),
        (3, (64, 32), (60, 4), (4, 28)),
        (6, (32, 64), (4, 4), (28, 60)),
        (8, (32, 64), (4, 60), (28, 4)),
    ] {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..3 {
            oriented(&dir.path().join(format!("{n}.jpg")), orientation);
        }
        let mut source = source::open(dir.path(), Decoder::Auto).unwrap();
        assert_eq!((source.info().width, source.info().height), size, "{orientation}");
        let mut frame = Frame::default();
        assert!(source.next(&mut frame).unwrap());
        let luma = |(x, y): (usize, usize)| frame.luma()[y * frame.width() + x];
        assert_eq!((frame.width(), frame.height()), size, "{orientation}");
        assert!(luma(bright) > 180 && luma(dark) < 40, "{orientation}");
        while source.next(&mut frame).unwrap() {}
        assert!(source.notes().remarks.is_empty(), "{:?}", source.notes().remarks);
    }
}

fn first_samples(folder: &Path) -> (Vec<u8>, Vec<String>) {
    let mut source = source::open(folder, Decoder::Auto).unwrap();
    let mut frame = Frame::default();
    assert!(source.next(&mut frame).unwrap());
    let Pixels::Gray(samples) = frame.pixels().clone() else { panic!("no grey frame") };
    while source.next(&mut frame).unwrap() {}
    (samples, source.notes().remarks)
}

#[test]
fn case_21_sixteen_bits_are_scaled_by_a_recorded_range() {
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str, level: fn(u32, u32) -> u16| -> PathBuf {
        let folder = dir.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        for n in 0..40 {
            let at = |x, y| Luma([level(x + n, y)]);
            let picture: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_fn(32, 24, at);
            picture.save(folder.join(format!("{n:03}.png"))).unwrap();
        }
        folder
    };
    // A thermal camera: a background of 7400 to 7430, and something 600 warmer.
    let thermal = folder("thermal", |x, y| {
        7400 + ((x * 7 + y) % 31) as u16 + if x % 16 < 3 { 600 } else { 0 }
    });
    let (samples, remarks) = first_samples(&thermal);
    let text = remarks.join("; ");
    assert!(text.contains("levels 7243 to 8187 are scaled to 0 to 255"), "{text}");
    let (least, most) = (samples.iter().min().unwrap(), samples.iter().max().unwrap());
    assert!(*most - *least > 150, "{least} to {most}");
    let kinds: std::collections::BTreeSet<u8> = samples.iter().copied().collect();
    assert!(kinds.len() > 15, "{kinds:?}");
    // Ordinary pictures keep their brightness.
    let (samples, remarks) = first_samples(&folder("wide", |x, _| (x * 1000) as u16));
    assert!(remarks[0].contains("levels 0 to 65535"), "{remarks:?}");
    assert_eq!(samples[..3], [0, 4, 8]);
}

#[test]
fn a_stated_range_holds_for_all_videos_of_a_camera() {
    let dir = tempfile::tempdir().unwrap();
    let camera = dir.path().join("camera");
    let video = |name: &str, most: u16| {
        let folder = camera.join(name);
        fs::create_dir_all(&folder).unwrap();
        for n in 0..4u16 {
            let at = |x: u32, _| Luma([7400 + n + if x == 0 { most } else { 0 }]);
            let picture: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_fn(32, 24, at);
            picture.save(folder.join(format!("{n}.png"))).unwrap();
        }
        folder
    };
    let (empty, busy) = (video("empty", 20), video("busy", 900));
    let background = |folder: &Path| first_samples(folder).0[5];
    assert_ne!(background(&empty), background(&busy), "each by its own range");
    let before = hash(&empty);
    fs::write(camera.join("levels.txt"), "7000, 9000\n").unwrap();
    assert_eq!(background(&empty), 51);
    assert_eq!(background(&empty), background(&busy));
    assert!(first_samples(&busy).1[0].contains("levels 7000 to 9000"));
    assert_ne!(hash(&empty), before, "features of the other range are of other footage");
    // Nearer ones come first; what is no range is told.
    fs::write(busy.join("levels.txt"), "7400 7655").unwrap();
    assert_eq!(background(&busy), 0);
    fs::write(busy.join("levels.txt"), "9000 7000").unwrap();
    let error = source::open(&busy, Decoder::Auto).map(drop).unwrap_err().to_string();
    assert!(error.contains("levels.txt: two numbers"), "{error}");
}

fn hash(folder: &Path) -> Option<String> {
    let id = gcl_data::VideoId::new("v").unwrap();
    VideoInput::new(id, folder).fingerprint()
}

/// A TIFF of one strip of 32-bit samples, floats (3) or whole numbers (1, 2), 8x4 pixels.
fn tiff(path: &Path, format: u16, samples: &[u8]) {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    let entries: [(u16, u16, u32); 10] = [
        (256, 3, 8),
        (257, 3, 4),
        (258, 3, 32),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8 + 2 + 10 * 12 + 4),
        (277, 3, 1),
        (278, 3, 4),
        (279, 4, samples.len() as u32),
        (339, 3, u32::from(format)),
    ];
    bytes.extend(10u16.to_le_bytes());
    for (tag, kind, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend([1, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend(samples);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn tiffs_of_floats_are_scaled_like_sixteen_bits() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..3u16 {
        let celsius = (0..32u16).flat_map(|i| (20.0 + f32::from(i + n) * 0.5).to_le_bytes());
        tiff(&dir.path().join(format!("floats/{n}.tif")), 3, &celsius.collect::<Vec<u8>>());
        let whole = (0..32u32).flat_map(|i| (100_000 + 10 * i).to_le_bytes());
        tiff(&dir.path().join(format!("whole/{n}.tif")), 1, &whole.collect::<Vec<u8>>());
    }
    // 20 to 36.5, and a quarter on both sides.
    let (samples, remarks) = first_samples(&dir.path().join("floats"));
    assert!(remarks[0].contains("levels 15.875 to 40.625 are scaled"), "{remarks:?}");
    assert_eq!((samples.len(), samples[0], samples[31]), (32, 43, 202));
    let (samples, _) = first_samples(&dir.path().join("whole"));
    assert!(samples[31] > samples[0] + 100, "{samples:?}");
    // A place without a measurement is the lowest level.
    let mut odd: Vec<u8> = (0..32u16).flat_map(|i| f32::from(i).to_le_bytes()).collect();
    odd[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
    tiff(&dir.path().join("nan/0.tif"), 3, &odd);
    assert_eq!(first_samples(&dir.path().join("nan")).0[1], 0);
    // A second page of the same size is no thumbnail.
    let path = dir.path().join("stack/0.tif");
    tiff(&path, 1, &odd);
    let mut stack = fs::read(&path).unwrap();
    let next = (stack.len() as u32).to_le_bytes();
    let (start, end) = (8, 8 + 2 + 10 * 12);
    stack.extend_from_within(start..end + 4);
    stack[end..end + 4].copy_from_slice(&next);
    fs::write(&path, stack).unwrap();
    let opened = source::open(path.parent().unwrap(), Decoder::Auto);
    let error = opened.err().unwrap().to_string();
    assert!(error.contains("a TIFF of several pages"), "{error}");
    // What is cut short is a lost picture, or no video at all.
    tiff(&dir.path().join("cut/0.tif"), 3, &odd[..40]);
    assert!(source::open(&dir.path().join("cut"), Decoder::Auto).is_err());
}

#[test]
fn half_a_picture_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("frames");
    for n in 0..20 {
        picture(&folder.join(format!("{n}.jpg")), n);
    }
    let cut = folder.join("7.jpg");
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let summary = run(&folder, &dir.path().join("out"));
    assert_eq!((summary.extracted, summary.frames), (1, 20));
    let [(_, damage)] = &summary.damaged[..] else { panic!("{summary:?}") };
    assert!(damage.contains("1 of 20 pictures") && damage.contains("7.jpg"), "{damage}");
}
