//! Official lists, and lining features up with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gcl::benchmark::{OpenData, TestSet, whole_frames};
use gcl::data::{Clips, FeatureSet, Tail, Truth, VideoId};

use super::Result;

/// A video of an official list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its name, without folders and extension.
    pub name: String,
    /// Whether it holds an anomaly.
    pub anomalous: bool,
}

/// The lines of a list, without folders and extensions: `Abuse/Abuse001_x264.mp4` is
/// `Abuse001_x264`. What feature extractors append is cut off, too.
pub fn names(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(|line| bare(line).to_owned()).collect())
}

/// A path's file name without extension and without what feature extractors append.
pub fn bare(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name =
        [".npy", ".mp4", ".avi"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    ["_i3d", "_c3d", "_resnext"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// An official split with its truth.
pub struct Split {
    /// The data set's name.
    pub name: &'static str,
    /// Training videos.
    pub train: Vec<Listed>,
    /// Test videos.
    pub test: Vec<Listed>,
    /// The truth of the test videos.
    pub truth: Truth,
}

impl Split {
    /// Says whether the numbers are the official ones: normal and anomalous, training and test.
    pub fn check(&self, official: [(usize, usize); 2]) {
        for (part, listed, (normal, anomalous)) in
            [("training", &self.train, official[0]), ("test", &self.test, official[1])]
        {
            let found = listed.iter().filter(|video| video.anomalous).count();
            let (a, n) = (found, listed.len() - found);
            let verdict = if (n, a) == (normal, anomalous) { "as published" } else { "DIFFERENT" };
            eprintln!(
                "{part}: {n} normal and {a} anomalous videos ({normal} and {anomalous}: {verdict})"
            );
        }
    }

    /// Lines features up with the split: which videos are there, how they were cut, and what they
    /// are judged by. What is missing is said, since a result over fewer videos is another one.
    pub fn open(&self, features: &Path, only: &[std::path::PathBuf]) -> Result<OpenData> {
        let set = FeatureSet::open_with(features, None)?;
        let mut allowed = BTreeSet::new();
        for list in only {
            allowed.extend(names(list)?);
        }
        let known: BTreeMap<&str, &VideoId> = set
            .videos()
            .iter()
            .map(|video| (bare(video.id.name()), &video.id))
            .filter(|(name, _)| only.is_empty() || allowed.contains(*name))
            .collect();
        let find = |listed: &[Listed], part: &str| -> BTreeMap<VideoId, Listed> {
            let found = listed.iter().filter_map(|video| {
                Some(((*known.get(video.name.as_str())?).clone(), video.clone()))
            });
            let found: BTreeMap<VideoId, Listed> = found.collect();
            if found.len() < listed.len() {
                let missing = listed.iter().find(|v| !known.contains_key(v.name.as_str()));
                let example = missing.map_or("", |video| video.name.as_str());
                let (have, want) = (found.len(), listed.len());
                eprintln!(
                    "INCOMPLETE: features of {have} of {want} {part} videos; {example} is missing"
                );
            }
            found
        };
        let (train, test) = (find(&self.train, "training"), find(&self.test, "test"));
        let clips = self.clips(&set, &test)?;
        let mut labels = Vec::new();
        for video in set.videos().iter().filter(|video| test.contains_key(&video.id)) {
            let listed = VideoId::new(&test[&video.id].name)?;
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
        let normal = train.into_iter().map(|(id, listed)| (id, !listed.anomalous)).collect();
        Ok(OpenData { name: self.name.to_lowercase(), train: own, test, normal: Some(normal) })
    }

    /// How the videos were cut: as the features say, or as their numbers of segments show.
    fn clips(&self, set: &FeatureSet, test: &BTreeMap<VideoId, Listed>) -> Result<Clips> {
        if let Some(clips) = set.clips() {
            return Ok(clips);
        }
        let mut counts = Vec::new();
        for video in set.videos() {
            if let Some(listed) = test.get(&video.id)
                && let Some(frames) = self.truth.frames(&VideoId::new(&listed.name)?)?
            {
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
