//! Poses of persons, by a published network that the user brings.
//!
//! [`BLAZEPOSE`] says where its file comes from; [`BlazePoseLite`] is the network, and [`Poser`] runs it on persons'
//! boxes. [`extract_poses`] does it all, from footage to the JSON that [`gcl_data::poses`] reads.

mod crop;
mod extract;
mod network;
mod persons;
mod record;

use gcl_data::poses::COCO_JOINTS;
use gcl_data::tracks::Bounds;
use gcl_kernels::{Graph, Plan, PlanOptions};

use crate::networks::NetworkError;
use crop::Crop;
pub use crop::Rgb;
pub use extract::{PoseExtractError, extract_poses};
pub use network::{BLAZEPOSE, BlazePoseLite};
use network::{PARTS, POINTS};
pub use persons::PoseOptions;

/// The side of the pictures that the network sees.
pub const SIDE: usize = 256;

/// The network's point for each of COCO's 17: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, the left
/// one first.
const COCO: [usize; COCO_JOINTS] = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];

/// A person's pose.
#[derive(Debug, Clone, PartialEq)]
pub struct Pose {
    /// COCO's 17 key-points, `[17, 3]`: x and y in pixels of the frame, and the confidence that each is visible.
    pub keypoints: [[f32; 3]; COCO_JOINTS],
    /// The probability that there is a person.
    pub person: f32,
}

/// Poses whose points lie, on average, closer than this share of the taller one's height are of one person.
const SAME: f32 = 0.1;

impl Pose {
    /// Whether two poses of a frame are of one person, whom a detector has seen twice.
    pub fn is_same(&self, other: &Self) -> bool {
        let height = |pose: &Self| {
            let (low, high) = pose
                .keypoints
                .iter()
                .fold((f32::MAX, f32::MIN), |(a, b), point| (a.min(point[1]), b.max(point[1])));
            high - low
        };
        let points = self.keypoints.iter().zip(&other.keypoints);
        let apart: f32 = points.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).sum();
        apart < SAME * COCO_JOINTS as f32 * height(self).max(height(other))
    }
}

/// The network, ready to see persons of one video after the other. It runs on the host.
#[derive(Debug)]
pub struct Poser {
    plan: Plan,
    /// The picture as the network sees it, `[3, 256, 256]`.
    input: Vec<f32>,
}

impl Poser {
    /// Makes [`BlazePoseLite`]'s graph ready on so many threads.
    ///
    /// # Errors
    /// [`NetworkError::Plan`] for another graph.
    pub fn new(graph: &Graph, threads: usize) -> Result<Self, NetworkError> {
        let threads = PlanOptions { threads: threads.max(1), ..PlanOptions::default() };
        let plan = Plan::with(graph, [1, 3, 1, SIDE, SIDE], &threads)?;
        Ok(Self { plan, input: vec![0.0; 3 * SIDE * SIDE] })
    }

    /// The pose of the person in a box of a frame. The network sees a square around the box's middle, a quarter
    /// larger than its longer side.
    ///
    /// # Errors
    /// [`NetworkError::Plan`].
    pub fn pose(&mut self, frame: &Rgb<'_>, bounds: Bounds) -> Result<Pose, NetworkError> {
        let crop = Crop::around(bounds);
        crop.fill(frame, &mut self.input);
        let outputs = self.plan.run(&self.input)?;
        let values = outputs.first().map(|output| &output.data[..]).unwrap_or_default();
        let logistic = |logit: f32| 1.0 / (1.0 + (-logit).exp());
        let (points, _) = values.as_chunks::<PARTS>();
        let keypoints = COCO.map(|point| {
            let [x, y, _, visible, _] = points.get(point).copied().unwrap_or_default();
            let [x, y] = crop.place([x, y]);
            [x, y, logistic(visible)]
        });
        let person = values.get(POINTS * PARTS).copied().unwrap_or(f32::NEG_INFINITY);
        Ok(Pose { keypoints, person: logistic(person) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_seen_twice_is_one() {
        // A person 160 pixels high, and the same pose some pixels on.
        let at = |dx: f32| {
            let mut keypoints = [[0.0, 0.0, 1.0]; COCO_JOINTS];
            for (n, point) in keypoints.iter_mut().enumerate() {
                (point[0], point[1]) = (dx + n as f32, 10.0 * n as f32);
            }
            Pose { keypoints, person: 1.0 }
        };
        assert!(at(0.0).is_same(&at(15.0)));
        assert!(!at(0.0).is_same(&at(17.0)));
    }
}
