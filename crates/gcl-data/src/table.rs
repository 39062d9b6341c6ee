//! CSV files with a header, as lines with their numbers.

use std::fs;
use std::path::Path;

use csv::StringRecord;

/// A CSV file's header and its records, each with the line that it starts on.
pub(crate) struct CsvTable {
    pub header: StringRecord,
    pub records: Vec<(u64, StringRecord)>,
}

/// Reads `path` as a whole; blanks around values are dropped, empty lines skipped.
pub(crate) fn read(path: &Path) -> Result<CsvTable, csv::Error> {
    let bytes = fs::read(path)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let header = reader.headers()?.clone();
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record?;
        let (line, byte) = record.position().map_or((0, 0), |at| (at.line(), at.byte()));
        // The reader's position is before the empty lines that it skipped.
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let skipped = bytes.get(start..).unwrap_or_default().iter();
        let skipped = skipped.take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n');
        records.push((line + skipped.count() as u64, record));
    }
    Ok(CsvTable { header, records })
}
