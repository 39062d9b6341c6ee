//! Which pictures a picture needs. The decoder puts grey ones in the place of those that are not there; here such a
//! picture is lost.

use std::collections::{BTreeMap, BTreeSet};

use rust_h265::{NalUnit, NalUnitType};

use super::sets::{self, MOST_REFERENCES, Picture, Sequence};
use crate::source::bits::Bits;
use crate::source::nal::codec::{Failure, nearest};

/// The parameter sets, and the pictures that may be referred to.
#[derive(Default)]
pub(super) struct References {
    sequences: BTreeMap<u32, Sequence>,
    pictures: BTreeMap<u32, Picture>,
    /// The order of each picture that is there.
    there: BTreeSet<i32>,
    /// The order that those of later ones are coded by.
    last: i32,
    /// Whether pictures are left out that are shown before the key picture and need some before it.
    skipping: bool,
    /// Whether a picture came since the start.
    begun: bool,
    /// Whether the sequence has ended, and whether this is a start behind damage.
    ended: bool,
    resumed: bool,
}

/// A picture that is being decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current {
    pub order: i32,
    pub shown: bool,
    /// Whether orders are coded by its own.
    leads: bool,
}

/// A slice's header, as far as it is read.
struct Header {
    shown: bool,
    order: i32,
    /// The orders of pictures that are kept, and whether they are needed; of long-term ones maybe only the coded part.
    kept: Vec<(Reference, bool)>,
}

#[derive(Clone, Copy)]
enum Reference {
    Order(i32),
    /// Modulo this.
    Part(i32, i32),
}

impl Reference {
    fn is(self, order: i32) -> bool {
        match self {
            Self::Order(own) => own == order,
            Self::Part(own, modulo) => own == order.rem_euclid(modulo),
        }
    }
}

impl References {
    /// Whether a key picture starts a new order.
    pub fn restarts(&self, kind: NalUnitType) -> bool {
        kind.is_irap() && (!kind.is_cra() || !self.begun || self.ended)
    }

    pub fn end(&mut self) {
        self.ended = true;
    }

    pub fn reset(&mut self) {
        *self = Self { resumed: true, ..Self::default() };
    }

    /// Remembers a parameter set; the sequence where it is one.
    pub fn remember(&mut self, unit: &NalUnit<'_>) -> Result<Option<&Sequence>, Failure> {
        let damaged = || Failure::damaged("HEVC: a damaged parameter set");
        match unit.nal_unit_type {
            NalUnitType::Sps => {
                let set = sets::sequence(&unit.rbsp).ok_or_else(damaged)?;
                let id = set.id;
                self.sequences.insert(id, set);
                Ok(self.sequences.get(&id))
            }
            NalUnitType::Pps => {
                let set = sets::picture(&unit.rbsp).ok_or_else(damaged)?;
                self.pictures.insert(set.id, set);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Takes in the first slice of a picture, and with it which pictures are kept.
    ///
    /// # Errors
    /// It needs a picture that is not there, or is not to be decoded at all.
    pub fn start(&mut self, unit: &NalUnit<'_>) -> Result<Current, Failure> {
        let kind = unit.nal_unit_type;
        let restarts = self.restarts(kind);
        let header = self.header(unit, restarts).ok_or_else(|| {
            Failure::damaged("HEVC: a damaged slice, or its parameter sets are lost")
        })?;
        if kind.is_irap() {
            self.skipping = restarts;
        }
        let first = !self.begun;
        (self.begun, self.ended) = (true, false);
        if matches!(kind, NalUnitType::RaslN | NalUnitType::RaslR) && self.skipping {
            let why = "it needs a picture that was lost";
            return Err(if self.resumed { Failure::damaged(why) } else { Failure::Early });
        }
        if restarts {
            self.there.clear();
        }
        self.resumed &= first || !kind.is_irap();
        if header.kept.len() > MOST_REFERENCES {
            return Err(Failure::damaged("HEVC: more reference pictures than the standard allows"));
        }
        let found = |kept: Reference| self.there.iter().any(|order| kept.is(*order));
        if !kind.is_irap() && header.kept.iter().any(|(kept, needed)| *needed && !found(*kept)) {
            return Err(Failure::damaged("it needs a picture that was lost"));
        }
        self.there.retain(|order| header.kept.iter().any(|(kept, _)| kept.is(*order)));
        let leads = unit.temporal_id == 0 && !is_beside(kind);
        Ok(Current { order: header.order, shown: header.shown, leads })
    }

    /// A picture has been decoded; `whole` if it may be referred to.
    pub fn finish(&mut self, picture: Current, whole: bool) {
        if picture.leads {
            self.last = picture.order;
        }
        if whole {
            self.there.insert(picture.order);
        }
    }

    fn header(&self, unit: &NalUnit<'_>, restarts: bool) -> Option<Header> {
        let kind = unit.nal_unit_type;
        let bits = &mut Bits::new(&unit.rbsp);
        bits.skip(if kind.is_irap() { 2 } else { 1 })?;
        let picture = self.pictures.get(&bits.number()?)?;
        let sequence = self.sequences.get(&picture.sequence)?;
        bits.skip(picture.extra_bits as usize)?;
        bits.number().filter(|kind| *kind < 3)?;
        let shown = !picture.hides || bits.flag()?;
        if kind.is_idr() {
            return Some(Header { shown, order: 0, kept: Vec::new() });
        }
        bits.skip(if sequence.separate_planes { 2 } else { 0 })?;
        let modulo = 1i32 << sequence.order_bits;
        let part = bits.bits(sequence.order_bits)?.cast_signed();
        let order = if restarts { part } else { nearest(self.last, part, modulo)? };
        let count = sequence.sets.len();
        let own;
        let near = match bits.flag()? {
            false => {
                own = sets::kept(bits, count, count, &sequence.sets)?;
                &own
            }
            true => {
                let width = usize::BITS - count.checked_sub(1)?.leading_zeros();
                sequence.sets.get(bits.bits(width)? as usize)?
            }
        };
        let near =
            near.iter().map(|(by, used)| Some((Reference::Order(order.checked_add(*by)?), *used)));
        let mut kept: Vec<(Reference, bool)> = near.collect::<Option<_>>()?;
        if let Some(long) = &sequence.long {
            let listed = if long.is_empty() { 0 } else { bits.number()? };
            let all = listed.checked_add(bits.number()?).filter(|all| *all <= 32)?;
            let mut cycles = 0i32;
            for n in 0..all {
                let (part, used) = if n < listed {
                    let width = usize::BITS - (long.len() - 1).leading_zeros();
                    *long.get(bits.bits(width)? as usize)?
                } else {
                    (bits.bits(sequence.order_bits)?, bits.flag()?)
                };
                // Counted from the one before, in both lists.
                cycles = if n == 0 || n == listed { 0 } else { cycles };
                let whole = bits.flag()?;
                if whole {
                    cycles = cycles.checked_add(i32::try_from(bits.number()?).ok()?)?;
                }
                let part = part.cast_signed();
                let reference = match whole {
                    false => Reference::Part(part, modulo),
                    true => {
                        let start = order.checked_sub(order.rem_euclid(modulo))?;
                        let back = cycles.checked_mul(modulo)?;
                        Reference::Order(start.checked_sub(back)?.checked_add(part)?)
                    }
                };
                kept.push((reference, used));
            }
        }
        Some(Header { shown, order, kept })
    }
}

/// Whether a picture is one that others in its layer do not refer to, or is shown before a key picture.
fn is_beside(kind: NalUnitType) -> bool {
    use NalUnitType::{RadlN, RadlR, RaslN, RaslR, StsaN, TrailN, TsaN};
    matches!(kind, TrailN | TsaN | StsaN | RadlN | RadlR | RaslN | RaslR)
}
