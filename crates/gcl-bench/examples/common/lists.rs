//! Lining features up with an official split.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gcl::data::lists::read_feature_list;
use gcl::data::{Clips, FeatureSet, Manifest, Tail, Truth, VideoId};
use gcl::judge::{TestSet, whole_frames};
use gcl_bench::OpenData;

use super::Result;

/// An official split with its truth.
pub struct Split {
    /// The data set's name.
    pub name: &'static str,
    /// Its videos; `split` is `train` or `test`, `label` whether a video holds an anomaly.
    pub videos: Manifest,
    /// The truth of the test videos.
    pub truth: Truth,
}

/// A video's name without what feature extractors append.
pub fn bare(id: &VideoId) -> &str {
    let name = id.name();
    ["_i3d", "_c3d", "_resnext"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

impl Split {
    /// A part's videos by name, and whether each holds an anomaly.
    pub fn part(&self, part: &str) -> BTreeMap<&str, bool> {
        let own =
            self.videos.videos.iter().filter(|(_, video)| video.split.as_deref() == Some(part));
        own.map(|(id, video)| (id.name(), video.label == Some(true))).collect()
    }

    /// Says whether the numbers are the official ones: normal and anomalous, training and test.
    pub fn check(&self, official: [(usize, usize); 2]) {
        for (part, (normal, anomalous)) in ["train", "test"].into_iter().zip(official) {
            let listed = self.part(part);
            let a = listed.values().filter(|anomalous| **anomalous).count();
            let n = listed.len() - a;
            let verdict = if (n, a) == (normal, anomalous) { "as published" } else { "DIFFERENT" };
            eprintln!(
                "{part}: {n} normal and {a} anomalous videos ({normal} and {anomalous}: {verdict})"
            );
        }
    }

    /// Lines features up with the split: which videos are there, how they were cut, and what they
    /// are judged by. What is missing is said, since a result over fewer videos is another one.
    pub fn open(&self, features: &Path, only: &[PathBuf]) -> Result<OpenData> {
        let set = FeatureSet::open_with(features, None)?;
        let mut allowed = BTreeSet::new();
        for list in only {
            allowed.extend(read_feature_list(list)?.into_iter().map(|listed| listed.id));
        }
        let is_allowed =
            |id: &VideoId| only.is_empty() || allowed.iter().any(|a| a.name() == bare(id));
        let find = |part: &str| -> BTreeMap<VideoId, bool> {
            let listed = self.part(part);
            let ids = set.videos().iter().map(|video| &video.id).filter(|id| is_allowed(id));
            let found: BTreeMap<VideoId, bool> =
                ids.filter_map(|id| Some((id.clone(), *listed.get(bare(id))?))).collect();
            if found.len() < listed.len() {
                let is_missing = |name: &str| !found.keys().any(|id| bare(id) == name);
                let example = listed.keys().find(|name| is_missing(name)).unwrap_or(&"");
                let (have, want) = (found.len(), listed.len());
                eprintln!(
                    "INCOMPLETE: features of {have} of {want} {part} videos; {example} is missing"
                );
            }
            found
        };
        let (train, test) = (find("train"), find("test"));
        let clips = self.clips(&set, &test)?;
        let mut labels = Vec::new();
        for video in set.videos().iter().filter(|video| test.contains_key(&video.id)) {
            let listed = VideoId::new(bare(&video.id))?;
            let stated = self.truth.frames(&listed)?;
            let frames =
                video.frames.or(stated).unwrap_or_else(|| whole_frames(clips, video.segments));
            labels.push((video.id.clone(), self.truth.labels(&listed, Some(frames))?));
        }
        let frames: usize = labels.iter().map(|(_, flags)| flags.len()).sum();
        let abnormal = labels.iter().flat_map(|(_, flags)| flags).filter(|flag| **flag).count();
        let own = set.select(|id| train.contains_key(id));
        eprintln!("training: {} segments of {} dimensions", own.total(), own.dim());
        eprintln!("test: {frames} frames, {abnormal} abnormal; clips {clips:?}");
        let truth = Truth::from_labels(labels);
        let test = TestSet::new(set.select(|id| test.contains_key(id)), clips, &truth, None)?;
        let normal = train.into_iter().map(|(id, anomalous)| (id, !anomalous)).collect();
        Ok(OpenData::new(self.name.to_lowercase(), own, test, Some(normal))?)
    }

    /// How the videos were cut: as the features say, or as their numbers of segments show.
    fn clips(&self, set: &FeatureSet, test: &BTreeMap<VideoId, bool>) -> Result<Clips> {
        if let Some(clips) = set.clips() {
            return Ok(clips);
        }
        let mut counts = Vec::new();
        for video in set.videos().iter().filter(|video| test.contains_key(&video.id)) {
            if let Some(frames) = self.truth.frames(&VideoId::new(bare(&video.id))?)? {
                counts.push((frames, video.segments));
            }
        }
        // Without numbers of frames, any rule fits, and the first is taken.
        [Tail::Drop, Tail::PaperResnext, Tail::Loop]
            .into_iter()
            .map(|tail| Clips { length: 16, stride: 16, tail })
            .find(|clips| counts.iter().all(|(frames, segments)| clips.count(*frames) == *segments))
            .ok_or_else(|| "no rule for 16-frame segments gives these numbers of them".into())
    }
}
