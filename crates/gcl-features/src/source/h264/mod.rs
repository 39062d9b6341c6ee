//! H.264, decoded in Rust.

mod order;
mod picture;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use gcl_data::At;
use rust_h264::decoder::{Decoder, Frame as Decoded};
use rust_h264::error::DecodeError;
use rust_h264::nal::{
    NalUnit, NalUnitType, parse_annex_b, parse_avcc, parse_avcc_config, parse_sps_info,
};

use super::coded::{Bytes, Coded, Sample, Units};
use super::fit::turned;
use super::pictures::{Ending, Pictures, Shown, Step};
use super::{SourceError, SourceInfo};
use crate::colour::Matrix;
use crate::frame::{Frame, check_size};
use crate::guard::guarded;
use order::{Order, Outcome};
use picture::{is_intra, is_whole, pixels};

/// Largest picture of the standard's highest level (6.2), in macroblocks of 16x16 pixels.
const MOST_MACROBLOCKS: u64 = 139_264;

/// The most pictures that a gap in the times is filled with: a minute at 25 a second.
const MOST_FILLED: i64 = 1500;

/// Pictures behind a loss that may show it as a gap before them: what is lost in the order of decoding lies apart in that of
/// display.
const WATCHED: usize = 32;

/// Pictures in a row that a decoder may not support before another one is asked for: a single one may be damaged.
const MOST_UNSUPPORTED: usize = 3;

/// One coded picture is held in memory, and as many decoded ones as display order may need (17).
pub(super) struct H264 {
    path: PathBuf,
    info: SourceInfo,
    coded: Box<dyn Coded>,
    bytes: Vec<u8>,
    decoder: Decoder,
    /// Whether a coded picture is a whole one, and not a field; else it comes out with the next.
    progressive: bool,
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
    /// Display time of the last picture, how many more to look for gaps before, and pictures that were filled in.
    last: Option<i64>,
    watched: usize,
    filled: usize,
    ended: bool,
    full_range: bool,
    matrix: Matrix,
}

gcl_data::brief_debug!(H264);

/// Why a unit was not decoded.
enum Failure {
    /// It is damaged.
    Damaged(Cow<'static, str>),
    /// It is damaged, or of a kind that the decoder does not know.
    Unsupported(String),
    /// The decoder may be left half-changed.
    Broken(String),
    /// It refers to pictures before the file's start.
    Early,
}

impl H264 {
    /// Decodes up to the first frame.
    ///
    /// # Errors
    /// The file cannot be read or nothing in it be decoded; [`SourceError::Unsupported`] where it is coded in a way
    /// that only other decoders know: 4:4:4, slice groups.
    pub(super) fn open(path: &Path, coded: Box<dyn Coded>) -> Result<Self, SourceError> {
        let stream = coded.stream();
        let (fps, frames) = (stream.fps, stream.frames);
        let (order, waiting) = (Order::new(stream.ordered), stream.joined_late);
        let decoder = "rust_h264 0.6".to_owned();
        let mut source = Self {
            path: path.to_owned(),
            info: SourceInfo { width: 0, height: 0, fps, frames, decoder },
            coded,
            bytes: Vec::new(),
            decoder: Decoder::new(),
            progressive: true,
            waiting,
            paired: false,
            open: VecDeque::new(),
            read: 0,
            early: 0,
            begun: !waiting,
            unsupported: 0,
            order,
            ready: VecDeque::new(),
            last: None,
            watched: 0,
            filled: 0,
            ended: false,
            full_range: false,
            matrix: Matrix::default(),
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
            source.info.fps = source.decoder.frame_rate_f64().or(source.info.fps);
        }
        let (width, height) = (first.1.width as usize, first.1.height as usize);
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
        let avcc = self.coded.stream().avcc.clone();
        if avcc.is_empty() {
            return Ok(());
        }
        let config = parse_avcc_config(&avcc)
            .map_err(|reason| SourceError::damaged(&self.path, 0, reason))?;
        for unit in config.sps_nals.iter().chain(&config.pps_nals) {
            match self.feed(unit) {
                Ok(_) => {}
                Err(Failure::Unsupported(why)) => {
                    return Err(SourceError::unsupported(&self.path, why));
                }
                Err(Failure::Damaged(why)) => return Err(SourceError::damaged(&self.path, 0, why)),
                Err(Failure::Broken(why)) => return Err(SourceError::damaged(&self.path, 0, why)),
                Err(Failure::Early) => {}
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
                    let rest = guarded(|| self.decoder.flush()).ok().flatten();
                    self.resolve(self.open.len(), rest, false);
                }
            }
            self.bytes = bytes;
            while let Some((time, outcome)) = self.order.next(self.ended) {
                self.fill_gap(time);
                self.ready.push_back((self.coded.seconds(time), outcome));
            }
        }
        Ok(())
    }

    /// Puts lost pictures in front of one that is shown at this time, where bytes were lost and there is a gap.
    fn fill_gap(&mut self, time: i64) {
        let last = self.last.replace(time);
        let (Some(last), Some(step), 1..) = (last, self.coded.step(), self.watched) else { return };
        self.watched -= 1;
        let steps = time.saturating_sub(last).saturating_add(step / 2) / step.max(1);
        if (2..=MOST_FILLED).contains(&steps) {
            for n in 1..steps {
                let seconds = self.coded.seconds(last + n * step);
                self.ready.push_back((seconds, Outcome::Lost("its bytes are lost".into())));
                self.filled += 1;
            }
        }
    }

    /// Decodes one sample: the units of one picture, or of a field.
    fn decode(&mut self, bytes: &[u8], sample: Sample) -> Result<(), SourceError> {
        let number = self.read;
        self.read += 1;
        if sample.bytes == Bytes::Whole && bytes.is_empty() {
            return Ok(()); // the picture before stays
        }
        if sample.shown {
            self.order.expect(number, sample.time);
        }
        if sample.after_loss {
            self.watched = WATCHED;
        }
        let there = sample.bytes;
        self.open.push_back((number, sample));
        let failure = match there {
            Bytes::None(why) => Some(Failure::Damaged(why.into())),
            there => self.decode_units(bytes, there == Bytes::Whole).err(),
        };
        match failure {
            None => self.unsupported = 0,
            Some(Failure::Damaged(why)) => self.lose(why),
            Some(Failure::Unsupported(why)) => {
                self.unsupported += 1;
                if self.info.width == 0 || self.unsupported >= MOST_UNSUPPORTED {
                    return Err(SourceError::unsupported(&self.path, why));
                }
                self.lose(why.into());
            }
            Some(Failure::Early) => {
                self.early += 1;
                if let Some((number, sample)) = self.open.pop_back() {
                    self.order.forget(number, sample.time);
                }
            }
            Some(Failure::Broken(why)) => {
                self.lose(why.into());
                self.decoder = Decoder::new();
                self.start()?;
                self.waiting = true;
            }
        }
        Ok(())
    }

    /// Decodes the units of the last of the open samples.
    fn decode_units(&mut self, bytes: &[u8], whole: bool) -> Result<(), Failure> {
        let (units, whole) = match self.coded.stream().units {
            Units::Lengths(size) => (parse_avcc(bytes, size), whole && is_whole(bytes, size)),
            Units::StartCodes => (parse_annex_b(bytes), whole),
        };
        let (mut slices, mut failure) = (0, None);
        for unit in &units {
            let is_key = unit.nal_unit_type == NalUnitType::SliceIdr;
            let is_slice = is_key || unit.nal_unit_type == NalUnitType::Slice;
            let starts = is_key || (is_slice && self.waiting && is_intra(unit));
            if is_slice && !self.begun && !starts {
                return Err(Failure::Early);
            }
            if is_slice && self.waiting && !starts {
                return Err(Failure::Damaged("it needs a picture that was lost".into()));
            }
            let fed = self.feed(unit);
            self.waiting &= !(starts && fed.is_ok());
            self.begun |= starts && fed.is_ok();
            match fed {
                // A picture that comes before anything of this sample is decoded is of those before it.
                Ok(Some(picture)) if slices == 0 => {
                    self.resolve(self.open.len().saturating_sub(1), Some(picture), false);
                }
                Ok(picture @ Some(_)) => self.resolve(self.open.len(), picture, false),
                Ok(None) => {}
                Err(broken @ Failure::Broken(_)) => return Err(broken),
                Err(why) => {
                    failure = failure.or(Some(why));
                    continue;
                }
            }
            if is_key && slices == 0 {
                self.order.next_period();
            }
            slices += usize::from(is_slice);
        }
        if slices == 0 {
            let cut =
                if whole { "a sample without a picture in it" } else { "a picture is cut off" };
            return Err(failure.unwrap_or(Failure::Damaged(cut.into())));
        }
        if self.progressive {
            let picture = guarded(|| self.decoder.flush()).map_err(Failure::Broken)?;
            let partly = failure.is_some() || !whole;
            self.resolve(self.open.len(), picture, partly);
        } else if self.open.len() > 2 {
            self.resolve(1, None, false);
        }
        Ok(())
    }

    /// The first `count` open samples made a picture together, or none.
    fn resolve(&mut self, count: usize, picture: Option<Decoded>, partly: bool) {
        let mut outcome = match picture {
            Some(picture) => Some(Outcome::Decoded(Box::new(picture), partly)),
            None => Some(Outcome::Lost("the decoder gives no picture".into())),
        };
        self.paired |= count > 1;
        for _ in 0..count {
            let Some((number, sample)) = self.open.pop_front() else { return };
            match (sample.shown, outcome.take()) {
                (true, Some(outcome)) => self.order.add(number, sample.time, outcome),
                (true, None) => self.order.forget(number, sample.time),
                (false, _) => {}
            }
        }
    }

    /// The last open sample is lost, and with it those that the decoder held back: a field, or the picture before.
    fn lose(&mut self, why: Cow<'static, str>) {
        if self.paired && self.open.len() > 1 {
            self.resolve(self.open.len(), None, false);
        }
        while let Some((number, sample)) = self.open.pop_front() {
            if sample.shown {
                self.order.add(number, sample.time, Outcome::Lost(why.clone()));
            }
        }
    }

    fn ending(&self) -> Ending {
        let (missing, mut remarks) = self.coded.ending();
        let missing = missing.saturating_sub(self.filled);
        if self.early > 0 {
            let early = self.early;
            remarks.push(format!("the first {early} pictures need some before the file's start"));
        }
        Ending { missing, remarks, concealed: 0 }
    }

    fn feed(&mut self, unit: &NalUnit<'_>) -> Result<Option<Decoded>, Failure> {
        if unit.nal_unit_type == NalUnitType::Sps {
            let info = guarded(|| parse_sps_info(unit)).map_err(Failure::Broken)??;
            let macroblocks = u64::from(info.coded_width / 16) * u64::from(info.coded_height / 16);
            if macroblocks > MOST_MACROBLOCKS {
                let (width, height) = (info.coded_width, info.coded_height);
                return Err(Failure::Damaged(
                    format!("{width}x{height} pixels exceed H.264").into(),
                ));
            }
            self.full_range = info.full_range;
            self.matrix = Matrix::from_code(info.matrix);
            self.progressive = info.progressive;
        }
        Ok(guarded(|| self.decoder.decode_nal(unit)).map_err(Failure::Broken)??)
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Unsupported(_) => Self::Unsupported(format!("H.264: {error}")),
            _ => Self::Damaged(format!("H.264: {error}").into()),
        }
    }
}

impl Pictures for H264 {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        self.fill()?;
        let (seconds, decoded, concealed) = match self.ready.pop_front() {
            None => return Ok(Step::End(self.ending())),
            Some((seconds, Outcome::Lost(reason))) => return Ok(Step::Lost { seconds, reason }),
            Some((seconds, Outcome::Decoded(decoded, concealed))) => (seconds, decoded, concealed),
        };
        let (width, height) = (decoded.width as usize, decoded.height as usize);
        let pixels = pixels(*decoded, self.full_range, self.matrix);
        let (width, height, pixels) = turned(width, height, pixels, self.turned());
        *frame = Frame::new(width, height, pixels).at(&self.path)?;
        Ok(Step::Picture(Shown { seconds, concealed }))
    }

    fn turned(&self) -> u32 {
        self.coded.stream().turned
    }
}
