//! The settings of the pseudo-labels.

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

/// How labels are made before training. The defaults are the papers' reading; see `docs/method.md`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum PseudoLabels {
    /// C2FPL's.
    C2fpl(C2fplSettings),
    /// CLAP's, with one participant.
    Clap(ClapSettings),
    /// LANP's.
    Lanp(LanpSettings),
}

/// The settings of C2FPL's labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct C2fplSettings {
    /// What stands for the spread of a video's sizes.
    pub spread: Spread,
    /// How normal videos are divided on.
    pub divide: Divide,
    /// Normal videos are divided on until there are so many anomalous ones to each.
    pub ratio: f64,
    /// The share of an anomalous video's segments that is labelled anomalous, in (0, 1].
    pub window: f64,
    /// Where there are fewer than 20 videos, longer ones are cut into pieces of at most this many segments.
    pub longest: usize,
}

impl Default for C2fplSettings {
    fn default() -> Self {
        let (spread, divide) = (Spread::default(), Divide::default());
        C2fplSettings { spread, divide, ratio: 1.0, window: 0.2, longest: LONGEST }
    }
}

/// The settings of CLAP's labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClapSettings {
    /// The entropy of a video.
    pub entropy: Entropy,
    /// The share of an anomalous video's segments that is labelled anomalous, in (0, 1].
    pub window: f64,
    /// As [`C2fplSettings::longest`].
    pub longest: usize,
    /// How labels are revised in training.
    pub refine: Refine,
}

impl Default for ClapSettings {
    fn default() -> Self {
        let (entropy, refine) = (Entropy::default(), Refine::default());
        ClapSettings { entropy, window: 0.2, longest: LONGEST, refine }
    }
}

/// CLAP's refinement of labels by the classifier that they train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refine {
    /// The first epoch before which labels are revised, counted from 1; later ones are, too. 0 is never.
    pub from: u64,
    /// The share of a video's segments in the window of its scores, in (0, 1].
    pub window: f64,
    /// The intersection over union below which window and labels are united.
    pub disjoint: f64,
}

impl Default for Refine {
    fn default() -> Self {
        Refine { from: 5, window: 0.1, disjoint: 0.05 }
    }
}

/// The settings of LANP's labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LanpSettings {
    /// How alike two segments of a video are.
    pub similarity: Similarity,
    /// Segments on each side that a segment is compared with.
    pub neighbours: usize,
    /// How far normality is carried, in [0, 1).
    pub alpha: f64,
    /// Rounds of conjugate gradients.
    pub rounds: usize,
    /// The share of videos held to be anomalous, in (0, 1): the data set's own, which one must know.
    pub videos: f64,
    /// The share of their segments that is labelled anomalous, in (0, 1].
    pub segments: f64,
    /// Segments of each video that train, evenly spaced; repeated where there are fewer.
    pub sampled: usize,
    /// How segments are compared with the most normal videos, to weigh their loss.
    pub distance: Distance,
    /// The share of the normal videos that is most normal, in (0, 1].
    pub memory: f64,
    /// As [`C2fplSettings::longest`].
    pub longest: usize,
}

impl Default for LanpSettings {
    fn default() -> Self {
        LanpSettings {
            similarity: Similarity::default(),
            neighbours: 50,
            alpha: 0.99,
            rounds: 10,
            videos: 0.5,
            segments: 0.4,
            sampled: 32,
            distance: Distance::default(),
            memory: 0.1,
            longest: LONGEST,
        }
    }
}

/// Segments of the longest piece: about as many as UCF-Crime's videos have.
const LONGEST: usize = 320;

/// The second number that describes a video to C2FPL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// The standard deviation, in the unit of the mean: the paper.
    #[default]
    Std,
    /// The variance: the code.
    Variance,
}

/// How C2FPL finds more anomalous videos among the normal ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Divide {
    /// The smaller of two clusters is anomalous, as in the first split: the paper.
    #[default]
    Cluster,
    /// The 3 % that are least likely under the mixture are: the code.
    Percentile,
}

/// The entropy that describes a video to CLAP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entropy {
    /// Of the eigenvalues of the covariance, each as a share of their sum: the paper.
    #[default]
    VonNeumann,
    /// −Σ c ln c over the covariance's diagonal as it is: the code.
    Diagonal,
}

/// How alike two segments are, for LANP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Similarity {
    /// The cosine, 0 where it is negative: the code on ShanghaiTech.
    #[default]
    Cosine,
    /// exp(−x / 2 width²) of the root-mean-square difference x, which is not squared: the code on UCF-Crime.
    Rbf {
        /// 0.1 in the code, for raw ResNeXt features.
        #[serde(default = "rbf_width")]
        width: f64,
    },
}

fn rbf_width() -> f64 {
    0.1
}

/// How far a segment is from the normal videos, for LANP's weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// 1 − cosine: the code on UCF-Crime.
    #[default]
    Cosine,
    /// The root-mean-square difference: the code on ShanghaiTech.
    RootMeanSquare,
}

crate::spelled_by_serde!(Spread, Divide, Entropy, Distance);

impl PseudoLabels {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for shares and numbers outside their range.
    pub fn validate(&self) -> Result<()> {
        match *self {
            PseudoLabels::C2fpl(c) => {
                share("window", c.window)?;
                least("longest", c.longest, 2)?;
                match c.ratio >= 0.0 {
                    true => Ok(()),
                    false => Err(CoreError::setting("ratio", "0 or more", c.ratio)),
                }
            }
            PseudoLabels::Clap(c) => {
                share("window", c.window)?;
                share("refine.window", c.refine.window)?;
                below_one("refine.disjoint", c.refine.disjoint)?;
                least("longest", c.longest, 2)
            }
            PseudoLabels::Lanp(c) => {
                if let Similarity::Rbf { width } = c.similarity
                    && !(width > 0.0 && width.is_finite())
                {
                    return Err(CoreError::setting("similarity.width", "a positive number", width));
                }
                share("videos", c.videos)?;
                below_one("videos", c.videos)?;
                share("segments", c.segments)?;
                share("memory", c.memory)?;
                below_one("alpha", c.alpha)?;
                least("neighbours", c.neighbours, 1)?;
                least("rounds", c.rounds, 1)?;
                least("sampled", c.sampled, 1)?;
                least("longest", c.longest, 2)
            }
        }
    }

    /// The longest piece of a video where there are few; see [`C2fplSettings::longest`].
    pub fn longest(&self) -> usize {
        match self {
            PseudoLabels::C2fpl(c) => c.longest,
            PseudoLabels::Clap(c) => c.longest,
            PseudoLabels::Lanp(c) => c.longest,
        }
    }

    /// How labels are revised in training, if they are.
    pub fn refine(&self) -> Option<Refine> {
        match self {
            PseudoLabels::Clap(c) => Some(c.refine).filter(|refine| refine.from > 0),
            PseudoLabels::C2fpl(_) | PseudoLabels::Lanp(_) => None,
        }
    }
}

fn share(name: &'static str, share: f64) -> Result<()> {
    match share > 0.0 && share <= 1.0 {
        true => Ok(()),
        false => Err(CoreError::setting(name, "in (0, 1]", share)),
    }
}

fn below_one(name: &'static str, part: f64) -> Result<()> {
    match (0.0..1.0).contains(&part) {
        true => Ok(()),
        false => Err(CoreError::setting(name, "in [0, 1)", part)),
    }
}

fn least(name: &'static str, found: usize, least: usize) -> Result<()> {
    match found >= least {
        true => Ok(()),
        false => Err(CoreError::setting(name, format!("at least {least}"), found)),
    }
}
