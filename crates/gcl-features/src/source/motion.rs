//! Motion JPEG: each picture a JPEG of its own, decoded as those of folders are.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::coded::{Bytes, Coded, Sample};
use super::fit::turned;
use super::gaps::Gaps;
use super::pictures::{Ending, Pictures, Shown, Step};
use super::{SourceError, SourceInfo, images, jpeg};
use crate::frame::{Frame, Pixels};

/// A container's JPEG pictures.
pub(super) struct MotionJpeg {
    path: PathBuf,
    info: SourceInfo,
    coded: Box<dyn Coded>,
    bytes: Vec<u8>,
    gaps: Gaps,
    /// Whether pictures have the mark of their end, by the first that is there as a whole: some cameras leave it out.
    ends: Option<bool>,
    /// What comes next, and the frame of the picture among it.
    ready: VecDeque<Step>,
    frame: Frame,
}

gcl_data::brief_debug!(MotionJpeg);

impl MotionJpeg {
    /// Decodes up to the first picture.
    ///
    /// # Errors
    /// The file cannot be read, or no picture in it be decoded.
    pub(super) fn open(path: &Path, coded: Box<dyn Coded>) -> Result<Self, SourceError> {
        let (fps, frames) = (coded.stream().fps, coded.stream().frames);
        let decoder = "image 0.25".to_owned();
        let mut source = Self {
            path: path.to_owned(),
            info: SourceInfo { width: 0, height: 0, fps, frames, decoder },
            coded,
            bytes: Vec::new(),
            gaps: Gaps::default(),
            ends: None,
            ready: VecDeque::new(),
            frame: Frame::default(),
        };
        while !matches!(source.ready.back(), Some(Step::Picture(_))) {
            if !source.read()? {
                let reason = source.ready.into_iter().find_map(|step| match step {
                    Step::Lost { reason, .. } => Some(reason),
                    _ => None,
                });
                return Err(match reason {
                    Some(reason) => SourceError::damaged(path, 0, reason),
                    None => SourceError::empty(path),
                });
            }
        }
        (source.info.width, source.info.height) = (source.frame.width(), source.frame.height());
        Ok(source)
    }

    /// Takes in the next coded picture; `false` after the last.
    fn read(&mut self) -> Result<bool, SourceError> {
        let mut bytes = std::mem::take(&mut self.bytes);
        let sample = self.coded.next(&mut bytes)?;
        self.bytes = bytes;
        let Some(Sample { time, shown, after_loss, bytes }) = sample else { return Ok(false) };
        // Of one without bytes the picture before stays.
        if !shown || (bytes == Bytes::Whole && self.bytes.is_empty()) {
            return Ok(true);
        }
        if after_loss {
            self.gaps.watch();
        }
        for time in self.gaps.before(time, self.coded.step()) {
            let seconds = self.coded.seconds(time);
            self.ready.push_back(Step::Lost { seconds, reason: "its bytes are lost".into() });
        }
        let seconds = self.coded.seconds(time);
        let decoded = match bytes {
            Bytes::None(why) => Err(why.to_owned()),
            Bytes::Whole => {
                if !*self.ends.get_or_insert_with(|| jpeg::is_whole(&self.bytes)) {
                    self.bytes.extend(jpeg::END);
                }
                self.decode()?
            }
            Bytes::Broken => self.decode()?,
        };
        self.ready.push_back(match decoded {
            Ok(frame) => {
                self.frame = frame;
                Step::Picture(Shown { seconds, partial: false })
            }
            Err(reason) => Step::Lost { seconds, reason: reason.into() },
        });
        Ok(true)
    }

    /// Decodes the bytes of a picture, or says what is wrong with them.
    fn decode(&self) -> Result<Result<Frame, String>, SourceError> {
        if jpeg::is_of_fields(&self.bytes) {
            return Err(SourceError::unsupported(&self.path, "JPEG pictures of fields"));
        }
        let image = match images::upright(jpeg::with_tables(&self.bytes)) {
            Ok(image) => image,
            Err(why) => return Ok(Err(why)),
        };
        let (width, height) = (image.width() as usize, image.height() as usize);
        let pixels = if image.color().has_color() {
            Pixels::Rgb(image.into_rgb8().into_raw())
        } else {
            Pixels::Gray(image.into_luma8().into_raw())
        };
        let (width, height, pixels) = turned(width, height, pixels, self.turned());
        Ok(Ok(Frame::new(width, height, pixels).at(&self.path)?))
    }
}

impl Pictures for MotionJpeg {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        while self.ready.is_empty() {
            if !self.read()? {
                let (missing, remarks) = self.coded.ending();
                let missing = missing.saturating_sub(self.gaps.filled);
                return Ok(Step::End(Ending { missing, remarks, concealed: 0 }));
            }
        }
        let step = self.ready.pop_front().unwrap_or(Step::End(Ending::default()));
        if let Step::Picture(_) = step {
            std::mem::swap(frame, &mut self.frame);
        }
        Ok(step)
    }

    fn turned(&self) -> u32 {
        self.coded.stream().turned
    }
}
