//! The format from before PyTorch 1.6: five pickles in a row (a magic number, a version, facts about
//! the machine, the value, the storages' keys), then each storage with its length. And the plain
//! pickle, which is the value alone.

use std::collections::BTreeMap;

use super::{Content, place};
use crate::Fault;
use crate::limits::WorkBudget;
use crate::pickle::{Id, Node, PickleGraph, PickleMachine};
use crate::region::{Bytes, Cursor, Region};

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const VERSION: i128 = 1001;

/// Reads a row of pickles with its storages.
pub(crate) fn read(
    file: &Bytes,
    region: Region,
    budget: &mut WorkBudget,
    nested: bool,
) -> Result<Content, Fault> {
    match read_either(file, region, budget, nested)? {
        (content, true) => Ok(content),
        _ => Err(Fault::Legacy { what: "the first number", wanted: "PyTorch's magic number" }),
    }
}

/// Reads a row of pickles with its storages, or a plain pickle; says whether it was the former.
pub(crate) fn read_either(
    file: &Bytes,
    region: Region,
    budget: &mut WorkBudget,
    nested: bool,
) -> Result<(Content, bool), Fault> {
    let mut cursor = Cursor::new(file, region);
    let mut graph = PickleGraph::default();
    let mut pickle = |graph: &mut PickleGraph, cursor: &mut Cursor<'_>| {
        PickleMachine::new(cursor, graph, budget).nested(nested).run()
    };
    let first = pickle(&mut graph, &mut cursor)?;
    if graph.int(first) != Some(MAGIC) {
        check_end(&cursor)?;
        if let Some(record) = graph.storages.iter().find(|r| r.region.is_none()) {
            return Err(Fault::NoStorage { key: record.key.clone() });
        }
        return Ok((Content { graph, root: first }, false));
    }
    let version = pickle(&mut graph, &mut cursor)?;
    if graph.int(version) != Some(VERSION) {
        return Err(Fault::Legacy { what: "the format's version", wanted: "1001" });
    }
    let system = pickle(&mut graph, &mut cursor)?;
    let little = graph.get(system, "little_endian").map(|id| graph.node(id));
    match little {
        Some(Node::Bool(true)) => {}
        Some(Node::Bool(false)) => return Err(Fault::BigEndian),
        _ => return Err(Fault::Legacy { what: "the byte order", wanted: "true or false" }),
    }
    let root = pickle(&mut graph, &mut cursor)?;
    let keys = pickle(&mut graph, &mut cursor)?;
    storages(&mut graph, keys, &mut cursor)?;
    check_end(&cursor)?;
    Ok((Content { graph, root }, true))
}

/// Goes over the storages in the order of their keys.
fn storages(graph: &mut PickleGraph, keys: Id, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let fault = |wanted| Fault::Legacy { what: "the list of storages", wanted };
    let mut records: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, record) in graph.storages.iter().enumerate() {
        if record.region.is_none() {
            records.entry(record.key.clone()).or_default().push(index);
        }
    }
    let Node::List(keys) = graph.node(keys) else { return Err(fault("a list")) };
    for id in keys.clone() {
        let key = graph.text(id).ok_or_else(|| fault("text"))?;
        // Taking the key out also refuses one that appears twice.
        let indices = records.remove(key).ok_or_else(|| fault("of this value"))?;
        let elements = u64::from_le_bytes(cursor.array("a storage's length")?);
        let size = indices.first().and_then(|i| graph.storages.get(*i)).map(|r| r.dtype.size());
        let bytes = elements.saturating_mul(size.unwrap_or(1));
        let whole = cursor.skip(bytes, "a storage")?;
        for index in indices {
            let Some(record) = graph.storages.get_mut(index) else { continue };
            let part = (record.first, record.elements);
            let (key, dtype, elements) = (&record.key, record.dtype, record.root_elements);
            record.region = Some(place(key, dtype, elements, part, whole)?);
        }
    }
    match records.into_keys().next() {
        Some(key) => Err(Fault::NoStorage { key }),
        None => Ok(()),
    }
}

fn check_end(cursor: &Cursor<'_>) -> Result<(), Fault> {
    match cursor.left() {
        0 => Ok(()),
        extra => Err(Fault::Trailing { extra }),
    }
}
