//! Footage as people have it, by the numbers of the cases that were reported: damaged, joined, turned, uneven.

use std::fs;
use std::path::{Path, PathBuf};

use crate::avi::{avi, jpeg, jpegs};
use crate::h264::Encoder;
use crate::mp4::{Track, movie};
use gcl_data::VideoNotes;
use gcl_features::source::{Decoder, ffmpeg, open};
use gcl_features::{Frame, discover, passed_over};

/// What reading a video gave.
struct Seen {
    /// The first pixel of each frame: the frame's number, where nothing is lost.
    frames: Vec<u8>,
    size: (usize, usize),
    fps: Option<f64>,
    notes: VideoNotes,
}

fn read(path: &Path, decoder: Decoder) -> Result<Seen, String> {
    let mut source = open(path, decoder).map_err(|error| error.to_string())?;
    let (mut frame, mut frames) = (Frame::default(), Vec::new());
    while source.next(&mut frame).map_err(|error| error.to_string())? {
        frames.push(frame.luma()[0]);
    }
    let size = (frame.width(), frame.height());
    Ok(Seen { frames, size, fps: source.info().fps, notes: source.notes() })
}

/// Of bytes in a file of that name, by the built-in decoders.
fn native(name: &str, bytes: &[u8]) -> Seen {
    by(Decoder::Native, name, bytes)
}

/// The built-in decoders, and FFmpeg where there is one.
fn decoders() -> Vec<Decoder> {
    match ffmpeg::version() {
        Some(_) => vec![Decoder::Native, Decoder::Ffmpeg],
        None => {
            eprintln!("SKIPPED: no ffmpeg on the PATH (the same by FFmpeg)");
            vec![Decoder::Native]
        }
    }
}

fn by(decoder: Decoder, name: &str, bytes: &[u8]) -> Seen {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path, decoder).unwrap()
}

const SMALL: Encoder = Encoder { width: 2, height: 2, fields: false };

/// `count` pictures, of which each has its number as grey.
fn pictures(encoder: Encoder, count: u32) -> Vec<Vec<u8>> {
    (1..=count).flat_map(|n| encoder.picture(n, |_, _| n as u8)).collect()
}

fn numbers(count: u8) -> Vec<u8> {
    (1..=count).collect()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn case_01_uneven_frames_and_long_gaps_have_their_times() {
    // A clock in thousandths: two frames in one twenty-fifth of a second, then none for a minute.
    let times: Vec<u32> =
        (0..30).map(|n| n * 20 + if n > 20 { 60_000 } else { n % 3 * 7 }).collect();
    for decoder in decoders() {
        let seen = by(decoder, "vfr.mkv", &mkv(&times));
        assert_eq!(seen.frames.len(), 30);
        let clock = seen.notes.times.expect("times");
        for (n, time) in times.iter().enumerate() {
            let error = clock.seconds(n) - f64::from(*time) / 1000.0;
            assert!(error.abs() < 0.006, "{decoder:?}, frame {n}: {error}, {clock:?}, {times:?}");
        }
        assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 0));
    }
}

#[test]
fn case_03_joined_segments_are_read_to_the_end() {
    let segment = fs::read(data("segment.ts")).unwrap();
    for decoder in decoders() {
        let one = by(decoder, "one.ts", &segment);
        let twice = by(decoder, "twice.ts", &segment.repeat(2));
        assert_eq!((one.frames.len(), twice.frames.len()), (25, 50), "{decoder:?}");
        assert_eq!(twice.frames, one.frames.repeat(2), "{decoder:?}");
        // The clock restarts, and goes on.
        assert_eq!((twice.notes.times, twice.fps.map(f64::round)), (None, Some(25.0)));
        assert_eq!((twice.notes.concealed, twice.notes.missing), (0, 0), "{decoder:?}");
    }
}

#[test]
fn case_03_joined_files_go_on_where_the_first_ends() {
    let fragmented = fs::read(data("fragmented.mp4")).unwrap();
    // A clock that is set back in one file does so, too.
    let back = mkv(&[1000, 1040, 1080, 1120, 160, 200, 240, 280]);
    let seen = native("back.mkv", &back);
    let even = native("even.mkv", &mkv(&[0, 40, 80, 120, 160, 200, 240, 280]));
    assert_eq!((seen.frames, seen.notes.times), (even.frames, None));
    for (name, one) in [("twice.mkv", mkv(&[0, 40, 80, 120])), ("twice.mp4", fragmented)] {
        let (once, twice) = (native(name, &one), native(name, &one.repeat(2)));
        assert_eq!(twice.frames, once.frames.repeat(2), "{name}");
        assert_eq!((twice.notes.times, twice.notes.missing), (None, 0), "{name}");
        assert!((twice.fps.unwrap() - once.fps.unwrap()).abs() < 0.5, "{name}: {:?}", twice.fps);
        assert_eq!(twice.notes.remarks, once.notes.remarks, "{name}");
    }
}

#[test]
fn case_03_video_that_moves_to_other_packets_is_followed() {
    let segment = fs::read(data("segment.ts")).unwrap();
    let moved = elsewhere(&segment);
    for bytes in [moved.clone(), [&segment[..], &moved].concat()] {
        let seen = native("moved.ts", &bytes);
        let segments = bytes.len() / segment.len();
        assert_eq!(seen.frames, native("one.ts", &segment).frames.repeat(segments));
        assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 0));
    }
    // A recording of 17 seconds later is no loss, though its counters and its clock start elsewhere.
    let later = by_ticks(&segment, 18 * 90_000);
    let seen = native("later.ts", &[&segment[..], &later].concat());
    assert_eq!((seen.frames.len(), seen.notes.concealed, seen.notes.missing), (50, 0, 0));
    let times = format!("{:?}", seen.notes.times);
    assert!(times.contains("18.0"), "{times}");
    // Without any stamps pictures are read all the same.
    let bare = native("bare.ts", &stampless(&segment));
    assert_eq!(bare.frames, native("one.ts", &segment).frames);
    // What is coded otherwise is not read, and told.
    let hevc = fs::read(data("hevc.ts")).unwrap();
    let seen = native("both.ts", &[&segment[..], &hevc].concat());
    assert_eq!(seen.frames.len(), 25);
    let told = seen.notes.remarks.join(" ");
    assert!(told.contains("the video changes from H.264 to HEVC"), "{told}");
}

/// A stream whose packets say that they have no time stamps.
fn stampless(stream: &[u8]) -> Vec<u8> {
    let mut out = stream.to_vec();
    for packet in out.chunks_exact_mut(188) {
        let at = 4 + if packet[3] & 0x20 != 0 { 1 + usize::from(packet[4]) } else { 0 };
        if packet[1] & 0x40 != 0 && packet.get(at..at + 3) == Some(&[0, 0, 1]) {
            packet[at + 7] &= 0x3f;
        }
    }
    out
}

/// A stream with its time stamps so many ticks later, and its counters ahead.
fn by_ticks(stream: &[u8], ticks: u64) -> Vec<u8> {
    let mut out = stream.to_vec();
    for packet in out.chunks_exact_mut(188) {
        packet[3] = packet[3] & 0xf0 | (packet[3] + 5) & 15;
        let at = 4 + if packet[3] & 0x20 != 0 { 1 + usize::from(packet[4]) } else { 0 };
        if packet[1] & 0x40 == 0 || packet.get(at..at + 3) != Some(&[0, 0, 1]) {
            continue;
        }
        for stamp in 0..usize::from(packet[at + 7] >> 7 & 1) + usize::from(packet[at + 7] >> 6 & 1)
        {
            let bytes = &mut packet[at + 9 + 5 * stamp..][..5];
            let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|i: usize| u64::from(bytes[i]));
            let old = (a & 14) << 29 | b << 22 | (c & 254) << 14 | d << 7 | e >> 1;
            let new = old + ticks;
            bytes[0] = (a as u8) & 0xf1 | (new >> 29) as u8 & 14;
            bytes[1] = (new >> 22) as u8;
            bytes[2] = (new >> 14) as u8 | 1;
            bytes[3] = (new >> 7) as u8;
            bytes[4] = (new << 1) as u8 | 1;
        }
    }
    out
}

/// A stream with its video in packets of another number, in its tables, too.
fn elsewhere(stream: &[u8]) -> Vec<u8> {
    let mut out = stream.to_vec();
    for packet in out.chunks_exact_mut(188) {
        let pid = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        if pid == 0x100 {
            (packet[1], packet[2]) = (packet[1] & 0xe0 | 1, 0x77);
        }
        // The table of the program: behind header, pointer and twelve bytes comes the stream.
        if pid == 0x1000 {
            assert_eq!(packet[18..20], [0xe1, 0]);
            packet[19] = 0x77;
            let length = 3 + usize::from(u16::from_be_bytes([packet[6] & 15, packet[7]]));
            let crc = packet[5..5 + length - 4].iter().fold(u32::MAX, |crc, byte| {
                (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
                    (crc << 1) ^ (0x04c1_1db7 * (crc >> 31))
                })
            });
            packet[5 + length - 4..5 + length].copy_from_slice(&crc.to_be_bytes());
        }
    }
    out
}

#[test]
fn case_04_a_damaged_fragment_is_a_loss_and_not_the_end() {
    let whole = fs::read(data("fragmented.mp4")).unwrap();
    let moofs: Vec<usize> =
        (4..whole.len() - 4).filter(|at| whole[*at..].starts_with(b"moof")).collect();
    assert!(moofs.len() > 2, "{moofs:?}");
    let mut damaged = whole.clone();
    damaged[moofs[1] - 4..moofs[1] + 4].fill(0xff);
    let (seen, good) = (native("damaged.mp4", &damaged), native("good.mp4", &whole));
    assert_eq!(seen.frames.len(), good.frames.len(), "the gap is filled");
    assert_eq!(seen.frames.last(), good.frames.last());
    assert!(seen.notes.missing + seen.notes.concealed > 0, "{:?}", seen.notes);
    assert!(
        seen.notes.remarks.iter().any(|told| told.contains("between fragments")),
        "{:?}",
        seen.notes
    );
}

#[test]
fn jpeg_pictures_of_cameras_that_leave_out_the_mark_of_the_end_are_whole() {
    let cut = |pictures: Vec<Vec<u8>>| -> Vec<Vec<u8>> {
        pictures
            .into_iter()
            .map(|mut picture| {
                picture.truncate(picture.len() - 2);
                picture
            })
            .collect()
    };
    let good = native("good.avi", &avi(b"MJPG", &jpegs(6)));
    let seen = native("noend.avi", &avi(b"MJPG", &cut(jpegs(6))));
    assert_eq!((seen.frames, seen.notes.missing), (good.frames, 0));
    // One among others that have it is cut.
    let mut pictures = jpegs(6);
    pictures[3] = cut(pictures.clone()).swap_remove(3);
    assert_eq!(native("one.avi", &avi(b"MJPG", &pictures)).notes.concealed, 1);
}

#[test]
fn a_mirror_in_the_header_is_told() {
    let mut track = Track::new(&SMALL, pictures(SMALL, 3));
    track.turn = [-1, 0, 0, 1];
    let seen = native("mirrored.mp4", &movie(&[track]));
    assert!(seen.notes.remarks[0].contains("mirrored"), "{:?}", seen.notes.remarks);
}

#[test]
fn case_04_a_broken_picture_is_filled_and_counted() {
    let mut samples = pictures(SMALL, 12);
    samples[4] = vec![0, 0, 0, 2, 0x65, 0xff]; // a slice that is cut off
    samples[5].truncate(40);
    let seen = native("broken.mp4", &movie(&[Track::new(&SMALL, samples)]));
    assert_eq!(seen.frames, [1, 2, 3, 4, 4, 4, 7, 8, 9, 10, 11, 12]);
    assert_eq!((seen.notes.concealed, seen.notes.missing), (2, 0));
    assert!(seen.notes.remarks[0].starts_with("frame 4: "), "{:?}", seen.notes.remarks);

    // Behind a first picture that is broken, the first good one stands for it.
    let mut samples = pictures(SMALL, 4);
    samples[0].truncate(9);
    let seen = native("broken.mp4", &movie(&[Track::new(&SMALL, samples)]));
    assert_eq!((seen.frames, seen.notes.concealed), (vec![2, 2, 3, 4], 1));
}

#[test]
fn case_04_pictures_that_refer_to_a_broken_one_keep_their_places() {
    let whole = fs::read(data("bframes.mp4")).unwrap();
    let good = native("good.mp4", &whole);
    let mdat = whole.windows(4).position(|name| name == b"mdat").unwrap();
    let mut broken = whole.clone();
    broken[mdat + 2000..mdat + 2040].fill(0xff);
    let seen = native("broken.mp4", &broken);
    assert_eq!(seen.frames.len(), good.frames.len());
    assert_eq!(seen.frames[..8], good.frames[..8]);
}

#[test]
fn case_04_lost_packets_are_filled() {
    // Of HEVC with lost packets FFmpeg gives fewer pictures, and says nothing.
    for (name, frames, decoders) in
        [("segment.ts", 25, decoders()), ("hevc.ts", 40, vec![Decoder::Native])]
    {
        let segment = fs::read(data(name)).unwrap();
        let at = segment.len() / 188 / 2 * 188;
        let mut lossy = segment.clone();
        lossy.drain(at..at + 3 * 188);
        for decoder in decoders {
            let seen = by(decoder, "lossy.ts", &lossy);
            assert_eq!(seen.frames.len(), frames, "{name}, {decoder:?}");
            let notes = &seen.notes;
            let what = format!("{name}, {decoder:?}: {notes:?}");
            assert!(notes.concealed > 0 && !notes.remarks.is_empty(), "{what}");
            assert_eq!((notes.missing, &notes.times), (0, &None), "{what}");
        }
    }
}

/// Where the coded pictures of a stream of HEVC start.
fn hevc_pictures(stream: &[u8]) -> Vec<usize> {
    let starts = stream.windows(6).enumerate().filter(|(_, at)| at.starts_with(&[0, 0, 1]));
    starts.filter(|(_, unit)| unit[3] >> 1 < 32 && unit[5] & 0x80 != 0).map(|(at, _)| at).collect()
}

#[test]
fn case_04_hevc_pictures_that_need_a_lost_one_are_lost_with_it() {
    let stream = fs::read(data("hevc.265")).unwrap();
    let pictures = hevc_pictures(&stream);
    assert_eq!(pictures.len(), 40);
    // The second picture in the order of decoding, to which all up to the next key picture refer, directly or not.
    let picture = &stream[pictures[1] + 3..pictures[1] + 30];
    let whole = fs::read(data("hevc.mp4")).unwrap();
    let at = whole.windows(picture.len()).position(|bytes| bytes == picture).unwrap();
    let good = native("good.mp4", &whole);
    let mut broken = whole.clone();
    broken[at + 2..at + picture.len()].fill(0xff);
    let seen = native("broken.mp4", &broken);
    assert_eq!(seen.frames.len(), 40);
    // Each frame is its own or the one before, and never grey: nothing is shown that the camera did not see.
    for n in 1..40 {
        let (own, before) = (good.frames[n], seen.frames[n - 1]);
        assert!(seen.frames[n] == own || seen.frames[n] == before, "{n}: {:?}", seen.frames);
    }
    assert_eq!(seen.frames[12..], good.frames[12..]);
    assert!((7..=12).contains(&seen.notes.concealed), "{:?}", seen.notes);
}

#[test]
fn hevc_that_starts_between_key_pictures_starts_with_the_first() {
    let whole = fs::read(data("hevc.265")).unwrap();
    let good = native("good.265", &whole);
    let pictures = hevc_pictures(&whole);
    let (sets, fifth) = (pictures[0], pictures[4]);
    let seen = native("late.265", &[&whole[..sets], &whole[fifth..]].concat());
    // The key picture, which is the 13th; those shown before it need some before the file's start.
    assert_eq!(seen.frames, good.frames[12..]);
    assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 0));
    assert!(seen.notes.remarks.join("").contains("before the file's start"), "{:?}", seen.notes);
}

/// Numbers of the pictures of `jpegs`.
fn jpeg_numbers(seen: &Seen) -> Vec<u8> {
    seen.frames.iter().map(|luma| (luma + 2) / 4).collect()
}

#[test]
fn case_04_a_broken_jpeg_in_avi_is_filled_and_counted() {
    let mut avi = avi(b"MJPG", &jpegs(20));
    let (chunk, _) =
        avi.windows(4).enumerate().filter(|(_, name)| *name == b"00dc").nth(10).unwrap();
    // Its Huffman table.
    let table = avi[chunk..].windows(2).position(|mark| mark == [0xff, 0xc4]).unwrap();
    avi[chunk + table + 4..chunk + table + 24].fill(0xff);
    for decoder in decoders() {
        let seen = by(decoder, "broken.avi", &avi);
        assert_eq!(seen.frames.len(), 20);
        assert!((1..=2).contains(&seen.notes.concealed), "{decoder:?}: {:?}", seen.notes);
    }
    let seen = native("broken.avi", &avi);
    assert_eq!((jpeg_numbers(&seen)[9], jpeg_numbers(&seen)[10..12].to_vec()), (9, vec![9, 11]));
    assert_eq!((seen.fps, seen.notes.concealed), (Some(25.0), 1));
}

#[test]
fn case_04_half_a_jpeg_and_a_size_that_lies_cost_one_picture() {
    let mut pictures = jpegs(8);
    let half = pictures[3].len() / 2;
    pictures[3].truncate(half);
    let seen = native("half.avi", &avi(b"MJPG", &pictures));
    assert_eq!(jpeg_numbers(&seen), [0, 1, 2, 2, 4, 5, 6, 7]);
    assert_eq!((seen.notes.concealed, seen.notes.missing), (1, 0));
    assert!(seen.notes.remarks[0].contains("ends early"), "{:?}", seen.notes);

    for size in [7u32, 5000, 0x00ff_ffff] {
        let mut lies = avi(b"MJPG", &jpegs(8));
        let chunks = lies.windows(4).enumerate().filter(|(_, name)| *name == b"00dc");
        let (at, _) = chunks.clone().nth(3).unwrap();
        lies[at + 4..at + 8].copy_from_slice(&size.to_le_bytes());
        let seen = native("lies.avi", &lies);
        assert_eq!(jpeg_numbers(&seen), [0, 1, 2, 3, 4, 5, 6, 7], "{size}: {:?}", seen.notes);
    }
}

#[test]
fn case_07_dropped_frames_of_avi_take_their_time() {
    let mut pictures = jpegs(12);
    for dropped in [2, 5, 6] {
        pictures[dropped].clear();
    }
    for decoder in decoders() {
        let seen = by(decoder, "dropped.avi", &avi(b"MJPG", &pictures));
        assert_eq!(seen.frames.len(), 9, "{decoder:?}");
        let clock = seen.notes.times.expect("times");
        for (n, slot) in [0u32, 1, 3, 4, 7, 8, 9, 10, 11].into_iter().enumerate() {
            let error = clock.seconds(n) - f64::from(slot) / 25.0;
            assert!(error.abs() < 0.006, "{decoder:?}, frame {n}: {error}");
        }
        assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 0));
    }
}

#[test]
fn jpegs_are_read_from_every_container_and_by_themselves() {
    let pictures = jpegs(10);
    let track = Track { size: (64, 48), coding: b"jpeg", ..Track::new(&SMALL, pictures.clone()) };
    let times: Vec<u32> = (0..10).map(|n| n * 40).collect();
    let recorders = [&avi(b"MJPG", &pictures)[..], b"GPSDATAxxxxxxxxxxxxxxxx"].concat();
    for (name, bytes) in [
        ("plain.avi", avi(b"mjpg", &pictures)),
        ("tail.avi", recorders),
        ("track.mov", movie(&[track])),
        ("blocks.mkv", mkv(&times)),
        ("dump.mjpeg", pictures.concat()),
        ("apart.mjpeg", pictures.join(&b"--boundary\r\nContent-Type: image/jpeg\r\n\r\n"[..])),
    ] {
        let seen = native(name, &bytes);
        assert_eq!((jpeg_numbers(&seen), seen.size), ((0..10).collect(), (64, 48)), "{name}");
        let notes = &seen.notes;
        assert_eq!((notes.concealed, notes.missing, notes.remarks.len()), (0, 0, 0), "{name}");
    }
    // Cut off, a picture ends where the next one starts.
    let mut cut = pictures.clone();
    let half = cut[4].len() / 2;
    cut[4].truncate(half);
    let seen = native("cut.mjpeg", &cut.concat());
    assert_eq!(jpeg_numbers(&seen), [0, 1, 2, 3, 3, 5, 6, 7, 8, 9]);
    assert_eq!(seen.notes.concealed, 1);
}

#[test]
fn jpegs_without_tables_have_the_usual_ones() {
    let bare = jpegs(4).into_iter().map(|mut picture| {
        while let Some(at) = picture.windows(2).position(|mark| mark == [0xff, 0xc4]) {
            let length = u16::from_be_bytes([picture[at + 2], picture[at + 3]]) as usize;
            picture.drain(at..at + 2 + length);
        }
        picture
    });
    let seen = native("bare.avi", &avi(b"MJPG", &bare.collect::<Vec<_>>()));
    assert_eq!((jpeg_numbers(&seen), seen.notes.concealed), ((0..4).collect(), 0));

    let fields = vec![[jpeg(8), jpeg(8)].concat(); 3];
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fields.avi");
    fs::write(&path, avi(b"MJPG", &fields)).unwrap();
    let error = read(&path, Decoder::Native).err().unwrap();
    assert!(error.contains("JPEG pictures of fields"), "{error}");
}

#[test]
fn h264_in_avi_is_read() {
    let sets = [SMALL.sps(), SMALL.pps()].map(|set| [&[0, 0, 0, 1][..], &set].concat()).concat();
    let units = |picture: Vec<u8>| [&[0, 0, 0, 1], &picture[4..]].concat();
    let mut samples: Vec<Vec<u8>> = pictures(SMALL, 6).into_iter().map(units).collect();
    samples[0] = [sets, samples[0].clone()].concat();
    samples.insert(3, Vec::new());
    let seen = native("camera.avi", &avi(b"H264", &samples));
    assert_eq!((seen.frames, seen.size), (numbers(6), (32, 32)));
    assert!((seen.notes.times.expect("times").seconds(3) - 0.16).abs() < 0.006);
}

#[test]
fn case_05_bytes_behind_the_last_box() {
    let whole = movie(&[Track::new(&SMALL, pictures(SMALL, 6))]);
    for tail in [
        b"GPSDATAxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_vec(),
        vec![0xff; 7],
        vec![0; 8],
        vec![0x20; 4096],
    ] {
        let seen = native("tail.mp4", &[whole.clone(), tail].concat());
        assert_eq!((seen.frames, seen.notes.missing), (numbers(6), 0));
    }
}

#[test]
fn case_07_every_frame_has_its_own_time() {
    let mut track = Track::new(&SMALL, pictures(SMALL, 60));
    track.steps[29] = 60_100;
    let seen = native("motion.mp4", &movie(&[track]));
    let clock = seen.notes.times.expect("times");
    for (frame, seconds) in [(0, 0.0), (16, 1.6), (29, 2.9), (30, 63.0), (32, 63.2), (59, 65.9)] {
        assert!((clock.seconds(frame) - seconds).abs() < 0.006, "frame {frame}");
    }
    // Evenly spaced frames need no times.
    let even = native("even.mp4", &movie(&[Track::new(&SMALL, pictures(SMALL, 60))]));
    assert_eq!((even.notes.times, even.fps), (None, Some(10.0)));
}

#[test]
fn case_08_a_file_that_ends_early_is_used_up_to_there() {
    let whole = movie(&[Track::new(&SMALL, pictures(SMALL, 10))]);
    let picture = SMALL.picture(1, |_, _| 1)[0].len();
    let seen = native("cut.mp4", &whole[..whole.len() - 2 * picture - 5]);
    assert_eq!(seen.frames, numbers(7));
    assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 3));
    assert!(seen.notes.remarks.join(" ").contains("ends early"), "{:?}", seen.notes);

    let y4m =
        [b"YUV4MPEG2 W4 H4 F10:1 Cmono\n".to_vec(), b"FRAME\n0123456789abcdef".repeat(5)].concat();
    let seen = native("cut.y4m", &y4m[..y4m.len() - 3]);
    assert_eq!((seen.frames.len(), seen.notes.missing), (4, 1));
}

#[test]
fn case_08_other_containers_are_told_alike() {
    for name in ["bframes.mkv", "fragmented.mp4", "hevc.mkv"] {
        let whole = fs::read(data(name)).unwrap();
        for decoder in decoders() {
            let seen = by(decoder, name, &whole[..whole.len() * 3 / 5]);
            let (frames, notes) = (seen.frames.len(), &seen.notes);
            assert!((5..38).contains(&frames), "{name}, {decoder:?}: {frames}");
            assert!(notes.missing > 0, "{name}, {decoder:?}: {notes:?}");
            assert!(
                notes.remarks.join(" ").contains("ends early"),
                "{name}, {decoder:?}: {notes:?}"
            );
        }
    }
    let times: Vec<u32> = (0..40).map(|n| n * 40).collect();
    let (mkv, avi) = (mkv(&times), avi(b"MJPG", &jpegs(40)));
    let both = [("cut.mkv", &mkv), ("cut.avi", &avi)];
    for (decoder, (name, bytes)) in decoders().into_iter().flat_map(|d| both.map(|file| (d, file)))
    {
        let seen = by(decoder, name, &bytes[..bytes.len() * 3 / 5]);
        let (frames, notes) = (seen.frames.len(), &seen.notes);
        assert!((20..=25).contains(&frames), "{name}: {frames}");
        // Which picture the decoder complains of it does not say: the cut one may be counted twice.
        assert_eq!(frames + notes.missing, 40, "{name}: {notes:?}");
        assert!(notes.concealed < 2, "{name}: {notes:?}");
        assert!(notes.remarks.join(" ").contains("ends early"), "{name}: {notes:?}");
    }
}

#[test]
fn case_08_what_follows_damage_within_matroska_is_found() {
    let whole = fs::read(data("bframes.mkv")).unwrap();
    let mut damaged = whole.clone();
    damaged[3316..3500].fill(0); // from the start of a block on
    let seen = by(Decoder::Native, "damaged.mkv", &damaged);
    assert_eq!(seen.frames.len() + seen.notes.missing, 40);
    assert!(seen.frames.len() > 35 && seen.notes.concealed > 0, "{:?}", seen.notes);
    let good = by(Decoder::Native, "good.mkv", &whole);
    assert_eq!(seen.frames[30..], good.frames[30..]);
}

#[test]
fn a_stream_that_starts_between_key_pictures_starts_with_the_first() {
    let segment = fs::read(data("segment.ts")).unwrap();
    let late = [&segment[..3 * 188], &segment[8 * 188..]].concat();
    for decoder in decoders() {
        let seen = by(decoder, "late.ts", &late);
        assert!((12..=14).contains(&seen.frames.len()), "{decoder:?}: {}", seen.frames.len());
    }
}

#[test]
fn case_09_a_named_file_is_tried_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(dir.path().join(name), bytes).unwrap();
        dir.path().join(name)
    };
    let odd = file("camera.rec", &movie(&[Track::new(&SMALL, pictures(SMALL, 6))]));
    let found = discover(&[odd]).unwrap();
    assert_eq!(found[0].id.as_str(), "camera");
    assert_eq!(read(&found[0].path, Decoder::Native).unwrap().frames, numbers(6));
    let large = file("night.xyz", &vec![1; 2 << 20]);
    file("good.mp4", b"");
    file("note.nfo", b"small");
    let passed = passed_over(&[dir.path().to_owned()]);
    assert_eq!(
        (passed.large.clone(), passed.others().unwrap()),
        (vec![large], "2 other files (.nfo, .rec)".to_owned())
    );
}

#[test]
fn case_10_a_change_of_picture_size_is_scaled_and_told() {
    let large = Encoder { width: 4, height: 2, ..SMALL };
    let mut samples = pictures(SMALL, 3);
    for (n, mut picture) in (4..).zip(pictures(large, 3)) {
        if n == 4 {
            let sets = [large.sps(), large.pps()];
            let sets = sets.iter().map(|set| [&(set.len() as u32).to_be_bytes()[..], set].concat());
            picture = sets.chain([picture.clone()]).collect::<Vec<_>>().concat();
        }
        samples.push(picture);
    }
    let seen = native("day-night.mp4", &movie(&[Track::new(&SMALL, samples)]));
    assert_eq!((seen.frames, seen.size), (vec![1, 2, 3, 1, 2, 3], (32, 32)));
    assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 0));
    assert!(seen.notes.remarks[0].contains("64x32 pixels from frame 3 on"), "{:?}", seen.notes);
}

#[test]
fn case_10_of_two_tracks_the_real_one_is_read() {
    let tiny = Encoder { width: 1, height: 1, ..SMALL };
    let preview = Track::new(&tiny, pictures(tiny, 1));
    let real = Track::new(&SMALL, pictures(SMALL, 5));
    let seen = native("preview.mp4", &movie(&[preview.clone(), real.clone()]));
    assert_eq!((seen.frames, seen.size), (numbers(5), (32, 32)));
    let off = Track { shown: false, ..real };
    let seen = native("off.mp4", &movie(&[off, preview]));
    assert_eq!(seen.size, (16, 16));
}

#[test]
fn case_10_of_two_streams_in_mpeg_ts_the_larger_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bframes.ts");
    let whole = fs::read(path).unwrap();
    let pid = |packet: &[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
    let (map, video, preview) = (0x1000, 0x100, 0x1ffu16);
    let mut two = Vec::new();
    let mut previews = 0;
    for packet in whole.chunks(188) {
        let mut packet = packet.to_vec();
        if pid(&packet) == map {
            // Another stream of H.264 before the one that is there.
            let at = packet.windows(3).position(|found| found == [0x1b, 0xe1, 0x00]).unwrap();
            let size = u16::from_be_bytes([packet[6] & 0xf, packet[7]]) + 5;
            packet[6..8].copy_from_slice(&(0xb000 | size).to_be_bytes());
            packet.splice(at..at, [0x1b, 0xe1, 0xff, 0xf0, 0]);
            packet.truncate(188);
        }
        two.extend(&packet);
        if pid(&packet) == video && previews < 20 {
            previews += 1;
            packet[1] = packet[1] & 0x40 | (preview >> 8) as u8;
            packet[2] = preview as u8;
            two.extend(packet);
        }
    }
    let (one, seen) = (native("one.ts", &whole), native("two.ts", &two));
    assert_eq!((seen.frames.len(), &seen.frames), (40, &one.frames));
}

#[test]
fn case_11_edit_lists_that_hide_pictures_are_honoured() {
    let track = |edits: &[(u32, i32)]| {
        let mut track = Track::new(&SMALL, pictures(SMALL, 10));
        track.edits = edits.to_vec();
        native("trim.mp4", &movie(&[track]))
    };
    assert_eq!(track(&[(500, 300)]).frames, [4, 5, 6, 7, 8]);
    // Two stretches, behind a pause.
    let cuts = track(&[(2000, -1), (200, 0), (300, 600)]);
    assert_eq!(cuts.frames, [1, 2, 7, 8, 9]);
    let clock = cuts.notes.times.expect("times");
    for (frame, seconds) in [(0, 2.0), (1, 2.1), (2, 2.2), (4, 2.4)] {
        assert!((clock.seconds(frame) - seconds).abs() < 0.006, "frame {frame}");
    }
}

#[test]
fn case_12_two_fields_make_a_frame() {
    let encoder = Encoder { width: 2, height: 4, fields: true };
    let mut track = Track::new(&encoder, pictures(encoder, 9));
    track.steps = vec![20; 18];
    let seen = native("fields.mp4", &movie(&[track.clone()]));
    assert_eq!((seen.frames, seen.size), (numbers(9), (32, 64)));
    assert_eq!((seen.fps, seen.notes.times), (Some(25.0), None));
    assert_eq!((seen.notes.concealed, seen.notes.missing), (0, 0));
    // Both fields in one sample.
    let samples = track.samples.chunks(2).map(<[Vec<u8>]>::concat).collect();
    let seen = native("pairs.mp4", &movie(&[Track::new(&encoder, samples)]));
    assert_eq!((seen.frames, seen.fps), (numbers(9), Some(10.0)));
}

#[test]
fn case_13_turned_footage_stands_upright() {
    let wide = Encoder { width: 4, height: 2, fields: false };
    // Bright at the left edge of the coded picture.
    let samples: Vec<Vec<u8>> =
        (1..=4).flat_map(|n| wide.picture(n, |x, _| if x < 16 { 200 } else { 20 })).collect();
    for (turn, degrees, size, bright) in [
        ([0, 1, -1, 0], 90, (32, 64), (16, 8)),
        ([-1, 0, 0, -1], 180, (64, 32), (56, 16)),
        ([0, -1, 1, 0], 270, (32, 64), (16, 56)),
    ] {
        let track = Track { turn, ..Track::new(&wide, samples.clone()) };
        let dir = tempfile::tempdir().unwrap();
        let (mp4, mkv) = (dir.path().join("phone.mp4"), dir.path().join("phone.mkv"));
        fs::write(&mkv, turned_mkv(&track, degrees)).unwrap();
        fs::write(&mp4, movie(&[track])).unwrap();
        // Not every version of FFmpeg knows the turn of Matroska.
        let by_mp4 = decoders().into_iter().map(|decoder| (&mp4, decoder));
        for (path, decoder) in by_mp4.chain([(&mkv, Decoder::Native)]) {
            let mut source = open(path, decoder).unwrap();
            let mut frame = Frame::default();
            assert!(source.next(&mut frame).unwrap());
            let luma = |(x, y): (usize, usize)| frame.luma()[y * frame.width() + x];
            assert_eq!((frame.width(), frame.height()), size, "{degrees}");
            assert_eq!((luma(bright), source.notes().turned), (200, degrees));
            assert_eq!((0..size.0 * size.1).filter(|i| frame.luma()[*i] == 200).count(), 16 * 32);
        }
    }
}

/// A Matroska file of JPEG pictures at these times in thousandths of a second, a cluster each.
fn mkv(times: &[u32]) -> Vec<u8> {
    let pictures: Vec<_> = (0..).zip(times).map(|(n, time)| (*time, jpeg(n * 4))).collect();
    matroska(&element(&[0x86], b"V_MJPEG"), &[], &pictures)
}

/// A track's pictures in Matroska, to be turned clockwise; the file itself has the angle counter-clockwise.
fn turned_mkv(track: &Track, degrees: u32) -> Vec<u8> {
    let coding = [element(&[0x86], b"V_MPEG4/ISO/AVC"), element(&[0x63, 0xa2], &track.avcc)];
    let roll = element(&[0x76, 0x75], &(-f64::from(degrees)).to_be_bytes());
    let pictures: Vec<_> = (0..).step_by(40).zip(track.samples.iter().cloned()).collect();
    matroska(&coding.concat(), &element(&[0x76, 0x70], &roll), &pictures)
}

fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    let size = (payload.len() as u64 | 1 << 56).to_be_bytes();
    [id, &size, payload].concat()
}

/// A Matroska file of pictures with their times, a cluster each.
fn matroska(coding: &[u8], pose: &[u8], pictures: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let number = |id: &[u8], number: u32| element(id, &number.to_be_bytes());
    let ebml = element(
        &[0x1a, 0x45, 0xdf, 0xa3],
        &[element(&[0x42, 0x82], b"matroska"), number(&[0x42, 0x87], 4), number(&[0x42, 0x85], 2)]
            .concat(),
    );
    let length = f64::from(pictures.last().map_or(0, |(time, _)| *time) + 40);
    let info = element(
        &[0x15, 0x49, 0xa9, 0x66],
        &[number(&[0x2a, 0xd7, 0xb1], 1_000_000), element(&[0x44, 0x89], &length.to_be_bytes())]
            .concat(),
    );
    let sides = [number(&[0xb0], 64), number(&[0xba], 48)].concat();
    let video = element(&[0xe0], &[&sides, pose].concat());
    let entry = [
        number(&[0xd7], 1),
        number(&[0x73, 0xc5], 1),
        number(&[0x83], 1),
        number(&[0x23, 0xe3, 0x83], 40_000_000),
        coding.to_vec(),
        video,
    ];
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &entry.concat()));
    let clusters: Vec<u8> = pictures
        .iter()
        .flat_map(|(time, picture)| {
            let block = [&[0x81, 0, 0, 0x80][..], picture].concat();
            let parts = [number(&[0xe7], *time), element(&[0xa3], &block)].concat();
            element(&[0x1f, 0x43, 0xb6, 0x75], &parts)
        })
        .collect();
    [ebml, element(&[0x18, 0x53, 0x80, 0x67], &[info, tracks, clusters].concat())].concat()
}
