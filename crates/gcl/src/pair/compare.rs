//! Runs side by side, such as with and without weights (Joint-VAD, Figure 4 and Table 4) or with
//! several R (Figure 6).

use std::path::{Path, PathBuf};

use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::report::{Figure, Page, TextTable};
use gcl_train::RunDir;
use gcl_train::interleave::{PairAuc, PairConfig, PairMethod};

use super::course::{Course, Points, chart};
use crate::error::{Error, Result};

/// A run by its name.
struct Run {
    name: String,
    config: PairConfig,
    course: Course,
}

/// As many runs as a chart has colours.
const MOST: usize = 6;

/// Writes a page about several runs to `out`.
///
/// # Errors
/// [`Error::Setting`] for more than six runs, or one of a model that trained alone; else if a run
/// cannot be read or the page not be written.
pub fn compare(paths: &[PathBuf], out: &Path) -> Result<()> {
    if paths.len() > MOST {
        let text = format!("{} runs: at most {MOST} can be told apart in one chart", paths.len());
        return Err(Error::Setting(text));
    }
    let open = |(path, name): (&PathBuf, String)| {
        let run = RunDir::new(path);
        let config: PairConfig = run.config()?;
        if config.method != PairMethod::Interleave {
            let text = "a model that trained alone has no loops to compare";
            return Err(Error::Setting(format!("{}: {text}", path.display())));
        }
        Ok(Run { name, config, course: Course::of(run.events()?) })
    };
    let runs: Vec<Run> = paths.iter().zip(names(paths)).map(open).collect::<Result<_>>()?;
    let page = Page {
        title: format!("{} interleaved trainings", runs.len()),
        subtitle: runs.iter().map(|run| run.name.as_str()).collect::<Vec<_>>().join(", "),
        figures: figures(&runs),
        tables: vec![table(&runs)],
        ..Page::default()
    };
    Ok(write_bytes_atomic(out, page.render().as_bytes())?)
}

/// The runs' folders by name; by whole path where two have one name.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let last = |path: &PathBuf| path.file_name().map(|name| name.display().to_string());
    let mut short: Vec<_> = paths.iter().filter_map(last).collect();
    short.sort();
    short.dedup();
    let unique = short.len() == paths.len();
    let whole = |path: &PathBuf| path.display().to_string();
    paths.iter().map(|p| last(p).filter(|_| unique).unwrap_or_else(|| whole(p))).collect()
}

fn figures(runs: &[Run]) -> Vec<Figure> {
    let of = |title, x, y, points: &dyn Fn(&Course) -> Points| {
        chart(title, x, y, runs.iter().map(|run| (&*run.name, points(&run.course))).collect())
    };
    let (x, auc) = ("loop, over all modules", "frame AUC, %");
    let groups = [
        (
            "Test AUC by loop",
            "Judged by the truth after every loop, which changed nothing that was trained.",
            vec![
                of("One-class model", x, auc, &|course| course.auc(|j| j.one_class)),
                of("Weakly-supervised model", x, auc, &|course| course.auc(|j| j.weak)),
            ],
        ),
        (
            "Threshold by module",
            "The last point is what a next module would have had.",
            vec![of("T_ws", "module", "snippets", &|course| course.thresholds.clone())],
        ),
        (
            "Losses by loop",
            "Both models start anew with every module.",
            vec![
                of("One-class model", x, "loss", &|course| course.by_loop(|r| r.loss_one_class)),
                of("Weakly-supervised model", x, "loss", &|course| course.by_loop(|r| r.loss_weak)),
            ],
        ),
    ];
    let figure = |(title, caption, charts): (&str, &str, Vec<gcl_eval::svg::LineChart>)| {
        let charts: Vec<_> = charts
            .iter()
            .filter(|chart| !chart.series.is_empty())
            .map(gcl_eval::svg::LineChart::chart)
            .collect();
        let (title, caption) = (title.to_owned(), caption.to_owned());
        (!charts.is_empty()).then_some(Figure { title, caption, charts })
    };
    groups.into_iter().filter_map(figure).collect()
}

fn table(runs: &[Run]) -> TextTable {
    let head = [
        "run",
        "seed",
        "R",
        "weighted",
        "adaptive",
        "modules",
        "T_ws, first to last",
        "one-class AUC, last loop",
        "weak AUC, last loop",
        "one-class jump",
        "weak jump",
    ];
    let row = |Run { name, config, course }: &Run| {
        let settings = &config.interleave;
        let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
        let last = |value: fn(&PairAuc) -> Option<f64>| {
            let auc = course.judged.last().and_then(|judged| value(&judged.auc));
            auc.map_or("-".to_owned(), |auc| format!("{:.2} %", 100.0 * auc))
        };
        let jump = |value| course.jump(value).map_or("-".to_owned(), |jump| format!("{jump:.2}"));
        let modules = course.loops.last().map_or(0, |report| report.module);
        let ends = [course.loops.first(), course.loops.last()];
        let [from, to] = ends.map(|report| report.map_or(0, |report| report.threshold));
        vec![
            name.clone(),
            settings.seed.to_string(),
            format!("{} %", 100.0 * settings.threshold.share),
            yes(settings.one_class.weighted),
            yes(settings.threshold.adaptive),
            modules.to_string(),
            format!("{from} to {to}"),
            last(|j| j.one_class),
            last(|j| j.weak),
            jump(|j| j.one_class),
            jump(|j| j.weak),
        ]
    };
    TextTable {
        title: "Runs".to_owned(),
        caption:
            "A jump is the mean change of the AUC from a loop to the next of the same module, in \
                  percent points: how much training fluctuates."
                .to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: runs.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_name_go_by_their_paths() {
        let paths = |texts: [&str; 2]| texts.map(PathBuf::from).to_vec();
        assert_eq!(names(&paths(["a/x", "b/y"])), ["x", "y"]);
        assert_eq!(names(&paths(["a/x", "b/x"])), ["a/x", "b/x"]);
    }
}
