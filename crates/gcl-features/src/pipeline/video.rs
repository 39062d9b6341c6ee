//! One video: decode, prepare, describe, write. Memory does not grow with its length.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::{fs, thread};

use gcl_data::{ExtractorIdentity, FeatureError, FeatureMeta, FeatureWriter, NpyError, VideoNotes};

use super::stream::ClipStream;
use super::{ExtractError, ExtractOptions, Progress};
use crate::areas::Masked;
use crate::discover::VideoInput;
use crate::extractor::{Extractor, ExtractorError};
use crate::frame::Frame;
use crate::source::{FrameSource, open_as};

/// Frames between two progress events.
pub(crate) const REPORT_EVERY: usize = 64;

/// What all videos of an extraction share.
pub(super) struct Job<'a, E: Extractor> {
    pub extractor: &'a E,
    pub identity: &'a ExtractorIdentity,
    pub options: &'a ExtractOptions,
    /// Threads that decode a video.
    pub threads: usize,
    pub out_dir: &'a Path,
    pub cancel: &'a AtomicBool,
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// What came of a video.
pub(crate) enum VideoOutcome {
    Written { frames: usize, clips: usize, notes: VideoNotes },
    Skipped(String),
    Cancelled,
}

/// Why the rest of a video is not read.
enum VideoStop {
    Skip(String),
    Cancel,
    Fail(ExtractorError),
    Features(FeatureError),
}

impl From<ExtractorError> for VideoStop {
    fn from(error: ExtractorError) -> Self {
        match error {
            ExtractorError::Video(reason) => Self::Skip(reason),
            failed @ ExtractorError::Failed(_) => Self::Fail(failed),
        }
    }
}

impl From<FeatureError> for VideoStop {
    fn from(error: FeatureError) -> Self {
        match error {
            // The features of this video; those of the next one may be numbers.
            FeatureError::Npy(NpyError::NotFinite { row, column, value, .. }) => {
                Self::Skip(format!(
                    "the extractor gave {value} as feature {column} of clip {row}; every feature must be a finite number"
                ))
            }
            error => Self::Features(error),
        }
    }
}

/// All of a video's features, still without their description; no writer where there is no clip.
struct ReadVideo {
    writer: Option<FeatureWriter>,
    clips: usize,
    frames: usize,
}

impl<E: Extractor> Job<'_, E> {
    /// Extracts and writes one video. `footage` is the hash that it had before it was decoded: a video that
    /// grows meanwhile is read anew by the next call. An error stops the whole extraction.
    pub(super) fn run(
        &self,
        input: &VideoInput,
        footage: Option<String>,
    ) -> Result<VideoOutcome, ExtractError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Ok(VideoOutcome::Cancelled);
        }
        let colour = self.extractor.colour();
        let mut source = match open_as(&input.path, self.options.decoder, colour, self.threads) {
            Ok(source) => Masked::wrap(source, &self.options.areas),
            Err(error) => return Ok(VideoOutcome::Skipped(error.to_string())),
        };
        (self.progress)(Progress::Started { id: &input.id, frames: source.info().frames });
        let read = match self.read(input, source.as_mut()) {
            Ok(read) => read,
            Err(VideoStop::Skip(reason)) => return Ok(VideoOutcome::Skipped(reason)),
            Err(VideoStop::Cancel) => return Ok(VideoOutcome::Cancelled),
            Err(VideoStop::Features(error)) => return Err(error.into()),
            Err(VideoStop::Fail(source)) => {
                return Err(ExtractError::Extractor { id: input.id.clone(), source });
            }
        };
        let ReadVideo { writer, clips, frames } = read;
        let Some(writer) = writer else {
            let reason = format!(
                "{path}: {frames} frames are too few for a clip of {length}",
                path = input.path.display(),
                length = self.options.clips.length
            );
            return Ok(VideoOutcome::Skipped(reason));
        };
        let (info, notes) = (source.info(), source.notes());
        if let Some(reason) = self.options.too_damaged(&input.path, frames, &notes) {
            return Ok(VideoOutcome::Skipped(reason));
        }
        writer.finish(&FeatureMeta {
            extractor: self.identity.clone(),
            decoder: info.decoder.clone(),
            frames,
            fps: info.fps.filter(|fps| fps.is_finite() && *fps > 0.0),
            footage,
            regions: self.extractor.regions(),
            video: notes.clone(),
        })?;
        Ok(VideoOutcome::Written { frames, clips, notes })
    }

    /// Reads and describes a video, the one ahead of the other where the extractor asks for it.
    fn read(
        &self,
        input: &VideoInput,
        source: &mut dyn FrameSource,
    ) -> Result<ReadVideo, VideoStop> {
        let mut frames =
            PreparedFrames { job: self, input, source, frame: Frame::default(), read: 0 };
        let ahead = self.extractor.ahead();
        if ahead == 0 {
            return self.describe(input, std::iter::from_fn(|| frames.next().transpose()));
        }
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel(ahead);
            scope.spawn(move || {
                while let Some(frame) = frames.next().transpose() {
                    // A source must not be used after an error, and nobody takes frames of a video that
                    // was given up.
                    let last = frame.is_err();
                    if sender.send(frame).is_err() || last {
                        break;
                    }
                }
            });
            self.describe(input, receiver.into_iter())
        })
    }

    /// Describes clips of prepared frames, and writes their features as they come.
    fn describe(
        &self,
        input: &VideoInput,
        frames: impl Iterator<Item = Result<E::Prepared, VideoStop>>,
    ) -> Result<ReadVideo, VideoStop> {
        let (crops, dim) = (self.extractor.crops(), self.extractor.dim());
        let mut writer = None;
        let mut write = |features: Vec<f32>| {
            if features.is_empty() {
                return Ok(());
            }
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(FeatureWriter::create(self.out_dir, &input.id, crops, dim)?),
            };
            writer.append(&features)
        };
        let mut stream = ClipStream::new(self.extractor, self.options.clips);
        let mut count = 0;
        for frame in frames {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(VideoStop::Cancel);
            }
            stream.push(frame?)?;
            write(stream.ready())?;
            count += 1;
        }
        let (rest, clips) = stream.finish()?;
        write(rest)?;
        Ok(ReadVideo { writer, clips, frames: count })
    }
}

/// A video's prepared frames in their order.
struct PreparedFrames<'a, E: Extractor> {
    job: &'a Job<'a, E>,
    input: &'a VideoInput,
    source: &'a mut dyn FrameSource,
    frame: Frame,
    read: usize,
}

impl<E: Extractor> PreparedFrames<'_, E> {
    /// The next one; none after the last.
    fn next(&mut self) -> Result<Option<E::Prepared>, VideoStop> {
        if self.job.cancel.load(Ordering::Relaxed) {
            return Err(VideoStop::Cancel);
        }
        let id = &self.input.id;
        let report = |frames| {
            if frames > 0 {
                (self.job.progress)(Progress::Frames { id, frames });
            }
        };
        let more = self.source.next(&mut self.frame);
        if !more.map_err(|error| VideoStop::Skip(error.to_string()))? {
            report(self.read % REPORT_EVERY);
            return Ok(None);
        }
        self.read += 1;
        if self.read.is_multiple_of(REPORT_EVERY) {
            report(REPORT_EVERY);
        }
        Ok(Some(self.job.extractor.prepare_at(self.read - 1, &self.frame)?))
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
