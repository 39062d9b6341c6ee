//! Figures and tables from anyone's features.

use std::fs;
use std::path::Path;

use super::support::{features, run, stderr, stdout, truth};

fn reproduce(at: &Path, figure: &str, more: &[&str], code: i32) -> std::process::Output {
    let args = [
        "reproduce",
        figure,
        "--features",
        "f",
        "--test",
        "f",
        "--truth",
        "truth.csv",
        "--out",
        "o",
        "--set",
        "training.budget.min_steps=30",
        "--set",
        "training.budget.epochs=15",
    ];
    run(at, &[&args[..], more].concat(), code)
}

fn data(at: &Path) {
    features(&at.join("f"), 3);
    truth(&at.join("truth.csv"), 3);
    fs::write(at.join("labels.csv"), "id,label\nvideo0,0\nvideo1,0\nvideo2,1\n").unwrap();
}

fn text(at: &Path, name: &str) -> String {
    fs::read_to_string(at.join("o").join(name)).unwrap()
}

#[test]
fn every_figure_is_drawn_from_shared_runs() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    let charts = [("fig4", 3), ("fig5", 2), ("fig6", 2), ("fig7", 1), ("fig8", 1), ("fig10", 2)];
    for (figure, count) in charts {
        let seeds = if figure == "fig10" { "0..2" } else { "0" };
        let output = reproduce(at, figure, &["--seeds", seeds], 0);
        assert_eq!(stdout(&output).lines().last().unwrap(), format!("o/{figure}.html"));
        let html = text(at, &format!("{figure}.html"));
        assert_eq!(html.matches("<svg").count(), count, "{figure}");
        assert!(html.ends_with("</html>\n") && !html.contains("<script"));
        let svg = if count == 1 { format!("{figure}.svg") } else { format!("{figure}a.svg") };
        assert!(text(at, &svg).contains("<style>"), "{svg}");
        let csv = text(at, &format!("{figure}.csv"));
        let columns = csv.lines().next().unwrap().split(',').count();
        assert!(csv.lines().count() > 10, "{figure}: {csv}");
        assert!(!csv.contains("NaN") && columns >= 4);
    }
    // Each frame is in one bar of each of the three scores.
    let counted = text(at, "fig4.csv").lines().skip(1).fold(0u64, |sum, line| {
        let fields: Vec<&str> = line.rsplit(',').collect();
        sum + fields[0].parse::<u64>().unwrap() + fields[1].parse::<u64>().unwrap()
    });
    assert_eq!(counted, 3 * 960);
    // The last epoch of Figure 7 is what the model says, and its abnormal frames are the truth's.
    let last = text(at, "fig7.csv");
    let epoch = last.lines().last().unwrap().split(',').next().unwrap().to_owned();
    let rows: Vec<&str> = last.lines().filter(|l| l.starts_with(&format!("{epoch},"))).collect();
    assert_eq!(rows.len(), 320);
    assert_eq!(rows.iter().filter(|row| row.ends_with(",1")).count(), 32);
    // Again: nothing is trained, and the page is the same.
    let before = text(at, "fig7.html");
    let again = reproduce(at, "fig7", &[], 0);
    assert!(stderr(&again).contains("finished before"), "{}", stderr(&again));
    assert_eq!(text(at, "fig7.html"), before);

    // A run's report has the figures that it can give.
    let cell =
        "o/cells/data/gcl-b-any-training.budget.min_steps=30+training.budget.epochs=15-seed0";
    run(at, &["score", cell, "f"], 0);
    run(at, &["report", cell, "--truth", "truth.csv", "--test", "f", "--out", "r.html"], 0);
    let html = fs::read_to_string(at.join("r.html")).unwrap();
    // On the device that was asked for.
    let tpu = ["report", cell, "--truth", "truth.csv", "--test", "f", "--device", "tpu"];
    assert!(stderr(&run(at, &tpu, 2)).contains("flex"));
    for title in ["Score distributions", "Convergence", "Scores as training proceeded"] {
        assert!(html.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
}

#[test]
fn tables_have_the_papers_rows_and_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    let more = ["--seeds", "0..2", "--published", "ucf-crime"];
    let text = stdout(&reproduce(at, "table2", &more, 0));
    let row = text.lines().find(|line| line.starts_with("GCL_PT")).unwrap();
    assert!(row.contains("71.04; ten seeds 70.13 ± 0.52"), "{text}");
    assert!(row.matches('±').count() >= 3, "{row}");
    assert!(fs::read_to_string(at.join("o/table2.html")).unwrap().contains("GCL_OCC is left out"));
    let text = stdout(&reproduce(at, "table1", &["--seeds", "0"], 0));
    assert!(text.contains("AE_AllData") && !text.contains("published"), "{text}");
    assert!(
        stderr(&reproduce(at, "table1", &["--published", "avenue"], 2)).contains("shanghaitech")
    );
}

#[test]
fn any_video_id_is_one_field_of_a_figures_csv() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    for kind in ["npy", "json"] {
        let to = at.join(format!("f/gate \"2\", left.{kind}"));
        fs::rename(at.join(format!("f/video2.{kind}")), to).unwrap();
    }
    let truth = fs::read_to_string(at.join("truth.csv")).unwrap();
    fs::write(at.join("truth.csv"), truth.replace("video2", r#""gate ""2"", left""#)).unwrap();
    reproduce(at, "fig8", &[], 0);
    let rows = text(at, "fig8.csv");
    let row = rows.lines().nth(81).unwrap();
    assert!(row.starts_with(r#""gate ""2"", left",80,"#) && row.ends_with(",1"), "{row}");
}

#[test]
fn supervision_needs_labels() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    assert!(stderr(&reproduce(at, "fig9", &[], 2)).contains("--labels"));
    reproduce(at, "fig9", &["--labels", "labels.csv"], 0);
    let csv = fs::read_to_string(at.join("o/fig9.csv")).unwrap();
    assert_eq!(csv.lines().count(), 9, "{csv}");
    assert!(csv.contains("discriminator,0.3333,"), "{csv}");
    assert!(stderr(&run(at, &["reproduce", "fig4", "--out", "o"], 2)).contains("--train"));
    let none = reproduce(at, "fig7", &["--video", "nobody"], 2);
    assert!(stderr(&none).contains("nobody"), "{}", stderr(&none));
}
