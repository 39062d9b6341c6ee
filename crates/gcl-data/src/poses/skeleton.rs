//! COCO's 17 key-points, and OpenPose's 18.

/// Key-points of a COCO pose, as AlphaPose writes it.
pub const COCO_JOINTS: usize = 17;

/// Key-points of an OpenPose pose: COCO's and a neck.
pub const OPENPOSE_JOINTS: usize = 18;

/// For each OpenPose joint the COCO key-point that it is: nose, neck, right shoulder, elbow and
/// wrist, the left ones, right hip, knee and ankle, the left ones, right and left eye, right and left
/// ear. Number 17 stands for the neck, which COCO lacks.
const ORDER: [usize; OPENPOSE_JOINTS] =
    [0, NECK, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3];
const NECK: usize = 17;
const SHOULDERS: [usize; 2] = [5, 6];

/// Poses of COCO's 17 key-points `[n, 17, 3]` as OpenPose's 18 `[n, 18, 3]`: the neck is the mean of the
/// shoulders, its confidence included. Values that do not fill a whole pose are dropped.
pub fn to_openpose(keypoints: &[f32]) -> Vec<f32> {
    let poses = keypoints.as_chunks::<3>().0.chunks_exact(COCO_JOINTS);
    let mut out = Vec::with_capacity(poses.len() * OPENPOSE_JOINTS * 3);
    for pose in poses {
        let [left, right] = SHOULDERS.map(|joint| pose.get(joint).copied().unwrap_or_default());
        // In double precision, as NumPy computes it from a file's numbers.
        let middle = |a: f32, b: f32| (0.5 * (f64::from(a) + f64::from(b))) as f32;
        let [x, y, confidence] = left;
        let neck = [middle(x, right[0]), middle(y, right[1]), middle(confidence, right[2])];
        let joint = |&joint: &usize| pose.get(joint).copied().unwrap_or(neck);
        out.extend(ORDER.iter().flat_map(joint));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joints_move_to_their_places_and_the_neck_is_between_the_shoulders() {
        let pose: Vec<f32> = (0..51u8).map(f32::from).collect();
        let out = to_openpose(&pose);
        assert_eq!(out.len(), 54);
        let joint = |j: usize| &out[3 * j..3 * j + 3];
        assert_eq!(joint(0), [0.0, 1.0, 2.0]); // nose
        assert_eq!(joint(1), [16.5, 17.5, 18.5]); // between 5 and 6
        assert_eq!(joint(2), [18.0, 19.0, 20.0]); // right shoulder, COCO's 6
        assert_eq!(joint(13), [45.0, 46.0, 47.0]); // left ankle, COCO's 15
        assert_eq!(joint(17), [9.0, 10.0, 11.0]); // left ear, COCO's 3
        assert!(to_openpose(&pose[..50]).is_empty());
    }
}
