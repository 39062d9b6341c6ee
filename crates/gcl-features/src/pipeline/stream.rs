//! Clips of a stream of frames whose length is not known before its end.

use std::collections::VecDeque;

use gcl_data::{Clips, Tail};

use crate::extractor::{Extractor, ExtractorError};

/// Takes a video's prepared frames one by one and describes each clip once its frames are there.
/// Only frames that a further clip may need are kept.
pub(super) struct ClipStream<'a, E: Extractor> {
    extractor: &'a E,
    clips: Clips,
    batch: usize,
    kept: VecDeque<E::Prepared>,
    /// Index in the video of the first kept frame, and of the next frame.
    first: usize,
    seen: usize,
    /// Clips that are described, and clips whose frames are complete.
    described: usize,
    complete: usize,
    features: Vec<f32>,
}

impl<'a, E: Extractor> ClipStream<'a, E> {
    pub(super) fn new(extractor: &'a E, clips: Clips) -> Self {
        Self {
            extractor,
            clips,
            batch: extractor.batch().max(1),
            kept: VecDeque::new(),
            first: 0,
            seen: 0,
            described: 0,
            complete: 0,
            features: Vec::new(),
        }
    }

    /// Takes the next frame.
    pub(super) fn push(&mut self, frame: E::Prepared) -> Result<(), ExtractorError> {
        self.kept.push_back(frame);
        self.seen += 1;
        // `PaperResnext` has a clip only where at least one more frame follows it.
        let behind = usize::from(self.clips.tail == Tail::PaperResnext);
        while self.complete * self.clips.stride + self.clips.length + behind <= self.seen {
            self.complete += 1;
        }
        if self.complete - self.described >= self.batch {
            // Complete clips have the same frames whatever the video's length turns out to be.
            let frames = self.described * self.clips.stride;
            let starts = (0..self.batch).map(|n| frames + n * self.clips.stride);
            let clips = starts.map(|start| (start..start + self.clips.length).collect()).collect();
            self.describe(clips)?;
        }
        // The tail clip may reach back one clip's length from the end.
        let needed = self.described * self.clips.stride;
        let needed = needed.min(self.seen.saturating_sub(self.clips.length));
        while self.first < needed {
            self.kept.pop_front();
            self.first += 1;
        }
        Ok(())
    }

    /// Takes the features that are there, `clips * crops * dim` values of whole clips.
    pub(super) fn ready(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.features)
    }

    /// Describes the last clips. Gives the values that were not taken yet, and the
    /// number of all clips.
    pub(super) fn finish(mut self) -> Result<(Vec<f32>, usize), ExtractorError> {
        let total = self.clips.count(self.seen);
        while self.described < total {
            let end = total.min(self.described + self.batch);
            let frames = |n| self.clips.frames_of(n, self.seen).collect();
            let clips = (self.described..end).map(frames).collect();
            self.describe(clips)?;
        }
        Ok((self.features, total))
    }

    /// Describes the next clips, given as indices of their frames.
    fn describe(&mut self, clips: Vec<Vec<usize>>) -> Result<(), ExtractorError> {
        let frame = |index: usize| index.checked_sub(self.first).and_then(|at| self.kept.get(at));
        let clips: Option<Vec<Vec<&E::Prepared>>> =
            clips.into_iter().map(|clip| clip.into_iter().map(frame).collect()).collect();
        let Some(clips) = clips else {
            return Err(ExtractorError::Failed("a frame of a clip was given up too early".into()));
        };
        let values = self.extractor.describe(&clips)?;
        let expected = clips.len() * self.extractor.crops() * self.extractor.dim();
        if values.len() != expected {
            let found = values.len();
            return Err(ExtractorError::Failed(format!("{found} values, expected {expected}")));
        }
        self.described += clips.len();
        self.features.extend(values);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::frame::Frame;

    /// A clip's features are its frames' indices.
    struct Indices {
        length: usize,
        batch: usize,
    }

    impl Extractor for Indices {
        type Prepared = usize;
        fn name(&self) -> &str {
            "indices"
        }
        fn version(&self) -> &str {
            "1"
        }
        fn dim(&self) -> usize {
            self.length
        }
        fn batch(&self) -> usize {
            self.batch
        }
        fn prepare(&self, _: &Frame) -> Result<usize, ExtractorError> {
            Ok(0)
        }
        fn describe(&self, clips: &[Vec<&usize>]) -> Result<Vec<f32>, ExtractorError> {
            assert!(clips.len() <= self.batch);
            Ok(clips.iter().flatten().map(|&&n| n as f32).collect())
        }
    }

    #[test]
    fn clips_are_those_of_the_rule_and_memory_stays_flat() {
        for tail in [Tail::Shift, Tail::Drop, Tail::Loop, Tail::PaperResnext] {
            for (length, stride, batch) in [(4, 4, 1), (4, 1, 3), (3, 5, 2), (5, 2, 4), (1, 1, 1)] {
                let clips = Clips { length, stride, tail };
                for frames in 0..40 {
                    let extractor = Indices { length, batch };
                    let mut stream = ClipStream::new(&extractor, clips);
                    let mut found = Vec::new();
                    for n in 0..frames {
                        stream.push(n).unwrap();
                        found.extend(stream.ready());
                        assert!(stream.features.is_empty());
                        let most = length + batch * stride;
                        assert!(stream.kept.len() <= most, "{clips:?}: {}", stream.kept.len());
                    }
                    let (rest, count) = stream.finish().unwrap();
                    found.extend(rest);
                    let expected: Vec<f32> = (0..clips.count(frames))
                        .flat_map(|n| clips.frames_of(n, frames))
                        .map(|n| n as f32)
                        .collect();
                    assert_eq!(found, expected, "{clips:?}, {frames} frames, batch {batch}");
                    assert_eq!(count, clips.count(frames));
                }
            }
        }
    }
}
