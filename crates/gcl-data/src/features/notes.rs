//! What is known of a video's pictures beyond their number.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::FrameTimes;

/// What is known of a video's pictures beyond their number, and what of them was lost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VideoNotes {
    /// Width and height of the pictures as they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// Degrees clockwise by which the coded pictures were turned to stand upright.
    #[serde(skip_serializing_if = "is_zero")]
    pub turned: u32,
    /// When the frames are shown, where they are not evenly spaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<FrameTimes>,
    /// Frames that could not be decoded: the one before stands in their place, or what the decoder made of them.
    #[serde(skip_serializing_if = "is_zero")]
    pub concealed: usize,
    /// Frames of which some part could not be decoded, and is taken from the one before.
    #[serde(skip_serializing_if = "is_zero")]
    pub partial: usize,
    /// Frames that the file promises at its end and does not have.
    #[serde(skip_serializing_if = "is_zero")]
    pub missing: usize,
    /// What was odd about the video, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// For `skip_serializing_if`.
fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

impl VideoNotes {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What of a video of `frames` frames was lost or odd, as a sentence; `None` if nothing was.
    pub fn damage(&self, frames: usize) -> Option<Damage<'_>> {
        let nothing = self.concealed + self.partial + self.missing == 0 && self.remarks.is_empty();
        (!nothing).then_some(Damage { notes: self, frames })
    }

    /// The share of the frames that are not the camera's: the concealed ones. Those that are so in part do not count.
    pub fn loss(&self, frames: usize) -> f64 {
        self.concealed as f64 / frames.max(1) as f64
    }
}

/// What of a video was lost or odd ([`VideoNotes::damage`]); displays as a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Damage<'a> {
    notes: &'a VideoNotes,
    frames: usize,
}

impl fmt::Display for Damage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VideoNotes { concealed, partial, missing, remarks, .. } = self.notes;
        let all = self.frames.saturating_add(*missing);
        let mut parts = Vec::new();
        if *concealed > 0 {
            parts.push(format!(
                "{concealed} of {all} pictures could not be decoded and were filled"
            ));
        }
        if *partial > 0 {
            parts.push(format!("{partial} of {all} pictures are damaged in part"));
        }
        if *missing > 0 {
            parts.push(format!("{missing} of {all} pictures are missing at the end"));
        }
        let (counts, words) = (parts.join("; "), remarks.join("; "));
        match (counts.is_empty(), words.is_empty()) {
            (false, false) => write!(f, "{counts}: {words}"),
            _ => write!(f, "{counts}{words}"),
        }
    }
}
