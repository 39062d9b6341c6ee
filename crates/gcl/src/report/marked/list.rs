//! The list of what is not interesting, as users keep it.

use std::path::Path;

use gcl_data::{FileError, read_columns};

use crate::error::Result;

/// The file in a run's folder.
pub(super) const NAME: &str = "not-interesting.csv";

/// A marked moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub video: String,
    pub start_frame: usize,
    pub end_frame: usize,
    pub peak_frame: usize,
}

/// Reads a list: rows of `video,start_frame,end_frame,peak_frame`, or with a header any columns that have these, such as
/// rows of `moments.csv`. Lines that begin with `#` are remarks. Empty if there is no file.
///
/// # Errors
/// With the line that is no moment.
pub(super) fn read(path: &Path) -> Result<Vec<Mark>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mark = |(line, [video, start, end, peak]): (u64, [String; 4])| {
        let frame = |name: &str, text: &str| {
            let found = text.parse::<usize>();
            found.map_err(|_| FileError::line(path, line, format!("{name} is `{text}`, no frame")))
        };
        let (start_frame, end_frame) = (frame("start_frame", &start)?, frame("end_frame", &end)?);
        if end_frame <= start_frame {
            let what = format!("frames {start_frame} to {end_frame} are none");
            return Err(FileError::line(path, line, what));
        }
        Ok(Mark { video, start_frame, end_frame, peak_frame: frame("peak_frame", &peak)? })
    };
    let rows = read_columns(path, ["video", "start_frame", "end_frame", "peak_frame"])?;
    Ok(rows.into_iter().map(mark).collect::<std::result::Result<_, _>>()?)
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
        let excel = "video;start_frame;end_frame;peak_frame\r\na;10;30;20\r\n";
        assert_eq!(put(excel).unwrap(), [mark("a")]);
        for (text, said) in [
            ("a,10,30,20\nb,10,30\n", "line 2: no peak_frame; expected video,start_frame"),
            ("a,10,thirty,20\n", "line 1: end_frame is `thirty`, no frame"),
            ("video,start_frame,end_frame\na,1,2\n", "line 1: no column peak_frame"),
            ("a,30,10,20\n", "frames 30 to 10"),
        ] {
            let error = put(text).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains(NAME), "{error}");
        }
    }
}
