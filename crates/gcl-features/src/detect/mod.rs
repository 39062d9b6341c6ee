//! Objects in single pictures, by a published detector that the user brings.
//!
//! [`SSD`] says where its file comes from; [`SsdMobileNetV2`] is the network, and [`Detector`] runs it on frames and
//! reads boxes out of its answers. [`objects`](crate::objects) joins them to tracks.

mod anchors;
mod decode;
mod extract;
mod follow;
mod network;
mod views;

use gcl_data::tracks::{Bounds, Detection};
use gcl_kernels::{Graph, Plan, PlanOptions};
use serde::{Deserialize, Serialize};

use crate::frame::Frame;
use crate::networks::NetworkError;
use decode::{decode, suppress};
pub use extract::{DetectOptions, extract_detected};
pub(crate) use follow::{FollowStop, Following};
pub use network::{SSD, SsdMobileNetV2};
use views::views;

/// The side of the pictures that the network sees.
pub const SIDE: usize = 300;

/// What it knows, by number; the first stands for nothing.
pub const CLASSES: [&str; 24] = [
    "nothing",
    "Bicycle",
    "Boot",
    "Laptop",
    "Person",
    "Chair",
    "Cattle",
    "Desk",
    "Cat",
    "Computer mouse",
    "Computer monitor",
    "Box",
    "Mug",
    "Coffee cup",
    "Stationary bicycle",
    "Table",
    "Bottle",
    "High heels",
    "Vehicle",
    "Footwear",
    "Dog",
    "Book",
    "Camera",
    "Car",
];

/// The number of the class of persons.
pub const PERSON: usize = 4;

/// A network and the sum of the file that it came from.
#[derive(Debug)]
pub struct Model {
    /// The graph with its weights.
    pub graph: Graph,
    /// SHA-256 of the weight file, 64 hex digits.
    pub sha256: String,
}

/// An object in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Its class, a place in [`CLASSES`].
    pub class: usize,
    /// Its box in pixels.
    pub bounds: Bounds,
    /// How sure the network is, 0 to 1.
    pub confidence: f32,
}

impl Found {
    /// The box of a frame by its number.
    pub fn detection(&self, frame: u32) -> Detection {
        Detection { frame, bounds: self.bounds, confidence: Some(self.confidence) }
    }
}

/// How objects are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DetectorOptions {
    /// The least confidence, above 0 and below 1.
    pub least: f32,
    /// The most overlap, intersection over union, of two objects of a class.
    pub overlap: f32,
    /// Parts that a frame is cut into, by columns and rows: each is seen by itself, at its own 300x300 pixels,
    /// after the whole frame. They find what is small in a large frame.
    pub tiles: [usize; 2],
}

impl Default for DetectorOptions {
    /// 0.3 sure, 0.5 overlap, the whole frame alone.
    fn default() -> Self {
        Self { least: 0.3, overlap: 0.5, tiles: [1, 1] }
    }
}

/// The most parts along a side of a frame.
pub const MOST_TILES: usize = 8;

impl DetectorOptions {
    /// Checks that everything is in its range.
    ///
    /// # Errors
    /// [`NetworkError::Size`].
    pub fn validate(&self) -> Result<(), NetworkError> {
        let wrong = |what, found: String, expected: String| {
            Err(NetworkError::Size { network: "detector", what, found, expected })
        };
        if !(self.least > 0.0 && self.least < 1.0) {
            return wrong("confidence", self.least.to_string(), "0 to 1, without these".to_owned());
        }
        if !(self.overlap >= 0.0 && self.overlap <= 1.0) {
            return wrong("overlap", self.overlap.to_string(), "0 to 1".to_owned());
        }
        if self.tiles.iter().any(|n| !(1..=MOST_TILES).contains(n)) {
            let [columns, rows] = self.tiles;
            let expected = format!("1 to {MOST_TILES} each");
            return wrong("number of parts", format!("{columns}x{rows}"), expected);
        }
        Ok(())
    }
}

/// The network, ready to see the frames of one video after the other. It runs on the host.
#[derive(Debug)]
pub struct Detector {
    plan: Plan,
    options: DetectorOptions,
    /// The picture as the network sees it, `[3, 300, 300]`.
    input: Vec<f32>,
}

impl Detector {
    /// Makes [`SsdMobileNetV2`]'s graph ready on so many threads.
    ///
    /// # Errors
    /// [`NetworkError::Size`] for an option out of range, and [`NetworkError::Plan`] for another graph.
    pub fn new(
        graph: &Graph,
        options: DetectorOptions,
        threads: usize,
    ) -> Result<Self, NetworkError> {
        options.validate()?;
        let threads = PlanOptions { threads: threads.max(1), ..PlanOptions::default() };
        let plan = Plan::with(graph, [1, 3, 1, SIDE, SIDE], &threads)?;
        Ok(Self { plan, options, input: vec![0.0; 3 * SIDE * SIDE] })
    }

    /// The objects of a frame, the surest first.
    ///
    /// # Errors
    /// [`NetworkError::Plan`].
    pub fn detect(&mut self, frame: &Frame) -> Result<Vec<Found>, NetworkError> {
        let mut found = Vec::new();
        for view in views(frame, self.options.tiles) {
            view.fill(&mut self.input);
            let maps = self.plan.run(&self.input)?;
            let seen = decode(&maps, view.size(), self.options.least);
            found.extend(seen.into_iter().filter_map(|one| view.place(one)));
        }
        Ok(suppress(found, self.options.overlap))
    }
}
