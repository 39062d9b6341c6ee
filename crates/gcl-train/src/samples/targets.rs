//! What a classifier learns: labels that are made of the videos' features before it trains.

use std::ops::Range;
use std::sync::Arc;

use gcl_core::pseudo_label::{
    C2fplSettings, ClapSettings, LanpSettings, PseudoLabels, coarse, descriptor, fine, normality,
    propagation,
};

use super::Samples;
use crate::config::RunConfig;
use crate::error::{Doing, Result, TrainError};

/// With fewer videos than these, long ones are cut: the labels compare videos with each other.
const FEW: usize = 20;

/// Two are the least that can be compared.
const FEWEST: usize = 2;

/// The labels of all segments, and which of them train.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    /// Of each segment, in [0, 1].
    pub labels: Vec<f32>,
    /// How much each segment counts, if not all the same.
    pub weights: Option<Vec<f32>>,
    /// The segments that train; one may be there several times.
    pub segments: Vec<u32>,
    /// The videos, or the pieces of long ones.
    pub pieces: Vec<Range<usize>>,
}

impl Samples {
    /// Makes the labels of a configuration that trains on such, of the features as they are now: before
    /// [`Samples::scale`], as the published code does.
    pub(crate) fn label(&mut self, config: &RunConfig) -> Result<()> {
        if let Some(labels) = &config.pseudo_labels {
            self.targets = Some(Arc::new(self.make(labels, config)?));
        }
        Ok(())
    }

    /// The labels: as made before, else made now. `None` for a configuration without.
    pub(crate) fn targets(&self, config: &RunConfig) -> Result<Option<Targets>> {
        match (&config.pseudo_labels, &self.targets) {
            (None, _) => Ok(None),
            (Some(_), Some(made)) => Ok(Some((**made).clone())),
            (Some(labels), None) => self.make(labels, config).map(Some),
        }
    }

    fn make(&self, labels: &PseudoLabels, config: &RunConfig) -> Result<Targets> {
        let longest = labels.longest();
        let pieces = self.pieces(longest);
        if pieces.len() < FEWEST {
            let (method, needed, found) = (config.method.name().to_owned(), FEWEST, pieces.len());
            return Err(TrainError::TooFewVideos { method, needed, found, longest });
        }
        match labels {
            PseudoLabels::C2fpl(settings) => self.c2fpl(pieces, settings, config.seed),
            PseudoLabels::Clap(settings) => self.clap(pieces, settings, config.seed),
            PseudoLabels::Lanp(settings) => self.lanp(pieces, settings),
        }
    }

    /// The videos; where there are few, those of more than `longest` segments in parts of nearly equal length.
    fn pieces(&self, longest: usize) -> Vec<Range<usize>> {
        let few = self.videos.len() < FEW;
        let cut = |segments: Range<usize>| {
            let parts = if few { segments.len().div_ceil(longest.max(1)) } else { 1 };
            let at = move |part: usize| segments.start + part * segments.len() / parts;
            (0..parts).map(move |part| at(part)..at(part + 1))
        };
        let segments = self.videos.iter().map(|video| video.segments.clone());
        segments.filter(|segments| !segments.is_empty()).flat_map(cut).collect()
    }

    /// What `of` makes of the features of each piece, row-major `[segments, d]`.
    fn each<T>(
        &self,
        pieces: &[Range<usize>],
        mut of: impl FnMut(&[f32]) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        let read = |piece: &Range<usize>| {
            self.source.range(piece.clone(), &mut rows)?;
            of(&rows)
        };
        pieces.iter().map(read).collect()
    }

    fn c2fpl(
        &self,
        pieces: Vec<Range<usize>>,
        settings: &C2fplSettings,
        seed: u64,
    ) -> Result<Targets> {
        let sizes = self.each(&pieces, |rows| Ok(descriptor::sizes(rows, self.dim())))?;
        let point = |sizes: &Vec<f64>| descriptor::mean_and_spread(sizes, settings.spread);
        let points: Vec<_> = sizes.iter().map(point).collect();
        let anomalous = coarse::divided(&points, settings.ratio, settings.divide, seed);
        let labels = fine::labels(&sizes, &anomalous, settings.window);
        Ok(self.unweighted(labels.concat(), pieces))
    }

    fn clap(
        &self,
        pieces: Vec<Range<usize>>,
        settings: &ClapSettings,
        seed: u64,
    ) -> Result<Targets> {
        let d = self.dim();
        let (sizes, points): (Vec<_>, Vec<_>) = self
            .each(&pieces, |rows| {
                let sizes = descriptor::sizes(rows, d);
                let entropy = descriptor::entropy(rows, d, settings.entropy);
                let point = [descriptor::largest_rise(&sizes), entropy.doing("making labels")?];
                Ok((sizes, point))
            })?
            .into_iter()
            .unzip();
        let labels = fine::labels(&sizes, &coarse::split(&points, seed), settings.window);
        Ok(self.unweighted(labels.concat(), pieces))
    }

    fn unweighted(&self, labels: Vec<f32>, pieces: Vec<Range<usize>>) -> Targets {
        Targets { labels, weights: None, segments: (0..self.len as u32).collect(), pieces }
    }

    fn lanp(&self, pieces: Vec<Range<usize>>, settings: &LanpSettings) -> Result<Targets> {
        let d = self.dim();
        let normal = self.each(&pieces, |rows| Ok(propagation::normality(rows, d, settings)))?;
        let chosen = normality::choose(&normal, settings);
        let label = |(normal, &anomalous): (&Vec<f64>, &bool)| match anomalous {
            true => normality::labels(normal, settings),
            false => vec![0.0; normal.len()],
        };
        let labels: Vec<f32> = normal.iter().zip(&chosen.anomalous).flat_map(label).collect();

        let surely = pieces.iter().zip(&chosen.memory).filter(|(_, surely)| **surely);
        let surely: Vec<_> = surely.map(|(piece, _)| piece.clone()).collect();
        let mean = |rows: &[f32]| {
            let mut mean = vec![0.0; d];
            for i in normality::sampled(rows.len() / d, settings) {
                mean.iter_mut().zip(&rows[i * d..]).for_each(|(sum, &x)| *sum += f64::from(x));
            }
            Ok(mean.iter().map(|sum| (sum / settings.sampled as f64) as f32).collect::<Vec<_>>())
        };
        let memory = self.each(&surely, mean)?.concat();

        let mut weights = vec![1.0; self.len];
        let mut segments = Vec::with_capacity(pieces.len() * settings.sampled);
        let mut starts = pieces.iter().map(|piece| piece.start);
        self.each(&pieces, |rows| {
            let start = starts.next().unwrap_or_default();
            for i in normality::sampled(rows.len() / d, settings) {
                let (row, at) = (&rows[i * d..(i + 1) * d], start + i);
                weights[at] = normality::weight(row, labels[at], &memory, settings);
                segments.push(at as u32);
            }
            Ok(())
        })?;
        Ok(Targets { labels, weights: Some(weights), segments, pieces })
    }
}
