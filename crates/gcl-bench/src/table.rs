//! Many cells as one table: mean and standard deviation over seeds.

use std::path::Path;

use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::{Interval, Measure, stats};
use serde::Serialize;

use super::difference::{Difference, differences, draws, said};
use super::error::Result;
use super::result::{CellResult, Measures};

/// Mean and sample standard deviation over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation (divisor n − 1); absent for a single seed.
    pub std: Option<f64>,
    /// How many seeds have a value.
    pub seeds: usize,
}

impl Spread {
    /// Of these values; `None` for none.
    pub fn of(values: &[f64]) -> Option<Spread> {
        let mean = stats::mean(values).value()?;
        Some(Spread { mean, std: stats::std_dev(values).value(), seeds: values.len() })
    }

    /// In percent, as the paper's tables have it.
    pub fn percent(&self) -> String {
        match self.std {
            Some(std) => format!("{:.2} ± {:.2}", 100.0 * self.mean, 100.0 * std),
            None => format!("{:.2}", 100.0 * self.mean),
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.std {
            Some(std) => f.pad(&format!("{:.4} ± {std:.4}", self.mean)),
            None => f.pad(&format!("{:.4}", self.mean)),
        }
    }
}

/// One method under one setting on one data set, over its seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The data set.
    pub data: String,
    /// The method's name.
    pub method: String,
    /// The preset's name.
    pub preset: String,
    /// The variant's name; empty for the preset as it is.
    pub variant: String,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// AUC by G's error.
    pub generator: Option<Spread>,
    /// AUC by D's probability.
    pub discriminator: Option<Spread>,
    /// AUC by the mean of both networks' ranks.
    pub mean_rank: Option<Spread>,
    /// The method's own score.
    pub score: String,
    /// AUC by it.
    pub auc: Option<Spread>,
    /// Where 95 % of the mean AUCs lie if test videos and seeds are resampled; absent in cells that do not keep how
    /// videos compare.
    pub interval: Option<Interval>,
    /// AUC by it over the videos with an abnormal frame alone, which no easy normal video lifts.
    pub abnormal_videos: Option<Spread>,
    /// Average precision by it.
    pub average_precision: Option<Spread>,
    /// Equal error rate by it.
    pub equal_error_rate: Option<Spread>,
}

impl Row {
    /// What it is called: method, preset and variant.
    pub fn name(&self) -> String {
        format!("{}-{} {}", self.method, self.preset, self.variant).trim_end().to_owned()
    }
}

/// Results over seeds, and cell by cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// One row for each data set, method, preset and variant, in the cells' order.
    pub rows: Vec<Row>,
    /// How far each row is behind the best one of its data set.
    pub differences: Vec<Difference>,
    /// The cells themselves.
    pub cells: Vec<CellResult>,
}

impl Table {
    /// Groups cells.
    pub fn new(cells: Vec<CellResult>) -> Table {
        let mut groups: Vec<Vec<&CellResult>> = Vec::new();
        for result in &cells {
            let same = |other: &CellResult| {
                let (a, b) = (&other.cell, &result.cell);
                (&a.data, a.method, a.preset, &a.variant, &a.settings)
                    == (&b.data, b.method, b.preset, &b.variant, &b.settings)
            };
            match groups.iter_mut().find(|group| group.first().is_some_and(|first| same(first))) {
                Some(group) => group.push(result),
                None => groups.push(vec![result]),
            }
        }
        let rows: Vec<(Row, Vec<Option<f64>>)> = groups
            .iter()
            .filter_map(|group| {
                let draws = draws(group);
                Some((row(group, &draws)?, draws))
            })
            .collect();
        let sets = rows.chunk_by(|(a, _), (b, _)| a.data == b.data);
        let differences = sets.flat_map(|set| {
            differences(&set.iter().map(|(row, draws)| (row, &draws[..])).collect::<Vec<_>>())
        });
        let differences = differences.collect();
        Table { rows: rows.into_iter().map(|(row, _)| row).collect(), differences, cells }
    }

    /// One line a cell, as CSV.
    pub fn csv(&self) -> String {
        let mut text = String::from(
            "data,method,preset,settings,seed,score,auc,auc_generator,auc_discriminator,\
             auc_mean_rank,average_precision,equal_error_rate,frames,abnormal_frames,auc_chosen,\
             auc_oracle\n",
        );
        for result in &self.cells {
            let cell = &result.cell;
            let of = |source| number(result.measures("last", source).map(|m| m.auc));
            let own = result.own();
            let fields = [
                quoted(&cell.data),
                cell.method.to_string(),
                cell.preset.to_string(),
                quoted(&cell.settings.join("; ")),
                cell.seed.to_string(),
                result.score.clone(),
                number(own.map(|m| m.auc)),
                of("generator"),
                of("discriminator"),
                of("mean-rank"),
                number(own.map(|m| m.average_precision)),
                number(own.map(|m| m.equal_error_rate)),
                result.inputs.frames.to_string(),
                result.inputs.abnormal_frames.to_string(),
                number(result.measures("chosen", &result.score).map(|m| m.auc)),
                number(result.measures("oracle", &result.score).map(|m| m.auc)),
            ];
            text += &fields.join(",");
            text.push('\n');
        }
        text
    }

    /// The rows as Markdown, a table for each data set.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let mut start = 0;
        for rows in self.rows.chunk_by(|a, b| a.data == b.data) {
            let frames = self.cells.iter().find(|c| rows.iter().any(|r| r.data == c.cell.data));
            let frames = frames.map(|c| (c.inputs.frames, c.inputs.abnormal_frames));
            if start > 0 {
                text.push('\n');
            }
            text += &markdown(rows, frames);
            let data = rows.first().map_or("", |row| row.data.as_str());
            let own = self.differences.iter().filter(|one| one.data == data);
            text += &said(&own.cloned().collect::<Vec<_>>());
            start += rows.len();
        }
        text
    }

    /// Writes `sweep.csv` and `sweep.md` into a folder.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        for (name, text) in [("sweep.csv", self.csv()), ("sweep.md", self.markdown())] {
            let path = folder.join(name);
            write_bytes_atomic(&path, text.as_bytes())?;
        }
        Ok(())
    }
}

fn row(group: &[&CellResult], draws: &[Option<f64>]) -> Option<Row> {
    let first = group.first()?;
    let spread = |value: &dyn Fn(&CellResult) -> Option<Measure>| {
        let values: Vec<f64> = group.iter().filter_map(|c| value(c)?.value()).collect();
        Spread::of(&values)
    };
    let by = |source: &str| spread(&|c| Some(c.measures("last", source)?.auc));
    let own = |part: fn(Measures) -> Measure| spread(&|c| c.own().map(part));
    Some(Row {
        data: first.cell.data.clone(),
        method: first.cell.method.to_string(),
        preset: first.cell.preset.to_string(),
        variant: first.cell.variant.clone(),
        seeds: group.iter().map(|c| c.cell.seed).collect(),
        generator: by("generator"),
        discriminator: by("discriminator"),
        mean_rank: by("mean-rank"),
        score: first.score.clone(),
        auc: own(|m| m.auc),
        interval: Interval::of(draws.iter().copied().flatten().collect()),
        abnormal_videos: spread(&|c| {
            let wins = c.wins.as_ref()?;
            Some(wins.auc(&wins.with_abnormal_frames()))
        }),
        average_precision: own(|m| m.average_precision),
        equal_error_rate: own(|m| m.equal_error_rate),
    })
}

/// One data set's rows; columns are as wide as their widest cell, so that it reads as text too.
fn markdown(rows: &[Row], frames: Option<(u64, u64)>) -> String {
    let data = rows.first().map_or("", |row| row.data.as_str());
    let mut text = data.to_owned();
    if let Some((all, abnormal)) = frames {
        text += &format!(": {all} frames, {abnormal} abnormal");
    }
    // Settings that all rows share are said once.
    let shared = rows.first().map_or("", |row| row.variant.as_str());
    let shared = if rows.iter().all(|row| row.variant == shared) { shared } else { "" };
    if !shared.is_empty() {
        text += &format!("; {shared}");
    }
    text += "\n\n";
    let shown = |spread: Option<Spread>| spread.map_or_else(String::new, |s| s.to_string());
    let head = [
        "method", "preset", "settings", "seeds", "G", "D", "rank", "AUC", "95 %", "abnormal", "AP",
        "EER",
    ];
    let mut table = vec![head.map(str::to_owned)];
    table.extend(rows.iter().map(|row| {
        [
            row.method.clone(),
            row.preset.clone(),
            if shared.is_empty() { row.variant.replace('|', "\\|") } else { String::new() },
            row.seeds.len().to_string(),
            shown(row.generator),
            shown(row.discriminator),
            shown(row.mean_rank),
            shown(row.auc),
            row.interval.map_or_else(String::new, |i| format!("{:.3}–{:.3}", i.low, i.high)),
            shown(row.abnormal_videos),
            shown(row.average_precision),
            shown(row.equal_error_rate),
        ]
    }));
    let width = |column: usize| {
        table.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).max(3)).collect();
    for (i, row) in table.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            text += &format!("| {cell:<width$} ");
        }
        text += "|\n";
        if i == 0 {
            for width in &widths {
                text += &format!("|{}", "-".repeat(width + 2));
            }
            text += "|\n";
        }
    }
    text
}

fn number(measure: Option<Measure>) -> String {
    measure.and_then(Measure::value).map_or_else(String::new, |value| format!("{value:.6}"))
}

/// A CSV field; quoted where it must be.
pub fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
