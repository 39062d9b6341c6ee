//! Features as text, such as C3D's or a data frame's CSV: a line of numbers for each clip.

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

/// Whether a file starts with a line of many numbers, behind the names of its columns if it has some.
pub(crate) fn is_numbers(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(1 << 17).read_to_end(&mut head));
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().filter(|line| !is_comment(line));
    let first = lines.next().unwrap_or_default();
    let first = if is_header(first) { lines.next().unwrap_or_default() } else { first };
    // The first line may be cut, and its last number with it.
    let mut numbers = fields(first).take(LEAST).map(|field| field.parse());
    read.is_ok()
        && numbers.by_ref().all(|n: Result<f32, _>| n.is_ok())
        && fields(first).count() >= LEAST
}

/// Whether a line names columns: none of its fields is a number, or they number the columns, as pandas does.
fn is_header(line: &str) -> bool {
    let counts = |(i, field): (usize, Cow<str>)| unquoted(&field) == i.to_string();
    let some = fields(line).next().is_some();
    some && (fields(line).all(|field| unquoted(&field).parse::<f32>().is_err())
        || (fields(line).count() > 1 && fields(line).enumerate().all(counts)))
}

fn unquoted(field: &str) -> &str {
    field.trim_matches('"')
}

/// Whether a header leaves the first column without a name, as pandas writes its index.
fn has_index(header: &str) -> bool {
    header.starts_with([',', ';', '\t'])
        || unquoted(header.split([',', ';']).next().unwrap_or_default()).is_empty()
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
    let text = read_text(path)?;
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !is_comment(line)).peekable();
    let header = lines.next_if(|(_, line)| is_header(line));
    let index = header.is_some_and(|(_, line)| has_index(line));
    for (number, line) in lines {
        let before = values.len();
        let mut fields = fields(line).peekable();
        let place = fields.next_if(|_| index);
        if place.is_some_and(|place| place != rows.to_string()) {
            let what = "the first column has no name and does not number the lines";
            return Err(FileError::line(path, number, what).into());
        }
        for field in fields {
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
