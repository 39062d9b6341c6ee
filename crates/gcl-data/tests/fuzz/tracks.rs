//! Boxes and poses.

use gcl_data::tracks::read_detections;
use gcl_data::{WindowRule, Windows, read_poses, read_tracks};

use crate::common::{header, npy};
use crate::fuzz::Target;

#[test]
fn track_texts() {
    let corpus = [
        "0 1 1 10 10 20 30\n1 1 1 11 10 21 30\n0 2 1 50.5 10 70 40\n",
        "frame,person,state,x1,y1,x2,y2\n0,1,1,10,10,20,30\n",
        "1,1,10,10,20,30,0.9,-1,-1,-1\n2,1,12,10,20,30,0.9,-1,-1,-1\n",
    ];
    let corpus = corpus.map(|text| text.as_bytes().to_vec()).to_vec();
    let target =
        Target { name: "tracks", corpus, words: crate::tables::WORDS, ..Target::default() };
    target.run(|path| {
        let file = read_tracks(path)?;
        for track in &file.tracks {
            drop(track.pieces(2));
        }
        Ok::<(), gcl_data::FileError>(())
    });
}

#[test]
fn detections() {
    let corpus =
        vec![b"clip,frame,x1,y1,x2,y2,confidence\na,0,1,1,5,5,0.9\nb,3,2,1,6,5,1\n".to_vec()];
    let target =
        Target { name: "detections", corpus, words: crate::tables::WORDS, ..Target::default() };
    target.run(|path| read_detections(path).map(drop));
}

#[test]
fn poses() {
    let keypoints = vec!["1.5"; 51].join(",");
    let corpus = vec![
        format!(
            "{{\"1\": {{\"0\": {{\"keypoints\": [{keypoints}]}}, \"1\": {{\"keypoints\": [{keypoints}]}}}}}}"
        ),
        format!(
            "[{{\"image_id\": \"12.jpg\", \"idx\": 1, \"keypoints\": [{keypoints}], \"score\": NaN}}]"
        ),
        format!("{{\"12.jpg\": [{{\"idx\": [1.0], \"keypoints\": [{keypoints}]}}]}}"),
    ];
    let corpus = corpus.into_iter().map(String::into_bytes).collect();
    let words = &[
        "{",
        "}",
        "[",
        "]",
        "[[[[[[[[[[",
        "NaN",
        "null",
        "\"keypoints\":",
        "\"idx\":",
        "\"image_id\":",
        "\\u0000",
        "-NaN",
    ];
    let target = Target { name: "poses", corpus, words, ..Target::default() };
    target.run(|path| {
        let tracks = read_poses(path)?;
        let mut windows = Windows::of_poses(WindowRule::training(24)).unwrap();
        drop(windows.add_poses(gcl_data::VideoId::new("a").unwrap(), &tracks));
        Ok::<(), gcl_data::FileError>(())
    });
}

#[test]
fn windows_in_npy() {
    let values = (0..2 * 4 * 18 * 3).map(|i| (i % 101) as f32);
    let floats: Vec<u8> = values.clone().flat_map(f32::to_le_bytes).collect();
    let doubles: Vec<u8> = values.flat_map(|value| f64::from(value).to_le_bytes()).collect();
    let corpus = vec![
        npy(&header("<f4", false, "(2, 4, 18, 3)"), &floats),
        npy(&header("<f8", false, "(2, 4, 18, 3)"), &doubles),
    ];
    let target = Target { name: "windows", corpus, ..Target::default() };
    target.run(|path| Windows::read_npy(path).map(drop));
}
