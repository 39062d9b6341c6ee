//! The adaptive threshold: how many snippets all one-class models so far agree on (Joint-VAD,
//! Eq. 7 and 8), and when the modules end.

use serde::{Deserialize, Serialize};

use super::config::ThresholdConfig;

/// Which change of the threshold the others are measured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstChange {
    /// That from the initial threshold to the second module's (the paper's text).
    Initial,
    /// The first one that is not 0 from the second module on (the published code).
    #[default]
    SecondModule,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// The threshold hardly changes any more.
    Converged,
    /// The most modules are done.
    MaxModules,
    /// The models agree on no snippet.
    NoAgreement,
}

/// The snippets that every one-class model so far ranks among the highest, and the thresholds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Consensus {
    /// Rising; `None` before the first model.
    agreed: Option<Vec<u32>>,
    /// T_ws of each module so far, the current one last.
    thresholds: Vec<usize>,
}

impl Consensus {
    /// No model yet, and the first module's threshold.
    pub fn new(first: usize) -> Consensus {
        Consensus { agreed: None, thresholds: vec![first] }
    }

    /// The current module's threshold.
    pub fn threshold(&self) -> usize {
        self.thresholds.last().copied().unwrap_or(1)
    }

    /// The thresholds of all modules so far.
    pub fn thresholds(&self) -> &[usize] {
        &self.thresholds
    }

    /// How many snippets all models agree on.
    pub fn agreed(&self) -> usize {
        self.agreed.as_ref().map_or(0, Vec::len)
    }

    /// Takes the highest-ranked snippets of one more model.
    pub fn add(&mut self, mut highest: Vec<u32>) {
        highest.sort_unstable();
        self.agreed = Some(match self.agreed.take() {
            None => highest,
            Some(mut agreed) => {
                agreed.retain(|snippet| highest.binary_search(snippet).is_ok());
                agreed
            }
        });
    }

    /// Ends a module: sets the next one's threshold, or says why there is none.
    pub fn next_module(&mut self, config: &ThresholdConfig) -> Option<Stop> {
        let next = if config.adaptive { self.agreed() } else { self.threshold() };
        self.thresholds.push(next);
        let modules = self.thresholds.len() - 1;
        if next == 0 {
            Some(Stop::NoAgreement)
        } else if config.adaptive && self.converged(config) {
            Some(Stop::Converged)
        } else if modules >= config.max_modules {
            Some(Stop::MaxModules)
        } else {
            None
        }
    }

    fn converged(&self, config: &ThresholdConfig) -> bool {
        let changes: Vec<usize> =
            self.thresholds.array_windows::<2>().map(|[a, b]| a.saturating_sub(*b)).collect();
        let first = match config.first_change {
            FirstChange::Initial => Some(0),
            FirstChange::SecondModule => changes.iter().skip(1).position(|&c| c > 0).map(|i| i + 1),
        };
        let (Some(first), Some(&last)) = (first, changes.last()) else { return false };
        changes.len() > first + 1 && last as f64 <= config.stop * changes[first] as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(first_change: FirstChange) -> ThresholdConfig {
        ThresholdConfig { share: 0.15, adaptive: true, stop: 0.1, first_change, max_modules: 6 }
    }

    /// Modules whose models agree on so many snippets in the end.
    fn course(sizes: &[usize], config: &ThresholdConfig) -> (Vec<usize>, Option<Stop>) {
        let mut consensus = Consensus::new(1648);
        let mut stop = None;
        for &size in sizes {
            consensus.add((0..size as u32).collect());
            stop = consensus.next_module(config);
            if stop.is_some() {
                break;
            }
        }
        (consensus.thresholds().to_vec(), stop)
    }

    #[test]
    fn sets_are_intersected_in_any_order() {
        let mut consensus = Consensus::new(4);
        consensus.add(vec![9, 1, 5, 3]);
        consensus.add(vec![3, 2, 9, 8]);
        assert_eq!(consensus.agreed(), 2);
        assert_eq!(consensus.next_module(&config(FirstChange::Initial)), None);
        assert_eq!(consensus.threshold(), 2);
        consensus.add(vec![1, 2, 4]);
        assert_eq!(consensus.next_module(&config(FirstChange::Initial)), Some(Stop::NoAgreement));
    }

    #[test]
    fn the_first_change_is_the_papers_or_the_codes() {
        let sizes = [1300, 1200, 1190, 1189, 1188];
        // 348, then 100, then 10: the paper's rule stops at 34.8, the code's at 10.
        let (thresholds, stop) = course(&sizes, &config(FirstChange::Initial));
        assert_eq!((thresholds.len(), stop), (4, Some(Stop::Converged)));
        let (thresholds, stop) = course(&sizes, &config(FirstChange::SecondModule));
        assert_eq!((thresholds, stop), (vec![1648, 1300, 1200, 1190], Some(Stop::Converged)));
        let (_, stop) = course(&[1300, 1200, 1150], &config(FirstChange::SecondModule));
        assert_eq!(stop, None);
        // A second module without a change is not the first change of the code.
        let (thresholds, _) = course(&[1300, 1300, 1200, 1100], &config(FirstChange::SecondModule));
        assert_eq!(thresholds.len(), 5);
        let (_, stop) = course(&[1300, 1300], &config(FirstChange::Initial));
        assert_eq!(stop, Some(Stop::Converged));
    }

    #[test]
    fn a_fixed_threshold_stays() {
        let fixed = ThresholdConfig { adaptive: false, ..config(FirstChange::Initial) };
        let (thresholds, stop) = course(&[1000, 900, 800, 0, 0, 0, 0], &fixed);
        assert_eq!((thresholds, stop), (vec![1648; 7], Some(Stop::MaxModules)));
    }
}
