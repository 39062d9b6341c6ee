//! Figures 4 and 6: how scores are distributed, and where reconstructions lie.

use burn::tensor::{Tensor, TensorData};
use gcl::report::{HISTOGRAMS, histograms};
use gcl_eval::embed::{TsneOptions, principal_components, tsne};
use gcl_eval::svg::{Cloud, Histogram, Scatter};
use gcl_train::Method;

use super::Made;
use super::study::{Finished, Study};
use crate::error::Failure;

/// Points in a t-SNE.
const POINTS: usize = 2000;

/// Principal components that t-SNE starts from.
const COMPONENTS: usize = 50;

/// Scores of normal and abnormal frames by the AE, and by G and D of GCL_B.
pub fn fig4(study: &mut Study<'_>) -> Result<Made, Failure> {
    let mut charts = Vec::new();
    let (mut csv, mut text) = (String::from("score,low,high,normal,abnormal\n"), String::new());
    for method in [Method::Ae, Method::GclB] {
        let cell = study.one(method)?;
        for (name, chart) in
            histograms(&study.model(&cell)?, &study.data.test, &format!("{method}, "))?
        {
            text += &format!("{}\n", chart.title);
            csv += &rows(&name, &chart);
            charts.push(chart.chart());
        }
    }
    Ok(Made::figure("Figure 4: score distributions", HISTOGRAMS, charts, csv, text))
}

fn rows(name: &str, chart: &Histogram) -> String {
    let [normal, abnormal] = chart.series.as_slice() else { return String::new() };
    let width = (chart.high - chart.low) / normal.counts.len() as f64;
    let pairs = normal.counts.iter().zip(&abnormal.counts).enumerate();
    let row = |(i, (n, a)): (usize, (&u64, &u64))| {
        let low = chart.low + i as f64 * width;
        format!("\"{name}\",{low:.6},{:.6},{n},{a}\n", low + width)
    };
    pairs.map(row).collect()
}

/// Test segments as the AE and GCL_B's generator reconstruct them, on a plane.
pub fn fig6(study: &mut Study<'_>) -> Result<Made, Failure> {
    let sample = Sample::take(study)?;
    let mut charts = Vec::new();
    let mut csv = String::from("reconstructed_by,x,y,abnormal\n");
    for method in [Method::Ae, Method::GclB] {
        let cell = study.one(method)?;
        let rebuilt = reconstruct(study, &cell, &sample.rows)?;
        let dim = study.data.train.dim();
        let (components, columns) = principal_components(&rebuilt, dim, COMPONENTS)?;
        let places = tsne(&components, columns, &TsneOptions::default())?;
        for ((x, y), abnormal) in places.iter().zip(&sample.abnormal) {
            csv += &format!("{method},{x:.4},{y:.4},{}\n", u8::from(*abnormal));
        }
        let cloud = |name: &str, class: bool| Cloud {
            name: name.to_owned(),
            points: places
                .iter()
                .zip(&sample.abnormal)
                .filter(|(_, abnormal)| **abnormal == class)
                .map(|(place, _)| *place)
                .collect(),
        };
        let clouds = vec![cloud("normal", false), cloud("abnormal", true)];
        charts.push(Scatter { title: format!("reconstructed by {method}"), clouds }.chart());
    }
    let title = "Figure 6: reconstructions by t-SNE";
    let caption = format!(
        "{} of {} test segments, evenly spaced; abnormal where half of their frames are. The first \
         {COMPONENTS} principal components of the reconstructions, then exact t-SNE of perplexity 30.",
        sample.abnormal.len(),
        sample.of
    );
    Ok(Made::figure(title, &caption, charts, csv, String::new()))
}

/// Evenly spaced test segments.
struct Sample {
    rows: Vec<f32>,
    abnormal: Vec<bool>,
    of: usize,
}

impl Sample {
    fn take(study: &Study<'_>) -> Result<Sample, Failure> {
        let (test, dim) = (&study.data.test, study.data.train.dim());
        let segments = |v: &gcl::judge::TestVideo| test.features.videos()[v.index].segments;
        let of: usize = test.videos.iter().map(segments).sum();
        let wanted = of.min(POINTS);
        let mut sample =
            Sample { rows: Vec::with_capacity(wanted * dim), abnormal: Vec::new(), of };
        let (mut place, mut rows) = (0, Vec::new());
        for video in &test.videos {
            test.features.read(video.index, &mut rows)?;
            for (i, row) in rows.chunks_exact(dim).enumerate() {
                // Every of / wanted-th segment, whatever the remainder.
                if place * wanted / of != (place + 1) * wanted / of {
                    let frames = video.labels.len();
                    let span = test.clips.span(i, frames);
                    let own = video.labels.get(span.start..span.end).unwrap_or_default();
                    let count = own.iter().filter(|label| **label).count();
                    sample.rows.extend_from_slice(row);
                    sample.abnormal.push(!own.is_empty() && 2 * count >= own.len());
                }
                place += 1;
            }
        }
        Ok(sample)
    }
}

/// Segments as a cell's generator reconstructs them, in the scale that it was trained in.
fn reconstruct(study: &Study<'_>, cell: &Finished, rows: &[f32]) -> Result<Vec<f32>, Failure> {
    let (model, device) = (study.model(cell)?, &study.options.device);
    let no_pair = || Failure::Data("a detector reconstructs nothing".to_owned());
    let (pair, scaler) = (model.pair().ok_or_else(no_pair)?, &model.card().scaler);
    let mut scaled = rows.to_vec();
    scaler.apply(&mut scaled).map_err(Failure::data)?;
    let mut rebuilt = Vec::with_capacity(rows.len());
    for chunk in scaled.chunks(512 * scaler.dim()) {
        let shape = [chunk.len() / scaler.dim(), scaler.dim()];
        let batch = Tensor::from_data(TensorData::new(chunk.to_vec(), shape), device);
        let values = pair.reconstruct(batch).into_data().convert::<f32>();
        let values = values.try_to_vec::<f32>();
        rebuilt.extend(values.map_err(|e| Failure::Data(format!("a reconstruction: {e:?}")))?);
    }
    Ok(rebuilt)
}
