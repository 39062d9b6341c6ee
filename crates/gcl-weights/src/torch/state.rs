//! Where in a checkpoint the named tensors are.

use std::collections::BTreeSet;

use crate::pickle::{Id, Node, PickleGraph, Unread};
use crate::view::View;
use crate::{Fault, limits};

/// Keys under which training scripts keep their model, the most usual first.
const USUAL: [&str; 9] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
];

/// The tensors of the state dict, in the file's order, and its dotted place (empty for the root).
///
/// `wanted` names the place; without it, it is the first of the usual keys, else the root if that
/// holds tensors, else the only dict that does; and so on within it.
pub(crate) fn locate(
    graph: &PickleGraph,
    root: Id,
    wanted: Option<&str>,
) -> Result<(String, Vec<(String, View)>), Fault> {
    let mut place = StatePlace { graph, visits: 0 };
    let (path, dict) = match wanted {
        Some(wanted) => place.named(root, wanted)?,
        None => place.found(root).map_err(|fault| unreadable(graph).unwrap_or(fault))?,
    };
    let mut tensors = Tensors { place, names: BTreeSet::new(), all: Vec::new() };
    tensors.collect(dict, "", 0)?;
    Ok((path, tensors.all))
}

struct StatePlace<'g> {
    graph: &'g PickleGraph,
    visits: usize,
}

impl<'g> StatePlace<'g> {
    fn visit(&mut self) -> Result<(), Fault> {
        self.visits += 1;
        if self.visits > 4 * limits::NODES {
            return Err(Fault::Limit { what: "values to look at", max: 4 * limits::NODES as u64 });
        }
        Ok(())
    }

    /// The pairs of a plain dict: a Namespace holds no state.
    fn pairs(&self, id: Id) -> Option<&'g [(Id, Id)]> {
        match self.graph.node(id) {
            Node::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Whether a dict holds named tensors, itself or in a dict of its own.
    fn holds(&mut self, id: Id, depth: usize) -> Result<bool, Fault> {
        let Some(pairs) = self.pairs(id).filter(|_| depth <= limits::STATE_NESTING) else {
            return Ok(false);
        };
        for (key, value) in pairs {
            self.visit()?;
            if self.graph.text(*key).is_some()
                && (self.graph.tensor(*value).is_some() || self.holds(*value, depth + 1)?)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The text keys of a dict whose values hold tensors.
    fn holders(&mut self, dict: Id) -> Result<Vec<(&'g str, Id)>, Fault> {
        let mut found = Vec::new();
        for (key, value) in self.pairs(dict).unwrap_or_default() {
            self.visit()?;
            if let Some(key) = self.graph.text(*key)
                && self.holds(*value, 1)?
            {
                found.push((key, *value));
            }
        }
        Ok(found)
    }

    fn found(&mut self, root: Id) -> Result<(String, Id), Fault> {
        let (mut path, mut dict) = (String::new(), root);
        for _ in 0..limits::STATE_NESTING {
            let holders = self.holders(dict)?;
            // Flax has its `params` beside the statistics of norms, and a model needs both.
            if holders.iter().any(|(key, _)| *key == "batch_stats") {
                return Ok((path, dict));
            }
            let usual = USUAL.iter().find_map(|key| holders.iter().find(|(k, _)| k == key));
            let pairs = self.pairs(dict).unwrap_or_default();
            let own = pairs.iter().any(|(_, value)| self.graph.tensor(*value).is_some());
            let (key, inner) = match (usual, own, holders.as_slice()) {
                (Some(usual), ..) => *usual,
                (None, true, _) => return Ok((path, dict)),
                (None, false, [only]) => *only,
                (None, false, []) => return Err(Fault::NoStateDict(self.describe(root))),
                (None, false, several) => {
                    return Err(Fault::Ambiguous(shown(several.iter().map(|(key, _)| *key))));
                }
            };
            path = join(&path, key)?;
            dict = inner;
        }
        Ok((path, dict))
    }

    fn named(&mut self, root: Id, wanted: &str) -> Result<(String, Id), Fault> {
        let mut dict = root;
        for key in wanted.split('.').filter(|key| !key.is_empty()) {
            dict = self.graph.get(dict, key).ok_or_else(|| self.nowhere(root, wanted))?;
        }
        match self.holds(dict, 0)? {
            true => Ok((wanted.trim_matches('.').to_owned(), dict)),
            false => Err(self.nowhere(root, wanted)),
        }
    }

    fn nowhere(&self, root: Id, wanted: &str) -> Fault {
        let pairs = self.pairs(root).unwrap_or_default();
        let found = shown(pairs.iter().filter_map(|(key, _)| self.graph.text(*key)));
        Fault::Location { location: wanted.chars().take(256).collect(), found }
    }

    fn describe(&self, id: Id) -> String {
        match self.graph.node(id) {
            Node::Dict(pairs) => {
                let keys = pairs.iter().filter_map(|(key, _)| self.graph.text(*key));
                format!("a dict of {} values: {}", pairs.len(), shown(keys).join(", "))
            }
            Node::List(items) | Node::Tuple(items) => format!("a list of {} values", items.len()),
            Node::Tensor(_) => "one tensor without a name".to_owned(),
            Node::Storage(_) => "one storage".to_owned(),
            _ => "a single value".to_owned(),
        }
    }
}

struct Tensors<'g> {
    place: StatePlace<'g>,
    names: BTreeSet<String>,
    all: Vec<(String, View)>,
}

impl Tensors<'_> {
    fn collect(&mut self, dict: Id, prefix: &str, depth: usize) -> Result<(), Fault> {
        if depth > limits::STATE_NESTING {
            let max = limits::STATE_NESTING as u64;
            return Err(Fault::Limit { what: "dicts of tensors within each other", max });
        }
        let graph = self.place.graph;
        for (key, value) in self.place.pairs(dict).unwrap_or_default() {
            self.place.visit()?;
            match (graph.text(*key), graph.tensor(*value)) {
                (Some(key), Some(view)) => {
                    let name = join(prefix, key)?;
                    if !self.names.insert(name.clone()) {
                        return Err(Fault::Duplicate(name));
                    }
                    if self.all.len() >= limits::TENSORS {
                        let max = limits::TENSORS as u64;
                        return Err(Fault::Limit { what: "tensors", max });
                    }
                    self.all.push((name, view.clone()));
                }
                (Some(key), None) if self.place.pairs(*value).is_some() => {
                    self.collect(*value, &join(prefix, key)?, depth + 1)?;
                }
                (None, Some(_)) => return Err(Fault::Key(prefix.to_owned())),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Why a file without tensors may have none: arrays of numbers that cannot be read. Beside weights they do no harm.
fn unreadable(graph: &PickleGraph) -> Option<Fault> {
    graph.unread().find_map(|unread| match unread {
        Unread::Plain => None,
        Unread::BigEndian => Some(Fault::BigEndian),
        Unread::Old(at) => {
            let why = "values that are no bytes (of a pickle protocol below 3?)";
            Some(Fault::Call { global: "a numpy array", why, at })
        }
    })
}

/// `prefix.key`, of a sane length.
pub(super) fn join(prefix: &str, key: &str) -> Result<String, Fault> {
    if prefix.len() + key.len() > limits::LINE {
        return Err(Fault::Limit { what: "bytes in a name", max: limits::LINE as u64 });
    }
    Ok(if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") })
}

/// The first few keys, cut to a readable length.
fn shown<'k>(keys: impl Iterator<Item = &'k str>) -> Vec<String> {
    keys.take(12).map(|key| key.chars().take(64).collect()).collect()
}
