//! The one policy for damaged footage: an index never shifts, and what was lost is counted.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use gcl_data::{At, TimesBuilder, VideoNotes};

use super::fit::fitted;
use super::pictures::{Ending, Pictures, Shown, Step};
use super::{FrameSource, SourceError, SourceInfo};
use crate::frame::Frame;

/// Different remarks that are kept.
const REMARKS: usize = 4;

/// A video whose lost pictures are filled: the one before stands in their place, at the beginning the first good one.
/// Those behind the last good one are not filled but counted. Pictures of another size than the first one are scaled to it.
pub(super) struct Mended {
    path: PathBuf,
    pictures: Box<dyn Pictures>,
    info: SourceInfo,
    /// Decoded ahead, behind lost ones.
    ready: VecDeque<Ready>,
    spare: Frame,
    given: usize,
    ended: bool,
    times: TimesBuilder,
    /// The last frame's time, `None` once a frame had none.
    clock: Option<f64>,
    sizes: (usize, usize),
    notes: VideoNotes,
}

enum Ready {
    Picture(Box<Frame>, Shown),
    /// The one before once more.
    Repeat(Option<f64>),
}

impl Mended {
    pub(super) fn new(path: &Path, pictures: Box<dyn Pictures>) -> Self {
        let info = pictures.info().clone();
        let sizes = (info.width, info.height);
        let (size, turned) = (Some([info.width, info.height]), pictures.turned());
        Self {
            path: path.to_owned(),
            pictures,
            info,
            ready: VecDeque::new(),
            spare: Frame::default(),
            given: 0,
            ended: false,
            times: TimesBuilder::default(),
            clock: Some(0.0),
            sizes,
            notes: VideoNotes { size, turned, ..VideoNotes::default() },
        }
    }

    fn remark(&mut self, text: impl Into<String>) {
        let (text, remarks) = (text.into(), &mut self.notes.remarks);
        let known = remarks.iter().any(|remark| remark.ends_with(&text));
        if remarks.len() < REMARKS && !known && !text.is_empty() {
            remarks.push(text);
        }
    }

    /// Reads up to the next good picture behind lost ones.
    fn read_behind(&mut self, first: Option<f64>) -> Result<(), SourceError> {
        let mut lost = vec![first];
        loop {
            match self.pictures.next(&mut self.spare)? {
                Step::Lost { seconds, .. } => lost.push(seconds),
                Step::End(mut ending) => {
                    ending.missing += lost.len();
                    return self.end(ending);
                }
                Step::Picture(shown) => {
                    self.notes.concealed += lost.len();
                    let frame = Box::new(std::mem::take(&mut self.spare));
                    let times = between(self.clock.filter(|_| self.given > 0), lost, shown.seconds);
                    let repeats = times.into_iter().map(Ready::Repeat);
                    if self.given > 0 {
                        self.ready.extend(repeats);
                        self.ready.push_back(Ready::Picture(frame, shown));
                    } else {
                        // All of them are this picture; the first one is shown first.
                        self.ready.extend(repeats);
                        let first = match self.ready.pop_front() {
                            Some(Ready::Repeat(seconds)) => seconds,
                            _ => shown.seconds,
                        };
                        self.ready.push_back(Ready::Repeat(shown.seconds));
                        let shown = Shown { seconds: first, ..shown };
                        self.ready.push_front(Ready::Picture(frame, shown));
                    }
                    return Ok(());
                }
            }
        }
    }

    fn end(&mut self, ending: Ending) -> Result<(), SourceError> {
        self.ended = true;
        self.notes.missing += ending.missing;
        self.notes.concealed = (self.notes.concealed + ending.concealed).min(self.given);
        ending.remarks.into_iter().for_each(|remark| self.remark(remark));
        if self.given == 0 {
            let reason = self.notes.remarks.join("; ");
            return Err(match reason.is_empty() {
                true => SourceError::empty(&self.path),
                false => SourceError::damaged(&self.path, 0, reason),
            });
        }
        let timed = self.clock.is_some();
        let times = std::mem::take(&mut self.times);
        if timed {
            (self.info.fps, self.notes.times) = times.finish(self.info.fps);
        }
        Ok(())
    }

    /// Notes that a frame is given.
    fn give(&mut self, seconds: Option<f64>) {
        self.given += 1;
        self.clock = seconds.filter(|_| self.clock.is_some());
        if let Some(seconds) = self.clock {
            self.times.push(seconds);
        }
    }

    fn picture(&mut self, frame: &mut Frame, shown: Shown) -> Result<(), SourceError> {
        let (first, found) = ((self.info.width, self.info.height), (frame.width(), frame.height()));
        if found != self.sizes {
            self.sizes = found;
            if found != first {
                let ((w, h), (to, by)) = (found, first);
                let place = self.given;
                self.remark(format!(
                    "pictures of {w}x{h} pixels from frame {place} on are scaled to {to}x{by}"
                ));
            }
        }
        if found != first {
            *frame = fitted(frame, first).at(&self.path)?;
        }
        self.notes.partial += usize::from(shown.partial);
        self.give(shown.seconds);
        Ok(())
    }
}

/// The times of lost pictures, where they have none of their own: evenly between the good ones.
fn between(before: Option<f64>, lost: Vec<Option<f64>>, behind: Option<f64>) -> Vec<Option<f64>> {
    let parts = lost.len() as f64 + 1.0;
    let even = |i: usize| {
        let (before, behind) = (before?, behind?);
        Some(before + (behind - before) * (i as f64 + 1.0) / parts)
    };
    lost.into_iter().enumerate().map(|(i, seconds)| seconds.or_else(|| even(i))).collect()
}

impl FrameSource for Mended {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError> {
        loop {
            match self.ready.pop_front() {
                Some(Ready::Picture(picture, shown)) => {
                    *frame = *picture;
                    self.picture(frame, shown)?;
                    return Ok(true);
                }
                Some(Ready::Repeat(seconds)) => {
                    self.give(seconds);
                    return Ok(true);
                }
                None if self.ended => return Ok(false),
                None => {}
            }
            match self.pictures.next(frame)? {
                Step::Picture(shown) => {
                    self.picture(frame, shown)?;
                    return Ok(true);
                }
                Step::Lost { seconds, reason } => {
                    let place = self.given;
                    self.remark(format!("frame {place}: {reason}"));
                    self.read_behind(seconds)?;
                }
                Step::End(ending) => self.end(ending)?,
            }
            // A decoder that took over has another name.
            self.info.decoder.clone_from(&self.pictures.info().decoder);
        }
    }

    fn notes(&self) -> VideoNotes {
        VideoNotes { turned: self.pictures.turned(), ..self.notes.clone() }
    }
}
