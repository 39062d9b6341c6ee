//! The methods by name.

use serde::{Deserialize, Serialize};

/// A method that can be trained: a row of the paper's tables, or a plain detector. What each means
/// is a set of values, see [`RunConfig::new`](super::RunConfig::new).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// GCL after unsupervised pre-training on calm segments (GCL_PT).
    GclPt,
    /// GCL from random weights (GCL_B).
    GclB,
    /// GCL from random weights without negative learning (GCL_w/oNL).
    GclNoNl,
    /// GCL after pre-training on normal videos (GCL_OCC).
    GclOcc,
    /// GCL_PT with video labels where there are some (GCL_WS).
    GclWs,
    /// GCL_B with soft labels for the discriminator.
    SoftLabel,
    /// The generator with negative learning on its own labels, no discriminator.
    SelfLabel,
    /// The generator alone, reconstructing all segments (AE_AllData).
    Ae,
    /// The generator alone, reconstructing normal videos (AE_OCC).
    AeOcc,
    /// The generator alone, reconstructing calm segments (AE_TD).
    AeTd,
    /// Distance to the nearest training segments.
    Knn,
    /// Mahalanobis distance.
    Mahalanobis,
    /// Distance from the principal components.
    Pca,
    /// Isolation forest.
    IsolationForest,
    /// Mahalanobis distance in a random projection, after Kim et al.
    Kim,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 15] = [
        Method::GclPt,
        Method::GclB,
        Method::GclNoNl,
        Method::GclOcc,
        Method::GclWs,
        Method::SoftLabel,
        Method::SelfLabel,
        Method::Ae,
        Method::AeOcc,
        Method::AeTd,
        Method::Knn,
        Method::Mahalanobis,
        Method::Pca,
        Method::IsolationForest,
        Method::Kim,
    ];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Method::GclPt => "gcl-pt",
            Method::GclB => "gcl-b",
            Method::GclNoNl => "gcl-no-nl",
            Method::GclOcc => "gcl-occ",
            Method::GclWs => "gcl-ws",
            Method::SoftLabel => "soft-label",
            Method::SelfLabel => "self-label",
            Method::Ae => "ae",
            Method::AeOcc => "ae-occ",
            Method::AeTd => "ae-td",
            Method::Knn => "knn",
            Method::Mahalanobis => "mahalanobis",
            Method::Pca => "pca",
            Method::IsolationForest => "isolation-forest",
            Method::Kim => "kim",
        }
    }

    /// One line about it.
    pub fn about(self) -> &'static str {
        match self {
            Method::GclPt => {
                "generator and discriminator train each other, after pre-training on calm segments"
            }
            Method::GclB => "generator and discriminator train each other from random weights",
            Method::GclNoNl => "gcl-b without negative learning",
            Method::GclOcc => "gcl-pt, pre-trained on videos labelled normal (needs video labels)",
            Method::GclWs => "gcl-pt, helped by video labels (needs video labels)",
            Method::SoftLabel => "gcl-b with soft labels for the discriminator",
            Method::SelfLabel => "the generator alone, with negative learning on its own labels",
            Method::Ae => "the generator alone, by reconstruction",
            Method::AeOcc => "ae on videos labelled normal (needs video labels)",
            Method::AeTd => "ae on calm segments",
            Method::Knn => "distance to the nearest training segments (a plain baseline)",
            Method::Mahalanobis => "distance from the mean, by covariance (a plain baseline)",
            Method::Pca => "distance from the principal components (a plain baseline)",
            Method::IsolationForest => "how few random cuts isolate a segment (a plain baseline)",
            Method::Kim => {
                "mahalanobis in a random projection, after Kim et al. (a plain baseline)"
            }
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
