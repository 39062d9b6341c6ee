//! Decoded pictures, put into display order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::codec::Decoded;

/// The most pictures that display order may need, by the standard.
pub(super) const DEPTH: usize = 16;

/// What became of a coded picture.
pub(super) enum Outcome {
    /// Decoded; and whether parts of it are missing.
    Decoded(Box<Decoded>, bool),
    Lost(Cow<'static, str>),
}

/// Where a picture stands: a period that is displayed before the next one, and the order in it.
type Place = (u64, i64, usize);

/// Holds decoded pictures back until those that are displayed before them are decoded.
pub(super) struct Order {
    /// Whether the container tells the order; else the picture order count does.
    by_time: bool,
    held: BTreeMap<Place, Outcome>,
    /// Display times of the pictures that have not been given. The next one given has the least.
    times: BTreeSet<(i64, usize)>,
    period: u64,
    /// The order of the picture that was decoded last, for those that are lost behind it.
    last: i64,
}

impl Order {
    pub(super) fn new(by_time: bool) -> Self {
        let (held, times) = (BTreeMap::new(), BTreeSet::new());
        Self { by_time, held, times, period: 0, last: -1 }
    }

    /// Notes a coded picture that is shown.
    pub(super) fn expect(&mut self, number: usize, time: i64) {
        self.times.insert((time, number));
    }

    /// Forgets one that is part of another, or none.
    pub(super) fn forget(&mut self, number: usize, time: i64) {
        self.times.remove(&(time, number));
    }

    /// Starts anew: all that follows is displayed after all so far.
    pub(super) fn next_period(&mut self) {
        if !self.by_time {
            self.period += 1;
            self.last = -1;
        }
    }

    /// Adds what became of a coded picture.
    pub(super) fn add(
        &mut self,
        number: usize,
        time: i64,
        outcome: Outcome,
        restarts: fn(i64) -> bool,
    ) {
        let order = match &outcome {
            _ if self.by_time => time,
            Outcome::Decoded(picture, _) => picture.order,
            Outcome::Lost(_) => self.last + 1,
        };
        if restarts(order) && self.last >= 0 {
            self.next_period();
        }
        self.last = order;
        self.held.insert((self.period, order, number), outcome);
    }

    /// The next picture in display order with its display time, if it is sure that none comes before it; `all` when no
    /// more will be added.
    pub(super) fn next(&mut self, all: bool) -> Option<(i64, Outcome)> {
        let (place, _) = self.held.first_key_value()?;
        let due = all || self.held.len() > DEPTH || (!self.by_time && place.0 < self.period);
        if !due {
            return None;
        }
        let ((_, order, _), outcome) = self.held.pop_first()?;
        let time = self.times.pop_first().map_or(order, |(time, _)| time);
        Some((time, outcome))
    }
}
