//! HEVC, decoded in Rust.

pub(super) mod parallel;
mod sets;
mod slices;

use std::borrow::Cow;

use rust_h265::{
    DecodeError, Decoder, Frame, NalUnit, NalUnitType, PixelData, parse_annex_b, parse_hvcc,
    parse_nal,
};

use super::coded::Units;
use super::nal::codec::{Codec, Decoded, Failure};
use super::nal::planes::to_eight;
use crate::colour::Matrix;
use crate::frame::Pixels;
use crate::guard::guarded;
use slices::{Current, References};

/// Luma samples of the largest pictures that are decoded here, those of level 5.2: sixteen pictures to refer to, and as
/// many that wait to be shown, are held in memory.
const MOST_SAMPLES: u64 = 8_912_896;
/// The same of the standard's highest level, 6.2.
const MOST_OF_ALL: u64 = 35_651_584;

/// The decoder, and what it does not tell of a stream.
#[derive(Default)]
pub(super) struct Hevc {
    decoder: Decoder,
    references: References,
    current: Option<Current>,
    /// Whether a slice of the current picture was decoded.
    some: bool,
    full_range: bool,
    matrix: Matrix,
    fps: Option<f64>,
}

impl Hevc {
    /// Takes over a decoded picture.
    fn decoded(&self, picture: Frame) -> Result<Decoded, Failure> {
        let unsupported = |what: String| Err(Failure::Unsupported(format!("HEVC: {what}")));
        let step = match picture.chroma_format_idc {
            1 => (2, 2),
            3 => (1, 1),
            other => return unsupported(format!("chroma format {other}")),
        };
        let (full_range, matrix) = (self.full_range, self.matrix);
        let (width, height) = (picture.width as usize, picture.height as usize);
        let plane = |samples: PixelData, width: usize, squeezed: bool| match samples {
            PixelData::U8(samples) => samples,
            PixelData::U16(samples) => to_eight(&samples, width, squeezed, |sample| sample),
        };
        if !matches!(picture.bit_depth, 8 | 10) {
            return unsupported(format!("{} bits a sample", picture.bit_depth));
        }
        let columns = width.div_ceil(step.0);
        let y = plane(picture.y, width, full_range);
        let (u, v) = (plane(picture.u, columns, false), plane(picture.v, columns, false));
        let pixels = Pixels::Yuv { y, u, v, step, full_range, matrix };
        Ok(Decoded { width, height, pixels, order: i64::from(picture.pic_order_cnt), whole: true })
    }

    /// Refuses pictures that are too large; remembers what the decoder does not tell.
    fn remember(&mut self, unit: &NalUnit<'_>) -> Result<(), Failure> {
        let Some(sequence) = self.references.remember(unit)? else { return Ok(()) };
        let (width, height) = (sequence.width, sequence.height);
        let samples = u64::from(width) * u64::from(height);
        if samples > MOST_OF_ALL {
            return Err(Failure::damaged(format!("{width}x{height} pixels exceed HEVC")));
        }
        if samples > MOST_SAMPLES {
            return Err(Failure::Unsupported(format!("HEVC of {width}x{height} pixels")));
        }
        (self.full_range, self.matrix) = (sequence.full_range, sequence.matrix);
        self.fps = sequence.fps;
        Ok(())
    }

    /// Takes the picture before this slice's as decoded, and this one as the current; its place, if it is shown.
    fn begin(&mut self, unit: &NalUnit<'_>) -> Result<Option<i32>, Failure> {
        if let Some(before) = self.current.take() {
            self.references.finish(before, true);
        }
        let current = self.references.start(unit)?;
        self.current = Some(current);
        Ok(current.shown.then_some(current.order))
    }

    /// Ends the current picture, with what the decoder gives for it.
    fn finish(&mut self, picture: Option<Frame>) -> Result<Option<Decoded>, Failure> {
        let Some(current) = self.current.take() else { return Ok(None) };
        let whole = std::mem::take(&mut self.some);
        self.references.finish(current, whole && picture.is_some());
        match picture {
            Some(_) if !current.shown => Err(Failure::Hidden),
            // Where no slice was decoded it is grey.
            Some(picture) if whole => self.decoded(picture).map(Some),
            _ => Ok(None),
        }
    }
}

impl Codec for Hevc {
    type Unit<'a> = NalUnit<'a>;

    const DECODER: &'static str = "rust_h265 0.4";

    /// Those of the base layer: others are for a second eye.
    fn units(bytes: &[u8], units: Units) -> Vec<NalUnit<'_>> {
        let mut units = match units {
            Units::Lengths(size) => parse_hvcc(bytes, size as u8),
            Units::StartCodes => parse_annex_b(bytes),
        };
        units.retain(|unit| unit.nuh_layer_id == 0);
        units
    }

    fn sets(config: &[u8]) -> Result<Vec<NalUnit<'_>>, Cow<'static, str>> {
        let mut units = Vec::new();
        let mut read = || {
            let (&arrays, mut rest) = config.get(22..)?.split_first()?;
            for _ in 0..arrays {
                let (&[_, high, low], behind) = rest.split_first_chunk()?;
                rest = behind;
                for _ in 0..u16::from_be_bytes([high, low]) {
                    let (&length, behind) = rest.split_first_chunk()?;
                    let (unit, behind) =
                        behind.split_at_checked(u16::from_be_bytes(length).into())?;
                    units.extend(parse_nal(unit));
                    rest = behind;
                }
            }
            Some(())
        };
        let whole = read();
        whole.map(|()| units).ok_or_else(|| "the \"hvcC\" record is cut off".into())
    }

    fn is_slice(unit: &NalUnit<'_>) -> bool {
        unit.nal_unit_type.is_vcl()
    }

    fn is_key(&self, unit: &NalUnit<'_>) -> bool {
        self.references.restarts(unit.nal_unit_type)
    }

    fn may_start(unit: &NalUnit<'_>) -> bool {
        unit.nal_unit_type.is_irap()
    }

    fn restarts(_: i64) -> bool {
        false
    }

    fn is_progressive(&self) -> bool {
        true
    }

    fn feed(&mut self, unit: &NalUnit<'_>) -> Result<Option<Decoded>, Failure> {
        let kind = unit.nal_unit_type;
        let is_slice = kind.is_vcl();
        if is_slice && unit.rbsp.first().is_some_and(|byte| byte & 0x80 != 0) {
            // One that nobody asked for is no more than a reference.
            self.flush().or_else(|why| match why {
                broken @ Failure::Broken(_) => Err(broken),
                _ => Ok(None),
            })?;
            self.current = Some(self.references.start(unit)?);
        } else if is_slice && self.current.is_none() {
            return Err(Failure::damaged("HEVC: a picture's first slice is lost"));
        }
        self.remember(unit)?;
        let picture = guarded(|| self.decoder.decode_nal(unit)).map_err(Failure::Broken)??;
        self.some |= is_slice;
        if kind == NalUnitType::Eos {
            self.references.end();
        }
        match picture {
            Some(_) => self.finish(picture),
            None => Ok(None),
        }
    }

    fn flush(&mut self) -> Result<Option<Decoded>, Failure> {
        if self.current.is_none() {
            return Ok(None);
        }
        let picture = guarded(|| self.decoder.flush()).map_err(Failure::Broken)?;
        self.finish(picture)
    }

    fn reset(&mut self) {
        (self.decoder, self.current, self.some) = (Decoder::new(), None, false);
        self.references.reset();
    }

    fn fps(&self) -> Option<f64> {
        self.fps
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Unsupported(_) => Self::Unsupported(format!("HEVC: {error}")),
            _ => Self::damaged(format!("HEVC: {error}")),
        }
    }
}
