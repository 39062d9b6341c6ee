//! The methods by name.

use serde::{Deserialize, Serialize};

/// A method that can be trained: a row of the paper's tables, or a plain detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// GCL from random weights (GCL_B).
    GclB,
    /// GCL after unsupervised pre-training on calm segments (GCL_PT).
    GclPt,
    /// The generator alone, reconstructing all segments (AE, AllData).
    Ae,
    /// Distance to the nearest training segments.
    Knn,
    /// Mahalanobis distance.
    Mahalanobis,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 5] =
        [Method::GclPt, Method::GclB, Method::Ae, Method::Knn, Method::Mahalanobis];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Method::GclB => "gcl-b",
            Method::GclPt => "gcl-pt",
            Method::Ae => "ae",
            Method::Knn => "knn",
            Method::Mahalanobis => "mahalanobis",
        }
    }

    /// One line about it.
    pub fn about(self) -> &'static str {
        match self {
            Method::GclB => "generator and discriminator train each other from random weights",
            Method::GclPt => {
                "generator and discriminator train each other, after pre-training on calm segments"
            }
            Method::Ae => "the generator alone, by reconstruction",
            Method::Knn => "distance to the nearest training segments (a plain baseline)",
            Method::Mahalanobis => "distance from the mean, by covariance (a plain baseline)",
        }
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Method {
    type Err = String;

    fn from_str(name: &str) -> Result<Method, String> {
        Method::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| {
            let names: Vec<_> = Method::ALL.iter().map(|m| m.name()).collect();
            format!("no method `{name}`; there are {}", names.join(", "))
        })
    }
}
