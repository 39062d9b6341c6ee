//! The zip archive: `<name>/data.pkl`, and one entry `<name>/data/<key>` per storage.

use std::collections::BTreeMap;

use super::{Content, place};
use crate::Fault;
use crate::limits::{self, WorkBudget};
use crate::pickle::{PickleGraph, PickleMachine};
use crate::region::{Bytes, Cursor, Region};
use crate::zip::{self, ZipEntry};

/// Reads the pickle and finds its storages.
pub(crate) fn read(file: &Bytes, len: u64, budget: &mut WorkBudget) -> Result<Content, Fault> {
    let entries: BTreeMap<String, ZipEntry> =
        zip::entries(file, len)?.into_iter().map(|e| (e.name.clone(), e)).collect();
    if entries.keys().any(|name| name.ends_with("/constants.pkl")) {
        return Err(Fault::TorchScript);
    }
    if let Some(packed) = entries.values().find(|entry| entry.method != 0) {
        let (name, method) = (packed.name.clone(), packed.method);
        return Err(Fault::ZipCompressed { name, method });
    }
    let pickles: Vec<&ZipEntry> = entries
        .values()
        .filter(|e| e.name.strip_suffix("/data.pkl").is_some_and(|folder| !folder.contains('/')))
        .collect();
    let &[pickle] = pickles.as_slice() else {
        return Err(Fault::ZipPickle { found: pickles.len() });
    };
    let folder = pickle.name.strip_suffix("data.pkl").unwrap_or_default();
    if let Some(order) = entries.get(&format!("{folder}byteorder"))
        && order.region.read(file, "bytes of byte order", 64)? != b"little"
    {
        return Err(Fault::BigEndian);
    }

    if pickle.region.len > limits::PICKLE_BYTES {
        return Err(Fault::Limit { what: "bytes of pickle", max: limits::PICKLE_BYTES });
    }
    let mut graph = PickleGraph::default();
    let mut cursor = Cursor::new(file, pickle.region);
    let root = PickleMachine::new(&mut cursor, &mut graph, budget).run()?;
    if cursor.left() > 0 {
        return Err(Fault::Trailing { extra: cursor.left() });
    }
    verify(file, pickle.region, pickle.checksum, &pickle.name)?;
    for record in &mut graph.storages {
        if record.region.is_some() {
            continue;
        }
        let entry = entries.get(&format!("{folder}data/{}", record.key));
        let entry = entry.ok_or_else(|| Fault::NoStorage { key: record.key.clone() })?;
        let part = (record.first, record.elements);
        let found = entry.region;
        record.region = Some(place(&record.key, record.dtype, record.root_elements, part, found)?);
        // The checksum is of the whole entry; a part cannot be held against it.
        record.checksum = (record.region == Some(found)).then_some(entry.checksum);
    }
    Ok(Content { graph, root })
}

/// Holds bytes against their checksum, if the writer gave one.
pub(crate) fn verify(file: &Bytes, region: Region, expected: u32, name: &str) -> Result<(), Fault> {
    if expected == 0 {
        return Ok(());
    }
    let mut hasher = crc32fast::Hasher::new();
    region.pieces(file, |piece| {
        hasher.update(piece);
        Ok::<(), Fault>(())
    })?;
    let found = hasher.finalize();
    if found != expected {
        return Err(Fault::Checksum { name: name.to_owned(), expected, found });
    }
    Ok(())
}
