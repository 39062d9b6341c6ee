//! From coded pictures to decoded ones, and what is done with those that fail.

use std::borrow::Cow;

use rust_h264::decoder::{Decoder, Frame as Decoded};
use rust_h264::error::DecodeError;
use rust_h264::nal::{NalUnit, NalUnitType, parse_annex_b, parse_avcc, parse_sps_info};

use super::order::Outcome;
use super::picture::{is_intra, is_whole};
use super::references::{MOST_REFERENCES, TooMany};
use super::{H264, WATCHED};
use crate::colour::Matrix;
use crate::guard::guarded;
use crate::source::SourceError;
use crate::source::coded::{Bytes, Sample, Units};

/// Largest picture of the standard's highest level (6.2), in macroblocks of 16x16 pixels.
const MOST_MACROBLOCKS: u64 = 139_264;

/// Pictures in a row that a decoder may not support before another one is asked for: a single one may be damaged.
const MOST_UNSUPPORTED: usize = 3;

/// Why a unit was not decoded.
pub(super) enum Failure {
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
    /// Decodes one sample: the units of one picture, or of a field.
    pub(super) fn decode(&mut self, bytes: &[u8], sample: Sample) -> Result<(), SourceError> {
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
    pub(super) fn decode_units(&mut self, bytes: &[u8], whole: bool) -> Result<(), Failure> {
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
    pub(super) fn resolve(&mut self, count: usize, picture: Option<Decoded>, partly: bool) {
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
    pub(super) fn lose(&mut self, why: Cow<'static, str>) {
        if self.paired && self.open.len() > 1 {
            self.resolve(self.open.len(), None, false);
        }
        while let Some((number, sample)) = self.open.pop_front() {
            if sample.shown {
                self.order.add(number, sample.time, Outcome::Lost(why.clone()));
            }
        }
    }

    pub(super) fn feed(&mut self, unit: &NalUnit<'_>) -> Result<Option<Decoded>, Failure> {
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
        guarded(|| self.references.check(unit)).map_err(Failure::Broken)??;
        Ok(guarded(|| self.decoder.decode_nal(unit)).map_err(Failure::Broken)??)
    }
}

impl From<TooMany> for Failure {
    fn from(TooMany(count): TooMany) -> Self {
        Self::Damaged(
            format!("a slice refers to {count} pictures, the standard allows {MOST_REFERENCES}")
                .into(),
        )
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
