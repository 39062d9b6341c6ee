//! Several cameras in one set: their videos are not alike, and a rare one is unusual for that alone.

use std::collections::BTreeMap;

use gcl_data::{FeatureSet, VideoId, resolve_all};

use crate::error::{Error, Result};

/// Which videos of a set show the same view: those of one camera, where that is known, else those with pictures of one
/// size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Views {
    /// The view of each video, in the set's order.
    of: Vec<usize>,
    /// Names and numbers of videos; the view of most segments first.
    named: Vec<(String, usize)>,
}

impl Views {
    /// The views of a set; `cameras` are those that a manifest names, by names as [`resolve_all`] matches them.
    ///
    /// # Errors
    /// The manifest's names match several videos, or none at all.
    pub fn new(set: &FeatureSet, cameras: &BTreeMap<VideoId, String>) -> Result<Self> {
        let ids: Vec<VideoId> = set.videos().iter().map(|video| video.id.clone()).collect();
        let known = resolve_all(&ids, cameras.keys());
        let known = known.map_err(|error| Error::Setting(format!("the cameras: {error}")))?;
        if let (Some(first), Some(id), true) =
            (cameras.keys().next(), ids.first(), known.iter().all(Option::is_none))
        {
            let text = format!(
                "no video of the footage (such as {id}) is among the {} with a camera (such as {first})",
                cameras.len()
            );
            return Err(Error::Setting(text));
        }
        let name = |(video, known): (&gcl_data::FeatureVideo, &Option<&VideoId>)| match (
            known.and_then(|id| cameras.get(id)),
            video.notes.size,
        ) {
            (Some(camera), _) => camera.clone(),
            (None, Some([width, height])) => format!("{width}x{height}"),
            (None, None) => "unknown size".to_owned(),
        };
        let names: Vec<String> = set.videos().iter().zip(&known).map(name).collect();
        let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (name, video) in names.iter().zip(set.videos()) {
            let view = found.entry(name).or_default();
            *view = (view.0 + video.segments, view.1 + 1);
        }
        let mut order: Vec<(&str, (usize, usize))> = found.into_iter().collect();
        order.sort_by_key(|(_, (segments, _))| std::cmp::Reverse(*segments));
        let place = |name: &String| order.iter().position(|(view, _)| view == name);
        let of = names.iter().map(|name| place(name).unwrap_or(0)).collect();
        let named = order.iter().map(|(name, (_, videos))| ((*name).to_owned(), *videos)).collect();
        Ok(Self { of, named })
    }

    /// The name of each video's view, where there are several.
    #[must_use]
    pub fn names(&self, set: &FeatureSet) -> BTreeMap<VideoId, String> {
        let name = |view: &usize| self.named.get(*view).map(|(name, _)| name.clone());
        let videos = set.videos().iter().zip(&self.of);
        let named = videos.filter_map(|(video, view)| Some((video.id.clone(), name(view)?)));
        if self.named.len() < 2 { BTreeMap::new() } else { named.collect() }
    }

    /// What a reader of scores has to know, where there are several views.
    pub fn note(&self) -> Option<String> {
        if self.named.len() < 2 {
            return None;
        }
        let list = |(name, videos): &(String, usize)| match videos {
            1 => format!("{name} (1 video)"),
            _ => format!("{name} ({videos} videos)"),
        };
        let shown: Vec<String> = self.named.iter().take(8).map(list).collect();
        let more = self.named.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!(
            "The footage shows {} views: {}{more}. Each one's scores are put on the scale of the first's, so that a rare \
             view is not unusual for being rare; a run for each view tells more.",
            self.named.len(),
            shown.join(", "),
        ))
    }

    /// Puts the scores of every view on the scale of the first: the same median, and the same distance from it to the
    /// highest tenth. `scores` has those of each video's rows.
    pub fn level(&self, scores: &mut [Vec<f32>]) {
        let scales: Vec<Option<Scale>> = (0..self.named.len())
            .map(|view| {
                let own = self.of.iter().zip(&*scores).filter(|(of, _)| **of == view);
                Scale::of(own.flat_map(|(_, scores)| scores).copied().collect())
            })
            .collect();
        let Some(Some(first)) = scales.first() else { return };
        for (of, scores) in self.of.iter().zip(scores) {
            if let (1.., Some(Some(own))) = (*of, scales.get(*of)) {
                let stretch = if own.rise > 0.0 { first.rise / own.rise } else { 1.0 };
                let level = |score: &f32| first.median + (score - own.median) * stretch;
                *scores = scores.iter().map(level).collect();
            }
        }
    }
}

/// Where a view's scores lie.
struct Scale {
    median: f32,
    /// From the median to the highest tenth.
    rise: f32,
}

impl Scale {
    fn of(mut scores: Vec<f32>) -> Option<Self> {
        scores.sort_by(f32::total_cmp);
        let at = |share: usize| scores.get((scores.len().checked_sub(1)?) * share / 10).copied();
        let (median, high) = (at(5)?, at(9)?);
        Some(Self { median, rise: high - median })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_15_a_rare_view_is_put_on_the_scale_of_the_other() {
        let named = vec![("160x120".to_owned(), 2), ("320x240".to_owned(), 1)];
        let views = Views { of: vec![0, 1, 0], named };
        let ramp = |from: f32, step: f32| (0..11u8).map(|n| from + step * f32::from(n)).collect();
        let mut scores: Vec<Vec<f32>> = vec![ramp(0.0, 1.0), ramp(500.0, 4.0), ramp(0.0, 1.0)];
        views.level(&mut scores);
        assert_eq!(scores, [ramp(0.0, 1.0), ramp(0.0, 1.0), ramp(0.0, 1.0)]);
        let note = views.note().unwrap_or_default();
        assert!(note.contains("2 views: 160x120 (2 videos), 320x240 (1 video)"), "{note}");
    }
}
