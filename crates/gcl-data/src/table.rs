//! CSV files with a header, as lines with their numbers.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use csv::StringRecord;

use crate::file::{At, FileError};
use crate::text::read_text;

/// A CSV file's header and its records, each with the line that it starts on.
pub(crate) struct CsvTable {
    pub header: StringRecord,
    pub records: Vec<(u64, StringRecord)>,
}

/// Reads `path` as a whole; blanks around values are dropped, empty lines skipped, names of columns in small
/// letters. Lines before the header that start with `#` are comments. Columns are divided by what divides the header: commas, else semicolons, else tabs. A first column
/// without a name that numbers the lines, as pandas writes its index, is left out, and so are columns without name and
/// values.
pub(crate) fn read(path: &Path) -> Result<CsvTable, FileError> {
    let text = without_mark(read_text(path)?);
    let text = without_comments(&text);
    let bytes = text.as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .delimiter(delimiter(&text))
        .from_reader(bytes);
    let header = reader.headers().at(path)?.iter().map(str::to_lowercase).collect();
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.at(path)?;
        let (line, byte) = record.position().map_or((0, 0), |at| (at.line(), at.byte()));
        // The reader's position is before the empty lines that it skipped.
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let skipped = bytes.get(start..).unwrap_or_default().iter();
        let skipped = skipped.take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n');
        records.push((line + skipped.count() as u64, record));
    }
    Ok(without_empty(without_index(CsvTable { header, records })))
}

/// Reads the columns of these names from a table that may have further ones, or that has no header and only these. Each
/// row comes with the line that it starts on. Lines that begin with `#` are remarks; what divides columns, and text of
/// UTF-16, is known as in every other table.
///
/// # Errors
/// [`FileError`], with the line that lacks a field, or if a header lacks a column.
///
/// ```
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("marks.csv");
/// std::fs::write(&path, "rank;video;start\n1;a;20\n")?;
/// let rows = gcl_data::read_columns(&path, ["video", "start"])?;
/// assert_eq!(rows, [(2, ["a".to_owned(), "20".to_owned()])]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_columns<const N: usize>(
    path: &Path,
    columns: [&str; N],
) -> Result<Vec<(u64, [String; N])>, FileError> {
    let text = without_mark(read_text(path)?);
    let text = without_comments(&text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .delimiter(delimiter(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut places: [usize; N] = std::array::from_fn(|i| i);
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.at(path)?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| {
            FileError::line(path, line, format!("{problem}; expected {}", columns.join(",")))
        };
        let place = |name: &str| record.iter().position(|field| field.eq_ignore_ascii_case(name));
        if number == 0 && columns.iter().filter(|name| place(name).is_some()).count() * 2 > N {
            for (to, name) in places.iter_mut().zip(columns) {
                *to = place(name).ok_or_else(|| wrong(format!("no column {name}")))?;
            }
            continue;
        }
        if record.iter().all(str::is_empty) {
            continue;
        }
        let mut row = [const { String::new() }; N];
        for ((field, &place), name) in row.iter_mut().zip(&places).zip(columns) {
            let found = record.get(place).filter(|found| !found.is_empty());
            *field = found.ok_or_else(|| wrong(format!("no {name}")))?.to_owned();
        }
        rows.push((line, row));
    }
    Ok(rows)
}

/// The text with an empty line for a first one that only says what divides columns, as Excel reads it: `sep=;`.
pub(crate) fn without_mark(mut text: String) -> String {
    let first = text.lines().next().unwrap_or_default();
    if first.len() == 5 && first.to_lowercase().starts_with("sep=") {
        text.drain(..first.len());
    }
    text
}

/// The text with empty lines for the comments before its header.
fn without_comments(text: &str) -> Cow<'_, str> {
    let is_before = |line: &&str| line.trim().is_empty() || line.starts_with('#');
    let lines = text.split_inclusive('\n').take_while(is_before);
    let (comments, ends) =
        lines.fold((0, 0), |(length, ends), line| (length + line.len(), ends + 1));
    match text.starts_with('#') || text.get(..comments).is_some_and(|head| head.contains("\n#")) {
        true => ("\n".repeat(ends) + text.get(comments..).unwrap_or_default()).into(),
        false => text.into(),
    }
}

/// What divides the columns of a text, by its first line that is not empty.
pub(crate) fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|mark| header.as_bytes().contains(mark)).unwrap_or(b',')
}

/// The table without the index of a data frame.
fn without_index(table: CsvTable) -> CsvTable {
    let numbered = |(i, (_, record)): (usize, &(u64, StringRecord))| {
        record.get(0).is_some_and(|first| first == i.to_string())
    };
    let nameless = matches!(table.header.get(0), Some("" | "unnamed: 0"));
    if !(nameless && table.records.iter().enumerate().all(numbered)) {
        return table;
    }
    let rest = |record: &StringRecord| record.iter().skip(1).collect::<StringRecord>();
    let records = table.records.iter().map(|(line, record)| (*line, rest(record))).collect();
    CsvTable { header: rest(&table.header), records }
}

/// The table without columns that have neither a name nor a value: commas at the end of every line.
fn without_empty(table: CsvTable) -> CsvTable {
    let named = |column: &usize| {
        let empty = |record: &StringRecord| record.get(*column).is_none_or(str::is_empty);
        !(empty(&table.header) && table.records.iter().all(|(_, record)| empty(record)))
    };
    let kept: Vec<usize> = (0..table.header.len()).filter(named).collect();
    if kept.len() == table.header.len() {
        return table;
    }
    let of = |record: &StringRecord| {
        kept.iter().filter_map(|i| record.get(*i)).collect::<StringRecord>()
    };
    let records = table.records.iter().map(|(line, record)| (*line, of(record))).collect();
    CsvTable { header: of(&table.header), records }
}

/// Rows as the bytes of a CSV file.
pub(crate) fn csv_of<const N: usize>(
    rows: impl IntoIterator<Item = [impl AsRef<str>; N]>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.each_ref().map(|value| value.as_ref()))?;
    }
    writer.into_inner().map_err(|e| e.into_error())
}
