//! The index of objects, videos and snippets.

use std::collections::BTreeSet;
use std::ops::Range;

use super::ObjectError;
use crate::clips::Span;
use crate::id::VideoId;
use crate::poses::Windows;
use crate::truth::MAX_FRAMES;

/// A video of an [`ObjectIndex`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVideo {
    /// The video.
    pub id: VideoId,
    /// Its frames.
    pub frames: usize,
    /// Its snippets, as many as its features have clips, at most ⌈frames / length⌉.
    pub snippets: usize,
}

/// The place of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectPlace {
    /// Its video, by position in the index.
    pub video: usize,
    /// Its frames; they may extend past the video's end.
    pub span: Span,
    /// The frame to which its score applies.
    pub centre: usize,
}

/// Objects, videos and snippets of one data set. Scores of objects come in the order of
/// [`ObjectIndex::objects`], those of snippets video after video in the order of
/// [`ObjectIndex::videos`].
///
/// ```
/// use gcl_data::{ObjectIndex, ObjectPlace, ObjectVideo, SnippetRule, Span, VideoId};
///
/// let video = ObjectVideo { id: VideoId::new("test/01")?, frames: 32, snippets: 2 };
/// let span = |start| Span { start, end: start + 8 };
/// let object = |start| ObjectPlace { video: 0, span: span(start), centre: start + 4 };
/// let index = ObjectIndex::new(vec![video], vec![object(0), object(6), object(20)], 16)?;
/// // The mean over the objects whose centre is in the snippet.
/// assert_eq!(index.snippet_scores(&[1.0, 3.0, 5.0], SnippetRule::Objects)?, [2.0, 5.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectIndex {
    videos: Vec<ObjectVideo>,
    objects: Vec<ObjectPlace>,
    length: usize,
    /// The first snippet of each video, and one past the last.
    starts: Vec<usize>,
}

impl ObjectIndex {
    /// The index of objects in videos whose snippets have `length` frames (16 in the paper): snippet i
    /// is frames `i * length` to `(i + 1) * length`, or to the video's end.
    ///
    /// # Errors
    /// [`ObjectError`]: a video twice or with an impossible number of snippets, an object outside its
    /// video.
    pub fn new(
        videos: Vec<ObjectVideo>,
        objects: Vec<ObjectPlace>,
        length: usize,
    ) -> Result<Self, ObjectError> {
        let refuse = |problem: String| Err(ObjectError(problem));
        if length == 0 {
            return refuse("a snippet of 0 frames".to_owned());
        }
        let mut seen = BTreeSet::new();
        let mut starts = vec![0];
        let mut total = 0;
        for ObjectVideo { id, frames, snippets } in &videos {
            let (frames, found, most) = (*frames, *snippets, frames.div_ceil(length));
            if frames > MAX_FRAMES {
                return refuse(format!(
                    "video {id}: {frames} frames; at most {MAX_FRAMES} are accepted"
                ));
            }
            if found == 0 || found > most {
                return refuse(format!(
                    "video {id}: {found} snippets of {length} frames, but {frames} frames fill \
                     {most} at most (and one at least)"
                ));
            }
            if !seen.insert(id) {
                return refuse(format!("video {id} appears twice"));
            }
            total += found;
            starts.push(total);
        }
        for (object, place) in objects.iter().enumerate() {
            let ObjectPlace { video, span, centre } = *place;
            let Some(ObjectVideo { id, frames, .. }) = videos.get(video) else {
                let videos = videos.len();
                return refuse(format!(
                    "object number {object} is in video number {video} of {videos}"
                ));
            };
            if centre >= *frames || !(span.start..span.end).contains(&centre) {
                let Span { start, end } = span;
                return refuse(format!(
                    "video {id} has {frames} frames, but object number {object} is at frame \
                     {centre} of {start}..{end}"
                ));
            }
        }
        Ok(Self { videos, objects, length, starts })
    }

    /// The index of pose or box windows: a window's score applies to its middle frame, T / 2 frames
    /// after its first one, as published. `video` returns the frames and snippets of each of the
    /// windows' videos.
    ///
    /// # Errors
    /// Any error of `video`, and those of [`ObjectIndex::new`].
    pub fn of_windows<E: From<ObjectError>>(
        windows: &Windows,
        length: usize,
        video: impl FnMut(&VideoId) -> Result<ObjectVideo, E>,
    ) -> Result<Self, E> {
        let videos = windows.videos().iter().map(video).collect::<Result<Vec<_>, E>>()?;
        let half = windows.rule().length / 2;
        let place = |place: &crate::poses::WindowPlace| ObjectPlace {
            video: place.video,
            span: place.span,
            centre: place.span.start + half,
        };
        Ok(Self::new(videos, windows.places().iter().map(place).collect(), length)?)
    }

    /// The index where each snippet is itself the object, as for an autoencoder of snippet features.
    ///
    /// # Errors
    /// As [`ObjectIndex::new`].
    pub fn of_snippets(videos: Vec<ObjectVideo>, length: usize) -> Result<Self, ObjectError> {
        let index = Self::new(videos, Vec::new(), length)?;
        let objects = index.videos.iter().enumerate().flat_map(|(video, v)| {
            (0..v.snippets).map(move |i| {
                let span = Span { start: i * length, end: ((i + 1) * length).min(v.frames) };
                let centre = (span.start + length / 2).min(span.end - 1);
                ObjectPlace { video, span, centre }
            })
        });
        Self::new(index.videos.clone(), objects.collect(), length)
    }

    /// The videos.
    pub fn videos(&self) -> &[ObjectVideo] {
        &self.videos
    }

    /// The objects.
    pub fn objects(&self) -> &[ObjectPlace] {
        &self.objects
    }

    /// Frames in a snippet.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Snippets of all videos together.
    pub fn snippets(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The snippets of the video at position `video`, among those of all videos; empty if there is no
    /// such video.
    pub fn snippets_of(&self, video: usize) -> Range<usize> {
        match self.starts.get(video..).unwrap_or_default() {
            [start, end, ..] => *start..*end,
            _ => 0..0,
        }
    }
}
