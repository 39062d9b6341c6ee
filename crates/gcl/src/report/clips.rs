//! Moments as files of their own, which the page plays.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl_data::{At, Clock};
use gcl_eval::Moment;
use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_features::source::excerpt::{Excerpt, ExcerptError, excerpt_by_ffmpeg, excerpts};
use gcl_train::TrainError;

use crate::error::Result;
use crate::facts::Facts;

/// Writes each moment's part of its video into a folder, in which files of an earlier call give way, and notes the file's
/// place below `base`. The lines are of videos of which there are none, and why.
pub(super) fn add_clips(
    moments: &mut [ShownMoment],
    videos: &[VideoScores],
    facts: &Facts,
    (folder, base): (&Path, &Path),
    cancel: &AtomicBool,
) -> Result<Vec<String>> {
    remove_old(folder)?;
    let mut missing = Vec::new();
    for (id, known) in facts {
        let own: Vec<(usize, Excerpt)> = (1..)
            .zip(moments.iter())
            .filter(|(_, shown)| shown.moment.video == id.as_str())
            .map(|(rank, shown)| {
                let Moment { video, start, end, .. } = &shown.moment;
                (rank - 1, Excerpt { frames: *start..*end, file: folder.join(name(rank, video)) })
            })
            .collect();
        if own.is_empty() {
            continue;
        }
        let Some(footage) = &known.footage else {
            missing.push(format!("no clips of {id}: where its footage lies is not known"));
            continue;
        };
        let frames = videos.iter().find(|video| video.video == id.as_str());
        let frames = frames.map_or(0, |video| video.scores.len());
        let wanted: Vec<Excerpt> = own.iter().map(|(_, excerpt)| excerpt.clone()).collect();
        let cut = match excerpts(footage, frames, &wanted, cancel) {
            Err(ExcerptError::Unsupported { reason, .. }) if footage.is_file() => {
                let clock = known.clock();
                by_ffmpeg(footage, &wanted, clock.as_ref(), &reason)
            }
            cut => cut,
        };
        match cut {
            Ok(()) => {}
            Err(ExcerptError::Cancelled) => return Err(TrainError::Interrupted.into()),
            // As a picture, a clip is a help and not the result.
            Err(error) => missing.push(format!("no clips of {id}: {error}")),
        }
        for (place, excerpt) in own {
            let file = excerpt.file.strip_prefix(base).unwrap_or(&excerpt.file);
            if let Some(shown) = moments.get_mut(place).filter(|_| excerpt.file.exists()) {
                shown.clip = Some(file.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(missing)
}

fn by_ffmpeg(
    footage: &Path,
    wanted: &[Excerpt],
    clock: Option<&Clock>,
    reason: &str,
) -> std::result::Result<(), ExcerptError> {
    let because = |error| match error {
        ExcerptError::Unsupported { path, reason: why } => {
            ExcerptError::Unsupported { path, reason: format!("{reason}; {why}") }
        }
        error => error,
    };
    for Excerpt { frames, file } in wanted {
        let seconds = |frame| clock.and_then(|clock| clock.seconds(frame));
        let times = seconds(frames.start).zip(seconds(frames.end)).ok_or_else(|| {
            let (path, reason) =
                (footage.to_owned(), format!("{reason}, and its clock is not known"));
            ExcerptError::Unsupported { path, reason }
        })?;
        excerpt_by_ffmpeg(footage, times, file).map_err(because)?;
    }
    Ok(())
}

/// A file's name: the rank, and the video's.
fn name(rank: usize, video: &str) -> PathBuf {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let video: String = video.chars().map(plain).take(80).collect();
    PathBuf::from(format!("{rank:04}-{video}.mp4"))
}

/// Removes the files that an earlier call wrote, and no others.
fn remove_old(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().and_then(|name| name.strip_suffix(".mp4")?.split_once('-'));
        if ours.is_some_and(|(rank, _)| rank.len() >= 4 && rank.bytes().all(|c| c.is_ascii_digit()))
        {
            fs::remove_file(entry.path()).at(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_files() {
        assert_eq!(name(7, "yard/cam 1:a"), Path::new("0007-yard_cam_1_a.mp4"));
        assert_eq!(name(12_345, "../x"), Path::new("12345-.._x.mp4"));
        assert_eq!(name(1, &"a".repeat(300)).as_os_str().len(), 89);
    }
}
