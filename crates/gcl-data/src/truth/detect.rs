//! The formats of ground truth, and their detection.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::TruthError;
use crate::file::{At, FileError};
use crate::files::with_extension;

/// A format of ground truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TruthFormat {
    /// Detected from the files.
    #[default]
    Auto,
    /// UCF-Crime's `Temporal_Anomaly_Annotation.txt`: `name class s1 e1 s2 e2` per line, -1 for
    /// absent. Frames `s` to `e` are abnormal, both included, counted from 0, and cut at the
    /// video's end (as RTFM counts them; see docs/method.md). It states no number of frames.
    Ucf,
    /// CSV of ranges, with a header: `id` or `video`; then `start` and `end` (from 0, `end`
    /// excluded), or `first_0based` and `last_0based`, or `first_1based` and `last_1based` (both
    /// included; `first_abnormal_1based` and so on too); and perhaps `frames`. A video may have
    /// several lines; empty range columns mean that it has no abnormal frame.
    Ranges,
    /// A folder of `.npy` files, or one: a 0 or 1 for each frame, 1 for abnormal, of any number type
    /// (ShanghaiTech, UBnormal). The file's name is the video's.
    Masks,
    /// A folder of `.csv` or `.txt` files, or one: a 0 or 1 for each frame as text, 1 for abnormal.
    /// The file's name is the video's.
    Flags,
    /// A folder of UBnormal's `VIDEO_tracks.txt` as STG-NF gives them out: `.npy` arrays of a 0 or 1 for
    /// each frame, **1 for normal**, in spite of their name; or real text, `object,start,end` per line
    /// with `end` excluded.
    Ubnormal,
}

crate::named!(TruthFormat:
    Auto = "auto", Ucf = "ucf", Ranges = "ranges", Masks = "masks", Flags = "flags",
    Ubnormal = "ubnormal");

pub(super) const UNKNOWN: &str = "no known form of truth: neither UCF-Crime's annotation text, nor \
     a CSV of ranges (id,start,end,frames), nor masks (.npy), nor one 0 or 1 per frame (.csv or .txt)";
const MIXED: &str = "both .npy and .csv or .txt files; name the format";

/// The format of what is at `path`, by its files' extensions or its first line.
pub(super) fn detect(path: &Path) -> Result<TruthFormat, TruthError> {
    if path.is_dir() {
        let masks = !with_extension(path, "npy")?.is_empty();
        if !masks && !super::ubnormal::files(path)?.is_empty() {
            return Ok(TruthFormat::Ubnormal);
        }
        let flags =
            !with_extension(path, "csv")?.is_empty() || !with_extension(path, "txt")?.is_empty();
        return match (masks, flags) {
            (true, true) => Err(FileError::new(path, MIXED).into()),
            (true, false) => Ok(TruthFormat::Masks),
            (false, true) => Ok(TruthFormat::Flags),
            (false, false) => Err(FileError::new(path, "no video").into()),
        };
    }
    if path.extension().is_some_and(|e| e == "npy") {
        return Ok(TruthFormat::Masks);
    }
    let line = first_line(path)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let numbers = |words: &[&str]| words.iter().all(|word| word.parse::<i64>().is_ok());
    match words.as_slice() {
        [_, _, ranges @ ..] if ranges.len() == 4 && numbers(ranges) => Ok(TruthFormat::Ucf),
        [first, ..] if first.bytes().all(|b| matches!(b, b'0' | b'1' | b',')) => {
            Ok(TruthFormat::Flags)
        }
        [_, ..] if line.contains(',') => Ok(TruthFormat::Ranges),
        _ => Err(FileError::new(path, UNKNOWN).into()),
    }
}

/// The first line that is not empty, or its beginning.
fn first_line(path: &Path) -> Result<String, TruthError> {
    // A flags file may be one line of any length; its beginning says enough.
    let mut reader = BufReader::new(File::open(path).at(path)?.take(1 << 16));
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).at(path)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() {
            return Ok(text.to_owned());
        }
        line.clear();
    }
    Err(FileError::new(path, "no video").into())
}
