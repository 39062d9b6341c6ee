//! Where the objects of a one-class model come from.

use std::path::PathBuf;

use gcl_data::{LeftOut, VideoId};

use super::snippets::Snippets;
use super::videos::Videos;

/// The files of objects that there are; each model reads its own kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectFiles {
    /// A folder of persons tracked by AlphaPose, one `.json` a video.
    pub poses: Option<PathBuf>,
    /// A folder of box tracks, one `.txt` a video.
    pub tracks: Option<PathBuf>,
    /// A file of object cubes, `.npy`, with a `.csv` of the same name beside it.
    pub cubes: Option<PathBuf>,
}

/// All that objects are made from.
#[derive(Clone, Copy, Debug)]
pub struct ObjectSource<'a> {
    /// The files.
    pub files: &'a ObjectFiles,
    /// The videos that the objects stand in.
    pub videos: &'a Videos,
    /// Their snippets, scaled.
    pub snippets: &'a Snippets,
    /// Whether the objects are only scored, and none trains.
    pub score_only: bool,
}

/// What was left out on the way from files to objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Videos without a file of objects: all of their frames count as most normal.
    pub without: Vec<VideoId>,
    /// Videos whose file of objects cannot be read. They are not to take part at all: nothing is known of them.
    pub bad: Vec<LeftOut>,
    /// Poses that belong to no tracked person, or have no key-points.
    pub poses: usize,
    /// Videos whose poses had no persons' numbers at all: they were linked by overlap.
    pub linked: usize,
    /// Boxes that their file says to ignore.
    pub ignored: usize,
    /// Lines of tracks that are no box.
    pub bad_lines: usize,
    /// Windows whose points all have one y.
    pub flat: usize,
    /// Objects of videos that have no snippets.
    pub elsewhere: usize,
}

impl Left {
    /// A line for each kind of what was left out.
    pub fn lines(&self) -> Vec<String> {
        let without = self.without.first().map(|first| {
            let count = self.without.len();
            format!("{count} videos have no file of objects, such as {first}: no object is in them")
        });
        let counts = [
            (self.poses, "poses are of no tracked person, or have no key-points"),
            (self.ignored, "boxes are to be ignored by their file"),
            (self.bad_lines, "lines of tracks are no box"),
            (self.flat, "windows have all their points at one height"),
            (self.elsewhere, "objects are of videos that do not take part"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counted = counts.map(|(count, what)| format!("left out: {count} {what}"));
        let bad = self.bad.iter().map(|(id, reason)| format!("left out {id}: {reason}"));
        let linked = (self.linked > 0).then(|| {
            format!(
                "the poses of {} videos have no numbers of persons: those that overlap from frame to frame are one",
                self.linked
            )
        });
        without.into_iter().chain(bad).chain(linked).chain(counted).collect()
    }
}
