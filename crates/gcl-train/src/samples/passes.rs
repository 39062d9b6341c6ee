//! Going over all segments in order, a block at a time: what needs every one of them, and must not
//! need the memory for them.

use gcl_core::temporal::TemporalDifference;
use gcl_core::{CoreError, Scaler, ScalerKind, rng};
use rand::seq::index;

use super::Samples;
use crate::error::{Doing, Result, TrainError};

/// Segments in a block. Blocks are the same wherever the features are, so that what is summed over
/// them is too.
const BLOCK: usize = 1024;

impl Samples {
    /// Calls `take` with all segments, scaled, in order, in blocks of whole rows, row-major
    /// `[rows, d]`.
    ///
    /// # Errors
    /// If a file cannot be read, or changed; and any error of `take`.
    pub fn for_each_block(&self, mut take: impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let mut rows = Vec::new();
        for start in (0..self.len).step_by(BLOCK) {
            self.source.range(start..self.len.min(start + BLOCK), &mut rows)?;
            take(&rows)?;
        }
        Ok(())
    }

    /// Whether there are several segments, and all of them the same.
    ///
    /// # Errors
    /// If a file cannot be read, or changed.
    pub fn are_alike(&self) -> Result<bool> {
        let (mut first, mut rows) = (Vec::new(), Vec::new());
        self.source.range(0..self.len.min(1), &mut first)?;
        for start in (0..self.len).step_by(BLOCK) {
            self.source.range(start..self.len.min(start + BLOCK), &mut rows)?;
            if rows.chunks(self.dim().max(1)).any(|row| row != first) {
                return Ok(false);
            }
        }
        Ok(self.len > 1)
    }

    /// Fits a scaling to all segments as they are now.
    ///
    /// # Errors
    /// If a file cannot be read, or a value is not finite.
    pub fn fit_scaler(&self, kind: ScalerKind) -> Result<Scaler> {
        Scaler::fit_passes(kind, self.dim(), |take| -> std::result::Result<(), Failed> {
            self.for_each_block(|rows| take(rows).doing("fitting the feature scaler"))
                .map_err(Failed)
        })
        .map_err(|Failed(error)| error)
    }

    /// Centres long videos ([`Samples::center_videos`]) unless features are to stay raw, then fits a scaling and
    /// applies it to all segments.
    ///
    /// # Errors
    /// As [`Samples::center_videos`], [`Samples::fit_scaler`] and [`Samples::scale`].
    pub fn fit_and_scale(&mut self, kind: ScalerKind, center_videos: usize) -> Result<Scaler> {
        let mean = match kind {
            ScalerKind::Raw => None,
            _ => self.center_videos(center_videos)?,
        };
        let mut scaler = self.fit_scaler(kind)?;
        // Where no training video was long, nothing is known of how long ones differ.
        if let Some(mean) = mean {
            (scaler.shift, scaler.center_videos) = (mean, center_videos);
        }
        self.scale(&scaler)?;
        Ok(scaler)
    }

    /// Decides which segments a cleaning rule keeps, on the features as they are now: before
    /// [`Samples::scale`], since the paper's difference is one of features and not of what a
    /// network sees.
    ///
    /// # Errors
    /// If the rule's setting is invalid, or a file cannot be read.
    pub fn clean(&mut self, rule: TemporalDifference) -> Result<()> {
        if self.calm.iter().all(|(known, _)| *known != rule) {
            let kept = self.judge(&rule)?;
            self.calm.push((rule, kept));
        }
        Ok(())
    }

    /// Which segments a rule keeps: as decided before, else judged now.
    ///
    /// # Errors
    /// As [`Samples::clean`].
    pub fn calm(&self, rule: &TemporalDifference) -> Result<Vec<bool>> {
        match self.calm.iter().find(|(known, _)| known == rule) {
            Some((_, kept)) => Ok(kept.clone()),
            None => self.judge(rule),
        }
    }

    fn judge(&self, rule: &TemporalDifference) -> Result<Vec<bool>> {
        let mut rows = Vec::new();
        let mut videos = Vec::with_capacity(self.videos.len());
        for segments in self.videos.iter().map(|video| video.segments.clone()) {
            let mut differences = Vec::with_capacity(segments.len());
            for start in segments.clone().step_by(BLOCK) {
                // With the segment before, which this block's first one is compared to.
                let before = start.saturating_sub(1).max(segments.start);
                self.source.range(before..segments.end.min(start + BLOCK), &mut rows)?;
                let found =
                    rule.differences(&rows, self.dim()).doing("temporal-difference cleaning")?;
                differences.extend_from_slice(found.get(start - before..).unwrap_or_default());
            }
            videos.push(differences);
        }
        Ok(rule.keep_by(&videos).doing("temporal-difference cleaning")?.concat())
    }

    /// At most `count` segments, scaled, row-major `[rows, d]`: all of them, or as many drawn with
    /// `seed` for `purpose`, in order.
    ///
    /// # Errors
    /// If a file cannot be read, or changed.
    pub fn subsample(&self, count: usize, seed: u64, purpose: &str) -> Result<Vec<f32>> {
        let mut rows: Vec<u32> = match count < self.len {
            true => {
                let mut rng = rng::stream(seed, purpose, 0);
                index::sample(&mut rng, self.len, count).iter().map(|i| i as u32).collect()
            }
            false => (0..self.len as u32).collect(),
        };
        rows.sort_unstable();
        self.gather(&rows)
    }
}

/// Carries this crate's error through the scaler, whose own errors become one.
struct Failed(TrainError);

impl From<CoreError> for Failed {
    fn from(error: CoreError) -> Failed {
        let doing = "fitting the feature scaler".to_owned();
        Failed(TrainError::Core { doing, source: error })
    }
}
