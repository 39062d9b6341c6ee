//! Every source gives the right frames, in order, and says what it cannot read.

use std::fs;
use std::path::{Path, PathBuf};

use gcl_features::source::{Colour, Decoder, FrameSource, SourceError, ffmpeg, open, open_as};
use gcl_features::{Frame, Matrix, Pixels};
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// FFmpeg's `framecrc`: Adler-32 that starts from 0.
fn crc(frame: &Frame) -> String {
    let Pixels::Yuv { y, u, v, .. } = frame.pixels() else { panic!("no planes") };
    let (mut a, mut b) = (0u32, 0u32);
    for &byte in y.iter().chain(u).chain(v) {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    format!("0x{:08x}", (b << 16) | a)
}

fn all(source: &mut dyn FrameSource) -> Result<Vec<Frame>, SourceError> {
    let (mut frames, mut frame) = (Vec::new(), Frame::default());
    while source.next(&mut frame)? {
        frames.push(frame.clone());
    }
    Ok(frames)
}

fn fails(path: &Path, decoder: Decoder) -> String {
    match open(path, decoder).and_then(|mut source| all(source.as_mut())) {
        Ok(frames) => panic!("{}: {} frames", path.display(), frames.len()),
        Err(error) => error.to_string(),
    }
}

fn skipped(what: &str) {
    eprintln!("SKIPPED: {what}");
}

#[test]
fn h264_gives_the_same_frames_as_ffmpeg() {
    for (name, width, height, fps, full) in [
        ("bframes", 64, 48, 25.0, false),
        ("cropped", 66, 50, 30_000.0 / 1001.0, false),
        ("baseline", 64, 48, 10.0, true),
    ] {
        let expected = fs::read_to_string(data(&format!("{name}.crc"))).unwrap();
        let expected: Vec<&str> = expected.lines().collect();
        let mut source = open(&data(&format!("{name}.mp4")), Decoder::Native).unwrap();
        let info = source.info().clone();
        assert_eq!((info.width, info.height, info.frames), (width, height, Some(expected.len())));
        assert!((info.fps.unwrap() - fps).abs() < 1e-3, "{name}: {:?}", info.fps);
        assert_eq!(info.decoder, "rust_h264 0.6");
        let frames = all(source.as_mut()).unwrap();
        assert_eq!(frames.iter().map(crc).collect::<Vec<_>>(), expected, "{name}");
        let Pixels::Yuv { full_range, .. } = frames[0].pixels() else { panic!("no planes") };
        assert_eq!(*full_range, full, "{name}");
    }
}

#[test]
fn hevc_gives_the_same_frames_as_ffmpeg() {
    for (name, file, width, height, fps) in [
        ("hevc", "hevc.mp4", 64, 48, 25.0), // pictures shown before key pictures that they refer to
        ("hevc10", "hevc10.mp4", 66, 50, 30_000.0 / 1001.0), // 10 bits, cropped
        ("hevc-slices", "hevc-slices.mp4", 128, 160, 10.0), // slices, and rows that are decoded apart
        ("hevc-tiles", "hevc-tiles.265", 144, 96, 10.0),
    ] {
        let expected = fs::read_to_string(data(&format!("{name}.crc"))).unwrap();
        let expected: Vec<&str> = expected.lines().collect();
        let mut source = open(&data(file), Decoder::Native).unwrap();
        let info = source.info().clone();
        assert_eq!((info.width, info.height), (width, height), "{name}");
        assert!((info.fps.unwrap() - fps).abs() < 1e-3, "{name}: {:?}", info.fps);
        assert_eq!(info.decoder, "rust_h265 0.4");
        let frames = all(source.as_mut()).unwrap();
        assert_eq!(frames.iter().map(crc).collect::<Vec<_>>(), expected, "{name}");
        let notes = source.notes();
        assert_eq!((notes.concealed, notes.missing, notes.remarks.len()), (0, 0, 0), "{name}");
        let Pixels::Yuv { matrix, .. } = frames[0].pixels() else { panic!("no planes") };
        let expected = if name == "hevc10" { Matrix::Bt709 } else { Matrix::Bt601 };
        assert_eq!(*matrix, expected, "{name}");
    }
}

/// Threads change nothing: not of a whole video, nor of one that is damaged, turned to fields or cut.
#[test]
fn frames_do_not_depend_on_threads() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = 7u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let see = |path: &Path, threads| {
        let mut source = open_as(path, Decoder::Native, Colour::AsCoded, threads)?;
        let frames = all(source.as_mut())?;
        Ok::<_, SourceError>((frames, source.notes(), source.info().clone()))
    };
    for name in [
        "bframes.mp4",
        "bframes.mkv",
        "bframes.ts",
        "bframes.264",
        "baseline.mp4",
        "cropped.mp4",
        "fragmented.mp4",
        "segment.ts",
        "hevc.mp4",
        "hevc.mkv",
        "hevc.ts",
        "hevc.265",
        "hevc10.mp4",
        "hevc-slices.mp4",
        "hevc-tiles.265",
    ] {
        let whole = fs::read(data(name)).unwrap();
        for n in 0..12 {
            let mut bytes = whole.clone();
            let at = random(bytes.len());
            match n {
                0 => {}
                1..=6 => bytes[at] ^= 1 << random(8),
                7 | 8 => bytes.truncate(at.max(64)),
                _ => drop(bytes.drain(at..bytes.len().min(at + 300))),
            }
            let path = dir.path().join(name);
            fs::write(&path, bytes).unwrap();
            match (see(&path, 1), see(&path, 4)) {
                (Ok(one), Ok(four)) => {
                    assert!(one == four, "{name}, {n}: {:?} {:?}", one.1, four.1);
                }
                (Err(one), Err(four)) => assert_eq!(one.to_string(), four.to_string(), "{name}"),
                (one, four) => panic!("{name}, {n}: {:?}, {:?}", one.err(), four.err()),
            }
        }
    }
}

#[test]
fn what_the_built_in_decoder_cannot_read_goes_to_ffmpeg() {
    let (name, reason) = ("mpeg4.mp4", "\"mp4v\"");
    assert!(fails(&data(name), Decoder::Native).contains(reason), "{name}");
    if ffmpeg::version().is_none() {
        let error = fails(&data(name), Decoder::Auto);
        assert!(error.contains(reason) && error.contains("install FFmpeg, or convert"), "{error}");
        return skipped("no ffmpeg on the PATH");
    }
    let mut source = open(&data(name), Decoder::Auto).unwrap();
    let decoder = source.info().decoder.clone();
    assert!(decoder.starts_with("ffmpeg ") && decoder.contains(reason), "{decoder}");
    assert_eq!(all(source.as_mut()).unwrap().len(), 12);
}

#[test]
fn the_same_pictures_come_from_every_container() {
    let frames = |name: &str| {
        let mut source = open(&data(name), Decoder::Native).unwrap();
        let frames = all(source.as_mut()).unwrap();
        (frames, source.info().fps, source.notes().times)
    };
    for (first, others) in [
        ("bframes.mp4", ["fragmented.mp4", "bframes.mkv", "bframes.ts", "bframes.264"].as_slice()),
        ("hevc.mp4", &["hevc.mkv", "hevc.ts", "hevc.265"]),
    ] {
        let (expected, fps, times) = frames(first);
        for name in others {
            let found = frames(name);
            let count = expected.len();
            assert_eq!((found.0.len(), &found.1, &found.2), (count, &fps, &times), "{name}");
            assert!(found.0 == expected, "{name}");
        }
    }
}

#[test]
fn ffmpeg_and_the_built_in_decoder_agree() {
    if ffmpeg::version().is_none() {
        return skipped("no ffmpeg on the PATH");
    }
    // A name that could be taken for an option or an address stays a name.
    let dir = tempfile::tempdir().unwrap();
    for (name, copy) in [
        ("bframes.mp4", "-y"),
        ("baseline.mp4", "http:x%d.mp4"),
        ("hevc.mp4", "hevc"),
        ("hevc10.mp4", "ten bits"),
    ] {
        let copy = dir.path().join(copy);
        fs::copy(data(name), &copy).unwrap();
        let expected = all(open(&data(name), Decoder::Native).unwrap().as_mut()).unwrap();
        let found = all(open(&copy, Decoder::Ffmpeg).unwrap().as_mut()).unwrap();
        // Planes: which matrix they are of FFmpeg's output has no field for.
        let crcs = |frames: &[Frame]| frames.iter().map(crc).collect::<Vec<_>>();
        assert_eq!(crcs(&found), crcs(&expected), "{name}");
    }
}

#[test]
fn ffmpeg_says_what_is_damaged_and_is_ended_on_drop() {
    if ffmpeg::version().is_none() {
        return skipped("no ffmpeg on the PATH");
    }
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.avi");
    fs::write(&text, "not a video").unwrap();
    let error = fails(&text, Decoder::Auto);
    assert!(error.contains("damaged after 0 frames") && error.contains("Invalid data"), "{error}");
    let mut frame = Frame::default();
    let mut source = open(&data("bframes.mp4"), Decoder::Ffmpeg).unwrap();
    assert!(source.next(&mut frame).unwrap());
    drop(source);
}

#[test]
fn images_come_in_natural_order_and_one_size() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    for (name, value) in [("f10.png", 30), ("f2.png", 20), ("F1.PNG", 10)] {
        GrayImage::from_pixel(5, 4, Luma([value])).save(file(name)).unwrap();
    }
    fs::write(file(".hidden.png"), "no image").unwrap();
    fs::write(file("notes.txt"), "no image").unwrap();
    RgbImage::from_pixel(5, 4, Rgb([255, 0, 0])).save(file("f11.tiff")).unwrap();
    let mut source = open(dir.path(), Decoder::Auto).unwrap();
    assert_eq!((source.info().width, source.info().frames), (5, Some(4)));
    let luma: Vec<u8> = all(source.as_mut()).unwrap().iter().map(|f| f.luma()[19]).collect();
    assert_eq!(luma, [10, 20, 30, 77]);

    // One of another size is scaled; one that cannot be decoded is filled, or missing at the end: both are told.
    DynamicImage::new_luma8(6, 4).save(file("f12.png")).unwrap();
    fs::write(file("f3.png"), &fs::read(file("f2.png")).unwrap()[..40]).unwrap();
    fs::write(file("f13.png"), "no image").unwrap();
    let mut source = open(dir.path(), Decoder::Auto).unwrap();
    let frames = all(source.as_mut()).unwrap();
    let luma: Vec<u8> = frames.iter().map(|frame| frame.luma()[19]).collect();
    assert_eq!((luma, frames[5].width()), (vec![10, 20, 20, 30, 77, 0], 5));
    let notes = source.notes();
    assert_eq!((notes.concealed, notes.missing), (1, 1));
    let told = notes.remarks.join(" ");
    assert!(told.contains("f3.png") && told.contains("6x4 pixels from frame 5 on"), "{told}");
    fs::write(file("F1.PNG"), "no image").unwrap();
    assert_eq!(all(open(dir.path(), Decoder::Auto).unwrap().as_mut()).unwrap()[0].luma()[19], 20);
}

#[test]
fn nothing_there_is_said() {
    let dir = tempfile::tempdir().unwrap();
    assert!(fails(dir.path(), Decoder::Auto).contains("the video has no frame"));
    assert!(fails(&dir.path().join("none.mp4"), Decoder::Auto).contains("none.mp4: No such file"));
    fs::write(dir.path().join("empty.mp4"), "").unwrap();
    assert!(fails(&dir.path().join("empty.mp4"), Decoder::Auto).contains("the video has no frame"));
}

#[test]
fn real_videos_have_all_their_frames() {
    let Some(root) = std::env::var_os("GCL_DATA").map(PathBuf::from) else {
        return skipped("GCL_DATA not set (real videos)");
    };
    for (path, decoder, frames) in [
        ("upcam/eval/00.mp4", Decoder::Native, 18_066),
        ("ucf-crime/videos/Normal_Videos_006_x264.mp4", Decoder::Native, 450),
        ("ucf-crime/videos/RoadAccidents002_x264.mp4", Decoder::Native, 347),
        ("ped2/test/01", Decoder::Native, 180),
        ("i3d/01_002.avi", Decoder::Auto, 481),
    ] {
        if decoder == Decoder::Auto && ffmpeg::version().is_none() {
            skipped("no ffmpeg on the PATH");
            continue;
        }
        let (mut frame, mut found) = (Frame::default(), 0);
        let mut source = open(&root.join(path), decoder).unwrap();
        while source.next(&mut frame).unwrap() {
            found += 1;
        }
        assert_eq!(found, frames, "{path}");
    }
}
