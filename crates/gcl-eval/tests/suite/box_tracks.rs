//! What four numbers of a box are worth: the nearest neighbour among the training boxes, on
//! ShanghaiTech's tracks. A floor for every method on box-track features, and a test of the way from
//! tracks to AUC on real data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::lists::read_zhong;
use gcl_data::objects::gaussian;
use gcl_data::{BoxTrack, Truth, TruthFormat, VideoId, read_tracks};
use gcl_eval::roc_auc;

type Point = [f32; 4];

/// Boxes of a track between the two that movement is measured from.
const LAG: usize = 5;

/// For each box but the first 5 of a track: frame, movement of the centre over 5 boxes in heights, ln of
/// width by height, ln of height.
fn features(track: &BoxTrack) -> impl Iterator<Item = (usize, Point)> + '_ {
    let centre = |[x1, y1, x2, y2]: [f32; 4]| (0.5 * (x1 + x2), 0.5 * (y1 + y2));
    (LAG..track.boxes.len()).map(move |i| {
        let now @ [x1, y1, x2, y2] = track.boxes[i];
        let ((x, y), (from_x, from_y)) = (centre(now), centre(track.boxes[i - LAG]));
        let (width, height) = (x2 - x1, y2 - y1);
        let point =
            [(x - from_x) / height, (y - from_y) / height, (width / height).ln(), height.ln()];
        (track.frames[i] as usize, point)
    })
}

fn distance(a: &Point, b: &Point) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Sorts points into a k-d tree: the middle of each range splits it along `depth`'s axis.
fn build(points: &mut [Point], depth: usize) {
    if points.len() > 1 {
        let middle = points.len() / 2;
        points.select_nth_unstable_by(middle, |a, b| a[depth % 4].total_cmp(&b[depth % 4]));
        let (left, right) = points.split_at_mut(middle);
        build(left, depth + 1);
        build(&mut right[1..], depth + 1);
    }
}

/// Lowers `best` to the squared distance from `point` to the nearest of the tree.
fn nearest(tree: &[Point], point: &Point, depth: usize, best: &mut f32) {
    let middle = tree.len() / 2;
    let Some(split) = tree.get(middle) else { return };
    *best = best.min(distance(split, point));
    let side = point[depth % 4] - split[depth % 4];
    let (near, far) = if side < 0.0 {
        (&tree[..middle], &tree[middle + 1..])
    } else {
        (&tree[middle + 1..], &tree[..middle])
    };
    nearest(near, point, depth + 1, best);
    if side * side < *best {
        nearest(far, point, depth + 1, best);
    }
}

type Tracks = BTreeMap<VideoId, Vec<BoxTrack>>;

/// Frame AUC without and with smoothing: the largest distance of a frame's boxes, 0 without one.
fn auc(tracks: &Tracks, train: &[VideoId], test: &[VideoId], truth: &Truth) -> (f64, f64) {
    let of = |id: &VideoId| tracks[id].iter().flat_map(features);
    let mut points: Vec<Point> =
        train.iter().flat_map(of).map(|(_, point)| point).step_by(5).collect();
    let n = points.len() as f64;
    let mut scale = [(0.0, 0.0); 4];
    for (axis, scale) in scale.iter_mut().enumerate() {
        let mean = points.iter().map(|p| f64::from(p[axis])).sum::<f64>() / n;
        let squares: f64 = points.iter().map(|p| (f64::from(p[axis]) - mean).powi(2)).sum();
        *scale = (mean as f32, (squares / n).sqrt() as f32);
    }
    let scaled = |p: Point| -> Point {
        std::array::from_fn(|axis| (p[axis] - scale[axis].0) / scale[axis].1)
    };
    points.iter_mut().for_each(|p| *p = scaled(*p));
    build(&mut points, 0);

    let (mut raw, mut smooth, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for id in test {
        let own = truth.labels(id, None).unwrap();
        let mut scores = vec![0.0; own.len()];
        for (frame, point) in of(id) {
            let mut best = f32::INFINITY;
            nearest(&points, &scaled(point), 0, &mut best);
            scores[frame] = f64::max(scores[frame], f64::from(best.sqrt()));
        }
        raw.extend(scores.iter().map(|s| *s as f32));
        gaussian(&mut scores, 13.0);
        smooth.extend(scores.iter().map(|s| *s as f32));
        labels.extend(own);
    }
    let area = |scores: &[f32]| roc_auc(scores, &labels).unwrap().value().unwrap();
    (area(&raw), area(&smooth))
}

fn read(folder: &Path) -> Tracks {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let id = VideoId::from_path(folder, &path).unwrap();
        (id, read_tracks(&path).unwrap().tracks)
    };
    files.map(read).collect()
}

#[test]
fn the_nearest_neighbour_of_four_numbers() {
    let data = std::env::var_os("GCL_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let Some(folder) = data.map(|data| data.join("shanghaitech")) else {
        eprintln!("SKIPPED: GCL_DATA not set (the_nearest_neighbour needs the real data)");
        return;
    };
    let mut tracks = read(&folder.join("tracks/train"));
    let train: Vec<VideoId> = tracks.keys().cloned().collect();
    let test = read(&folder.join("tracks/test"));
    let ids: Vec<VideoId> = test.keys().cloned().collect();
    tracks.extend(test);
    assert_eq!((train.len(), ids.len(), tracks.len()), (330, 107, 437));

    let truth = Truth::read(folder.join("masks-occ"), TruthFormat::Masks).unwrap();
    let (raw, smooth) = auc(&tracks, &train, &ids, &truth);
    eprintln!("original split: {raw:.4}, smoothed {smooth:.4}");
    assert!((smooth - 0.814).abs() < 0.001, "original split: {smooth}");

    let lists = ["SH_Train.txt", "SH_Test.txt"].map(|name| folder.join(name));
    let manifest = read_zhong(&lists[0], &lists[1]).unwrap();
    let split = |name: &str| -> Vec<VideoId> {
        let own = manifest.videos.iter().filter(|(_, e)| e.split.as_deref() == Some(name));
        own.map(|(id, _)| id.clone()).collect()
    };
    let truth = Truth::read(folder.join("masks-weak"), TruthFormat::Masks).unwrap();
    let (raw, smooth) = auc(&tracks, &split("train"), &split("test"), &truth);
    eprintln!("weak split: {raw:.4}, smoothed {smooth:.4}");
    assert!((smooth - 0.795).abs() < 0.001, "weak split: {smooth}");
}
