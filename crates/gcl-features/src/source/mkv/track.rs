//! A track of Matroska.

use super::elements::{Elements, float, unsigned};

/// What is known of a track.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    pub number: u64,
    pub video: bool,
    pub enabled: bool,
    pub codec: String,
    pub config: Vec<u8>,
    /// Nanoseconds from a picture to the next.
    pub step: Option<u64>,
    pub pixels: u64,
    /// Degrees clockwise by which pictures are to be turned.
    pub turned: u32,
    pub encoded: bool,
}

impl Track {
    pub(super) fn read(entry: &[u8]) -> Self {
        let mut track = Self { enabled: true, ..Self::default() };
        for (id, content) in Elements(entry) {
            match id {
                0xd7 => track.number = unsigned(content),
                0x83 => track.video = unsigned(content) == 1,
                0xb9 => track.enabled = unsigned(content) == 1,
                0x86 => {
                    track.codec =
                        String::from_utf8_lossy(content).trim_end_matches('\0').to_owned();
                }
                0x63a2 => track.config = content.to_vec(),
                0x23_e383 => track.step = Some(unsigned(content)),
                0x6d80 => track.encoded = true,
                0xe0 => {
                    let side = |wanted: u32| {
                        let found = Elements(content).find(|(id, _)| *id == wanted);
                        found.map_or(0, |(_, side)| unsigned(side) & 0xffff)
                    };
                    track.pixels = side(0xb0) * side(0xba);
                    track.turned = turned(content);
                }
                _ => {}
            }
        }
        track
    }
}

/// The turn of a video's projection, in degrees clockwise: a quarter or half turn about the line of sight alone, else none.
fn turned(video: &[u8]) -> u32 {
    let projection = Elements(video).find(|(id, _)| *id == 0x7670);
    let angle = |wanted: u32| {
        let mut poses = Elements(projection.map_or(&[], |(_, content)| content));
        poses.find(|(id, _)| *id == wanted).and_then(|(_, angle)| float(angle)).unwrap_or(0.0)
    };
    let (yaw, pitch, roll) = (angle(0x7673), angle(0x7674), angle(0x7675));
    // Roll is counter-clockwise.
    match (-roll).rem_euclid(360.0).round() {
        turn @ (90.0 | 180.0 | 270.0) if yaw == 0.0 && pitch == 0.0 => turn as u32,
        _ => 0,
    }
}
