//! Video whose coded pictures are made of units, H.264 and HEVC: what is the same for both. What is not is a [`Codec`].

pub(super) mod ahead;
pub(super) mod codec;
mod decode;
mod order;
pub(super) mod planes;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::coded::{Coded, Sample};
use super::fit::turned;
use super::gaps::Gaps;
use super::pictures::{Ending, Pictures, Shown, Step};
use super::{SourceError, SourceInfo};
use crate::frame::{Frame, FrameError, check_size};
use codec::{Codec, Decoded, Failure};
use order::{Order, Outcome};
use planes::fill;

/// One coded picture is held in memory, and as many decoded ones as display order may need (17).
pub(super) struct Video<C> {
    path: PathBuf,
    info: SourceInfo,
    coded: Box<dyn Coded>,
    bytes: Vec<u8>,
    codec: C,
    /// After a fresh start nothing is decoded before a key picture.
    waiting: bool,
    /// Whether two fields made a picture.
    paired: bool,
    /// Coded pictures without a decoded one yet.
    open: VecDeque<(usize, Sample)>,
    read: usize,
    /// Pictures that refer to some before the file's start, and whether one has come that does not.
    early: usize,
    begun: bool,
    unsupported: usize,
    order: Order,
    ready: VecDeque<(Option<f64>, Outcome)>,
    gaps: Gaps,
    ended: bool,
}

gcl_data::brief_debug!(Video<C>; C);

impl<C: Codec> Video<C> {
    /// Decodes up to the first frame.
    ///
    /// # Errors
    /// The file cannot be read or nothing in it be decoded; [`SourceError::Unsupported`] where it is coded in a way
    /// that only other decoders know.
    pub(super) fn open(path: &Path, coded: Box<dyn Coded>) -> Result<Self, SourceError> {
        let stream = coded.stream();
        let (fps, frames) = (stream.fps, stream.frames);
        let (order, waiting) = (Order::new(stream.ordered), stream.joined_late);
        let decoder = C::DECODER.to_owned();
        let mut source = Self {
            path: path.to_owned(),
            info: SourceInfo { width: 0, height: 0, fps, frames, decoder },
            coded,
            bytes: Vec::new(),
            codec: C::default(),
            waiting,
            paired: false,
            open: VecDeque::new(),
            read: 0,
            early: 0,
            begun: !waiting,
            unsupported: 0,
            order,
            ready: VecDeque::new(),
            gaps: Gaps::default(),
            ended: false,
        };
        source.start()?;
        let mut lost = Vec::new();
        let first = loop {
            source.fill()?;
            match source.ready.pop_front() {
                Some((seconds, Outcome::Decoded(first, part))) => break (seconds, first, part),
                Some(unseen) => lost.push(unseen),
                None => {
                    let reason = lost.into_iter().find_map(|(_, outcome)| match outcome {
                        Outcome::Lost(reason) => Some(reason),
                        Outcome::Decoded(..) => None,
                    });
                    return Err(match reason {
                        Some(reason) => SourceError::damaged(path, 0, reason),
                        None => SourceError::empty(path),
                    });
                }
            }
        };
        // Where the container has no clock, the stream itself may tell.
        if !source.coded.stream().ordered && first.0.is_none() {
            source.info.fps = source.codec.fps().or(source.info.fps);
        }
        let (width, height) = (first.1.width, first.1.height);
        check_size(width, height).at(path)?;
        let sideways = matches!(source.turned(), 90 | 270);
        (source.info.width, source.info.height) =
            if sideways { (height, width) } else { (width, height) };
        source.ready.push_front((first.0, Outcome::Decoded(first.1, first.2)));
        lost.into_iter().rev().for_each(|unseen| source.ready.push_front(unseen));
        Ok(source)
    }

    /// Gives the decoder the parameter sets that stand in front of all pictures.
    fn start(&mut self) -> Result<(), SourceError> {
        let config = self.coded.stream().config.clone();
        if config.is_empty() {
            return Ok(());
        }
        let sets = C::sets(&config).map_err(|why| SourceError::damaged(&self.path, 0, why))?;
        for unit in &sets {
            match self.codec.feed(unit) {
                Ok(_) | Err(Failure::Early | Failure::Hidden) => {}
                Err(Failure::Unsupported(why)) => {
                    return Err(SourceError::unsupported(&self.path, why));
                }
                Err(Failure::Damaged(why)) => return Err(SourceError::damaged(&self.path, 0, why)),
                Err(Failure::Broken(why)) => return Err(SourceError::damaged(&self.path, 0, why)),
            }
        }
        Ok(())
    }

    /// Decodes until a picture is ready or the track ends.
    fn fill(&mut self) -> Result<(), SourceError> {
        while self.ready.is_empty() && !self.ended {
            let mut bytes = std::mem::take(&mut self.bytes);
            match self.coded.next(&mut bytes)? {
                Some(sample) => self.decode(&bytes, sample)?,
                None => {
                    self.ended = true;
                    let rest = self.codec.flush().ok().flatten();
                    self.resolve(self.open.len(), rest, false);
                }
            }
            self.bytes = bytes;
            while let Some((time, outcome)) = self.order.next(self.ended) {
                for time in self.gaps.before(time, self.coded.step()) {
                    let lost = Outcome::Lost("its bytes are lost".into());
                    self.ready.push_back((self.coded.seconds(time), lost));
                }
                self.ready.push_back((self.coded.seconds(time), outcome));
            }
        }
        Ok(())
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn ending(&self) -> Ending {
        let (missing, mut remarks) = self.coded.ending();
        let missing = missing.saturating_sub(self.gaps.filled);
        if self.early > 0 {
            let early = self.early;
            remarks.push(format!("the first {early} pictures need some before the file's start"));
        }
        Ending { missing, remarks, concealed: 0 }
    }
}

/// A decoded picture as a frame, turned clockwise.
fn upright(decoded: Decoded, degrees: u32) -> Result<Frame, FrameError> {
    let Decoded { width, height, pixels, .. } = decoded;
    let (width, height, pixels) = turned(width, height, pixels, degrees);
    Frame::new(width, height, pixels)
}

impl<C: Codec> Pictures for Video<C> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        self.fill()?;
        let (seconds, decoded, partial) = match self.ready.pop_front() {
            None => return Ok(Step::End(self.ending())),
            Some((seconds, Outcome::Lost(reason))) => return Ok(Step::Lost { seconds, reason }),
            Some((seconds, Outcome::Decoded(decoded, partial))) => (seconds, decoded, partial),
        };
        let whole = decoded.whole;
        let mut picture = upright(*decoded, self.turned()).at(&self.path)?;
        if !whole && !fill(&mut picture, frame) {
            return Ok(Step::Lost { seconds, reason: "parts of it are damaged".into() });
        }
        *frame = picture;
        Ok(Step::Picture(Shown { seconds, partial }))
    }

    fn turned(&self) -> u32 {
        self.coded.stream().turned
    }
}
