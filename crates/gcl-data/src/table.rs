//! CSV files with a header, as lines with their numbers.

use std::fs;
use std::io;
use std::path::Path;

use csv::StringRecord;

use crate::file::{At, FileError};

/// A CSV file's header and its records, each with the line that it starts on.
pub(crate) struct CsvTable {
    pub header: StringRecord,
    pub records: Vec<(u64, StringRecord)>,
}

/// Reads `path` as a whole; blanks around values are dropped, empty lines skipped.
pub(crate) fn read(path: &Path) -> Result<CsvTable, FileError> {
    let bytes = fs::read(path).at(path)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let header = reader.headers().at(path)?.clone();
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
    Ok(CsvTable { header, records })
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
