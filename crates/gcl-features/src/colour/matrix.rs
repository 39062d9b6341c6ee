//! How luma and chroma were made of red, green and blue.

/// The colour matrix of a video, as its stream names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Matrix {
    /// ITU-R BT.601; also taken where a stream names none, whatever its size.
    #[default]
    Bt601,
    /// ITU-R BT.709.
    Bt709,
    /// US FCC 73.682.
    Fcc,
    /// SMPTE 240M.
    Smpte240,
    /// ITU-R BT.2020.
    Bt2020,
}

/// The factors of a conversion to RGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RgbWeights {
    /// Black, in luma levels.
    pub black: i32,
    /// All of these count 1 / 8192: luma to each of red, green and blue, then chroma.
    pub luma: i32,
    pub red_of_v: i32,
    pub green_of_u: i32,
    pub green_of_v: i32,
    pub blue_of_u: i32,
}

/// The same before rounding: factors in 1 / 65,536.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact {
    pub black: i32,
    pub luma: i64,
    pub red_of_v: i64,
    pub green_of_u: i64,
    pub green_of_v: i64,
    pub blue_of_u: i64,
}

impl Matrix {
    /// The matrix of a code of ITU-T H.273, as H.264 and H.265 carry it. Any other code, and none, is BT.601.
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Bt709,
            4 => Self::Fcc,
            7 => Self::Smpte240,
            9 | 10 => Self::Bt2020,
            _ => Self::Bt601,
        }
    }

    /// Red of V, blue of U, green of U and of V (both to be subtracted), for limited range, in 1 / 65,536.
    fn limited(self) -> [i64; 4] {
        match self {
            Self::Bt601 => [104_597, 132_201, 25_675, 53_279],
            Self::Bt709 => [117_489, 138_438, 13_975, 34_925],
            Self::Fcc => [104_448, 132_798, 24_759, 53_109],
            Self::Smpte240 => [117_579, 136_230, 16_907, 35_559],
            Self::Bt2020 => [110_013, 140_363, 12_277, 42_626],
        }
    }

    pub(super) fn exact(self, full_range: bool) -> Exact {
        // Chroma spans 224 levels in limited range, luma 219.
        let [red_of_v, blue_of_u, green_of_u, green_of_v] = match full_range {
            false => self.limited(),
            true => self.limited().map(|factor| factor * 224 / 255),
        };
        let (black, luma) = if full_range { (0, 1 << 16) } else { (16, (1 << 16) * 255 / 219) };
        Exact { black, luma, red_of_v, green_of_u: -green_of_u, green_of_v: -green_of_v, blue_of_u }
    }

    pub(super) fn weights(self, full_range: bool) -> RgbWeights {
        let exact = self.exact(full_range);
        let round = |factor: i64| ((factor * (1 << 13) + (1 << 15)) >> 16) as i32;
        RgbWeights {
            black: exact.black,
            luma: round(exact.luma),
            red_of_v: round(exact.red_of_v),
            green_of_u: round(exact.green_of_u),
            green_of_v: round(exact.green_of_v),
            blue_of_u: round(exact.blue_of_u),
        }
    }
}
