//! Which joints a graph convolution mixes, and how strongly.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

/// How the neighbours of a joint are split into sets with weights of their own ([Yan et al., "Spatial
/// temporal graph convolutional networks"](https://arxiv.org/abs/1801.07455), §3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// One set. With every joint in reach, this is the plain mean over all joints.
    #[default]
    Uniform,
    /// One set for each distance.
    Distance,
    /// As `Distance`, and apart those that are farther from the centre than the joint itself.
    Spatial,
}

crate::spelled_by_serde!(Partition);

/// Points that move together, and which of them are neighbours.
///
/// ```
/// use gcl_core::stg_nf::Skeleton;
///
/// // Five points that are all neighbours: each is the mean of all.
/// assert_eq!(Skeleton::full(5).adjacency()?, [[0.2; 25]]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skeleton {
    /// The number of points V.
    pub joints: usize,
    /// Pairs of neighbours.
    pub edges: Vec<[usize; 2]>,
    /// The point that `Spatial` measures from.
    pub centre: usize,
    /// How neighbours are split.
    pub partition: Partition,
    /// Points more edges away than this are not mixed.
    pub max_hop: usize,
}

impl Skeleton {
    /// The 18 joints of OpenPose, as STG-NF uses them: uniform, up to 8 edges away. No two joints
    /// are farther apart than that, so that every entry of the adjacency is 1/18.
    pub fn openpose18() -> Skeleton {
        let edges = [[4, 3], [3, 2], [7, 6], [6, 5], [13, 12], [12, 11], [10, 9], [9, 8], [11, 5]];
        let more = [[8, 2], [5, 1], [2, 1], [0, 1], [15, 0], [14, 0], [17, 15], [16, 14]];
        let edges = edges.into_iter().chain(more).collect();
        Skeleton { joints: 18, edges, centre: 1, partition: Partition::Uniform, max_hop: 8 }
    }

    /// `joints` points that are all neighbours of each other, such as the corners of a box.
    pub fn full(joints: usize) -> Skeleton {
        let edges = (0..joints).flat_map(|a| (0..a).map(move |b| [a, b])).collect();
        Skeleton { joints, edges, centre: 0, partition: Partition::Uniform, max_hop: 1 }
    }

    /// The number of edges between each two joints, row by row; `None` where there is no way.
    fn distances(&self) -> Result<Vec<Option<usize>>> {
        let v = self.joints;
        let outside = |j: &usize| *j >= v;
        if v == 0 || v > 1024 || self.edges.iter().flatten().any(outside) {
            let expected = "1 to 1024 joints, and edges between them";
            return Err(CoreError::setting("skeleton", expected, format!("{v} joints")));
        }
        if outside(&self.centre) {
            return Err(CoreError::setting("skeleton.centre", "one of the joints", self.centre));
        }
        let mut neighbours = vec![Vec::new(); v];
        for &[a, b] in &self.edges {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        let mut distances = vec![None; v * v];
        for start in 0..v {
            distances[start * v + start] = Some(0);
            let mut queue = VecDeque::from([(start, 0)]);
            while let Some((joint, hops)) = queue.pop_front() {
                for &next in &neighbours[joint] {
                    let slot = &mut distances[start * v + next];
                    if slot.is_none() {
                        *slot = Some(hops + 1);
                        queue.push_back((next, hops + 1));
                    }
                }
            }
        }
        Ok(distances)
    }

    /// One V×V matrix per set, row by row; entry (a, b) is the weight of joint a for joint b.
    /// The entries of a column sum to 1 over all sets.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for no or too many joints, or an edge to a joint that is not there.
    pub fn adjacency(&self) -> Result<Vec<Vec<f32>>> {
        let (v, distances) = (self.joints, self.distances()?);
        let diameter = distances.iter().flatten().copied().max().unwrap_or(0);
        let within = |hop: usize| hop <= self.max_hop;
        let weight = |b: usize| {
            let reached = (0..v).filter(|a| distances[a * v + b].is_some_and(within)).count();
            1.0 / reached.max(1) as f32
        };
        let set = |belongs: &dyn Fn(usize, usize, usize) -> bool| -> Vec<f32> {
            let entry = |i: usize| match distances[i] {
                Some(hop) if within(hop) && belongs(i / v, i % v, hop) => weight(i % v),
                _ => 0.0,
            };
            (0..v * v).map(entry).collect()
        };
        // Farther hops than the diameter would only add sets without members.
        let hops = 0..=self.max_hop.min(diameter);
        let central = |a: usize| distances[a * v + self.centre];
        Ok(match self.partition {
            Partition::Uniform => vec![set(&|_, _, _| true)],
            Partition::Distance => hops.map(|hop| set(&|_, _, h| h == hop)).collect(),
            Partition::Spatial => {
                let near = |hop| set(&|a, b, h| h == hop && central(a) >= central(b));
                let far = |hop| set(&|a, b, h| h == hop && central(a) < central(b));
                hops.flat_map(|hop| match hop {
                    0 => vec![set(&|_, _, h| h == 0)],
                    _ => vec![near(hop), far(hop)],
                })
                .collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_openpose_joint_reaches_every_other() {
        let adjacency = Skeleton::openpose18().adjacency().unwrap();
        assert_eq!(adjacency, [vec![1.0 / 18.0; 18 * 18]]);
        assert_eq!(Skeleton::full(4).adjacency().unwrap(), [vec![0.25; 16]]);
    }

    #[test]
    fn partitions_split_the_same_weights() {
        let whole = Skeleton { max_hop: 2, ..Skeleton::openpose18() };
        let uniform = &whole.adjacency().unwrap()[0];
        // Joint 4 (a wrist) reaches itself, the elbow and the shoulder.
        assert_eq!(uniform[3 * 18 + 4], 1.0 / 3.0);
        assert_eq!(uniform[18 + 4], 0.0);
        for (partition, sets) in [(Partition::Distance, 3), (Partition::Spatial, 5)] {
            let parts = Skeleton { partition, ..whole.clone() }.adjacency().unwrap();
            assert_eq!(parts.len(), sets);
            for i in 0..18 * 18 {
                let sum: f32 = parts.iter().map(|p| p[i]).sum();
                assert_eq!(sum, uniform[i], "{partition:?} {i}");
            }
        }
    }

    #[test]
    fn a_wrong_edge_is_an_error() {
        let skeleton = Skeleton { edges: vec![[0, 9]], ..Skeleton::full(3) };
        assert!(matches!(skeleton.adjacency(), Err(CoreError::Setting { .. })));
        assert!(Skeleton::full(0).adjacency().is_err());
    }
}
