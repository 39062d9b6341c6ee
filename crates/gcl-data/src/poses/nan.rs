//! JSON as Python writes it: with bare `NaN`, which JSON does not have, read as `null`.

use std::io::{self, BufRead, Read};

/// A reader that gives `null` where the text has `NaN` outside of strings. Everything else passes unchanged.
pub(super) struct NanAsNull<R> {
    inner: R,
    state: Inside,
    /// Letters of `NaN` that were read and not given.
    held: usize,
    /// Bytes to give before any others.
    ready: Vec<u8>,
    started: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Values,
    Text,
    Escape,
}

const NAN: &[u8] = b"NaN";

impl<R: BufRead> NanAsNull<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, state: Inside::Values, held: 0, ready: Vec::new(), started: false }
    }

    /// Takes one byte in.
    fn take(&mut self, byte: u8) {
        if self.state == Inside::Values && NAN.get(self.held) == Some(&byte) {
            self.held += 1;
            if self.held == NAN.len() {
                self.held = 0;
                self.ready.extend(b"null");
            }
            return;
        }
        if self.held > 0 {
            self.ready.extend(NAN.get(..self.held).unwrap_or_default());
            self.held = 0;
            // It may be the first letter of another one.
            return self.take(byte);
        }
        self.state = match (self.state, byte) {
            (Inside::Values, b'"') | (Inside::Escape, _) => Inside::Text,
            (Inside::Text, b'"') => Inside::Values,
            (Inside::Text, b'\\') => Inside::Escape,
            (state, _) => state,
        };
        self.ready.push(byte);
    }
}

impl<R: BufRead> Read for NanAsNull<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() {
            // At most as many as make a buffer of ordinary size.
            let block: Vec<u8> = self.inner.fill_buf()?.iter().take(1 << 16).copied().collect();
            if block.is_empty() {
                self.ready.extend(NAN.get(..self.held).unwrap_or_default());
                self.held = 0;
                break;
            }
            self.inner.consume(block.len());
            // The mark of UTF-8, which some editors write.
            let block = match self.started {
                false => block.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(block),
                true => block,
            };
            self.started = true;
            block.into_iter().for_each(|byte| self.take(byte));
        }
        let count = out.len().min(self.ready.len());
        for (to, from) in out.iter_mut().zip(self.ready.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_values_change() {
        for (text, expected) in [
            ("[NaN, 1, NaN]", "[null, 1, null]"),
            (r#"{"NaN": "a\"NaN", "b": NaN}"#, r#"{"NaN": "a\"NaN", "b": null}"#),
            ("[Na, N, NNaN", "[Na, N, Nnull"),
            ("Na", "Na"),
        ] {
            for size in [1, 2, 7, 100] {
                let inner = io::BufReader::with_capacity(size, text.as_bytes());
                let mut found = String::new();
                NanAsNull::new(inner).read_to_string(&mut found).unwrap();
                assert_eq!(found, expected, "{size}");
            }
        }
    }
}
