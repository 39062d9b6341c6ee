//! Equal error rate.

use crate::{Measure, Ranking};

impl Ranking {
    /// Equal error rate: the point of the ROC curve, linearly interpolated, at which the false positive
    /// rate equals the false negative rate. 0 is perfect, 0.5 is chance. Undefined unless both classes
    /// are present.
    ///
    /// ```
    /// use gcl_eval::Ranking;
    ///
    /// // One of the two normal frames scores above one of the two abnormal ones.
    /// let ranking = Ranking::new(&[0.1, 0.6, 0.5, 0.9], &[false, false, true, true])?;
    /// assert_eq!(ranking.equal_error_rate().value(), Some(0.5));
    /// # Ok::<(), gcl_eval::EvalError>(())
    /// ```
    pub fn equal_error_rate(&self) -> Measure {
        if let Some(undefined) = self.lacking() {
            return undefined;
        }
        let (normal, abnormal) = (self.normal_frames() as f64, self.abnormal_frames() as f64);
        let (mut false_alarms, mut missed) = (0.0, 1.0);
        let (mut flagged_normal, mut flagged_abnormal) = (0, 0);
        for tie in self.ties() {
            flagged_normal += tie.normal;
            flagged_abnormal += tie.abnormal;
            let next_false_alarms = flagged_normal as f64 / normal;
            let next_missed = 1.0 - flagged_abnormal as f64 / abnormal;
            if next_false_alarms >= next_missed {
                let gap = missed - false_alarms;
                let part = gap / (gap + next_false_alarms - next_missed);
                return Measure::Value(false_alarms + part * (next_false_alarms - false_alarms));
            }
            (false_alarms, missed) = (next_false_alarms, next_missed);
        }
        Measure::Value(false_alarms) // not reached: the last tie flags everything
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn eer(scores: &[f32], labels: &[bool]) -> f64 {
        Ranking::new(scores, labels).unwrap().equal_error_rate().value().unwrap()
    }

    #[test]
    fn known_values() {
        let labels = [false, false, true, true];
        assert_eq!(eer(&[1.0, 2.0, 3.0, 4.0], &labels), 0.0);
        assert_eq!(eer(&[4.0, 3.0, 2.0, 1.0], &labels), 1.0);
        assert_eq!(eer(&[1.0, 3.0, 2.0, 4.0], &labels), 0.5);
        assert_eq!(eer(&[7.0; 4], &labels), 0.5);
        // Flagging >= 2: 1 of 4 normal frames, 3 of 4 abnormal ones.
        let scores = [1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 3.0, 3.0];
        let labels = [false, false, false, false, true, true, true, true];
        assert_eq!(eer(&scores, &labels), 0.25);
    }
}
