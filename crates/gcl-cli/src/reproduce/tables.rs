//! Tables 1 and 2: what each method is worth.

use gcl_bench::anchors::{Anchor, PaperData, TABLE_1, TABLE_2};
use gcl_bench::{CellResult, Row, Table, Variant};
use gcl_eval::report::{Page, TextTable};
use gcl_train::Method;

use super::Made;
use super::study::Study;
use crate::error::Failure;

/// Methods by supervision.
pub fn table1(study: &mut Study<'_>, published: Option<PaperData>) -> Result<Made, Failure> {
    table(study, &TABLE_1, published, "Table 1: comparison of methods")
}

/// Ablations.
pub fn table2(study: &mut Study<'_>, published: Option<PaperData>) -> Result<Made, Failure> {
    table(study, &TABLE_2, published, "Table 2: ablation")
}

fn table(
    study: &mut Study<'_>,
    anchors: &[Anchor],
    published: Option<PaperData>,
    title: &str,
) -> Result<Made, Failure> {
    let mut page = Page { title: title.to_owned(), ..Page::default() };
    let labelled = study.data.normal.is_some();
    let can_run =
        |anchor: &&Anchor| anchor.method().is_some() && (labelled || anchor.supervision == "none");
    for anchor in anchors.iter().filter(|anchor| !can_run(anchor)) {
        let why = if anchor.method().is_some() { "it needs --labels" } else { "not in this build" };
        page.notes.push(format!("{} is left out: {why}.", anchor.name));
    }
    let methods: Vec<Method> = anchors.iter().filter(can_run).filter_map(Anchor::method).collect();
    let finished = study.run(&methods, &[Variant::default()])?;
    let cells: Vec<CellResult> = finished.into_iter().map(|cell| cell.result).collect();
    let table = Table::new(cells);
    let own = |anchor: &Anchor| {
        let method = anchor.method()?;
        table.rows.iter().find(|row| row.method == method.name())
    };
    let rows: Vec<Vec<String>> =
        anchors.iter().filter_map(|anchor| Some(line(anchor, own(anchor)?, published))).collect();
    let mut head: Vec<String> =
        ["row", "supervision", "AUC % by G", "AUC % by D", "AUC % by its own score", "its score"]
            .map(str::to_owned)
            .to_vec();
    head.extend(published.map(|_| "published AUC %".to_owned()));
    let text = aligned(&head, &rows);
    let caption = match published {
        Some(data) => {
            format!("Mean ± standard deviation over seeds. Published: {}.", data.protocol())
        }
        None => "Mean ± standard deviation over seeds.".to_owned(),
    };
    page.tables.push(TextTable { title: String::new(), caption, head, rows });
    Ok(Made { page, csv: table.csv(), text })
}

fn line(anchor: &Anchor, row: &Row, published: Option<PaperData>) -> Vec<String> {
    let shown = |spread: Option<gcl_bench::Spread>| {
        spread.map_or_else(|| "–".to_owned(), |spread| spread.percent())
    };
    let mut cells = vec![
        anchor.name.to_owned(),
        anchor.supervision.to_owned(),
        shown(row.generator),
        shown(row.discriminator),
        shown(row.auc),
        row.score.clone(),
    ];
    cells.extend(published.map(|data| anchor.shown(data)));
    cells
}

/// Columns side by side, for a terminal.
fn aligned(head: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice));
    let width = |i: usize| {
        all().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    all()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            let line: Vec<String> = cells.collect();
            format!("{}\n", line.join("  ").trim_end())
        })
        .collect()
}
