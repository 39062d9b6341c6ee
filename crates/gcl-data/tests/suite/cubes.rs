//! Files of cubes: what is written comes back, and what does not fit is refused.

use crate::common::put;
use gcl_data::cubes::CubeFileError;
use gcl_data::{CubePlace, CubeType, CubeWriter, Npy, NpyError, PackedCubes, Span, VideoId};

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
        assert_eq!((cubes.shape(), &cubes.places[..]), (&[3, 3, 2, 2][..], &places[..]));
        let mut out = Vec::new();
        cubes.read(1..3, &mut out).unwrap();
        let expected = [cube(1), cube(2)].concat();
        assert!(out.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= error));
        assert_eq!(out.len(), 72);

        let videos = ["a,\"x", "b"].map(|id| VideoId::new(id).unwrap());
        let (_, objects): (Vec<usize>, Vec<gcl_data::ObjectPlace>) =
            cubes.objects(&videos).into_iter().unzip();
        assert_eq!((objects[0].video, objects[0].span), (1, Span { start: 6, end: 9 }));
        assert_eq!((objects[1].span, objects[1].centre), (Span { start: 0, end: 2 }, 0));
        let known = cubes.objects(&videos[..1]);
        assert!(known.iter().all(|(cube, place)| *cube > 0 && place.video == 0), "{known:?}");
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
    assert_eq!(PackedCubes::open(&path).unwrap().places, [place("a", 0)]);
    assert_eq!(Npy::open(&path).unwrap().to_f32().unwrap(), [0.0, 128.0, 255.0]);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);

    let list = path.with_extension("csv");
    put(&list, "video,frame,x1,y1,x2,y2\n");
    let error = PackedCubes::open(&path).unwrap_err();
    assert!(matches!(error, CubeFileError::Count { found: 1, expected: 0, .. }), "{error}");
    std::fs::remove_file(&list).unwrap();
    assert!(matches!(PackedCubes::open(&path), Err(CubeFileError::File(_))));
    gcl_data::write_f32(&path, &[1, 2, 1, 1, 1], &[0.0; 2]).unwrap();
    assert!(matches!(PackedCubes::open(&path), Err(CubeFileError::Shape { .. })));
}

/// The header of a `.npy` of this type and shape, and its bytes.
fn array(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let text = format!("{dict:117}\n");
    [b"\x93NUMPY\x01\x00", &118u16.to_le_bytes()[..], text.as_bytes(), values].concat()
}

#[test]
fn values_that_are_no_pixels_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cubes.npy");
    for kind in [CubeType::Byte, CubeType::Float] {
        let mut writer = CubeWriter::create(&path, 1, 1, kind).unwrap();
        writer.push(&place("a", 0), &[0.0, 0.5, 1.0]).unwrap();
        for bad in [f32::NAN, f32::INFINITY] {
            let error = writer.push(&place("a", 1), &[0.0, bad, 1.0]).unwrap_err();
            let found =
                matches!(error, CubeFileError::Npy(NpyError::NotFinite { row: 1, column: 1, .. }));
            assert!(found, "{error}");
        }
        assert_eq!((writer.cubes(), writer.finish().unwrap()), (1, 1));
    }

    let places = "video,frame,x1,y1,x2,y2\na,0,0,0,1,1\na,1,0,0,1,1\n";
    put(&path.with_extension("csv"), places);
    for descr in ["|b1", "|i1", "<u2"] {
        let size = if descr == "<u2" { 12 } else { 6 };
        put(&path, array(descr, "(2, 3, 1, 1, 1)", &vec![1; size]));
        let error = PackedCubes::open(&path).unwrap_err();
        assert!(matches!(error, CubeFileError::Type { .. }) && error.to_string().contains(descr));
    }
    // Levels from 0 to 255, and those that only differ from the range by rounding.
    let mut out = vec![1.0];
    gcl_data::write_f32(&path, &[2, 3, 1, 1, 1], &[0.0, 0.5, 1.0, 0.0, 1.0, 254.0]).unwrap();
    let cubes = PackedCubes::open(&path).unwrap();
    let error = cubes.read(0..2, &mut out).unwrap_err();
    assert!(matches!(error, CubeFileError::Range { cube: 1, value: 254.0, .. }), "{error}");
    assert!(out.is_empty());
    assert!(matches!(cubes.read(1..2, &mut out), Err(CubeFileError::Range { cube: 1, .. })));
    cubes.read(0..1, &mut out).unwrap();
    gcl_data::write_f32(&path, &[2, 3, 1, 1, 1], &[1.0 + 1e-6, -1e-6, 1.0, 0.0, 1.0, 0.5]).unwrap();
    PackedCubes::open(&path).unwrap().read(0..2, &mut out).unwrap();
    assert_eq!(out.len(), 6);
}

#[test]
fn cubes_that_are_taken_back_leave_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cubes.npy");
    let mut writer = CubeWriter::create(&path, 1, 1, CubeType::Byte).unwrap();
    for frame in 0..4 {
        writer.push(&place("a", frame), &[frame as f32 / 255.0; 3]).unwrap();
    }
    writer.truncate(1).unwrap();
    writer.push(&place("b", 9), &[9.0 / 255.0; 3]).unwrap();
    assert_eq!((writer.cubes(), writer.finish().unwrap()), (2, 2));
    assert_eq!(PackedCubes::open(&path).unwrap().places, [place("a", 0), place("b", 9)]);
    let values = Npy::open(&path).unwrap().to_f32().unwrap();
    assert_eq!(values, [0.0, 0.0, 0.0, 9.0, 9.0, 9.0]);
}

#[test]
fn a_list_that_cannot_be_written_leaves_the_old_array() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cubes.npy");
    gcl_data::write_f32(&path, &[1, 3, 1, 1, 1], &[0.25; 3]).unwrap();
    let list = path.with_extension("csv");
    put(&list.join("in the way"), "x");
    let mut writer = CubeWriter::create(&path, 1, 1, CubeType::Byte).unwrap();
    writer.push(&place("b", 1), &[1.0; 3]).unwrap();
    assert!(matches!(writer.finish(), Err(CubeFileError::File(e)) if e.path == list));
    assert_eq!(Npy::open(&path).unwrap().to_f32().unwrap(), [0.25; 3]);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
}
