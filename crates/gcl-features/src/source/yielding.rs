//! The built-in reader, and FFmpeg in its place where it cannot read on.

use std::path::{Path, PathBuf};

use super::ffmpeg::{Ffmpeg, REMEDIES};
use super::pictures::{Ending, Pictures, Step};
use super::{Colour, SourceError, SourceInfo};
use crate::frame::Frame;

/// A built-in decoder that gives way to FFmpeg where it meets what it does not support, or decodes nothing.
pub(super) struct Yielding {
    path: PathBuf,
    colour: Colour,
    current: Box<dyn Pictures>,
    /// Whether it is FFmpeg, or there is none.
    settled: bool,
    /// Pictures given or lost, and those given.
    steps: usize,
    good: usize,
}

impl Yielding {
    pub(super) fn new(path: &Path, colour: Colour, native: Box<dyn Pictures>) -> Self {
        let (path, settled) = (path.to_owned(), false);
        Self { path, colour, current: native, settled, steps: 0, good: 0 }
    }

    /// Goes on with FFmpeg behind the pictures that there were; what it says if it cannot either.
    fn switch(&mut self, reason: &str) -> Result<(), SourceError> {
        self.settled = true;
        let mut ffmpeg = Ffmpeg::open(&self.path, reason, self.colour)?;
        let mut frame = Frame::default();
        for _ in 0..self.steps {
            if let Step::End(_) = ffmpeg.next(&mut frame)? {
                let reason =
                    format!("FFmpeg decodes no further than the built-in decoder: {reason}");
                return Err(SourceError::of(&self.path, &reason));
            }
        }
        self.current = Box::new(ffmpeg);
        Ok(())
    }

    fn missing(&self) -> usize {
        self.info().frames.map_or(0, |frames| frames.saturating_sub(self.steps))
    }
}

impl Pictures for Yielding {
    fn info(&self) -> &SourceInfo {
        self.current.info()
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        let step = match self.current.next(frame) {
            Ok(Step::End(ending)) if !self.settled && self.good == 0 => {
                let reason = ending.remarks.first().map_or("nothing decodes", String::as_str);
                self.steps = 0;
                match self.switch(reason) {
                    Ok(()) => self.current.next(frame)?,
                    Err(_) => Step::End(ending),
                }
            }
            Err(SourceError::Unsupported { reason, path }) if !self.settled => {
                let missing = self.missing();
                match self.switch(&reason) {
                    Ok(()) => self.current.next(frame)?,
                    Err(_) if self.good > 0 => {
                        let reason = format!("the rest is not read: {reason}; {REMEDIES}");
                        Step::End(Ending::early(missing, reason))
                    }
                    Err(_) => return Err(SourceError::Unsupported { reason, path }),
                }
            }
            step => step?,
        };
        match step {
            Step::End(_) => self.settled = true,
            Step::Lost { .. } => self.steps += 1,
            Step::Picture(_) => {
                self.steps += 1;
                self.good += 1;
            }
        }
        Ok(step)
    }

    fn turned(&self) -> u32 {
        self.current.turned()
    }
}
