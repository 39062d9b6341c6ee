//! What a run's events say, as courses over loops and modules: what its reports draw.

use gcl_eval::svg::{LineChart, Series};
use gcl_train::Event;
use gcl_train::interleave::threshold::Stop;
use gcl_train::interleave::{Followed, Judgement, LoopReport, PairAuc};

/// Points of a line.
pub type Points = Vec<(f64, f64)>;

/// A run's events, sorted by kind.
#[derive(Default)]
pub struct Course {
    pub loops: Vec<LoopReport>,
    pub judged: Vec<Judgement>,
    pub followed: Vec<Followed>,
    /// T_ws by module, the one that a next module would have had among them.
    pub thresholds: Points,
    /// The losses of a model that trained alone, by round.
    pub rounds: Points,
    /// Why training ended.
    pub stop: Option<Stop>,
}

impl Course {
    /// From all events of a run.
    pub fn of(events: Vec<Event>) -> Course {
        let mut course = Course::default();
        for event in events {
            match event {
                Event::PairStarted { threshold, .. } => {
                    course.thresholds.push((1.0, threshold as f64));
                }
                Event::Loop(report) => course.loops.push(report),
                Event::Judged(judged) => course.judged.push(judged),
                Event::Followed(followed) => course.followed.push(followed),
                Event::Module(m) => {
                    course.thresholds.push((m.module as f64 + 1.0, m.next as f64));
                }
                Event::Round { round, loss } => course.rounds.push((round as f64, loss)),
                Event::PairFinished { stop, .. } => course.stop = Some(stop),
                Event::Started { .. }
                | Event::Epoch(_)
                | Event::Warning { .. }
                | Event::Finished { .. } => {}
            }
        }
        course
    }

    /// A value of every loop, over the loops of all modules.
    pub fn by_loop(&self, value: impl Fn(&LoopReport) -> f64) -> Points {
        self.loops.iter().enumerate().map(|(i, report)| (i as f64 + 1.0, value(report))).collect()
    }

    /// A frame AUC in percent of every loop.
    pub fn auc(&self, value: fn(&PairAuc) -> Option<f64>) -> Points {
        let all = self.judged.iter().enumerate();
        all.filter_map(|(i, j)| Some((i as f64 + 1.0, 100.0 * value(&j.auc)?))).collect()
    }

    /// A frame AUC in percent at the end of every module.
    pub fn auc_by_module(&self, value: fn(&PairAuc) -> Option<f64>) -> Points {
        let mut points = Points::new();
        for judged in &self.judged {
            let Some(auc) = value(&judged.auc) else { continue };
            let module = judged.module as f64;
            match points.last_mut() {
                Some(last) if last.0 == module => last.1 = 100.0 * auc,
                _ => points.push((module, 100.0 * auc)),
            }
        }
        points
    }

    /// How much an AUC changes from a loop to the next one of the same module, on average, in
    /// percent points.
    pub fn jump(&self, value: fn(&PairAuc) -> Option<f64>) -> Option<f64> {
        let pairs = self.judged.iter().zip(self.judged.iter().skip(1));
        let jumps = pairs.filter(|(a, b)| a.module == b.module);
        let jumps: Vec<f64> = jumps
            .filter_map(|(a, b)| Some(100.0 * (value(&a.auc)? - value(&b.auc)?).abs()))
            .collect();
        (!jumps.is_empty()).then(|| jumps.iter().sum::<f64>() / jumps.len() as f64)
    }
}

/// A chart of the lines that have a point.
pub fn chart(title: &str, x: &str, y: &str, series: Vec<(&str, Points)>) -> LineChart {
    let series = series
        .into_iter()
        .filter(|(_, points)| !points.is_empty())
        .map(|(name, points)| Series { name: name.to_owned(), points });
    LineChart {
        title: title.to_owned(),
        x_label: x.to_owned(),
        y_label: y.to_owned(),
        y_range: None,
        series: series.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_stay_within_modules_and_modules_end_with_their_last_loop() {
        let judged = |module, number, auc| {
            let auc = PairAuc { one_class: Some(auc), weak: None };
            Event::Judged(Judgement { module, number, auc })
        };
        let events = [(1, 1, 0.5), (1, 2, 0.75), (2, 1, 0.125), (2, 2, 0.25)];
        let course = Course::of(events.map(|(m, n, auc)| judged(m, n, auc)).into());
        assert_eq!(course.jump(|j| j.one_class), Some(18.75));
        assert_eq!(course.auc_by_module(|j| j.one_class), [(1.0, 75.0), (2.0, 25.0)]);
        assert_eq!(course.auc(|j| j.one_class).len(), 4);
        assert!(course.jump(|j| j.weak).is_none() && course.auc(|j| j.weak).is_empty());
    }
}
