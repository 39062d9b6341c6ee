//! Files of cubes: what is written comes back, and what does not fit is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::put;
use gcl_data::cubes::CubeFileError;
use gcl_data::{CubePlace, CubeType, CubeWriter, Npy, PackedCubes, Span, VideoId};

fn place(video: &str, frame: u32) -> CubePlace {
    let bounds = [1.5, 2.0, 30.25, 44.0];
    CubePlace { video: VideoId::new(video).unwrap(), frame, bounds }
}

#[test]
fn cubes_come_back_in_order_with_their_places() {
    let dir = tempfile::tempdir().unwrap();
    for (kind, error) in [(CubeType::Byte, 0.5 / 255.0 + 1e-6), (CubeType::Float, 0.0)] {
        let path = dir.path().join("test/cubes.npy");
        let mut writer = CubeWriter::create(&path, 3, 2, kind).unwrap();
        let cube = |i: usize| -> Vec<f32> { (0..36).map(|v| (v * i) as f32 / 360.0).collect() };
        let places = [place("b", 7), place("b", 0), place("a,\"x", 3)];
        for (i, place) in places.iter().enumerate() {
            writer.push(place, &cube(i)).unwrap();
        }
        assert!(writer.push(&places[0], &[0.0; 35]).is_err());
        assert_eq!(writer.finish().unwrap(), 3);
        let cubes = PackedCubes::open(&path).unwrap();
        assert_eq!((cubes.shape(), cubes.places()), (&[3, 3, 2, 2][..], &places[..]));
        let mut out = Vec::new();
        cubes.read(1..3, &mut out).unwrap();
        let expected = [cube(1), cube(2)].concat();
        assert!(out.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= error));
        assert_eq!(out.len(), 72);

        let videos = ["a,\"x", "b"].map(|id| VideoId::new(id).unwrap());
        let objects = cubes.objects(&videos).unwrap();
        assert_eq!((objects[0].video, objects[0].span), (1, Span { start: 6, end: 9 }));
        assert_eq!((objects[1].span, objects[1].centre), (Span { start: 0, end: 2 }, 0));
        let unknown = cubes.objects(&videos[..1]).unwrap_err();
        assert!(matches!(unknown, CubeFileError::NoVideo { cube: 0, .. }), "{unknown}");
    }
}

#[test]
fn an_unfinished_file_leaves_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cubes.npy");
    let mut writer = CubeWriter::create(&path, 1, 1, CubeType::Byte).unwrap();
    writer.push(&place("a", 0), &[0.0, 0.5, 1.0]).unwrap();
    writer.finish().unwrap();
    let mut writer = CubeWriter::create(&path, 1, 1, CubeType::Byte).unwrap();
    writer.push(&place("b", 1), &[1.0; 3]).unwrap();
    drop(writer);
    assert_eq!(PackedCubes::open(&path).unwrap().places(), [place("a", 0)]);
    assert_eq!(Npy::open(&path).unwrap().to_f32().unwrap(), [0.0, 128.0, 255.0]);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);

    let list = path.with_extension("csv");
    put(&list, "video,frame,x1,y1,x2,y2\n");
    let error = PackedCubes::open(&path).unwrap_err();
    assert!(matches!(error, CubeFileError::Count { found: 1, expected: 0, .. }), "{error}");
    std::fs::remove_file(&list).unwrap();
    assert!(matches!(PackedCubes::open(&path), Err(CubeFileError::Places(_))));
    gcl_data::write_f32(&path, &[1, 2, 1, 1, 1], &[0.0; 2]).unwrap();
    assert!(matches!(PackedCubes::open(&path), Err(CubeFileError::Shape { .. })));
}
