//! One video: decode, prepare, describe, write.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::{ExtractorIdentity, FeatureMeta, write_features};

use super::stream::ClipStream;
use super::{ExtractError, ExtractOptions, Progress};
use crate::discover::VideoInput;
use crate::extractor::{Extractor, ExtractorError};
use crate::frame::Frame;
use crate::source::{FrameSource, open_as};

/// Frames between two progress events.
const REPORT_EVERY: usize = 256;

/// What all videos of an extraction share.
pub(super) struct Job<'a, E: Extractor> {
    pub extractor: &'a E,
    pub identity: &'a ExtractorIdentity,
    pub options: &'a ExtractOptions,
    pub out_dir: &'a Path,
    pub cancel: &'a AtomicBool,
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// What came of a video.
pub(super) enum Outcome {
    Written { frames: usize, clips: usize },
    Skipped(String),
    Cancelled,
}

/// Why the rest of a video is not read.
enum Stop {
    Skip(String),
    Cancel,
    Fail(ExtractorError),
}

impl From<ExtractorError> for Stop {
    fn from(error: ExtractorError) -> Self {
        match error {
            ExtractorError::Video(reason) => Self::Skip(reason),
            failed @ ExtractorError::Failed(_) => Self::Fail(failed),
        }
    }
}

impl<E: Extractor> Job<'_, E> {
    /// Extracts and writes one video. An error stops the whole extraction.
    pub(super) fn run(&self, input: &VideoInput) -> Result<Outcome, ExtractError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Ok(Outcome::Cancelled);
        }
        let colour = self.extractor.colour();
        let mut source = match open_as(&input.path, self.options.decoder, colour) {
            Ok(source) => source,
            Err(error) => return Ok(Outcome::Skipped(error.to_string())),
        };
        (self.progress)(Progress::Started { id: &input.id, frames: source.info().frames });
        let (features, clips, frames) = match self.read(input, source.as_mut()) {
            Ok(read) => read,
            Err(Stop::Skip(reason)) => return Ok(Outcome::Skipped(reason)),
            Err(Stop::Cancel) => return Ok(Outcome::Cancelled),
            Err(Stop::Fail(source)) => {
                return Err(ExtractError::Extractor { id: input.id.clone(), source });
            }
        };
        if clips == 0 {
            let reason = format!(
                "{path}: {frames} frames are too few for a clip of {length}",
                path = input.path.display(),
                length = self.options.clips.length
            );
            return Ok(Outcome::Skipped(reason));
        }
        let info = source.info();
        let meta = FeatureMeta {
            extractor: self.identity.clone(),
            decoder: info.decoder.clone(),
            frames,
            fps: info.fps.filter(|fps| fps.is_finite() && *fps > 0.0),
        };
        let (crops, dim) = (self.extractor.crops(), self.extractor.dim());
        let shape = if crops == 1 { vec![clips, dim] } else { vec![clips, crops, dim] };
        write_features(self.out_dir, &input.id, &shape, &features, &meta)?;
        Ok(Outcome::Written { frames, clips })
    }

    /// Features, clips and frames of a video.
    fn read(
        &self,
        input: &VideoInput,
        source: &mut dyn FrameSource,
    ) -> Result<(Vec<f32>, usize, usize), Stop> {
        let mut stream = ClipStream::new(self.extractor, self.options.clips);
        let (mut frame, mut frames) = (Frame::default(), 0);
        while source.next(&mut frame).map_err(|error| Stop::Skip(error.to_string()))? {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(Stop::Cancel);
            }
            stream.push(self.extractor.prepare(&frame)?)?;
            frames += 1;
            if frames % REPORT_EVERY == 0 {
                (self.progress)(Progress::Frames { id: &input.id, frames: REPORT_EVERY });
            }
        }
        if frames % REPORT_EVERY > 0 {
            let rest = frames % REPORT_EVERY;
            (self.progress)(Progress::Frames { id: &input.id, frames: rest });
        }
        let (features, clips) = stream.finish()?;
        Ok((features, clips, frames))
    }
}

/// Size of a video file, or of all files of a folder; 0 where it cannot be told. Only for planning.
pub(super) fn bytes(path: &Path) -> u64 {
    let size = |path: &Path| fs::metadata(path).map_or(0, |data| data.len());
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| size(&entry.path())).sum(),
        Err(_) => size(path),
    }
}
