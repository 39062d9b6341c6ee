//! Several pictures of HEVC at once.

use rust_h265::{Decoder, Frame, NalUnit, NalUnitType};

use super::Hevc;
use crate::guard::guarded;
use crate::source::nal::ahead::{Mark, Odd, Parallel};
use crate::source::nal::codec::{Codec, Decoded};

/// A decoder with threads, and what it does not tell of a stream.
pub(in crate::source) struct Threaded {
    decoder: Decoder,
    stream: Hevc,
    /// The parameter set of the sequence: what is told of it holds for pictures that come out later.
    sequence: Option<Vec<u8>>,
    period: u64,
}

impl Threaded {
    /// The next picture that is ready, if it is whole.
    fn take(&mut self, next: fn(&mut Decoder) -> Option<Frame>) -> Result<Option<Decoded>, Odd> {
        let Some(picture) = guarded(|| next(&mut self.decoder)).map_err(|_| Odd)? else {
            return Ok(None);
        };
        // What is wrong with a picture is known before it is given, but not said with it.
        match guarded(|| self.decoder.next_error()) {
            Ok(None) => self.stream.decoded(picture).map(Some).map_err(|_| Odd),
            _ => Err(Odd),
        }
    }
}

impl Parallel for Threaded {
    type Codec = Hevc;

    fn new(threads: usize) -> Self {
        let decoder = Decoder::new().with_display_order().with_threads(threads);
        Self { decoder, stream: Hevc::default(), sequence: None, period: 0 }
    }

    fn feed(&mut self, unit: &NalUnit<'_>, ready: &mut Vec<Decoded>) -> Result<Option<Mark>, Odd> {
        if unit.nal_unit_type == NalUnitType::Sps {
            let known = self.sequence.get_or_insert_with(|| unit.rbsp.to_vec());
            if **known != *unit.rbsp {
                return Err(Odd);
            }
        }
        self.stream.remember(unit).map_err(|_| Odd)?;
        let is_slice = Hevc::is_slice(unit);
        let mut mark = None;
        if is_slice && unit.rbsp.first().is_some_and(|byte| byte & 0x80 != 0) {
            self.period += u64::from(self.stream.is_key(unit));
            let order = self.stream.begin(unit).map_err(|_| Odd)?.ok_or(Odd)?;
            mark = Some(Mark { period: self.period, order: Some(order.into()) });
        } else if is_slice && self.stream.current.is_none() {
            return Err(Odd);
        }
        let decoder = &mut self.decoder;
        guarded(|| decoder.decode_nal(unit)).map_err(|_| Odd)?.map_err(|_| Odd)?;
        if unit.nal_unit_type == NalUnitType::Eos {
            self.stream.references.end();
        }
        while let Some(picture) = self.take(Decoder::next_output)? {
            ready.push(picture);
        }
        Ok(mark)
    }

    fn finish(&mut self, ready: &mut Vec<Decoded>) -> Result<(), Odd> {
        while let Some(picture) = self.take(Decoder::flush)? {
            ready.push(picture);
        }
        // The last picture may be one that gave nothing.
        match guarded(|| self.decoder.next_error()) {
            Ok(None) => Ok(()),
            _ => Err(Odd),
        }
    }
}
