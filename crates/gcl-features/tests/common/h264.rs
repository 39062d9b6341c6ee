//! A small encoder of H.264: whole pictures of raw samples (I_PCM), as frames or as pairs of fields.
#![allow(dead_code)]

/// Writes bits, the most significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    free: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for i in (0..count).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            *self.bytes.last_mut().unwrap() |= ((value >> i & 1) as u8) << self.free;
        }
    }

    /// An unsigned number in Exp-Golomb code.
    fn number(&mut self, value: u32) {
        let length = 32 - (value + 1).leading_zeros();
        self.put(0, length - 1);
        self.put(value + 1, length);
    }

    fn align(&mut self) {
        self.free = 0;
    }

    fn end(mut self) -> Vec<u8> {
        self.put(1, 1);
        self.bytes
    }
}

/// A unit: its header, and bytes in which no start code may occur.
fn unit(header: u8, payload: &[u8]) -> Vec<u8> {
    let mut unit = vec![header];
    let mut zeros = 0;
    for &byte in payload {
        if zeros == 2 && byte <= 3 {
            unit.push(3);
            zeros = 0;
        }
        unit.push(byte);
        zeros = if byte == 0 { zeros + 1 } else { 0 };
    }
    unit
}

/// Pictures of `width` x `height` macroblocks.
#[derive(Clone, Copy)]
pub struct Encoder {
    pub width: u32,
    pub height: u32,
    /// Two fields a picture.
    pub fields: bool,
}

impl Encoder {
    pub fn sps(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(77, 8); // Main
        bits.put(0, 8);
        bits.put(30, 8);
        bits.number(0); // its number
        bits.number(0); // 4 bits of frame number
        bits.number(2); // displayed as decoded
        bits.number(1); // reference frames
        bits.put(0, 1);
        bits.number(self.width - 1);
        bits.number(if self.fields { self.height / 2 } else { self.height } - 1);
        bits.put(u32::from(!self.fields), 1);
        if self.fields {
            bits.put(0, 1); // no macroblock pairs
        }
        bits.put(1, 1);
        bits.put(0, 2); // no cropping, no VUI
        unit(0x67, &bits.end())
    }

    pub fn pps(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.number(0);
        bits.number(0);
        bits.put(0, 2); // CAVLC
        bits.number(0);
        bits.number(0);
        bits.number(0);
        bits.put(0, 3);
        bits.number(0); // signed zeros are coded as unsigned ones
        bits.number(0);
        bits.number(0);
        bits.put(0b100, 3); // each slice says how it is filtered
        unit(0x68, &bits.end())
    }

    /// Picture `n`, its units each behind their length in four bytes; of fields one after the other.
    pub fn picture(&self, n: u32, luma: impl Fn(u32, u32) -> u8) -> Vec<Vec<u8>> {
        match self.fields {
            false => vec![framed(&self.slice(n, None, &luma))],
            true => {
                [false, true].map(|bottom| framed(&self.slice(n, Some(bottom), &luma))).to_vec()
            }
        }
    }

    fn slice(&self, n: u32, bottom: Option<bool>, luma: &impl Fn(u32, u32) -> u8) -> Vec<u8> {
        let key = bottom != Some(true);
        let mut bits = Bits::default();
        bits.number(0);
        bits.number(7); // all of it intra
        bits.number(0);
        bits.put(0, 4); // the frame number
        if let Some(bottom) = bottom {
            bits.put(1, 1);
            bits.put(u32::from(bottom), 1);
        }
        if key {
            bits.number(n % 2);
            bits.put(0, 2);
        } else {
            bits.put(0, 1);
        }
        bits.number(0);
        bits.number(1); // not filtered
        let rows = if bottom.is_some() { self.height / 2 } else { self.height };
        for mb in 0..self.width * rows {
            let (x, y) = (mb % self.width * 16, mb / self.width * 16);
            bits.number(25); // I_PCM
            bits.align();
            for at in 0..256 {
                let (x, y) = (x + at % 16, y + at / 16);
                let y = bottom.map_or(y, |bottom| 2 * y + u32::from(bottom));
                bits.bytes.push(luma(x, y).clamp(1, 254));
            }
            bits.bytes.extend([128; 128]);
        }
        unit(if key { 0x65 } else { 0x21 }, &bits.end())
    }
}

fn framed(unit: &[u8]) -> Vec<u8> {
    [&(unit.len() as u32).to_be_bytes(), unit].concat()
}
