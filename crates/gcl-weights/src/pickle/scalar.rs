//! The opcodes that are numbers, texts and bytes.

use super::{Id, Node, PickleMachine};
use crate::{Fault, limits};

/// Byte strings of Python 2 up to this long may be text.
const SHORT: u64 = 1 << 12;

impl PickleMachine<'_, '_> {
    /// The value of the present opcode; `None` if it is none of these.
    pub(super) fn scalar(&mut self) -> Result<Option<Id>, Fault> {
        let node = match self.opcode {
            b'N' => Node::None,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'K' => Node::Int(self.small::<1>()?[0].into()),
            b'M' => Node::Int(u16::from_le_bytes(self.small()?).into()),
            b'J' => Node::Int(i32::from_le_bytes(self.small()?).into()),
            b'I' | b'L' => self.decimal()?,
            0x8a | 0x8b => {
                let len = self.length(if self.opcode == 0x8a { 1 } else { 4 })?;
                self.long(len)?
            }
            b'G' => Node::Float(f64::from_be_bytes(self.small()?)),
            b'X' | 0x8c | 0x8d => {
                let len = self.length(match self.opcode {
                    b'X' => 4,
                    0x8c => 1,
                    _ => 8,
                })?;
                let bytes = self.pooled(len)?;
                let text = String::from_utf8(bytes).map_err(|_| Fault::Utf8 { at: self.at })?;
                return self.graph.add_text(&text).map(Some);
            }
            b'U' | b'T' => {
                let len = self.length(if self.opcode == b'T' { 4 } else { 1 })?;
                if len > SHORT {
                    return self.bytes(len).map(Some);
                }
                let bytes = self.pooled(len)?;
                return match std::str::from_utf8(&bytes) {
                    Ok(text) => self.graph.add_text(text),
                    Err(_) => self.graph.add_blob(&bytes),
                }
                .map(Some);
            }
            b'C' | b'B' | 0x8e | 0x96 => {
                let len = self.length(match self.opcode {
                    b'C' => 1,
                    b'B' => 4,
                    _ => 8,
                })?;
                return self.bytes(len).map(Some);
            }
            _ => return Ok(None),
        };
        self.graph.add(node).map(Some)
    }

    /// A byte string that stays in the file.
    fn bytes(&mut self, len: u64) -> Result<Id, Fault> {
        let region = self.cursor.skip(len, "a byte string")?;
        self.graph.add(Node::Bytes(region))
    }

    /// Bytes that count against the pickle's size.
    fn pooled(&mut self, len: u64) -> Result<Vec<u8>, Fault> {
        let (left, at) = (self.cursor.left(), self.at);
        if len > left {
            return Err(Fault::Cut { what: "a text", at, needed: len, left });
        }
        self.budget.bytes(len)?;
        self.cursor.bytes(len, "a text")
    }

    /// A little-endian length of `size` bytes.
    fn length(&mut self, size: usize) -> Result<u64, Fault> {
        let mut wide = [0; 8];
        for byte in wide.iter_mut().take(size) {
            *byte = self.small::<1>()?[0];
        }
        Ok(u64::from_le_bytes(wide))
    }

    pub(super) fn small<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.budget.bytes(N as u64)?;
        self.cursor.array("a pickle opcode's argument")
    }

    /// Text up to the next line end.
    pub(super) fn line(&mut self) -> Result<String, Fault> {
        let mut line = Vec::new();
        loop {
            match self.small::<1>()? {
                [b'\n'] => break,
                [byte] => line.push(byte),
            }
            if line.len() > limits::LINE {
                let max = limits::LINE as u64;
                return Err(Fault::Limit { what: "bytes in a line of a pickle", max });
            }
        }
        String::from_utf8(line).map_err(|_| Fault::Utf8 { at: self.at })
    }

    /// An integer in digits; `I01` and `I00` are the truth values of protocol 1.
    fn decimal(&mut self) -> Result<Node, Fault> {
        let line = self.line()?;
        let digits = line.strip_suffix('L').unwrap_or(&line);
        match (self.opcode, digits) {
            (b'I', "01") => Ok(Node::Bool(true)),
            (b'I', "00") => Ok(Node::Bool(false)),
            _ => digits.parse().map(Node::Int).map_err(|_| Fault::Number { at: self.at }),
        }
    }

    /// A little-endian integer of any length in two's complement.
    fn long(&mut self, len: u64) -> Result<Node, Fault> {
        let bytes = self.pooled(len)?;
        if bytes.len() > size_of::<i128>() {
            return Ok(Node::Huge);
        }
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut wide = [if negative { 0xff } else { 0 }; size_of::<i128>()];
        for (to, from) in wide.iter_mut().zip(&bytes) {
            *to = *from;
        }
        Ok(Node::Int(i128::from_le_bytes(wide)))
    }
}
