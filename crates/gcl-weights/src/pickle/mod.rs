//! A reader of pickles that accepts data only.
//!
//! A pickle is a program for a small stack machine, and Python's own reader lets it call any
//! function. This one has a fixed list of names ([`globals`]), each with a meaning as data, and
//! refuses the file at the first other name. Nothing is ever looked up, imported or called.
//!
//! Values live in one arena and refer to each other by index, so that values shared a million times,
//! or containing themselves, cost nothing to make and nothing to drop.

mod array;
mod call;
mod container;
mod globals;
mod machine;
mod numpy;
mod scalar;
mod tensor;

use std::collections::BTreeMap;

pub(crate) use globals::Global;
pub(crate) use machine::PickleMachine;

use crate::region::Region;
use crate::view::View;
use crate::{Dtype, Fault, limits};

/// The index of a value in its [`PickleGraph`].
pub(crate) type Id = u32;

/// A piece of one of the graph's pools.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolSpan {
    start: u32,
    len: u32,
}

/// A value.
#[derive(Debug)]
pub(crate) enum Node {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(PoolSpan),
    /// A short byte string, in the pool.
    Blob(PoolSpan),
    /// A byte string that stays in the file.
    Bytes(Region),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// An `argparse.Namespace`, and the dict of its values.
    Namespace(Option<Id>),
    Global(Global),
    /// An index into [`PickleGraph::storages`].
    Storage(u32),
    /// An index into [`PickleGraph::tensors`].
    Tensor(u32),
    NumpyDtype(numpy::NumpyType),
    /// An array before its state, which makes it a tensor.
    NumpyArray,
    /// An integer of more than 16 bytes, whose value is not needed.
    Huge,
    /// A value beside the weights, of which nothing is kept.
    Opaque(Unread),
}

/// Why nothing is kept of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is no array of numbers.
    Plain,
    /// An array of big-endian numbers, which may not be among the weights.
    BigEndian,
    /// An array in the form of a pickle protocol below 3, read at this byte; it may not be among the weights.
    Old(u64),
}

/// What a pickle says of a storage, and, once known, where its bytes are.
#[derive(Debug)]
pub(crate) struct StorageRecord {
    pub key: String,
    pub dtype: Dtype,
    /// Elements of the whole storage.
    pub root_elements: u64,
    /// The part of it that this record is: old files have views of storages.
    pub first: u64,
    pub elements: u64,
    pub region: Option<Region>,
    pub checksum: Option<u32>,
}

/// Everything that a pickle makes.
#[derive(Debug, Default)]
pub(crate) struct PickleGraph {
    nodes: Vec<Node>,
    /// The nesting depth of containers below each node.
    nesting: Vec<u16>,
    text: String,
    blob: Vec<u8>,
    pub storages: Vec<StorageRecord>,
    /// The storages by key, type, first element, elements and elements of the whole.
    keys: BTreeMap<(String, Dtype, u64, u64, u64), u32>,
    pub tensors: Vec<View>,
}

impl PickleGraph {
    pub fn node(&self, id: Id) -> &Node {
        self.nodes.get(id as usize).unwrap_or(&Node::None)
    }

    fn add(&mut self, node: Node) -> Result<Id, Fault> {
        if self.nodes.len() >= limits::NODES {
            return Err(Fault::Limit { what: "values in a pickle", max: limits::NODES as u64 });
        }
        let inner = |ids: &[Id]| ids.iter().map(|id| self.nesting(*id)).max().map_or(1, |n| n + 1);
        let nesting = match &node {
            Node::Tuple(ids) | Node::List(ids) => inner(ids),
            Node::Dict(_) | Node::Namespace(_) => 1,
            _ => 0,
        };
        check_nesting(nesting)?;
        self.nesting.push(nesting);
        self.nodes.push(node);
        Ok((self.nodes.len() - 1) as Id)
    }

    fn nesting(&self, id: Id) -> u16 {
        self.nesting.get(id as usize).copied().unwrap_or(0)
    }

    /// Records that `child` is contained in `parent`.
    fn contains(&mut self, parent: Id, child: Id) -> Result<(), Fault> {
        let nesting = self.nesting(child) + 1;
        check_nesting(nesting)?;
        if let Some(own) = self.nesting.get_mut(parent as usize) {
            *own = nesting.max(*own);
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str) -> Result<Id, Fault> {
        let span = PoolSpan { start: self.text.len() as u32, len: text.len() as u32 };
        self.text.push_str(text);
        self.add(Node::Text(span))
    }

    fn add_blob(&mut self, bytes: &[u8]) -> Result<Id, Fault> {
        let span = PoolSpan { start: self.blob.len() as u32, len: bytes.len() as u32 };
        self.blob.extend_from_slice(bytes);
        self.add(Node::Blob(span))
    }

    /// The storage of this record: the one that is known, or a new one.
    fn add_storage(&mut self, record: StorageRecord) -> Result<Id, Fault> {
        let StorageRecord { dtype, first, elements, root_elements, .. } = record;
        let key = (record.key.clone(), dtype, first, elements, root_elements);
        let index = match self.keys.get(&key).copied().filter(|_| record.region.is_none()) {
            Some(index) => index,
            None if self.storages.len() >= limits::TENSORS => {
                return Err(Fault::Limit { what: "storages", max: limits::TENSORS as u64 });
            }
            None => {
                self.storages.push(record);
                let index = (self.storages.len() - 1) as u32;
                self.keys.insert(key, index);
                index
            }
        };
        self.add(Node::Storage(index))
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        let Node::Text(span) = self.node(id) else { return None };
        self.text.get(span.start as usize..(span.start as usize + span.len as usize))
    }

    pub fn int(&self, id: Id) -> Option<i128> {
        match self.node(id) {
            Node::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub fn items(&self, id: Id) -> Option<&[Id]> {
        match self.node(id) {
            Node::Tuple(items) | Node::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn dict(&self, id: Id) -> Option<&[(Id, Id)]> {
        match self.node(id) {
            Node::Dict(pairs) => Some(pairs),
            Node::Namespace(Some(values)) => match self.node(*values) {
                Node::Dict(pairs) => Some(pairs),
                _ => None,
            },
            _ => None,
        }
    }

    /// The values of which nothing was kept.
    pub fn unread(&self) -> impl Iterator<Item = Unread> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Opaque(unread) => Some(*unread),
            _ => None,
        })
    }

    /// The tensor that a value is.
    pub fn tensor(&self, id: Id) -> Option<&View> {
        match self.node(id) {
            Node::Tensor(index) => self.tensors.get(*index as usize),
            _ => None,
        }
    }

    /// The value of a dict's text key.
    pub fn get(&self, dict: Id, key: &str) -> Option<Id> {
        let pairs = self.dict(dict)?;
        pairs.iter().find(|(k, _)| self.text(*k) == Some(key)).map(|(_, value)| *value)
    }
}

fn check_nesting(nesting: u16) -> Result<(), Fault> {
    if nesting > limits::NESTING {
        let max = u64::from(limits::NESTING);
        return Err(Fault::Limit { what: "containers within each other", max });
    }
    Ok(())
}
