//! H.264, decoded in Rust.

mod missing;
pub(super) mod parallel;
mod references;

use std::borrow::Cow;

use rust_h264::decoder::{ChromaFormat, Decoder, Frame};
use rust_h264::error::DecodeError;
use rust_h264::nal::{
    NalUnit, NalUnitType, parse_annex_b, parse_avcc, parse_avcc_config, parse_sps_info,
};

use super::bits::Bits;
use super::coded::Units;
use super::nal::codec::{Codec, Decoded, Failure};
use super::nal::planes::to_eight;
use crate::colour::Matrix;
use crate::frame::Pixels;
use crate::guard::guarded;
use missing::some_missing;
use references::{MOST_REFERENCES, References, TooMany};

/// Largest picture of the standard's highest level (6.2), in macroblocks of 16x16 pixels.
const MOST_MACROBLOCKS: u64 = 139_264;

/// The decoder, and what it does not tell of a stream.
pub(super) struct H264 {
    decoder: Decoder,
    references: References,
    progressive: bool,
    full_range: bool,
    matrix: Matrix,
}

impl Default for H264 {
    fn default() -> Self {
        let (decoder, references) = (Decoder::new(), References::default());
        let (full_range, matrix) = (false, Matrix::default());
        Self { decoder, references, progressive: true, full_range, matrix }
    }
}

impl H264 {
    /// Takes over a decoded picture; samples of 10 bits are two bytes each.
    fn decoded(&self, picture: Frame) -> Decoded {
        let step = match picture.chroma_format {
            ChromaFormat::Yuv420 => (2, 2),
            ChromaFormat::Yuv422 => (2, 1),
        };
        let (full_range, matrix) = (self.full_range, self.matrix);
        let (width, height) = (picture.width as usize, picture.height as usize);
        let plane = |samples: Vec<u8>, width: usize, squeezed: bool| match picture.bit_depth > 8 {
            false => samples,
            true => to_eight(samples.as_chunks().0, width, squeezed, u16::from_le_bytes),
        };
        let columns = width.div_ceil(step.0);
        let y = plane(picture.y, width, full_range);
        let (u, v) = (plane(picture.u, columns, false), plane(picture.v, columns, false));
        let whole = !some_missing(width, [&y, &u, &v], step);
        let pixels = Pixels::Yuv { y, u, v, step, full_range, matrix };
        Decoded { width, height, pixels, order: i64::from(picture.pic_order_cnt), whole }
    }

    /// Refuses pictures that are larger than any level has; remembers what the decoder does not tell.
    fn sequence(&mut self, unit: &NalUnit<'_>) -> Result<(), Failure> {
        let info = guarded(|| parse_sps_info(unit)).map_err(Failure::Broken)??;
        let macroblocks = u64::from(info.coded_width / 16) * u64::from(info.coded_height / 16);
        if macroblocks > MOST_MACROBLOCKS {
            let (width, height) = (info.coded_width, info.coded_height);
            return Err(Failure::damaged(format!("{width}x{height} pixels exceed H.264")));
        }
        self.full_range = info.full_range;
        self.matrix = Matrix::from_code(info.matrix);
        self.progressive = info.progressive;
        Ok(())
    }
}

impl Codec for H264 {
    type Unit<'a> = NalUnit<'a>;

    const DECODER: &'static str = "rust_h264 0.6";

    fn units(bytes: &[u8], units: Units) -> Vec<NalUnit<'_>> {
        match units {
            Units::Lengths(size) => parse_avcc(bytes, size),
            Units::StartCodes => parse_annex_b(bytes),
        }
    }

    fn sets(config: &[u8]) -> Result<Vec<NalUnit<'_>>, Cow<'static, str>> {
        let config = parse_avcc_config(config)?;
        Ok(config.sps_nals.into_iter().chain(config.pps_nals).collect())
    }

    fn is_slice(unit: &NalUnit<'_>) -> bool {
        matches!(unit.nal_unit_type, NalUnitType::Slice | NalUnitType::SliceIdr)
    }

    fn is_key(&self, unit: &NalUnit<'_>) -> bool {
        unit.nal_unit_type == NalUnitType::SliceIdr
    }

    /// A slice that refers to no other picture: by its type, the second number in its header.
    fn may_start(unit: &NalUnit<'_>) -> bool {
        let mut bits = Bits::new(&unit.rbsp);
        matches!((bits.number(), bits.number()), (Some(_), Some(2 | 4 | 7 | 9)))
    }

    /// Besides a key picture only one that resets the count stands at 0.
    fn restarts(order: i64) -> bool {
        order == 0
    }

    fn is_progressive(&self) -> bool {
        self.progressive
    }

    fn feed(&mut self, unit: &NalUnit<'_>) -> Result<Option<Decoded>, Failure> {
        if unit.nal_unit_type == NalUnitType::Sps {
            self.sequence(unit)?;
        }
        guarded(|| self.references.check(unit)).map_err(Failure::Broken)??;
        let picture = guarded(|| self.decoder.decode_nal(unit)).map_err(Failure::Broken)??;
        Ok(picture.map(|picture| self.decoded(picture)))
    }

    fn flush(&mut self) -> Result<Option<Decoded>, Failure> {
        let picture = guarded(|| self.decoder.flush()).map_err(Failure::Broken)?;
        Ok(picture.map(|picture| self.decoded(picture)))
    }

    fn reset(&mut self) {
        self.decoder = Decoder::new();
    }

    fn fps(&self) -> Option<f64> {
        self.decoder.frame_rate_f64()
    }
}

impl From<TooMany> for Failure {
    fn from(TooMany(count): TooMany) -> Self {
        Self::damaged(format!(
            "a slice refers to {count} pictures, the standard allows {MOST_REFERENCES}"
        ))
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Unsupported(_) => Self::Unsupported(format!("H.264: {error}")),
            _ => Self::damaged(format!("H.264: {error}")),
        }
    }
}
