//! The clock time at which each video of footage starts.

use std::collections::BTreeMap;
use std::path::Path;

use gcl_data::{VideoId, WallTime, resolve_all};
use gcl_features::VideoInput;
use gcl_features::source::{Made, made};

use crate::error::{Error, Result};

/// The start of 2001: what clocks that were never set show is before it.
const UNSET: i64 = 978_307_200;

/// Seconds by which recordings of one camera may overlap.
const OVERLAP: f64 = 2.0;

/// When videos start, by the clock of their recorder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The clock time of the first frame of those of which it is known.
    pub starts: BTreeMap<VideoId, WallTime>,
    /// How many of them are known from the headers of their files alone.
    pub of_headers: usize,
}

impl Recorded {
    /// Of each video the first of these that is known: what `listed` says, by names as
    /// [`resolve_all`] matches them; the time in the names of its file and folders ([`WallTime::of_path`]); the time in
    /// the header of an MP4 or MOV file ([`made`]).
    ///
    /// Some recorders write the end of a recording into its header, and programs that export many files write when they
    /// did. Headers are not believed where they tell a time before 2001, as a clock does that was never set, nor those of a
    /// folder in which two recordings would overlap by them.
    ///
    /// # Errors
    /// The listed names match several videos.
    pub fn of(inputs: &[VideoInput], listed: &BTreeMap<VideoId, WallTime>) -> Result<Self> {
        let ids: Vec<VideoId> = inputs.iter().map(|input| input.id.clone()).collect();
        let known = resolve_all(&ids, listed.keys());
        let known = known.map_err(|error| Error::Setting(format!("the clock times: {error}")))?;
        let mut starts = BTreeMap::new();
        let mut headers: BTreeMap<&Path, Vec<(&VideoId, Made)>> = BTreeMap::new();
        for (input, name) in inputs.iter().zip(known) {
            let said = name.and_then(|name| listed.get(name)).copied();
            if let Some(start) = said.or_else(|| WallTime::of_path(&input.path)) {
                starts.insert(input.id.clone(), start);
            } else if let Some(made) = made(&input.path).filter(|made| made.at >= UNSET) {
                let folder = input.path.parent().unwrap_or(Path::new(""));
                headers.entry(folder).or_default().push((&input.id, made));
            }
        }
        let before = starts.len();
        for (_, videos) in headers.into_iter().filter(|(_, videos)| are_apart(videos)) {
            let timed = videos.into_iter().map(|(id, made)| (id, WallTime::of_unix(made.at)));
            starts.extend(timed.filter_map(|(id, start)| Some((id.clone(), start?))));
        }
        let of_headers = starts.len() - before;
        Ok(Self { starts, of_headers })
    }

    /// What a reader of the times has to know.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        (self.of_headers > 0).then(|| {
            format!(
                "The clock times of {} of {} videos are from the headers of their files: in UTC as a rule, and by some \
                 recorders the end of the recording and not its start.",
                self.of_headers,
                self.starts.len()
            )
        })
    }
}

/// Whether recordings follow each other.
fn are_apart(videos: &[(&VideoId, Made)]) -> bool {
    let mut sorted: Vec<Made> = videos.iter().map(|(_, made)| *made).collect();
    sorted.sort_by_key(|made| made.at);
    sorted.windows(2).all(|pair| match pair {
        [first, second] => (second.at - first.at) as f64 + OVERLAP >= first.seconds,
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    /// The start of an MP4 file whose header says when it was made, in seconds since 1904, and how long it is.
    fn movie(path: &Path, created: u32, seconds: u32) -> VideoInput {
        let numbers = [0, created, created, 1, seconds].map(u32::to_be_bytes).concat();
        let mvhd = [&28u32.to_be_bytes()[..], b"mvhd", &numbers].concat();
        let moov = [&36u32.to_be_bytes()[..], b"moov", &mvhd].concat();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, [&[0, 0, 0, 8][..], b"ftyp", &moov].concat()).unwrap();
        let root = path.ancestors().last().unwrap();
        VideoInput::new(VideoId::from_path(root, path).unwrap(), path)
    }

    /// 2024-01-31 12:00:00.
    const NOON: u32 = 3_789_547_200;

    #[test]
    fn the_first_that_is_known_counts() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str, created| movie(&dir.path().join(name), created, 60);
        let inputs = [
            at("a/gate_20240131_080000.mp4", NOON),
            at("a/door.mp4", NOON),
            at("a/yard.mp4", NOON + 60),
            at("a/other_20240131_090000.mp4", 0),
            at("b/unset.mp4", 0),
            at("c/new.mp4", 2_082_844_800),
        ];
        let listed =
            BTreeMap::from([(inputs[3].id.clone(), "2024-01-30 07:00:00".parse().unwrap())]);
        let found = Recorded::of(&inputs, &listed).unwrap();
        let time = |n: usize| found.starts.get(&inputs[n].id).map(WallTime::to_string);
        let expected = [
            Some("2024-01-31 08:00:00"),
            Some("2024-01-31 12:00:00"),
            Some("2024-01-31 12:01:00"),
            Some("2024-01-30 07:00:00"),
            None,
            None,
        ];
        for (n, expected) in expected.into_iter().enumerate() {
            assert_eq!(time(n).as_deref(), expected, "{}", inputs[n].id);
        }
        assert_eq!(found.of_headers, 2);
        assert!(found.note().unwrap().starts_with("The clock times of 2 of 4 videos"));
    }

    #[test]
    fn the_time_of_an_export_is_no_recordings() {
        let dir = tempfile::tempdir().unwrap();
        let inputs: Vec<VideoInput> = (0..4)
            .map(|n| movie(&dir.path().join(format!("{n}.mp4")), NOON + 5 * n, 3600))
            .collect();
        let found = Recorded::of(&inputs, &BTreeMap::new()).unwrap();
        assert_eq!((found.starts.len(), found.note()), (0, None));
    }
}
