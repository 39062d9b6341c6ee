//! Bits of a coded header.

/// Reads bits, the most significant first; `None` behind the end.
#[derive(Debug, Clone)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let set = byte >> (7 - self.at % 8) & 1 == 1;
        self.at += 1;
        Some(set)
    }

    /// A number of at most 32 bits.
    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| at.div_ceil(8) <= self.bytes.len())?;
        Some(())
    }

    /// An unsigned number in Exp-Golomb code.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        let rest = self.bits(zeros).filter(|_| zeros < 32)?;
        Some((1 << zeros) - 1 + rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_up_to_the_end() {
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010]);
        let numbers: Vec<_> = std::iter::from_fn(|| bits.number()).collect();
        assert_eq!(numbers, [0, 1, 2, 3]); // 1 010 011 00100, and zeros without an end
        assert_eq!(Bits::new(&[0x81, 0x80]).bits(9), Some(0x103));
        assert_eq!(Bits::new(&[0x81]).bits(9), None);
        assert_eq!(Bits::new(&[0; 9]).number(), None);
        assert_eq!(Bits::new(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe]).number(), Some(u32::MAX - 1));
        assert_eq!(Bits::new(&[0]).skip(9), None);
    }
}
