//! ROC-AUC and average precision against scikit-learn.

use std::path::Path;

use gcl_eval::Ranking;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    scores: Vec<f32>,
    labels: String,
    roc_auc: f64,
    average_precision: f64,
}

fn close(name: &str, what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{name}: {what} {found}, expected {expected}");
}

#[test]
fn agrees_with_scikit_learn() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/auc/cases.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let golden: Golden = serde_json::from_str(&text).unwrap();
    assert_eq!(golden.cases.len(), 20);
    for case in &golden.cases {
        let name = &case.name;
        let labels: Vec<bool> = case.labels.chars().map(|c| c == '1').collect();
        let ranking = Ranking::new(&case.scores, &labels).unwrap();
        close(name, "AUC", ranking.auc().value().unwrap(), case.roc_auc);
        close(name, "AP", ranking.average_precision().value().unwrap(), case.average_precision);

        let area: f64 = ranking
            .roc_curve()
            .windows(2)
            .map(|w| {
                let width = w[1].false_positive_rate - w[0].false_positive_rate;
                width * (w[0].true_positive_rate + w[1].true_positive_rate) / 2.0
            })
            .sum();
        close(name, "area under the drawn curve", area, case.roc_auc);
    }
}
