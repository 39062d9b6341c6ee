//! Which footage a run is of, kept in its folder: that it is other footage is told before hours of extraction.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use gcl_data::VideoId;
use gcl_data::file::{find_json, write_json};
use gcl_features::VideoInput;

use crate::error::Result;

const NAME: &str = "footage.json";

/// Most names that are told of one kind.
const NAMED: usize = 5;

/// Each video with a hash of its footage, where that can be read.
pub(crate) type Footage = BTreeMap<VideoId, Option<String>>;

/// That of videos.
pub(crate) fn of(inputs: &[VideoInput]) -> Footage {
    inputs.iter().map(|input| (input.id.clone(), input.fingerprint())).collect()
}

/// That of the run in a folder; none where it does not say.
pub(crate) fn read(folder: &Path) -> Result<Option<Footage>> {
    Ok(find_json(&folder.join(NAME), "a list of footage")?)
}

/// Keeps it in a folder.
pub(crate) fn write(folder: &Path, footage: &Footage) -> Result<()> {
    Ok(write_json(&folder.join(NAME), footage)?)
}

/// How footage differs from that of an earlier run; displays as `2 new videos (a, b), 5 as before, 1 gone (c)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FootageChange {
    /// Videos that the run did not have.
    pub new: Vec<VideoId>,
    /// How many are the same.
    pub same: usize,
    /// Videos of a known name with other content.
    pub changed: Vec<VideoId>,
    /// Videos that are not there any more.
    pub gone: Vec<VideoId>,
}

impl FootageChange {
    /// What is different; `None` if nothing is.
    pub(crate) fn between(before: &Footage, now: &Footage) -> Option<Self> {
        let mut change = Self::default();
        for (id, hash) in now {
            match before.get(id) {
                None => change.new.push(id.clone()),
                Some(known) if known == hash => change.same += 1,
                Some(_) => change.changed.push(id.clone()),
            }
        }
        change.gone = before.keys().filter(|id| !now.contains_key(*id)).cloned().collect();
        (change.same < now.len() || !change.gone.is_empty()).then_some(change)
    }
}

impl fmt::Display for FootageChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |ids: &[VideoId], what: &str| {
            let shown: Vec<&str> = ids.iter().take(NAMED).map(VideoId::as_str).collect();
            let more = if ids.len() > NAMED { ", …" } else { "" };
            (!ids.is_empty()).then(|| format!("{} {what} ({}{more})", ids.len(), shown.join(", ")))
        };
        let videos = if self.new.len() == 1 { "new video" } else { "new videos" };
        let parts = [
            named(&self.new, videos),
            (self.same > 0).then(|| format!("{} as before", self.same)),
            named(&self.changed, "changed"),
            named(&self.gone, "gone"),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn footage(videos: &[(&str, &str)]) -> Footage {
        videos.iter().map(|(id, hash)| (VideoId::new(*id).unwrap(), Some((*hash).into()))).collect()
    }

    #[test]
    fn every_kind_of_change_is_told() {
        let before = footage(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(FootageChange::between(&before, &before), None);
        let now = footage(&[("a", "1"), ("b", "9"), ("d", "4"), ("e", "5")]);
        let change = FootageChange::between(&before, &now).unwrap();
        let text = "2 new videos (d, e), 1 as before, 1 changed (b), 1 gone (c)";
        assert_eq!(change.to_string(), text);
        let less = FootageChange::between(&before, &footage(&[("a", "1"), ("b", "2")])).unwrap();
        assert_eq!(less.to_string(), "2 as before, 1 gone (c)");
        let many: Vec<String> = (0..8).map(|n| format!("v{n}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|id| (id.as_str(), "1")).collect();
        let all = FootageChange::between(&Footage::new(), &footage(&many)).unwrap();
        assert_eq!(all.to_string(), "8 new videos (v0, v1, v2, v3, v4, …)");
    }
}
