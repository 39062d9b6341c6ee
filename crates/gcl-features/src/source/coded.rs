//! What a container gives a decoder: coded pictures with their times.

use super::SourceError;

/// How pictures are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    H264,
    Hevc,
    /// Each picture a JPEG of its own.
    Jpeg,
}

impl Coding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::H264 => "H.264",
            Self::Hevc => "HEVC",
            Self::Jpeg => "JPEG",
        }
    }

    /// How units are told apart where a container has this record of the coding; none if it is too short.
    pub(super) fn units(self, config: &[u8]) -> Option<Units> {
        let at = match self {
            Self::H264 => 4,
            Self::Hevc => 21,
            Self::Jpeg => return Some(Units::StartCodes),
        };
        // The lower bits are the length of lengths, less one.
        Some(Units::Lengths(usize::from(config.get(at)? & 3) + 1))
    }
}

/// How the units of a coded picture are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Units {
    /// Each behind its length in so many bytes.
    Lengths(usize),
    /// Each behind a start code.
    StartCodes,
}

/// What is known of a stream of coded pictures.
#[derive(Debug)]
pub(super) struct Stream {
    pub coding: Coding,
    pub units: Units,
    /// Parameter sets in front of all pictures, as an `avcC` or `hvcC` record; empty where they are among them.
    pub config: Vec<u8>,
    /// Whether the times tell the order of display.
    pub ordered: bool,
    /// Whether it may start with pictures that refer to earlier ones.
    pub joined_late: bool,
    /// Degrees clockwise by which pictures are to be turned.
    pub turned: u32,
    pub fps: Option<f64>,
    pub frames: Option<usize>,
}

/// A coded picture, or a field of one.
#[derive(Debug)]
pub(super) struct Sample {
    /// Its display time, in units of the container.
    pub time: i64,
    /// Whether it is shown.
    pub shown: bool,
    /// Whether something was lost before it, how much is not known.
    pub after_loss: bool,
    /// Whether its bytes are there, all of them, in part, or not at all.
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bytes {
    Whole,
    Broken,
    /// And why.
    None(&'static str),
}

/// A container's stream of coded pictures, in the order of decoding.
pub(super) trait Coded: Send {
    fn stream(&self) -> &Stream;

    /// Reads the next one into `bytes`; none after the last.
    ///
    /// # Errors
    /// The file cannot be read.
    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError>;

    /// A display time in seconds, where it has a meaning.
    fn seconds(&self, time: i64) -> Option<f64>;

    /// From a picture to the next, in units of time, where that is known.
    fn step(&self) -> Option<i64>;

    /// Pictures that are known to be missing at the end, and what was odd, in words.
    fn ending(&self) -> (usize, Vec<String>);
}
