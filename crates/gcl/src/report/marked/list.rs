//! The list of what is not interesting, as users keep it.

use std::path::Path;

use gcl_data::{At, FileError};
use serde::Deserialize;

use crate::error::Result;

/// The file in a run's folder.
pub(super) const NAME: &str = "not-interesting.csv";

/// A marked moment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Mark {
    pub video: String,
    pub start_frame: usize,
    pub end_frame: usize,
    pub peak_frame: usize,
}

/// The columns of a list without a header.
const COLUMNS: [&str; 4] = ["video", "start_frame", "end_frame", "peak_frame"];

/// Reads a list: rows of `video,start_frame,end_frame,peak_frame`, or with a header any columns that have these, such as
/// rows of `moments.csv`. Lines that begin with `#` are remarks. Empty if there is no file.
///
/// # Errors
/// With the line that is no moment.
pub(super) fn read(path: &Path) -> Result<Vec<Mark>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path).at(path)?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut header = csv::StringRecord::from(COLUMNS.to_vec());
    let mut marks = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.at(path)?;
        let columns = || record.iter().map(str::to_lowercase);
        if number == 0
            && columns().any(|name| name == COLUMNS[0])
            && columns().any(|name| name == COLUMNS[3])
        {
            header = columns().collect();
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| {
            let expected = format!("{problem}; expected {}", COLUMNS.join(","));
            FileError::line(path, line, expected)
        };
        // Further fields than the header has are of no account.
        let own: csv::StringRecord = record.iter().take(header.len()).collect();
        let mark: Mark =
            own.deserialize(Some(&header)).map_err(|error| wrong(error.to_string()))?;
        if mark.end_frame <= mark.start_frame {
            return Err(wrong(format!("frames {} to {}", mark.start_frame, mark.end_frame)).into());
        }
        marks.push(mark);
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lists_with_and_without_a_header() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        let put = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path)
        };
        assert_eq!(read(&path).unwrap(), []);
        let mark = |video: &str| {
            let (video, start_frame, end_frame, peak_frame) = (video.to_owned(), 10, 30, 20);
            Mark { video, start_frame, end_frame, peak_frame }
        };
        assert_eq!(
            put("# tree\na/b,10,30,20\r\n\n\"c,d\", 10, 30, 20\n").unwrap(),
            [mark("a/b"), mark("c,d")]
        );
        let moments =
            "\u{feff}rank,video,start_frame,end_frame,peak_frame,score\n4,a,10,30,20,1.5\n";
        assert_eq!(put(moments).unwrap(), [mark("a")]);
        for (text, said) in [
            ("a,10,30,20\nb,10,30\n", "line 2"),
            ("a,10,thirty,20\n", "expected video,start_frame,end_frame,peak_frame"),
            ("a,30,10,20\n", "frames 30 to 10"),
        ] {
            let error = put(text).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains(NAME), "{error}");
        }
    }
}
