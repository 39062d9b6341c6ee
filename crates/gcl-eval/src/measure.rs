//! A measured number, or the reason why there is none.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a measure has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// There are no frames.
    NoFrames,
    /// Every frame is normal.
    NoAbnormalFrame,
    /// Every frame is abnormal.
    NoNormalFrame,
    /// A mean over videos in none of which the measure is defined.
    NoVideoDefined,
    /// Fewer values than the measure needs.
    TooFew,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoFrames => "no frames",
            Self::NoAbnormalFrame => "no abnormal frame",
            Self::NoNormalFrame => "no normal frame",
            Self::NoVideoDefined => "no video with both classes",
            Self::TooFew => "too few values",
        })
    }
}

/// A measure's value, or the reason why it is undefined.
///
/// As JSON: `{"value": 0.81}` or `{"value": null, "reason": "no_abnormal_frame"}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "Flat", into = "Flat")]
pub enum Measure {
    /// The value.
    Value(f64),
    /// There is none. An undefined ROC-AUC is never reported as 0.5.
    Undefined {
        /// Why.
        reason: Reason,
    },
}

impl Measure {
    /// The value, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Undefined { .. } => None,
        }
    }

    pub(crate) fn undefined(reason: Reason) -> Self {
        Self::Undefined { reason }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value:.4}"),
            Self::Undefined { reason } => write!(f, "undefined: {reason}"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Flat {
    value: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl From<Measure> for Flat {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Value(value) => Self { value: Some(value), reason: None },
            Measure::Undefined { reason } => Self { value: None, reason: Some(reason) },
        }
    }
}

impl From<Flat> for Measure {
    fn from(flat: Flat) -> Self {
        match flat.value {
            Some(value) => Self::Value(value),
            None => Self::undefined(flat.reason.unwrap_or(Reason::NoFrames)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn json_is_flat_and_reads_back() {
        let cases = [
            (Measure::Value(0.25), r#"{"value":0.25}"#),
            (
                Measure::undefined(Reason::NoAbnormalFrame),
                r#"{"value":null,"reason":"no_abnormal_frame"}"#,
            ),
        ];
        for (measure, json) in cases {
            assert_eq!(serde_json::to_string(&measure).unwrap(), json);
            assert_eq!(serde_json::from_str::<Measure>(json).unwrap(), measure);
        }
    }
}
