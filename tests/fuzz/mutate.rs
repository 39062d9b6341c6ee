//! Changes to files: bits, lengths, ends, repeated and exchanged blocks, words and numbers of text.

/// Draws changed files.
pub struct Mutator<'a> {
    state: u64,
    words: &'a [&'a str],
}

/// Numbers at which arithmetic and limits break.
const EXTREMES: [u64; 14] = [
    0,
    1,
    2,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// The same as text, and what is no number.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e-400",
    "0.5",
    "4294967295",
    "2147483648",
    "18446744073709551615",
    "9223372036854775807",
    "99999999999999999999999",
    "true",
];

/// Bytes of the largest file that is drawn, unless the corpus has a larger one.
const MOST: usize = 1 << 14;

impl<'a> Mutator<'a> {
    /// A generator for a target.
    pub fn new(name: &str, seed: u64, words: &'a [&'a str]) -> Self {
        let hash = |h: u64, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let state = name.bytes().chain(seed.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, hash);
        Self { state, words }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A part of `0..len`, mostly a small one.
    fn part(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len + 1);
        let most = if self.below(4) == 0 { len } else { 16 };
        start..(start + self.below(most + 1)).min(len)
    }

    /// One of `inputs`, changed in one to four ways; half of the time one of the first `honest`.
    pub fn draw(&mut self, inputs: &[Vec<u8>], honest: usize) -> Vec<u8> {
        let among = self.pick(&[honest, inputs.len()]);
        let at = self.below(among);
        let mut bytes = inputs[at].clone();
        let most = MOST.max(2 * bytes.len());
        for _ in 0..=self.below(4) {
            self.change(&mut bytes, inputs);
            bytes.truncate(most);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let len = bytes.len();
        match self.below(12) {
            0 | 1 if len > 0 => {
                let at = self.below(len);
                bytes[at] ^= 1 << self.below(8);
            }
            2 if len > 0 => {
                let at = self.below(len);
                bytes[at] = self.pick(&[0, 1, 0x7f, 0x80, 0xff, b' ', b'\n', b'"', b',', b'-']);
            }
            3 | 4 => self.length(bytes),
            5 => bytes.truncate(self.below(len + 1)),
            6 => drop(bytes.drain(self.part(len))),
            7 => {
                let block = bytes[self.part(len)].repeat(1 + self.below(64));
                let at = self.below(len + 1);
                bytes.splice(at..at, block);
            }
            8 => {
                let other = &inputs[self.below(inputs.len())];
                let block = &other[self.part(other.len())];
                let into = self.part(len);
                bytes.splice(into, block.iter().copied());
            }
            9 if !self.words.is_empty() => {
                let word = self.pick(self.words);
                let into = self.part(len);
                bytes.splice(into, word.bytes());
            }
            _ => self.figure(bytes),
        }
    }

    /// Overwrites 1, 2, 4 or 8 bytes by an extreme number, or one near the file's length.
    fn length(&mut self, bytes: &mut [u8]) {
        let size = self.pick(&[1, 2, 4, 8]);
        let Some(last) = bytes.len().checked_sub(size) else { return };
        let number = match self.below(3) {
            0 => (bytes.len() as u64).wrapping_add(self.below(9) as u64).wrapping_sub(4),
            _ => self.pick(&EXTREMES),
        };
        let mut number = number.to_le_bytes()[..size].to_vec();
        if self.below(2) == 0 {
            number.reverse();
        }
        let at = self.below(last + 1);
        bytes[at..at + size].copy_from_slice(&number);
    }

    /// Replaces a run of digits by another number.
    fn figure(&mut self, bytes: &mut Vec<u8>) {
        let from = self.below(bytes.len() + 1);
        let digit = |byte: &u8| byte.is_ascii_digit();
        let Some(start) = bytes[from..].iter().position(digit).map(|at| from + at) else { return };
        let length = bytes[start..].iter().take_while(|byte| digit(byte)).count();
        let number = self.pick(&NUMBERS);
        bytes.splice(start..start + length, number.bytes());
    }
}
