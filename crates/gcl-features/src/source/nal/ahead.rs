//! Several pictures decoded at once, for as long as nothing is odd about them.
//!
//! Where something is (damage, fields, a picture that is not shown), the decoder of one picture at a time takes over
//! from the start, and gives on where this one stood: what comes of a video does not depend on threads.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gcl_data::At;

use super::codec::{Codec, Decoded};
use super::order::DEPTH;
use super::planes::is_whole;
use super::{Video, upright};
use crate::frame::Frame;
use crate::source::coded::{Bytes, Coded, Sample, Units};
use crate::source::pictures::{Ending, Pictures, Shown, Step};
use crate::source::{SourceError, SourceInfo};

/// Something that this way of decoding is not sure of.
#[derive(Debug)]
pub(in crate::source) struct Odd;

/// A picture's place in the order of display, from the header of its first slice.
#[derive(Debug, Clone, Copy)]
pub(in crate::source) struct Mark {
    /// Key pictures so far.
    pub period: u64,
    /// The place in the period; none where pictures are displayed as they are decoded.
    pub order: Option<i64>,
}

/// A decoder of several pictures at once, in the order of display.
pub(in crate::source) trait Parallel: Send {
    type Codec: Codec;

    fn new(threads: usize) -> Self;

    /// Takes in a unit, and gives the pictures that are ready; what is known of the picture that starts with it.
    fn feed(
        &mut self,
        unit: &<Self::Codec as Codec>::Unit<'_>,
        ready: &mut Vec<Decoded>,
    ) -> Result<Option<Mark>, Odd>;

    /// Gives all other pictures.
    fn finish(&mut self, ready: &mut Vec<Decoded>) -> Result<(), Odd>;
}

/// The pictures of a video, in the order of display with their times.
struct Fast<P> {
    coded: Box<dyn Coded>,
    decoder: P,
    read: usize,
    bytes: Vec<u8>,
    /// Pictures that are being decoded, by their place in the order of display, and whether they are shown.
    open: BTreeMap<((u64, i64), usize), (Mark, bool)>,
    /// Display times of those that are shown.
    times: BTreeSet<(i64, usize)>,
    /// Decoded pictures, which are given no sooner than one at a time would give them: what is odd behind them may
    /// concern them.
    decoded: VecDeque<Decoded>,
    ended: bool,
}

impl<P: Parallel> Fast<P> {
    fn new(coded: Box<dyn Coded>, threads: usize) -> Result<Self, Odd> {
        let mut decoder = P::new(threads);
        let config = coded.stream().config.clone();
        if !config.is_empty() {
            for unit in &P::Codec::sets(&config).map_err(|_| Odd)? {
                decoder.feed(unit, &mut Vec::new())?;
            }
        }
        Ok(Self {
            coded,
            decoder,
            read: 0,
            bytes: Vec::new(),
            open: BTreeMap::new(),
            times: BTreeSet::new(),
            decoded: VecDeque::new(),
            ended: false,
        })
    }

    /// The next picture that is shown, and when.
    fn next(&mut self) -> Result<Option<(i64, Decoded)>, Odd> {
        loop {
            while !self.ended && (self.decoded.is_empty() || self.times.len() <= DEPTH) {
                self.read()?;
            }
            match self.decoded.pop_front() {
                Some(picture) if self.pair(&picture)? => {
                    let (time, _) = self.times.pop_first().ok_or(Odd)?;
                    return Ok(Some((time, picture)));
                }
                Some(_) => {}
                None if self.open.is_empty() => return Ok(None),
                None => return Err(Odd),
            }
        }
    }

    fn read(&mut self) -> Result<(), Odd> {
        let mut bytes = std::mem::take(&mut self.bytes);
        let sample = self.coded.next(&mut bytes).map_err(|_| Odd)?;
        let mut decoded = Vec::new();
        match sample {
            Some(sample) => self.decode(&bytes, &sample, &mut decoded)?,
            None => {
                self.ended = true;
                self.decoder.finish(&mut decoded)?;
            }
        }
        self.bytes = bytes;
        self.decoded.extend(decoded);
        Ok(())
    }

    fn decode(
        &mut self,
        bytes: &[u8],
        sample: &Sample,
        ready: &mut Vec<Decoded>,
    ) -> Result<(), Odd> {
        let number = self.read;
        self.read += 1;
        if sample.bytes != Bytes::Whole || sample.after_loss {
            return Err(Odd);
        }
        if bytes.is_empty() {
            return Ok(()); // the picture before stays
        }
        let stream = self.coded.stream();
        if matches!(stream.units, Units::Lengths(size) if !is_whole(bytes, size)) {
            return Err(Odd);
        }
        let mut mark = None;
        for unit in &P::Codec::units(bytes, stream.units) {
            if let Some(found) = self.decoder.feed(unit, ready)? {
                mark = mark.map_or(Ok(Some(found)), |_| Err(Odd))?;
            }
        }
        let mark = mark.ok_or(Odd)?;
        let place = if stream.ordered {
            (0, sample.time)
        } else {
            (mark.period, mark.order.unwrap_or(number as i64))
        };
        self.open.insert((place, number), (mark, sample.shown));
        if sample.shown {
            self.times.insert((sample.time, number));
        }
        Ok(())
    }

    /// Whether a decoded picture is shown: it is the first of those that are open, or something is odd.
    fn pair(&mut self, picture: &Decoded) -> Result<bool, Odd> {
        let ((_, number), (mark, shown)) = self.open.pop_first().ok_or(Odd)?;
        // None before it in the order of display may be shown later.
        let later = |(key, (other, _)): (&(_, usize), &(Mark, bool))| match mark.order {
            Some(_) => other.period >= mark.period,
            None => key.1 > number,
        };
        let fits = mark.order.is_none_or(|order| order == picture.order);
        let fits = fits && picture.whole && self.open.iter().all(later);
        if fits { Ok(shown) } else { Err(Odd) }
    }
}

/// A video of which several pictures are decoded at once.
pub(in crate::source) struct Ahead<P: Parallel> {
    fast: Option<Fast<P>>,
    /// It stands at the start for as long as nothing is odd.
    careful: Video<P::Codec>,
    given: usize,
}

impl<P: Parallel> Ahead<P> {
    /// The same video twice: the first has been opened.
    pub(in crate::source) fn new(
        careful: Video<P::Codec>,
        coded: Box<dyn Coded>,
        threads: usize,
    ) -> Self {
        Self { fast: Fast::new(coded, threads).ok(), careful, given: 0 }
    }
}

impl<P: Parallel> Pictures for Ahead<P> {
    fn info(&self) -> &SourceInfo {
        self.careful.info()
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        let Some(fast) = &mut self.fast else { return self.careful.next(frame) };
        match fast.next() {
            Ok(Some((time, picture))) => {
                *frame = upright(picture, self.careful.turned()).at(self.careful.path())?;
                self.given += 1;
                let seconds = fast.coded.seconds(time);
                Ok(Step::Picture(Shown { seconds, partial: false }))
            }
            Ok(None) => {
                let (missing, remarks) = fast.coded.ending();
                Ok(Step::End(Ending { missing, remarks, concealed: 0 }))
            }
            Err(Odd) => {
                self.fast = None;
                let mut same = Frame::default();
                for _ in 0..self.given {
                    self.careful.next(&mut same)?;
                }
                self.careful.next(frame)
            }
        }
    }

    fn turned(&self) -> u32 {
        self.careful.turned()
    }
}
