//! The one Python literal that a `.npy` header is:
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.

use super::error::LiteralError;

/// A header's dictionary, not yet judged.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub descr: Descr,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
}

/// The value of `descr`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Descr {
    Plain(String),
    /// A list of fields; nothing behind its opening bracket is read.
    Structured,
}

/// More dimensions than NumPy itself allows end the parse.
const MAX_DIMENSIONS: usize = 64;

struct LiteralCursor<'a> {
    text: &'a [u8],
    position: usize,
}

/// Parses a header's text; nothing but white space may follow the dictionary.
pub(super) fn parse(text: &[u8]) -> Result<Literal, LiteralError> {
    let mut cursor = LiteralCursor { text, position: 0 };
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    cursor.expect(b'{', "`{`")?;
    while !cursor.take(b'}') {
        let key = cursor.string()?;
        cursor.expect(b':', "`:`")?;
        let twice = match key.as_str() {
            "descr" if cursor.take(b'[') => {
                // The fields' grammar is of no interest: such an array is refused as a whole.
                return Ok(Literal {
                    descr: Descr::Structured,
                    fortran_order: false,
                    shape: Vec::new(),
                });
            }
            "descr" => descr.replace(Descr::Plain(cursor.string()?)).is_some(),
            "fortran_order" => fortran_order.replace(cursor.boolean()?).is_some(),
            "shape" => shape.replace(cursor.tuple()?).is_some(),
            _ => return Err(LiteralError::UnknownKey(key)),
        };
        if twice {
            return Err(LiteralError::Duplicate(key));
        }
        if !cursor.take(b',') {
            cursor.expect(b'}', "`,` or `}`")?;
            break;
        }
    }
    if cursor.peek().is_some() {
        return Err(cursor.expected("the end of the header"));
    }
    Ok(Literal {
        descr: descr.ok_or(LiteralError::Missing("descr"))?,
        fortran_order: fortran_order.ok_or(LiteralError::Missing("fortran_order"))?,
        shape: shape.ok_or(LiteralError::Missing("shape"))?,
    })
}

impl LiteralCursor<'_> {
    /// The next byte that is no white space, without taking it.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.position).is_some_and(u8::is_ascii_whitespace) {
            self.position += 1;
        }
        self.text.get(self.position).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn expected(&self, expected: &'static str) -> LiteralError {
        LiteralError::Expected { expected, position: self.position }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), LiteralError> {
        if self.take(byte) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// A quoted string of printable ASCII without escapes.
    fn string(&mut self) -> Result<String, LiteralError> {
        let quote = match self.peek() {
            Some(q @ (b'\'' | b'"')) => q,
            _ => return Err(self.expected("a quoted string")),
        };
        self.position += 1;
        let mut string = String::new();
        while let Some(&byte) = self.text.get(self.position) {
            match byte {
                b if b == quote => {
                    self.position += 1;
                    return Ok(string);
                }
                b'\\' => break,
                b' '..=b'~' => string.push(char::from(byte)),
                _ => break,
            }
            self.position += 1;
        }
        Err(self.expected("the rest of a plain string"))
    }

    fn boolean(&mut self) -> Result<bool, LiteralError> {
        self.peek();
        let rest = self.text.get(self.position..).unwrap_or_default();
        for (word, value) in [(&b"True"[..], true), (&b"False"[..], false)] {
            if rest.starts_with(word) {
                self.position += word.len();
                return Ok(value);
            }
        }
        Err(self.expected("`True` or `False`"))
    }

    /// A tuple of non-negative integers; one element needs its comma.
    fn tuple(&mut self) -> Result<Vec<usize>, LiteralError> {
        self.expect(b'(', "`(`")?;
        let mut values = Vec::new();
        loop {
            if self.take(b')') {
                return Ok(values);
            }
            if values.len() == MAX_DIMENSIONS {
                return Err(LiteralError::TooMany(MAX_DIMENSIONS));
            }
            values.push(self.integer()?);
            let comma = self.take(b',');
            if !comma && (values.len() == 1 || self.peek() != Some(b')')) {
                return Err(self.expected("`,`"));
            }
        }
    }

    fn integer(&mut self) -> Result<usize, LiteralError> {
        self.peek();
        let start = self.position;
        let mut value = 0usize;
        while let Some(digit) = self.text.get(self.position).filter(|b| b.is_ascii_digit()) {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(usize::from(digit - b'0')))
                .ok_or(LiteralError::Dimension(start))?;
            self.position += 1;
        }
        if self.position == start {
            return Err(self.expected("a dimension"));
        }
        // Python 2 wrote its long integers with an L.
        self.position += usize::from(self.text.get(self.position) == Some(&b'L'));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn reads_what_numpy_writes() {
        for (text, shape) in [
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n", vec![3, 4]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", vec![3]),
            ("{'shape':(),'fortran_order':False,'descr':\"<f4\"}", vec![]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L)}\n", vec![3, 4]),
        ] {
            let literal = parse(text.as_bytes()).unwrap();
            assert_eq!(literal.shape, shape);
            assert_eq!(literal.descr, Descr::Plain("<f4".to_owned()));
            assert!(!literal.fortran_order);
        }
    }

    #[test]
    fn refuses_everything_else() {
        let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
        for (from, to) in [
            ("(3, 4)", "(3)"),
            ("(3, 4)", "(3 4)"),
            ("(3, 4)", "(-3, 4)"),
            ("(3, 4)", "(3, 4"),
            ("(3, 4)", "[3, 4]"),
            ("(3, 4)", "(99999999999999999999,)"),
            ("False", "false"),
            ("'<f4'", "'<f\\x34'"),
            ("'descr': '<f4'", "'shape': (3, 4)"),
            ("'descr': '<f4', ", ""),
            ("'descr': '<f4'", "'descr': '<f4', 'extra': 1"),
            ("}", "} import os"),
            ("{", "["),
            ("}", ""),
        ] {
            let bad = good.replacen(from, to, 1);
            assert!(parse(bad.as_bytes()).is_err(), "accepted {bad}");
        }
        let many = format!("({})", "1,".repeat(65));
        assert_eq!(parse(good.replace("(3, 4)", &many).as_bytes()), Err(LiteralError::TooMany(64)));
    }
}
