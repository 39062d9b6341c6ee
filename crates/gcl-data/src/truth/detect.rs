//! The formats of ground truth, and their detection.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::TruthError;
use super::flags::flag;
use super::ucf::words;
use crate::file::FileError;
use crate::files::with_extension;
use crate::number::whole;
use crate::quote::shorten;
use crate::table::without_mark;
use crate::text::read_text;

/// A format of ground truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TruthFormat {
    /// Detected from the files.
    #[default]
    Auto,
    /// UCF-Crime's `Temporal_Anomaly_Annotation.txt`: `name class s1 e1 s2 e2` per line, -1 for
    /// absent, and more ranges where a file has them (LAVAD's of XD-Violence). Frames `s` to `e` are abnormal, both included, counted from 0, and cut at the
    /// video's end (as RTFM counts them; see docs/method.md). It states no number of frames.
    Ucf,
    /// XD-Violence's `annotations.txt`: `name s1 e1 [s2 e2 ...]` per line, as many ranges as there are, or none.
    /// Frames `s` to `e` are abnormal, `e` excluded, counted from 0 (as its authors' code counts them). It lists
    /// the abnormal videos alone: a normal one needs a line with its name.
    Xd,
    /// CSV of ranges, with a header: `id` or `video`; then `start` and `end` (from 0, `end`
    /// excluded), or `first_0based` and `last_0based`, or `first_1based` and `last_1based` (both
    /// included; `first_abnormal_1based` and so on too); and perhaps `frames`. A video may have
    /// several lines; range columns that are empty, `NaN` or -1 mean that it has no abnormal frame. Columns may
    /// be divided by semicolons or tabs, and whole numbers written as floats.
    Ranges,
    /// A folder of `.npy` files, or one: a 0 or 1 for each frame, 1 for abnormal, of any number type
    /// (ShanghaiTech, UBnormal). The file's name is the video's.
    Masks,
    /// A folder of `.csv` or `.txt` files, or one: a 0 or 1 for each frame as text (maybe as `1.0`), 1 for abnormal.
    /// The file's name is the video's.
    Flags,
    /// A folder of UBnormal's `VIDEO_tracks.txt` as STG-NF gives them out: `.npy` arrays of a 0 or 1 for
    /// each frame, **1 for normal**, in spite of their name; or real text, `object,start,end` per line
    /// with `end` excluded.
    Ubnormal,
}

crate::named!(TruthFormat:
    Auto = "auto", Ucf = "ucf", Xd = "xd", Ranges = "ranges", Masks = "masks", Flags = "flags",
    Ubnormal = "ubnormal");

pub(super) const UNKNOWN: &str = "no known form of truth: neither UCF-Crime's annotation text (name class \
     s1 e1 s2 e2), nor XD-Violence's (name s1 e1 ...), nor a CSV of ranges (id,start,end,frames), nor masks \
     (.npy), nor one 0 or 1 per frame (.csv or .txt)";
const MIXED: &str = "both .npy and .csv or .txt files; name the format";
const LISTED: &str = "a list of videos (name, first frame, last frame, class), as LAVAD has it: it does not say \
     which frames are abnormal; give the temporal annotation";

/// Bytes of a file, and lines of them, by which its form is told.
const SEEN: (usize, usize) = (1 << 16, 64);

/// The format of what is at `path`, by its files' extensions or its first lines.
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
            (false, false) => {
                let what = "no .npy, .csv or .txt file of labels here or below (.mat is not read; save masks as .npy)";
                Err(FileError::new(path, what).into())
            }
        };
    }
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) {
        return Ok(TruthFormat::Masks);
    }
    let text = without_mark(read_text(path)?);
    // A flags file may be one line of any length; its beginning says enough.
    let head: String = text.chars().take(SEEN.0).collect();
    let is_comment = |line: &str| line.is_empty() || line.starts_with('#');
    let lines = head.lines().map(str::trim).filter(|line| !is_comment(line));
    let lines: Vec<&str> = lines.take(SEEN.1).collect();
    let Some(first) = lines.first() else { return Err(FileError::new(path, "no video").into()) };
    let refuse = |what: &str| {
        let seen = shorten(first, 60);
        Err(FileError::new(path, format!("{what}; the first line is `{seen}`")).into())
    };
    if first.split([' ', '\t', ',', ';']).next().is_some_and(|word| flag(word).is_some()) {
        return Ok(TruthFormat::Flags);
    }
    let mut columns = first.split([',', ';', '\t']).map(|name| name.trim().to_lowercase());
    if columns.any(|name| name == "id" || name == "video") {
        return Ok(TruthFormat::Ranges);
    }
    match of_words(&lines) {
        Some(Words::Truth(format)) => Ok(format),
        Some(Words::Listed) => refuse(LISTED),
        None if first.contains([',', ';', '\t']) => Ok(TruthFormat::Ranges),
        None => refuse(UNKNOWN),
    }
}

/// What lines of words and numbers are.
enum Words {
    Truth(TruthFormat),
    Listed,
}

/// The form of lines of words divided by blanks, or of UCF-Crime's by commas, each a name, perhaps a class, and numbers.
fn of_words(lines: &[&str]) -> Option<Words> {
    let number = |word: &&str| whole(word).is_ok_and(|n| n.is_some() || word.starts_with('-'));
    // Words before the first number, and numbers behind the last word.
    let shape = |line: &&str| {
        let words: Vec<&str> = words(line).collect();
        let numbers = words.iter().rev().take_while(|word| number(word)).count();
        (words.len() - numbers, numbers)
    };
    // Lines of names alone may come first: videos without an anomaly. What does not fit its file's form is then
    // refused with its line.
    let (line, shape) =
        lines.iter().map(|line| (line, shape(line))).find(|(_, (_, numbers))| *numbers > 0)?;
    match shape {
        (2, numbers) if numbers.is_multiple_of(2) => Some(Words::Truth(TruthFormat::Ucf)),
        // A CSV of another kind, which is to say so itself.
        _ if line.contains(',') => None,
        (1, numbers) if numbers.is_multiple_of(2) => Some(Words::Truth(TruthFormat::Xd)),
        (1, 3) => Some(Words::Listed),
        _ => None,
    }
}
