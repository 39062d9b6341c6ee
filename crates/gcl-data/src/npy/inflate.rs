//! Deflate (RFC 1951), as NumPy's `savez_compressed` packs arrays.
//!
//! Written here since another feature set of the library that burn brings would be another build of burn.

/// Unpacks `bytes` to at most `most` bytes; `None` if they are damaged or larger.
pub(super) fn inflate(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bits = Bits { bytes, at: 0, held: 0, count: 0 };
    let mut out = Vec::new();
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out, most)?,
            1 => {
                let lengths: Vec<u8> = (0..288)
                    .map(|symbol| match symbol {
                        0..=143 => 8,
                        144..=255 => 9,
                        256..=279 => 7,
                        _ => 8,
                    })
                    .collect();
                block(&mut bits, &Codes::new(&lengths)?, &Codes::new(&[5; 30])?, &mut out, most)?;
            }
            2 => {
                let (symbols, distances) = codes(&mut bits)?;
                block(&mut bits, &symbols, &distances, &mut out, most)?;
            }
            _ => return None,
        }
        if last {
            return Some(out);
        }
    }
}

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    fn take(&mut self, n: u32) -> Option<u32> {
        while self.count < n {
            self.held |= u64::from(*self.bytes.get(self.at)?) << self.count;
            self.at += 1;
            self.count += 8;
        }
        let value = (self.held & ((1u64 << n) - 1)) as u32;
        self.held >>= n;
        self.count -= n;
        Some(value)
    }

    /// The next `n` whole bytes.
    fn whole(&mut self, n: usize) -> Option<&[u8]> {
        // What is held beyond the current byte goes back.
        self.at -= (self.count / 8) as usize;
        (self.held, self.count) = (0, 0);
        let bytes = self.bytes.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(bytes)
    }
}

fn stored(bits: &mut Bits<'_>, out: &mut Vec<u8>, most: usize) -> Option<()> {
    let &[a, b, c, d] = bits.whole(4)? else { return None };
    let (length, inverse) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    if length != !inverse || out.len() + usize::from(length) > most {
        return None;
    }
    out.extend_from_slice(bits.whole(usize::from(length))?);
    Some(())
}

/// A canonical Huffman code: how many symbols there are of each length, and the symbols in order of their codes.
struct Codes {
    counts: [u16; 16],
    symbols: Vec<u16>,
}

impl Codes {
    fn new(lengths: &[u8]) -> Option<Codes> {
        let mut counts = [0u16; 16];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        counts[0] = 0;
        let mut left = 1i32;
        for count in &counts[1..] {
            left = left * 2 - i32::from(*count);
            if left < 0 {
                return None;
            }
        }
        let mut symbols: Vec<u16> = (0..lengths.len() as u16).collect();
        symbols.retain(|symbol| lengths.get(usize::from(*symbol)).is_some_and(|l| *l > 0));
        symbols.sort_by_key(|symbol| lengths.get(usize::from(*symbol)).copied());
        Some(Codes { counts, symbols })
    }

    fn read(&self, bits: &mut Bits<'_>) -> Option<u16> {
        let (mut code, mut first, mut index) = (0i32, 0i32, 0i32);
        for count in &self.counts[1..] {
            code |= bits.take(1)? as i32;
            let count = i32::from(*count);
            if code - count < first {
                return self.symbols.get((index + code - first) as usize).copied();
            }
            (index, first, code) = (index + count, (first + count) << 1, code << 1);
        }
        None
    }
}

/// The codes that a block brings itself.
fn codes(bits: &mut Bits<'_>) -> Option<(Codes, Codes)> {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let symbols = bits.take(5)? as usize + 257;
    let distances = bits.take(5)? as usize + 1;
    let own = bits.take(4)? as usize + 4;
    let mut lengths = [0u8; 19];
    for slot in ORDER.iter().take(own) {
        *lengths.get_mut(*slot)? = bits.take(3)? as u8;
    }
    let code = Codes::new(&lengths)?;
    let mut all: Vec<u8> = Vec::with_capacity(symbols + distances);
    while all.len() < symbols + distances {
        let (value, times) = match code.read(bits)? {
            length @ 0..=15 => (length as u8, 1),
            16 => (*all.last()?, 3 + bits.take(2)? as usize),
            17 => (0, 3 + bits.take(3)? as usize),
            _ => (0, 11 + bits.take(7)? as usize),
        };
        all.extend(std::iter::repeat_n(value, times));
    }
    if all.len() != symbols + distances {
        return None;
    }
    let (symbols, distances) = all.split_at(symbols);
    Some((Codes::new(symbols)?, Codes::new(distances)?))
}

/// Length symbols from 257 on, as first length and further bits; the same for distances from 0 on.
const LENGTHS: [(u16, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

fn block(
    bits: &mut Bits<'_>,
    symbols: &Codes,
    distances: &Codes,
    out: &mut Vec<u8>,
    most: usize,
) -> Option<()> {
    loop {
        let symbol = symbols.read(bits)?;
        match symbol {
            0..=255 => out.push(symbol as u8),
            256 => return Some(()),
            _ => {
                let (length, extra) = *LENGTHS.get(usize::from(symbol) - 257)?;
                let length = usize::from(length) + bits.take(extra)? as usize;
                let symbol = u32::from(distances.read(bits)?);
                // Two symbols for each number of further bits, from the fourth on.
                let extra = (symbol / 2).saturating_sub(1);
                let base = if symbol < 4 { symbol } else { (2 + symbol % 2) << extra };
                let distance = base as usize + 1 + bits.take(extra)? as usize;
                let from = out.len().checked_sub(distance)?;
                // What is copied may be what was just copied.
                for at in from..from + length {
                    out.push(*out.get(at)?);
                }
            }
        }
        if out.len() > most {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_all_three_kinds_unpack() {
        // Stored; Python's zlib.compress(b"abcabcabcabc" * 9) without its frame (fixed codes).
        assert_eq!(inflate(&[1, 3, 0, 0xfc, 0xff, b'a', b'b', b'c'], 9), Some(b"abc".to_vec()));
        let fixed = [0x4b, 0x4c, 0x4a, 0x4e, 0xa4, 0x17, 0x02, 0x00];
        assert_eq!(inflate(&fixed, 200), Some(b"abc".repeat(36)));
        assert_eq!(inflate(&fixed, 20), None);
        assert_eq!(inflate(&fixed[..5], 200), None);
        assert_eq!(inflate(&[7, 0], 200), None);
    }

    #[test]
    fn a_block_with_codes_of_its_own_unpacks() {
        // zlib's of 400 numbers, most of them small.
        let packed = [
            37, 144, 1, 14, 4, 49, 8, 2, 3, 84, 253, 255, 175, 124, 214, 141, 123, 217, 108, 211,
            10, 2, 170, 46, 185, 223, 180, 90, 207, 37, 237, 171, 122, 25, 105, 84, 89, 78, 0, 203,
            175, 55, 155, 108, 63, 94, 18, 231, 100, 156, 74, 187, 58, 80, 6, 153, 89, 45, 207,
            214, 142, 166, 13, 241, 205, 241, 35, 57, 28, 32, 40, 184, 206, 231, 84, 240, 86, 220,
            214, 202, 176, 147, 87, 153, 158, 2, 112, 102, 169, 230, 200, 32, 125, 127, 95, 170,
            241, 243, 184, 215, 251, 72, 134, 171, 231, 185, 193, 249, 144, 242, 217, 144, 3, 139,
            185, 26, 41, 151, 10, 44, 50, 203, 4, 235, 119, 214, 55, 245, 245, 2, 17, 10, 15, 84,
            227, 116, 46, 172, 94, 87, 106, 111, 25, 179, 95, 0, 104, 148, 181, 69, 12, 96, 32,
            138, 108, 168, 242, 95, 79, 253, 215, 194, 60, 250, 166, 70, 135, 106, 31, 254, 217,
            233, 219, 217, 210, 240, 190, 164, 25, 70, 242, 93, 174, 105, 247, 100, 110, 201, 243,
            3,
        ];
        let found = inflate(&packed, 400).unwrap_or_default();
        assert_eq!((found.len(), found.iter().map(|v| u32::from(*v)).sum::<u32>()), (400, 6159));
        assert_eq!((&found[..4], &found[396..]), (&[1, 6, 5, 1][..], &[2, 4, 6, 7][..]));
    }
}
