//! The stack machine: one opcode after the other, each with its checks.

use std::collections::HashMap;

use super::{Global, Id, Node, PickleGraph};
use crate::limits::{self, WorkBudget};
use crate::region::Cursor;
use crate::{Fault, pickle::call};

/// Reads one pickle.
pub(crate) struct PickleMachine<'a, 'f> {
    pub(super) cursor: &'a mut Cursor<'f>,
    pub(super) graph: &'a mut PickleGraph,
    pub(super) budget: &'a mut WorkBudget,
    stack: Vec<Id>,
    marks: Vec<usize>,
    pub(super) memo: HashMap<u32, Id>,
    /// The opcode that is being read, and where it is.
    pub(super) opcode: u8,
    pub(super) at: u64,
    /// Whether a tensor's bytes within this pickle may be read: not within such bytes.
    pub(super) nested: bool,
}

impl<'a, 'f> PickleMachine<'a, 'f> {
    pub fn new(
        cursor: &'a mut Cursor<'f>,
        graph: &'a mut PickleGraph,
        budget: &'a mut WorkBudget,
    ) -> Self {
        let at = cursor.at();
        let (stack, marks, memo) = (Vec::new(), Vec::new(), HashMap::new());
        Self { cursor, graph, budget, stack, marks, memo, opcode: 0, at, nested: false }
    }

    /// As [`PickleMachine::new`], for a pickle that lies within another one.
    pub fn nested(mut self, nested: bool) -> Self {
        self.nested = nested;
        self
    }

    /// Reads up to the end of the pickle, and answers with its value.
    pub fn run(mut self) -> Result<Id, Fault> {
        loop {
            self.at = self.cursor.at();
            self.opcode = self.cursor.byte("a pickle opcode")?;
            self.budget.operations(1)?;
            self.budget.bytes(1)?;
            if self.opcode == b'.' {
                let value = self.pop()?;
                let alone = self.stack.is_empty() && self.marks.is_empty();
                return if alone { Ok(value) } else { Err(self.stack_fault("end")) };
            }
            self.step()?;
        }
    }

    fn step(&mut self) -> Result<(), Fault> {
        match self.opcode {
            0x80 => match self.small::<1>()?[0] {
                0..=5 => Ok(()),
                version => Err(Fault::Protocol(version)),
            },
            0x95 => {
                let len = u64::from_le_bytes(self.small()?);
                let (at, left) = (self.at, self.cursor.left());
                let fits = len <= left;
                fits.then_some(()).ok_or(Fault::Cut { what: "a frame", at, needed: len, left })
            }
            b'(' => {
                if self.marks.len() >= limits::MARKS {
                    return Err(Fault::Limit { what: "open marks", max: limits::MARKS as u64 });
                }
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' if self.marks.last() == Some(&self.stack.len()) => self.items().map(drop),
            b'0' => self.pop().map(drop),
            b'1' => self.items().map(drop),
            b'2' => {
                let top = self.top()?;
                self.push_id(top)
            }
            b'q' | b'r' | 0x94 | b'h' | b'j' => self.memo_step(),
            b']'
            | b'l'
            | b'a'
            | b'e'
            | 0x90
            | 0x8f
            | 0x91
            | b')'
            | b't'
            | 0x85..=0x87
            | b'}'
            | b'd'
            | b's'
            | b'u' => self.container_step(),
            b'c' => {
                let module = self.line()?;
                let name = self.line()?;
                self.global(&module, &name)
            }
            0x93 => {
                let name = self.pop()?;
                let module = self.pop()?;
                let text = |id| self.graph.text(id).map(str::to_owned);
                let (Some(module), Some(name)) = (text(module), text(name)) else {
                    return Err(self.stack_fault("name"));
                };
                self.global(&module, &name)
            }
            b'R' => {
                let arguments = self.pop()?;
                let function = self.pop()?;
                let id = call::reduce(self, function, arguments)?;
                self.push_id(id)
            }
            0x81 => {
                let arguments = self.pop()?;
                let class = self.pop()?;
                let id = call::new_object(self, class, arguments)?;
                self.push_id(id)
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                call::build(self, object, state)
            }
            b'Q' => {
                let reference = self.pop()?;
                let id = call::persistent(self, reference)?;
                self.push_id(id)
            }
            _ => {
                let node = self.scalar()?;
                node.map_or(Err(Fault::Opcode { opcode: self.opcode, at: self.at }), |id| {
                    self.push_id(id)
                })
            }
        }
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), Fault> {
        let global = Global::known(module, name).ok_or_else(|| Fault::Global {
            module: module.chars().take(256).collect(),
            name: name.chars().take(256).collect(),
        })?;
        self.push(Node::Global(global))
    }

    pub(super) fn push(&mut self, node: Node) -> Result<(), Fault> {
        let id = self.graph.add(node)?;
        self.push_id(id)
    }

    pub(super) fn push_id(&mut self, id: Id) -> Result<(), Fault> {
        if self.stack.len() >= limits::STACK {
            return Err(Fault::Limit { what: "values on the stack", max: limits::STACK as u64 });
        }
        self.stack.push(id);
        Ok(())
    }

    /// The values above the last mark, which go with it.
    pub(super) fn items(&mut self) -> Result<Vec<Id>, Fault> {
        let mark = self.marks.pop().ok_or_else(|| self.stack_fault("mark"))?;
        Ok(self.stack.split_off(mark))
    }

    fn pop(&mut self) -> Result<Id, Fault> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    pub(super) fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, Fault> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        Ok(items)
    }

    /// The last value, which must stand above the last mark.
    pub(super) fn top(&self) -> Result<Id, Fault> {
        let above = self.stack.len() > self.marks.last().copied().unwrap_or(0);
        let top = self.stack.last().filter(|_| above);
        top.copied().ok_or_else(|| self.stack_fault("value"))
    }

    pub(super) fn stack_fault(&self, wanted: &'static str) -> Fault {
        Fault::Stack { opcode: self.opcode, at: self.at, wanted }
    }
}
