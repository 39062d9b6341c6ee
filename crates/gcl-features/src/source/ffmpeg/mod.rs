//! Any other kind of video, through an `ffmpeg` executable on the PATH; 4.2 to 9 are tried.

mod clock;
mod process;
mod said;
mod version;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::ChildStdout;

use gcl_data::At;

use super::cut::promise;
use super::pictures::{Ending, Pictures, Shown, Step};
use super::y4m::Y4m;
use super::{Colour, SourceError, SourceInfo};
use crate::frame::{Frame, Pixels, check_size};
use clock::Clock;
use process::Process;
use said::{FrameLine, Trouble};
pub use version::version;

/// What helps where there is no FFmpeg.
pub(super) const REMEDIES: &str = "no `ffmpeg` on the PATH: install FFmpeg, or convert the video to H.264 in MP4 or to \
                                   a folder of PNG or JPEG frames";

/// The most pictures that one gap in the times is filled with: a minute at 25 a second.
const MOST_FILLED: f64 = 1500.0;

/// The best video stream of a file, decoded by a child process.
pub(super) struct Ffmpeg {
    path: PathBuf,
    process: Process,
    frames: FrameStream,
    info: SourceInfo,
    turned: u32,
    frame: Frame,
    /// What comes next: pictures that were lost, and behind them the one in `frame`.
    ready: VecDeque<Step>,
    /// The line of the first frame, read for its size.
    first: Option<FrameLine>,
    clock: Clock,
    /// Frames that came, gaps that were filled, and frames that the decoder complained of.
    given: usize,
    filled: usize,
    complaints: usize,
}

gcl_data::brief_debug!(Ffmpeg);

/// The format in which FFmpeg writes frames.
enum FrameStream {
    Planes(Y4m<BufReader<ChildStdout>>),
    Rgb(BufReader<ChildStdout>),
}

impl Ffmpeg {
    /// Starts FFmpeg. `reason` says why it is needed; the decoder's name and errors carry it.
    ///
    /// # Errors
    /// There is no `ffmpeg`, or it finds no video that it can read.
    pub(super) fn open(path: &Path, reason: &str, colour: Colour) -> Result<Self, SourceError> {
        // FFmpeg itself reports a file that cannot be opened, but less clearly.
        std::fs::File::open(path).at(path)?;
        let Some(version) = version() else {
            return Err(SourceError::of(path, &format!("{reason}; {REMEDIES}")));
        };
        let decoder = format!("{version} ({reason})");
        let (mut process, stdout) = Process::start(path, version, colour)?;
        let first = process.listener.frame();
        let frames = match (first, colour) {
            (None, _) => Err(SourceError::empty(path)),
            (Some(_), Colour::AsCoded) => Y4m::new(stdout, path, &decoder).map(FrameStream::Planes),
            (Some(_), Colour::Rgb) => Ok(FrameStream::Rgb(stdout)),
        };
        let frames = match frames {
            Ok(frames) => frames,
            Err(error) => {
                process.finish(path)?;
                // What FFmpeg says tells more than that it wrote no frame.
                return Err(match process.kill().complaints.as_str() {
                    "" => error,
                    said => SourceError::damaged(path, 0, said),
                });
            }
        };
        let (width, height) = match &frames {
            FrameStream::Planes(planes) => (planes.info().width, planes.info().height),
            FrameStream::Rgb(_) => first.and_then(|line| line.size).unwrap_or_default(),
        };
        check_size(width, height).at(path)?;
        let fps = first.and_then(|line| line.fps);
        let info = SourceInfo { width, height, fps, frames: None, decoder };
        Ok(Self {
            path: path.to_owned(),
            process,
            frames,
            info,
            turned: first.map_or(0, |line| line.turned),
            frame: Frame::default(),
            ready: VecDeque::new(),
            first,
            clock: Clock::new(fps),
            given: 0,
            filled: 0,
            complaints: 0,
        })
    }

    /// Reads the next frame; `false` after the last.
    fn read(&mut self) -> Result<bool, SourceError> {
        match &mut self.frames {
            FrameStream::Planes(planes) => {
                Ok(matches!(planes.next(&mut self.frame)?, Step::Picture(_)))
            }
            FrameStream::Rgb(stdout) => {
                if stdout.fill_buf().at(&self.path)?.is_empty() {
                    return Ok(false);
                }
                // The size was checked when it was opened.
                let (width, height) = (self.info.width, self.info.height);
                let mut rgb = vec![0; width * height * 3];
                match stdout.read_exact(&mut rgb) {
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
                    read => read.at(&self.path)?,
                }
                self.frame = Frame::new(width, height, Pixels::Rgb(rgb)).at(&self.path)?;
                Ok(true)
            }
        }
    }

    /// What is said at the end.
    fn ending(&mut self) -> Result<Ending, SourceError> {
        let said = self.process.finish(&self.path)?;
        let promised = promise(&self.path);
        let cut = said.cut || promised.cut;
        let complained = !said.complaints.is_empty();
        let all = self.given + self.filled;
        let by_length = || {
            let frames = (said.length? - self.clock.end()?) / self.clock.step?;
            (frames > 0.5 && frames < 1e9).then_some(frames.round() as usize)
        };
        let missing = match promised.frames {
            Some(frames) if cut => frames.saturating_sub(all),
            _ if cut || complained => by_length().unwrap_or(0),
            _ => 0,
        };
        // The picture that is cut itself is missing.
        let known = self.filled + usize::from(missing > 0);
        let concealed = self.complaints.max(said.concealed).saturating_sub(known);
        let mut remarks = Vec::new();
        if cut {
            remarks.push("the file ends early".to_owned());
        }
        if complained && (concealed + self.filled + missing > 0 || all == 0) {
            remarks.push(format!("FFmpeg says: {}", said.complaints));
        }
        Ok(Ending { missing, concealed, remarks })
    }
}

impl Pictures for Ffmpeg {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        if self.ready.is_empty() {
            if !self.read()? {
                return Ok(Step::End(self.ending()?));
            }
            let line = self.first.take().or_else(|| self.process.listener.frame());
            let line = line.unwrap_or_default();
            self.complaints += usize::from(line.trouble == Trouble::Decoder && self.given > 0);
            self.given += 1;
            let (gap, seconds) = self.clock.tick(line.seconds, line.trouble != Trouble::None);
            self.filled += gap.len();
            let reason = "FFmpeg gives no picture";
            let lost = |seconds| Step::Lost { seconds: Some(seconds), reason: reason.into() };
            self.ready.extend(gap.into_iter().map(lost));
            let shown = Shown { seconds, partial: false };
            self.ready.push_back(Step::Picture(shown));
        }
        let step = self.ready.pop_front().unwrap_or(Step::End(Ending::default()));
        if let Step::Picture(_) = step {
            std::mem::swap(frame, &mut self.frame);
        }
        Ok(step)
    }

    fn turned(&self) -> u32 {
        self.turned
    }
}
