//! From coded pictures to decoded ones, and what is done with those that fail.

use std::borrow::Cow;

use super::Video;
use super::codec::{Codec, Decoded, Failure};
use super::order::Outcome;
use super::planes::is_whole;
use crate::source::SourceError;
use crate::source::coded::{Bytes, Sample, Units};

/// Pictures in a row that a decoder may not support before another one is asked for: a single one may be damaged.
const MOST_UNSUPPORTED: usize = 3;

impl<C: Codec> Video<C> {
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
            self.gaps.watch();
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
            Some(hidden @ (Failure::Early | Failure::Hidden)) => {
                if let Some((number, sample)) = self.open.pop_back() {
                    self.early += usize::from(matches!(hidden, Failure::Early) && sample.shown);
                    self.order.forget(number, sample.time);
                }
            }
            Some(Failure::Broken(why)) => {
                self.lose(why.into());
                self.codec.reset();
                self.start()?;
                self.waiting = true;
            }
        }
        Ok(())
    }

    /// Decodes the units of the last of the open samples.
    pub(super) fn decode_units(&mut self, bytes: &[u8], whole: bool) -> Result<(), Failure> {
        let units = self.coded.stream().units;
        let whole = match units {
            Units::Lengths(size) => whole && is_whole(bytes, size),
            Units::StartCodes => whole,
        };
        let (mut slices, mut failure) = (0, None);
        for unit in &C::units(bytes, units) {
            let is_slice = C::is_slice(unit);
            let is_key = is_slice && self.codec.is_key(unit);
            let starts = is_key || (is_slice && self.waiting && C::may_start(unit));
            if is_slice && !self.begun && !starts {
                return Err(Failure::Early);
            }
            if is_slice && self.waiting && !starts {
                return Err(Failure::damaged("it needs a picture that was lost"));
            }
            let fed = self.codec.feed(unit);
            self.waiting &= !(starts && fed.is_ok());
            self.begun |= starts && fed.is_ok();
            match fed {
                // A picture that comes before anything of this sample is decoded is of those before it.
                Ok(Some(picture)) if slices == 0 => {
                    self.resolve(self.open.len().saturating_sub(1), Some(picture), false);
                }
                Ok(picture @ Some(_)) => self.resolve(self.open.len(), picture, false),
                Ok(None) => {}
                Err(why @ (Failure::Broken(_) | Failure::Early | Failure::Hidden)) => {
                    return Err(why);
                }
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
            return Err(failure.unwrap_or(Failure::damaged(cut)));
        }
        if self.codec.is_progressive() {
            let picture = self.codec.flush()?;
            let partial = failure.is_some() || !whole;
            self.resolve(self.open.len(), picture, partial);
        } else if self.open.len() > 2 {
            self.resolve(1, None, false);
        }
        Ok(())
    }

    /// The first `count` open samples made a picture together, or none.
    pub(super) fn resolve(&mut self, count: usize, picture: Option<Decoded>, partial: bool) {
        let mut outcome = match picture {
            Some(picture) => {
                let partial = partial || !picture.whole;
                Some(Outcome::Decoded(Box::new(picture), partial))
            }
            None => Some(Outcome::Lost("the decoder gives no picture".into())),
        };
        self.paired |= count > 1;
        for _ in 0..count {
            let Some((number, sample)) = self.open.pop_front() else { return };
            match (sample.shown, outcome.take()) {
                (true, Some(outcome)) => self.order.add(number, sample.time, outcome, C::restarts),
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
                let lost = Outcome::Lost(why.clone());
                self.order.add(number, sample.time, lost, C::restarts);
            }
        }
    }
}
