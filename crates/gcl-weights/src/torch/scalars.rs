//! The scalars of a checkpoint: epoch, architecture, the arguments of the training script.

use std::collections::BTreeMap;

use super::state::join;
use crate::pickle::{Id, Node, PickleGraph};
use crate::{Fault, Scalar, limits};

/// How deep dicts and Namespaces are followed.
const DEPTH: usize = 4;
/// A dict of more values is a table, and no one's metadata; so is a longer text.
const TABLE: usize = 4096;
const TEXT: usize = 1 << 16;

/// All scalars under text keys, by their dotted place.
pub(crate) fn collect(graph: &PickleGraph, root: Id) -> Result<BTreeMap<String, Scalar>, Fault> {
    let mut walk = Walk { graph, visits: 0, bytes: 0, found: BTreeMap::new() };
    walk.dict(root, "", 0)?;
    Ok(walk.found)
}

struct Walk<'g> {
    graph: &'g PickleGraph,
    visits: usize,
    bytes: usize,
    found: BTreeMap<String, Scalar>,
}

impl Walk<'_> {
    fn dict(&mut self, dict: Id, prefix: &str, depth: usize) -> Result<(), Fault> {
        let pairs = self.graph.dict(dict).filter(|pairs| pairs.len() <= TABLE && depth < DEPTH);
        for (key, value) in pairs.unwrap_or_default() {
            self.visit()?;
            let Some(key) = self.graph.text(*key) else { continue };
            let name = join(prefix, key)?;
            if let Some(scalar) = self.scalar(*value, true)? {
                self.bytes += name.len();
                if self.bytes > limits::METADATA_BYTES {
                    let max = limits::METADATA_BYTES as u64;
                    return Err(Fault::Limit { what: "bytes of metadata", max });
                }
                self.found.insert(name, scalar);
            } else {
                self.dict(*value, &name, depth + 1)?;
            }
        }
        Ok(())
    }

    fn visit(&mut self) -> Result<(), Fault> {
        self.visits += 1;
        if self.visits > limits::METADATA_VISITS {
            let max = limits::METADATA_VISITS as u64;
            return Err(Fault::Limit { what: "values beside the tensors", max });
        }
        Ok(())
    }

    fn scalar(&mut self, id: Id, lists: bool) -> Result<Option<Scalar>, Fault> {
        self.visit()?;
        Ok(Some(match self.graph.node(id) {
            Node::None => Scalar::None,
            Node::Bool(value) => Scalar::Bool(*value),
            Node::Int(value) => Scalar::Int(*value),
            Node::Float(value) => Scalar::Float(*value),
            Node::Text(_) => match self.graph.text(id).filter(|text| text.len() <= TEXT) {
                Some(text) => {
                    self.bytes += text.len();
                    Scalar::Text(text.to_owned())
                }
                None => return Ok(None),
            },
            Node::List(items) | Node::Tuple(items) => {
                if !lists || items.len() > limits::METADATA_LIST {
                    return Ok(None);
                }
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    match self.scalar(*item, false)? {
                        Some(value) => values.push(value),
                        None => return Ok(None),
                    }
                }
                Scalar::List(values)
            }
            _ => return Ok(None),
        }))
    }
}
