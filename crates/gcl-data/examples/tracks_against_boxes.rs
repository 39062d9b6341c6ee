//! How tracks compare with a detector's boxes:
//! `cargo run --release -p gcl-data --example tracks_against_boxes -- TRACKS BOXES.csv`
//!
//! In each frame the boxes that overlap most are paired first. Printed are, for least overlaps (intersection
//! over union) of 0.3 and 0.5, the share of the detector's boxes that are paired (recall) and of the tracks'
//! (precision); and the share of the detector's boxes more than half of which lies inside a track's: someone is
//! seen, but perhaps together with others.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use gcl_data::tracks::{Bounds, read_detections, read_tracks};
use gcl_data::{VideoId, files, resolve_all};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [tracks, boxes] = paths.as_slice() else {
        return Err("expected a folder of tracks and a CSV of boxes".into());
    };
    let detector = read_detections(boxes)?;
    let files = files::with_extension(tracks, "txt")?;
    let ids: Vec<VideoId> = files.iter().map(|(id, _)| id.clone()).collect();
    let names = resolve_all(&ids, detector.keys())?;
    let (mut expected, mut found, mut inside, mut persons) = (0, 0, 0, 0);
    let mut paired = [0; 2];
    for ((_, file), name) in files.iter().zip(names) {
        let Some(boxes) = name.and_then(|name: &VideoId| detector.get(name)) else { continue };
        let mut frames: BTreeMap<u32, (Vec<Bounds>, Vec<Bounds>)> = BTreeMap::new();
        for detection in boxes {
            frames.entry(detection.frame).or_default().0.push(detection.bounds);
        }
        for track in read_tracks(file)?.tracks {
            persons += 1;
            for (&frame, &bounds) in track.frames.iter().zip(&track.boxes) {
                frames.entry(frame).or_default().1.push(bounds);
            }
        }
        for (theirs, ours) in frames.values() {
            expected += theirs.len();
            found += ours.len();
            let held = |a: &&Bounds| ours.iter().any(|b| common(**a, *b) > 0.5 * area(**a));
            inside += theirs.iter().filter(held).count();
            for (paired, least) in paired.iter_mut().zip([0.3, 0.5]) {
                *paired += pairs(theirs, ours, least);
            }
        }
    }
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    println!("{expected} boxes of the detector, {found} of {persons} tracks");
    for (paired, least) in paired.into_iter().zip([0.3, 0.5]) {
        let (recall, precision) = (share(paired, expected), share(paired, found));
        println!("overlap {least}: recall {recall:.3}, precision {precision:.3}");
    }
    println!("inside a track's box: {:.3}", share(inside, expected));
    Ok(())
}

fn area([x1, y1, x2, y2]: Bounds) -> f32 {
    (x2 - x1) * (y2 - y1)
}

fn common(a: Bounds, b: Bounds) -> f32 {
    let width = a[2].min(b[2]) - a[0].max(b[0]);
    let height = a[3].min(b[3]) - a[1].max(b[1]);
    width.max(0.0) * height.max(0.0)
}

fn pairs(a: &[Bounds], b: &[Bounds], least: f32) -> usize {
    let mut overlaps = Vec::new();
    for (i, &a) in a.iter().enumerate() {
        for (j, &b) in b.iter().enumerate() {
            let both = common(a, b);
            overlaps.push((both / (area(a) + area(b) - both), i, j));
        }
    }
    overlaps.retain(|(overlap, ..)| *overlap >= least);
    overlaps.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let (mut used_a, mut used_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut count = 0;
    for (_, i, j) in overlaps {
        if !used_a[i] && !used_b[j] {
            (used_a[i], used_b[j]) = (true, true);
            count += 1;
        }
    }
    count
}
