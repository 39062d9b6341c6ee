//! The rows of the paper's tables: what is set, and what was published.

use gcl::train::interleave::{OneClassKind, WeakKind};

/// One training.
pub struct Row {
    pub name: &'static str,
    pub occ: OneClassKind,
    pub ws: WeakKind,
    pub set: Vec<&'static str>,
    /// ShanghaiTech's one-class and weak frame AUC, in percent.
    shanghaitech: [Option<f64>; 2],
    /// UBnormal's.
    ubnormal: [Option<f64>; 2],
}

impl Row {
    /// The published AUCs of a data set; the paper reports the best loop on the test set, this
    /// example the last one.
    pub fn published(&self, data: &str) -> [Option<f64>; 2] {
        match data {
            "shanghaitech" => self.shanghaitech,
            "ubnormal" => self.ubnormal,
            _ => [None, None],
        }
    }
}

const NONE: [Option<f64>; 2] = [None, None];

fn row(name: &'static str, set: &[&'static str], shanghaitech: [Option<f64>; 2]) -> Row {
    let (occ, ws, set) = (OneClassKind::StgNf, WeakKind::Rtfm, set.to_vec());
    Row { name, occ, ws, set, shanghaitech, ubnormal: NONE }
}

/// All rows.
pub fn rows() -> Vec<Row> {
    let both = [Some(82.57), Some(88.18)];
    let fixed = "interleave.threshold.adaptive=false";
    let plain = "interleave.one_class.weighted=false";
    vec![
        Row { ubnormal: [Some(74.76), Some(63.10)], ..row("Table 1: no labels", &[], both) },
        Row {
            ubnormal: [Some(72.81), None],
            ..row(
                "Table 1: normal videos only",
                &["supervision=normal-videos"],
                [Some(86.37), None],
            )
        },
        Row {
            ubnormal: [None, Some(67.42)],
            ..row("Table 1: video labels", &["supervision=video-labels"], [None, Some(96.33)])
        },
        Row {
            occ: OneClassKind::Ae,
            ..row("Table 2: AE and RTFM", &[], [Some(70.99), Some(78.90)])
        },
        Row {
            occ: OneClassKind::Jigsaw,
            ..row("Table 2: Jigsaw and RTFM", &[], [Some(81.23), Some(85.35)])
        },
        // This pair's figures are not legible in the sources at hand.
        Row { ws: WeakKind::Sultani, ..row("Table 3: STG-NF and Sultani", &[], NONE) },
        row("Table 4: neither", &[plain, fixed], [Some(80.52), Some(82.06)]),
        row("Table 4: weighted only", &[fixed], [Some(81.78), Some(83.48)]),
        row("Table 4: adaptive only", &[plain], [Some(81.94), Some(85.86)]),
        row("Table 5: 2 epochs a step", &epochs("2"), NONE),
        row("Table 5: 3 epochs a step", &epochs("3"), NONE),
        row(
            "paper's text",
            &[
                "interleave.labels.snippets=objects",
                "interleave.labels.smoothing=off",
                "interleave.weak.bags=random",
            ],
            NONE,
        ),
        row("R = 10 %", &["interleave.threshold.share=0.10"], NONE),
        row("R = 25 %", &["interleave.threshold.share=0.25"], NONE),
        row("R = 35 %", &["interleave.threshold.share=0.35"], NONE),
        row("Q = 5 %", &["interleave.threshold.stop=0.05"], NONE),
        row("Q = 20 %", &["interleave.threshold.stop=0.20"], NONE),
    ]
}

/// Epochs of both models a step.
fn epochs(count: &str) -> [&'static str; 3] {
    let unit = "interleave.weak.unit=epochs";
    match count {
        "2" => ["interleave.one_class.epochs=2", unit, "interleave.weak.length=2"],
        _ => ["interleave.one_class.epochs=3", unit, "interleave.weak.length=3"],
    }
}
