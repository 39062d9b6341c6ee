//! The opcodes that build containers, and those that remember values.

use super::{Id, Node, PickleMachine};
use crate::{Fault, limits};

impl PickleMachine<'_, '_> {
    pub(super) fn memo_step(&mut self) -> Result<(), Fault> {
        let index = match self.opcode {
            b'q' | b'h' => u32::from(self.small::<1>()?[0]),
            b'r' | b'j' => u32::from_le_bytes(self.small()?),
            _ => self.memo.len() as u32,
        };
        if matches!(self.opcode, b'h' | b'j') {
            let id = self.memo.get(&index).copied();
            return self.push_id(id.ok_or(Fault::Memo { index, at: self.at })?);
        }
        if self.memo.len() >= limits::STACK {
            return Err(Fault::Limit { what: "memo entries", max: limits::STACK as u64 });
        }
        let top = self.top()?;
        self.memo.insert(index, top);
        Ok(())
    }

    pub(super) fn container_step(&mut self) -> Result<(), Fault> {
        let node = match self.opcode {
            b']' | 0x8f => Node::List(Vec::new()),
            b'}' => Node::Dict(Vec::new()),
            b')' => Node::Tuple(Vec::new()),
            b'l' | 0x91 => Node::List(self.items()?),
            b't' => Node::Tuple(self.items()?),
            0x85..=0x87 => Node::Tuple(self.pop_many(usize::from(self.opcode - 0x84))?),
            b'd' => {
                let items = self.items()?;
                let dict = self.graph.add(Node::Dict(Vec::new()))?;
                self.set_items(dict, &items)?;
                return self.push_id(dict);
            }
            b's' => {
                let items = self.pop_many(2)?;
                let dict = self.top()?;
                return self.set_items(dict, &items);
            }
            b'u' => {
                let items = self.items()?;
                let dict = self.top()?;
                return self.set_items(dict, &items);
            }
            _ => {
                let items = if self.opcode == b'a' { self.pop_many(1)? } else { self.items()? };
                let list = self.top()?;
                for item in &items {
                    self.graph.contains(list, *item)?;
                }
                return match self.graph.nodes.get_mut(list as usize) {
                    Some(Node::List(all)) => {
                        all.extend(items);
                        Ok(())
                    }
                    Some(Node::Opaque(_)) => Ok(()),
                    _ => Err(self.stack_fault("list")),
                };
            }
        };
        self.push(node)
    }

    pub(super) fn set_items(&mut self, dict: Id, items: &[Id]) -> Result<(), Fault> {
        let (pairs, rest) = items.as_chunks::<2>();
        for item in items {
            self.graph.contains(dict, *item)?;
        }
        match self.graph.nodes.get_mut(dict as usize) {
            Some(Node::Dict(all)) if rest.is_empty() => {
                all.extend(pairs.iter().map(|[key, value]| (*key, *value)));
                Ok(())
            }
            Some(Node::Opaque(_)) => Ok(()),
            _ => Err(self.stack_fault("dict, or a value for each key")),
        }
    }
}
