//! Figures 5, 9 and 10: AUC of both networks over epochs, and over the share of labels.

use gcl::judge::{EpochAuc, Epochs, read_epochs};
use gcl_bench::{Spread, Variant};
use gcl_eval::svg::{Band, BandChart, BandPoint};
use gcl_train::Method;

use super::Made;
use super::study::{Finished, Study};
use crate::error::Failure;

/// The paper's targets of negative learning, and none.
const TARGETS: [(&str, &str); 5] = [
    ("ones", "{kind = \"ones\", value = 1.0}"),
    ("replace", "{kind = \"replace\"}"),
    ("Gaussian, σ = 1.5", "{kind = \"gaussian\", sigma = 1.5}"),
    ("Gaussian, σ = 6", "{kind = \"gaussian\", sigma = 6.0}"),
    ("no negative learning", "{kind = \"exclude\", divisor = \"kept\"}"),
];

/// Which network's AUC.
type Pick = fn(&EpochAuc) -> Option<f64>;

const NETWORKS: [(&str, Pick); 2] = [
    ("generator", |epoch| epoch.generator.value()),
    ("discriminator", |epoch| epoch.discriminator.and_then(|auc| auc.value())),
];

/// Convergence of G and D by target.
pub fn fig5(study: &mut Study<'_>) -> Result<Made, Failure> {
    let variant = |(name, target): &(&str, &str)| Variant {
        name: (*name).to_owned(),
        settings: vec![format!("cooperative.target={target}")],
    };
    let variants: Vec<Variant> = TARGETS.iter().map(variant).collect();
    let cells = study.run(&[Method::GclB], &variants)?;
    over_epochs(
        &cells,
        &variants.iter().map(|v| v.name.clone()).collect::<Vec<_>>(),
        |cell, name| cell.result.cell.variant == name,
        "Figure 5: convergence by target of negative learning",
    )
}

/// Convergence of GCL_B and GCL_PT over seeds.
pub fn fig10(study: &mut Study<'_>) -> Result<Made, Failure> {
    let methods = [Method::GclB, Method::GclPt];
    let cells = study.run(&methods, &[Variant::default()])?;
    over_epochs(
        &cells,
        &methods.map(|m| m.name().to_owned()),
        |cell, name| cell.result.cell.method.name() == name,
        "Figure 10: convergence over seeds",
    )
}

/// One chart a network, one line a group of cells.
fn over_epochs(
    cells: &[Finished],
    groups: &[String],
    belongs: impl Fn(&Finished, &str) -> bool,
    title: &str,
) -> Result<Made, Failure> {
    let mut csv = String::from("line,network,epoch,mean,std,seeds\n");
    let mut charts = Vec::new();
    let mut curves: Vec<(&String, Vec<Epochs>)> = Vec::new();
    for name in groups {
        let own = cells.iter().filter(|cell| belongs(cell, name));
        let read: Result<Vec<_>, _> = own.map(|cell| read_epochs(&cell.folder)).collect();
        curves.push((name, read?.into_iter().flatten().collect()));
    }
    for (network, pick) in NETWORKS {
        let mut series = Vec::new();
        for (name, runs) in &curves {
            let points = mean_curve(runs, pick);
            for (epoch, spread) in &points {
                let std = spread.std.map_or_else(String::new, |std| format!("{std:.6}"));
                let Spread { mean, seeds, .. } = spread;
                csv += &format!("\"{name}\",{network},{epoch},{mean:.6},{std},{seeds}\n");
            }
            let points = points.into_iter().map(|(epoch, s)| point(epoch, s)).collect();
            series.push(Band { name: (*name).clone(), points });
        }
        charts.push(BandChart {
            title: format!("AUC by the {network}"),
            x_label: "epoch".to_owned(),
            y_label: "frame AUC".to_owned(),
            series,
            ..BandChart::default()
        });
    }
    // Both networks on one axis, so that they can be compared.
    let range = common_range(&charts);
    charts.iter_mut().for_each(|chart| chart.y_range = range);
    let caption = "Frame AUC on the test set at the ends of epochs, in the loop that both networks \
                   share. Lines are means over seeds, bands one standard deviation.";
    Ok(made(title, caption, &charts, csv))
}

/// Mean and spread at every epoch that all runs have, in their last phase.
fn mean_curve(runs: &[Epochs], pick: Pick) -> Vec<(f64, Spread)> {
    let runs: Vec<Vec<(u64, f64)>> = runs
        .iter()
        .map(|run| run.last_phase().filter_map(|e| Some((e.epoch, pick(e)?))).collect())
        .collect();
    let Some(first) = runs.first() else { return Vec::new() };
    let at = |epoch: u64| -> Option<(f64, Spread)> {
        let values: Option<Vec<f64>> = runs
            .iter()
            .map(|run| run.iter().find(|(e, _)| *e == epoch).map(|(_, value)| *value))
            .collect();
        Some((epoch as f64, Spread::of(&values?)?))
    };
    first.iter().filter_map(|(epoch, _)| at(*epoch)).collect()
}

/// AUC of G and D when a share of the training videos' labels is known.
pub fn fig9(study: &mut Study<'_>) -> Result<Made, Failure> {
    if study.data.normal.is_none() {
        let text = "fig9 uses video labels: give --labels, a manifest with the column `label`";
        return Err(Failure::Usage(text.to_owned()));
    }
    let shares = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];
    let variant = |share: &f64| Variant {
        name: format!("{:.0} %", 100.0 * share),
        settings: vec![format!("labelled_share={share:?}")],
    };
    let variants: Vec<Variant> = shares.iter().map(variant).collect();
    // With no share of labels, this is GCL_PT itself.
    let cells = study.run(&[Method::GclPt], &variants)?;
    let mut csv = String::from("network,labelled_share,mean,std,seeds\n");
    let mut series = Vec::new();
    for network in ["generator", "discriminator"] {
        let mut points = Vec::new();
        for (share, variant) in shares.iter().zip(&variants) {
            let own = cells.iter().filter(|cell| cell.result.cell.variant == variant.name);
            let values: Vec<f64> =
                own.filter_map(|cell| cell.result.measures("last", network)?.auc.value()).collect();
            if let Some(spread) = Spread::of(&values) {
                let std = spread.std.map_or_else(String::new, |std| format!("{std:.6}"));
                let Spread { mean, seeds, .. } = spread;
                csv += &format!("{network},{share:.4},{mean:.6},{std},{seeds}\n");
                points.push(point(100.0 * share, spread));
            }
        }
        series.push(Band { name: network.to_owned(), points });
    }
    let chart = BandChart {
        title: "AUC by the share of labelled videos".to_owned(),
        x_label: "training videos whose label is known (%)".to_owned(),
        y_label: "frame AUC".to_owned(),
        dots: true,
        series,
        ..BandChart::default()
    };
    let caption = "Videos are drawn at random, the same share of normal and of anomalous ones. Every \
                   segment of a video known to be normal is labelled normal; see docs/method.md.";
    Ok(made("Figure 9: supervision by video labels", caption, &[chart], csv))
}

fn point(x: f64, spread: Spread) -> BandPoint {
    let std = spread.std.unwrap_or(0.0);
    BandPoint { x, low: spread.mean - std, middle: spread.mean, high: spread.mean + std }
}

/// The range of all charts' values, with a margin.
fn common_range(charts: &[BandChart]) -> Option<(f64, f64)> {
    let points = charts.iter().flat_map(|c| &c.series).flat_map(|s| &s.points);
    let (low, high) = points.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| {
        (low.min(p.low), high.max(p.high))
    });
    let pad = (high - low) * 0.05;
    (low < high).then_some((low - pad, high + pad))
}

fn made(title: &str, caption: &str, charts: &[BandChart], csv: String) -> Made {
    let text: String = charts
        .iter()
        .flat_map(|chart| chart.series.iter().map(move |s| (chart, s)))
        .filter_map(|(chart, series)| {
            let last = series.points.last()?;
            let half = (last.high - last.low) / 2.0;
            let name = &series.name;
            Some(format!("{}, {name}: {:.4} ± {half:.4} at the end\n", chart.title, last.middle))
        })
        .collect();
    Made::figure(title, caption, charts.iter().map(BandChart::chart).collect(), csv, text)
}
