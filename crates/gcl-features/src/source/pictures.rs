//! What every decoder gives: pictures in display order, and where one was lost.

use std::borrow::Cow;

use super::{SourceError, SourceInfo};
use crate::frame::Frame;

/// What comes next in a video.
#[derive(Debug)]
pub(super) enum Step {
    /// A picture, written to the frame.
    Picture(Shown),
    /// A picture that stands here and cannot be decoded. The frame is left as it was.
    Lost {
        /// When it is shown, in seconds, where that is known.
        seconds: Option<f64>,
        reason: Cow<'static, str>,
    },
    /// There is no more.
    End(Ending),
}

/// How a picture is shown.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown {
    /// When, in seconds from the video's start, where that is known.
    pub seconds: Option<f64>,
    /// Whether a part of it was not decoded, and is taken from the one before.
    pub partial: bool,
}

/// How a video ended.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// Pictures that the file promises and does not have.
    pub missing: usize,
    /// Pictures among those given that the decoder made up, as far as it is not known which.
    pub concealed: usize,
    /// What was odd, in words.
    pub remarks: Vec<String>,
}

impl Ending {
    pub(super) fn early(missing: usize, reason: impl ToString) -> Self {
        Self { missing, remarks: vec![reason.to_string()], ..Self::default() }
    }
}

/// A decoder of one video. It may give pictures of several sizes; [`Mended`](super::mended::Mended) makes a source of it.
pub(super) trait Pictures: Send {
    fn info(&self) -> &SourceInfo;

    /// The next picture, or what is instead of it; `frame` is the one before, where there is one. Not called again after
    /// [`Step::End`] or an error.
    ///
    /// # Errors
    /// The video cannot be read further, but is not known to be damaged; or ([`SourceError::Unsupported`]) another
    /// decoder may read it.
    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError>;

    /// Degrees clockwise by which pictures were turned.
    fn turned(&self) -> u32 {
        0
    }
}
