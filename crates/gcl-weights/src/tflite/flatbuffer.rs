//! FlatBuffers: tables whose fields may be left out, and vectors, each at an offset from where it is named.

use crate::region::{Bytes, Region, read_at};
use crate::{Fault, limits};

/// A buffer, and how much more may be read of it: offsets may meet, so that few bytes could make much work.
pub(super) struct FlatBuffer<'f> {
    file: &'f Bytes,
    all: Region,
    reads: usize,
}

/// A table, by its first byte and its fields' offsets.
#[derive(Clone)]
pub(super) struct Table {
    at: u64,
    fields: Vec<u16>,
}

impl<'f> FlatBuffer<'f> {
    pub fn new(file: &'f Bytes, all: Region) -> Self {
        Self { file, all, reads: 0 }
    }

    /// The table that all else hangs on.
    pub fn root(&mut self) -> Result<Table, Fault> {
        let at = self.follow(0)?;
        self.table(at)
    }

    /// A field's number, or 0 where it is left out, as the format has it.
    pub fn u32(&mut self, table: &Table, field: usize) -> Result<u32, Fault> {
        let Some(at) = table.field(field) else { return Ok(0) };
        Ok(u32::from_le_bytes(self.array(at)?))
    }

    /// The same of a field of one byte.
    pub fn u8(&mut self, table: &Table, field: usize) -> Result<u8, Fault> {
        let Some(at) = table.field(field) else { return Ok(0) };
        Ok(self.array::<1>(at)?[0])
    }

    /// Whether a field is there.
    pub fn has(&self, table: &Table, field: usize) -> bool {
        table.field(field).is_some()
    }

    /// A field's whole numbers; none where it is left out.
    pub fn i32s(&mut self, table: &Table, field: usize) -> Result<Vec<i32>, Fault> {
        let Some((_, bytes)) = self.vector(table, field, 4)? else { return Ok(Vec::new()) };
        let (numbers, _) = bytes.as_chunks::<4>();
        Ok(numbers.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect())
    }

    /// A field's tables; none where it is left out.
    pub fn tables(&mut self, table: &Table, field: usize) -> Result<Vec<Table>, Fault> {
        let Some((start, bytes)) = self.vector(table, field, 4)? else { return Ok(Vec::new()) };
        let (offsets, _) = bytes.as_chunks::<4>();
        let mut tables = Vec::with_capacity(offsets.len());
        for (i, offset) in offsets.iter().enumerate() {
            let at = start + 4 * i as u64 + u64::from(u32::from_le_bytes(*offset));
            tables.push(self.table(at)?);
        }
        Ok(tables)
    }

    /// Where a field's bytes are; nowhere where it is left out.
    pub fn bytes(&mut self, table: &Table, field: usize) -> Result<Option<Region>, Fault> {
        let Some(at) = table.field(field) else { return Ok(None) };
        let start = self.follow(at)?;
        let len = u32::from_le_bytes(self.array(start)?);
        self.all.part(start + 4, u64::from(len), "a tensor").map(Some)
    }

    /// A vector's start, counted from the buffer's, and its bytes.
    fn vector(
        &mut self,
        table: &Table,
        field: usize,
        size: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, Fault> {
        let Some(at) = table.field(field) else { return Ok(None) };
        let start = self.follow(at)?;
        let count = u64::from(u32::from_le_bytes(self.array(start)?));
        let max = limits::TENSORS as u64;
        if count > max {
            return Err(Fault::Limit { what: "parts of a TFLite model", max });
        }
        self.spend(count as usize)?;
        let region = self.all.part(start + 4, count * size, "a list")?;
        Ok(Some((start + 4, region.read(self.file, "a list", max * size)?)))
    }

    fn table(&mut self, at: u64) -> Result<Table, Fault> {
        let back = i64::from(i32::from_le_bytes(self.array(at)?));
        let named = i64::try_from(at).ok().and_then(|at| at.checked_sub(back));
        let start = named.and_then(|start| u64::try_from(start).ok());
        let start = start.ok_or(Fault::Tflite("a table's fields lie before its start"))?;
        let size = u64::from(u16::from_le_bytes(self.array(start)?));
        let fields = self.all.part(start, size.max(4), "a table")?;
        let bytes = fields.read(self.file, "a table", u64::from(u16::MAX))?;
        let (offsets, _) = bytes.as_chunks::<2>();
        // The first two are the sizes of this list and of the table.
        let offsets = offsets.iter().skip(2).map(|bytes| u16::from_le_bytes(*bytes));
        // No table of the format has more fields.
        Ok(Table { at, fields: offsets.take(16).collect() })
    }

    /// The place that the offset at `at` names.
    fn follow(&mut self, at: u64) -> Result<u64, Fault> {
        Ok(at + u64::from(u32::from_le_bytes(self.array(at)?)))
    }

    fn array<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Fault> {
        self.spend(1)?;
        let region = self.all.part(at, N as u64, "a field")?;
        let mut bytes = [0; N];
        read_at(self.file, &mut bytes, region.at)?;
        Ok(bytes)
    }

    fn spend(&mut self, reads: usize) -> Result<(), Fault> {
        self.reads = self.reads.saturating_add(reads);
        if self.reads > limits::FIELDS {
            return Err(Fault::Limit {
                what: "fields of a TFLite model",
                max: limits::FIELDS as u64,
            });
        }
        Ok(())
    }
}

impl Table {
    /// The place of a field that is not left out.
    fn field(&self, field: usize) -> Option<u64> {
        self.fields
            .get(field)
            .filter(|offset| **offset != 0)
            .map(|offset| self.at + u64::from(*offset))
    }
}
