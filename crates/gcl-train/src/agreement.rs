//! Rank agreement of two scores over the same segments.

/// The rank of each score, from 0; ties share the mean of their ranks.
pub(crate) fn ranks(scores: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut ranks = vec![0.0; scores.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let rank = start as f64 + (run.len() - 1) as f64 / 2.0;
        run.iter().for_each(|&i| ranks[i] = rank);
        start += run.len();
    }
    ranks
}

/// Pearson's correlation, in [-1, 1]; of ranks, it is Spearman's. `None` where one side does not
/// vary.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len().min(b.len()) as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    (aa > 0.0 && bb > 0.0).then(|| (ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
        assert!(ranks(&[]).is_empty());
    }

    #[test]
    fn spearman_sees_order_alone() {
        let spearman = |a: &[f32], b: &[f32]| correlation(&ranks(a), &ranks(b));
        let a = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(spearman(&a, &[1.0, 4.0, 9.0, 16.0, 1e9]), Some(1.0));
        assert_eq!(spearman(&a, &[5.0, 4.0, 3.0, 2.0, 1.0]), Some(-1.0));
        // scipy.stats.spearmanr([1, 2, 3, 4, 5], [2, 1, 4, 3, 3])
        approx::assert_relative_eq!(
            spearman(&a, &[2.0, 1.0, 4.0, 3.0, 3.0]).unwrap(),
            0.5642880936468347,
            epsilon = 1e-12
        );
        assert_eq!(spearman(&a, &[7.0; 5]), None);
    }

    #[test]
    fn spearman_agrees_with_scipy() {
        #[derive(serde::Deserialize)]
        struct Golden {
            cases: Vec<Case>,
        }
        #[derive(serde::Deserialize)]
        struct Case {
            name: String,
            scores: Vec<f32>,
            labels: String,
            spearman: Option<f64>,
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/auc/cases.json");
        let golden: Golden = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(golden.cases.len(), 20);
        for Case { name, scores, labels, spearman } in golden.cases {
            let labels: Vec<f32> = labels.chars().map(|c| f32::from(u8::from(c == '1'))).collect();
            match (correlation(&ranks(&scores), &ranks(&labels)), spearman) {
                (Some(found), Some(expected)) => {
                    assert!((found - expected).abs() < 1e-12, "{name}: {found}, {expected}");
                }
                (found, expected) => assert_eq!(found, expected, "{name}"),
            }
        }
    }
}
