//! Which differences between rows are more than chance.

use gcl_eval::{Interval, RESAMPLES, resampled_aucs};
use serde::Serialize;

use super::result::CellResult;
use super::table::Row;

/// The frame AUC of the best row of a data set less another row's, both on the same resampled videos and seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The data set.
    pub data: String,
    /// The row with the largest mean AUC.
    pub best: String,
    /// The other row.
    pub other: String,
    /// The difference of their mean AUCs.
    pub difference: f64,
    /// Where 95 % of the resampled differences lie.
    pub interval: Interval,
}

impl Difference {
    /// Whether the other row may as well be the better one: no difference is a part of the interval.
    pub fn is_none(&self) -> bool {
        self.interval.holds(0.0)
    }
}

/// The AUCs of resampled videos and seeds; none where a cell has no comparison of its videos, or another's videos.
pub(super) fn draws(group: &[&CellResult]) -> Vec<Option<f64>> {
    let wins: Option<Vec<_>> = group.iter().map(|cell| cell.wins.as_ref()).collect();
    let videos = |all: &[&gcl_eval::Wins]| {
        all.first().is_some_and(|first| all.iter().all(|one| one.videos() == first.videos()))
    };
    wins.filter(|all| videos(all)).map_or_else(Vec::new, |all| resampled_aucs(&all))
}

/// The differences of all rows of one data set from its best one.
pub(super) fn differences(rows: &[(&Row, &[Option<f64>])]) -> Vec<Difference> {
    let mean = |row: &Row| row.auc.map(|auc| auc.mean);
    let known = || rows.iter().filter(|(row, draws)| row.auc.is_some() && draws.len() == RESAMPLES);
    let best = known().max_by(|(a, _), (b, _)| {
        mean(a).partial_cmp(&mean(b)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let Some((best, of_best)) = best else { return Vec::new() };
    let from_best = |(row, draws): &(&Row, &[Option<f64>])| {
        let pairs = of_best.iter().zip(*draws);
        let interval = Interval::of(pairs.filter_map(|(a, b)| Some((*a)? - (*b)?)).collect())?;
        Some(Difference {
            data: row.data.clone(),
            best: best.name(),
            other: row.name(),
            difference: mean(best)? - mean(row)?,
            interval,
        })
    };
    known().filter(|(row, _)| !std::ptr::eq(*row, *best)).filter_map(from_best).collect()
}

/// The differences in words, for people.
pub(super) fn said(differences: &[Difference]) -> String {
    let Some(first) = differences.first() else { return String::new() };
    let mut text = format!(
        "\nBehind {} by AUC (95 % of {RESAMPLES} resamples of the test videos and seeds, in pairs):\n\n",
        first.best
    );
    for one in differences {
        let (Interval { low, high }, name) = (one.interval, &one.other);
        let none = if one.is_none() { ": no difference shown" } else { "" };
        text += &format!("- {name}: {:.4} ({low:.4} to {high:.4}){none}\n", one.difference);
    }
    text
}
