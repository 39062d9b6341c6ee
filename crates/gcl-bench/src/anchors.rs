//! What the GCL paper (CVPR 2022) reports, to print beside what is measured. Frame AUC in percent.

use gcl_train::Method;

/// A data set that the paper has numbers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperData {
    /// UCF-Crime: 1,610 training videos, 290 test videos.
    UcfCrime,
    /// ShanghaiTech in the split of Zhong et al. (CVPR 2019): 238 training videos, 199 test videos.
    ShanghaiTech,
}

gcl_data::named!(PaperData: UcfCrime = "ucf-crime", ShanghaiTech = "shanghaitech");

impl PaperData {
    /// The data, the split and the protocol that the numbers are of.
    pub fn protocol(self) -> &'static str {
        match self {
            PaperData::UcfCrime => {
                "UCF-Crime, 1,610 training and 290 test videos, ResNeXt-101 features of 16-frame \
                 segments, frame-level AUC over all test frames pooled"
            }
            PaperData::ShanghaiTech => {
                "ShanghaiTech, the split of Zhong et al. with 238 training and 199 test videos, \
                 ResNeXt-101 features of 16-frame segments, frame-level AUC over all test frames pooled"
            }
        }
    }
}

/// A row of the paper's tables, or a number in its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// The paper's name of it.
    pub name: &'static str,
    /// This project's name of the method; see [`Anchor::method`].
    method: &'static str,
    /// Which supervision the paper counts it under.
    pub supervision: &'static str,
    /// AUC on UCF-Crime.
    ucf_crime: Option<f64>,
    /// AUC on ShanghaiTech.
    shanghaitech: Option<f64>,
    /// Mean and standard deviation over ten seeds on UCF-Crime, where the paper gives them.
    ten_seeds: Option<(f64, f64)>,
    /// Where the headline number stands: `Table 1`, `Table 2`, `text`.
    pub place: &'static str,
}

impl Anchor {
    /// The method that this row is; `None` if this build does not know it.
    pub fn method(&self) -> Option<Method> {
        self.method.parse().ok()
    }

    /// The headline number and that over ten seeds, as text; a dash for neither.
    pub fn shown(&self, data: PaperData) -> String {
        let (auc, ten_seeds) = match data {
            PaperData::UcfCrime => (self.ucf_crime, self.ten_seeds),
            PaperData::ShanghaiTech => (self.shanghaitech, None),
        };
        let headline = auc.map(|auc| format!("{auc:.2}"));
        let seeds = ten_seeds.map(|(mean, std)| format!("ten seeds {mean:.2} ± {std:.2}"));
        let both: Vec<String> = headline.into_iter().chain(seeds).collect();
        if both.is_empty() { "–".to_owned() } else { both.join("; ") }
    }
}

const fn row(
    name: &'static str,
    method: &'static str,
    supervision: &'static str,
    aucs: (Option<f64>, Option<f64>),
    place: &'static str,
) -> Anchor {
    let (ucf_crime, shanghaitech) = aucs;
    Anchor { name, method, supervision, ucf_crime, shanghaitech, ten_seeds: None, place }
}

const KIM: Anchor = row("Kim et al.", "kim", "none", (Some(52.00), Some(56.47)), "Table 1");
const AE: Anchor = row("AE_AllData", "ae", "none", (Some(56.32), Some(62.73)), "Tables 1, 2");
const GCL_B: Anchor = Anchor {
    ten_seeds: Some((67.09, 0.65)),
    ..row("GCL_B", "gcl-b", "none", (Some(68.17), Some(72.41)), "Tables 1, 2")
};
const GCL_PT: Anchor = Anchor {
    ten_seeds: Some((70.13, 0.52)),
    ..row("GCL_PT", "gcl-pt", "none", (Some(71.04), Some(78.93)), "Tables 1, 2")
};
const GCL_OCC: Anchor =
    row("GCL_OCC", "gcl-occ", "normal videos", (Some(74.20), Some(79.62)), "Tables 1, 2");
const GCL_WS: Anchor =
    row("GCL_WS", "gcl-ws", "video labels", (Some(79.84), Some(86.21)), "Table 1");

/// The rows of Table 1 that this project runs.
pub const TABLE_1: [Anchor; 6] = [KIM, AE, GCL_B, GCL_PT, GCL_OCC, GCL_WS];

/// The rows of Table 2 (UCF-Crime), and the two ablations that §4.2 gives in the text.
pub const TABLE_2: [Anchor; 9] = [
    AE,
    row("AE_OCC", "ae-occ", "normal videos", (Some(65.76), None), "Table 2"),
    row("AE_TD", "ae-td", "none", (Some(63.84), None), "Table 2"),
    row("GCL w/o NL", "gcl-no-nl", "none", (Some(64.23), None), "Table 2"),
    GCL_B,
    GCL_PT,
    GCL_OCC,
    row("G on its own labels", "self-label", "none", (Some(62.28), None), "text, §4.2"),
    row("soft labels", "soft-label", "none", (Some(63.58), None), "text, §4.2"),
];
