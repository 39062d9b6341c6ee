//! Several pictures of H.264 at once.

use rust_h264::nal::{NalUnit, NalUnitType};
use rust_h264::threading::ThreadedDecoder;

use super::H264;
use super::references::{Order, Slice};
use crate::guard::guarded;
use crate::source::nal::ahead::{Mark, Odd, Parallel};
use crate::source::nal::codec::{Codec, Decoded, nearest};

/// A decoder with threads, and what it does not tell of a stream.
pub(in crate::source) struct Threaded {
    decoder: ThreadedDecoder,
    stream: H264,
    /// The parameter set of the sequence: what is told of it holds for pictures that come out later.
    sequence: Option<Vec<u8>>,
    period: u64,
    /// The order of display of the last picture that may be referred to.
    last: i32,
}

impl Threaded {
    /// The place of a picture in the order of display (8.2.1).
    fn mark(&mut self, unit: &NalUnit<'_>, slice: Slice) -> Result<Mark, Odd> {
        if unit.nal_unit_type == NalUnitType::SliceIdr {
            (self.period, self.last) = (self.period + 1, 0);
        }
        let period = self.period;
        match slice.order {
            Order::Part { part, modulo, bottom } => {
                let order = nearest(self.last, part, modulo).ok_or(Odd)?;
                if unit.nal_ref_idc > 0 {
                    self.last = order;
                }
                let order = i64::from(order) + i64::from(bottom.min(0));
                Ok(Mark { period, order: Some(order) })
            }
            Order::AsDecoded => Ok(Mark { period, order: None }),
            Order::Other => Err(Odd),
        }
    }
}

impl Parallel for Threaded {
    type Codec = H264;

    fn new(threads: usize) -> Self {
        Self {
            decoder: ThreadedDecoder::new(threads),
            stream: H264::default(),
            sequence: None,
            period: 0,
            last: 0,
        }
    }

    fn feed(&mut self, unit: &NalUnit<'_>, ready: &mut Vec<Decoded>) -> Result<Option<Mark>, Odd> {
        if unit.nal_unit_type == NalUnitType::Sps {
            let known = self.sequence.get_or_insert_with(|| unit.rbsp.to_vec());
            self.stream.sequence(unit).map_err(|_| Odd)?;
            if **known != *unit.rbsp || !self.stream.is_progressive() {
                return Err(Odd);
            }
        }
        let references = &mut self.stream.references;
        let slice = guarded(|| references.check(unit)).map_err(|_| Odd)?.map_err(|_| Odd)?;
        let mark = match slice {
            None if H264::is_slice(unit) => return Err(Odd),
            None => None,
            // Of several slices this decoder may leave out a broken one, and not say so.
            Some(slice) if !slice.first => return Err(Odd),
            Some(slice) => Some(self.mark(unit, slice)?),
        };
        let decoder = &mut self.decoder;
        let pictures = guarded(|| decoder.decode_nal(unit)).map_err(|_| Odd)?.map_err(|_| Odd)?;
        ready.extend(pictures.into_iter().map(|picture| self.stream.decoded(picture)));
        Ok(mark)
    }

    fn finish(&mut self, ready: &mut Vec<Decoded>) -> Result<(), Odd> {
        let pictures = guarded(|| self.decoder.flush()).map_err(|_| Odd)?;
        ready.extend(pictures.into_iter().map(|picture| self.stream.decoded(picture)));
        Ok(())
    }
}
