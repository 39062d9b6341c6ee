//! Features as text, such as C3D's: a line of numbers for each clip.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use super::error::NpyError;
use super::read::Npy;
use crate::file::{At, FileError};
use crate::quote::shorten;
use crate::text::read_text;

/// The fewest numbers of a line of features. Lines of boxes, labels and ranges have fewer.
const LEAST: usize = 64;

/// Whether a file starts with a line of many numbers.
pub(crate) fn is_numbers(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(1 << 13).read_to_end(&mut head));
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().find(|line| !is_comment(line)).unwrap_or_default();
    // The first line may be cut, and its last number with it.
    let mut numbers = fields(first).take(LEAST).map(|field| field.parse());
    read.is_ok()
        && numbers.by_ref().all(|n: Result<f32, _>| n.is_ok())
        && fields(first).count() >= LEAST
}

/// Whether a line is a header as NumPy's `savetxt` writes one.
fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The numbers of a line, divided by blanks, commas or semicolons. Where other marks divide numbers that all have a comma
/// within, it is their decimal comma.
fn fields(line: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let is_mark = |c: char| c.is_whitespace() || c == ';';
    let numbers = || line.split(is_mark).filter(|field| !field.is_empty());
    let is_decimal = |field: &str| {
        let parts = field.split_once(',');
        parts.is_some_and(|(whole, part)| {
            !whole.is_empty() && !part.is_empty() && !part.contains(',')
        })
    };
    let decimal = numbers().count() > 1 && !line.contains('.') && numbers().all(is_decimal);
    line.split(move |c: char| is_mark(c) || (c == ',' && !decimal))
        .filter(|field| !field.is_empty())
        .map(move |field| if decimal { field.replace(',', ".").into() } else { field.into() })
}

/// Opens a text of numbers as the array `[lines, numbers]`, in memory.
pub(super) fn open(path: &Path) -> Result<Npy, NpyError> {
    let length = std::fs::metadata(path).at(path)?.len();
    let (mut values, mut rows, mut dim) = (Vec::new(), 0, 0);
    for (number, line) in (1..).zip(read_text(path)?.lines()).filter(|(_, line)| !is_comment(line))
    {
        let before = values.len();
        for field in fields(line) {
            let value: Result<f32, _> = field.parse();
            let what = || format!("`{}` is no number", shorten(&field, 40));
            values.push(value.map_err(|_| FileError::line(path, number, what()))?);
        }
        let found = values.len() - before;
        if found == 0 {
            continue;
        }
        if rows > 0 && found != dim {
            let what = format!("{found} numbers, expected {dim} as in the first line");
            return Err(FileError::line(path, number, what).into());
        }
        (rows, dim) = (rows + 1, found);
    }
    Ok(Npy::of_values(path, vec![rows, dim], &values, length))
}
