//! H.264 in MP4 and MOV, decoded in Rust.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use gcl_data::{At, FileError};
use rust_h264::decoder::{ChromaFormat, Frame as Decoded, OrderedDecoder};
use rust_h264::error::DecodeError;
use rust_h264::nal::{NalUnit, NalUnitType, parse_avcc, parse_avcc_config, parse_sps_info};

use super::mp4::{self, Cursor, Mp4Error, SampleTable};
use super::{FrameSource, SourceError, SourceInfo};
use crate::colour::Matrix;
use crate::frame::{Frame, Pixels, check_size};
use crate::guard::guarded;

/// Largest picture of the standard's highest level (6.2), in macroblocks of 16x16 pixels.
const MOST_MACROBLOCKS: u64 = 139_264;

/// The first video track of an MP4 or MOV file.
///
/// One coded picture is held in memory, and as many decoded ones as display order may need (17).
pub struct H264 {
    path: PathBuf,
    info: SourceInfo,
    file: File,
    samples: SampleTable,
    cursor: Cursor,
    /// Bytes of the length field before each unit of a sample.
    length_size: usize,
    sample: Vec<u8>,
    decoder: OrderedDecoder,
    ready: VecDeque<Decoded>,
    full_range: bool,
    matrix: Matrix,
    /// Pictures that went into the decoder, and frames that came out.
    pictures: usize,
    given: usize,
    flushed: bool,
}

gcl_data::brief_debug!(H264);

impl H264 {
    /// Reads the file's index and decodes up to the first frame.
    ///
    /// # Errors
    /// The file cannot be read or is damaged; [`SourceError::Unsupported`] where it is coded in a way
    /// that only other decoders know: another codec, fragments, hidden pictures, 4:4:4, slice groups.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let mut file = File::open(path).at(path)?;
        let track = mp4::read(&mut file).map_err(|error| match error {
            Mp4Error::Io(error) => FileError::new(path, error).into(),
            Mp4Error::Damaged(reason) => SourceError::damaged(path, 0, reason),
            Mp4Error::Unsupported(reason) => SourceError::unsupported(path, reason),
        })?;
        let config = parse_avcc_config(&track.avcc)
            .map_err(|reason| SourceError::damaged(path, 0, reason))?;
        let info = SourceInfo {
            width: 0,
            height: 0,
            fps: track.fps,
            frames: Some(track.samples.len()),
            decoder: "rust_h264 0.6".to_owned(),
        };
        let mut source = Self {
            path: path.to_owned(),
            info,
            file,
            samples: track.samples,
            cursor: Cursor::default(),
            length_size: config.length_size,
            sample: Vec::new(),
            decoder: OrderedDecoder::new(),
            ready: VecDeque::new(),
            full_range: false,
            matrix: Matrix::default(),
            pictures: 0,
            given: 0,
            flushed: false,
        };
        for unit in config.sps_nals.iter().chain(&config.pps_nals) {
            source.feed(unit)?;
        }
        source.fill()?;
        let Some(first) = source.ready.front() else {
            return Err(SourceError::empty(path));
        };
        (source.info.width, source.info.height) = (first.width as usize, first.height as usize);
        check_size(source.info.width, source.info.height).at(path)?;
        Ok(source)
    }

    /// Decodes until a frame is ready or the track ends.
    fn fill(&mut self) -> Result<(), SourceError> {
        while self.ready.is_empty() && !self.flushed {
            let Some((at, size)) = self.samples.next(&mut self.cursor) else {
                self.flushed = true;
                let rest = guarded(|| self.decoder.flush()).map_err(|why| self.damaged(why))?;
                self.ready.extend(rest);
                return Ok(());
            };
            let mut sample = std::mem::take(&mut self.sample);
            sample.resize(size as usize, 0);
            self.file
                .seek(SeekFrom::Start(at))
                .and_then(|_| self.file.read_exact(&mut sample))
                .at(&self.path)?;
            self.decode(&sample)?;
            self.sample = sample;
        }
        Ok(())
    }

    /// Decodes one sample: the units of one picture.
    fn decode(&mut self, sample: &[u8]) -> Result<(), SourceError> {
        if !is_whole(sample, self.length_size) {
            return Err(self.damaged("a coded picture is cut off"));
        }
        let mut has_picture = sample.is_empty();
        for unit in &parse_avcc(sample, self.length_size) {
            has_picture |= matches!(unit.nal_unit_type, NalUnitType::Slice | NalUnitType::SliceIdr);
            self.feed(unit)?;
        }
        if !has_picture {
            return Err(self.damaged("a sample without a picture in it"));
        }
        self.pictures += usize::from(!sample.is_empty());
        Ok(())
    }

    fn feed(&mut self, unit: &NalUnit<'_>) -> Result<(), SourceError> {
        if unit.nal_unit_type == NalUnitType::Sps {
            let info = guarded(|| parse_sps_info(unit))
                .map_err(|why| self.damaged(why))?
                .map_err(|error| self.decoding(&error))?;
            let macroblocks = u64::from(info.coded_width / 16) * u64::from(info.coded_height / 16);
            if macroblocks > MOST_MACROBLOCKS {
                let size = (info.coded_width, info.coded_height);
                return Err(self.damaged(format!("{}x{} pixels exceed H.264", size.0, size.1)));
            }
            self.full_range = info.full_range;
            self.matrix = Matrix::from_code(info.matrix);
        }
        let frames = guarded(|| self.decoder.decode_nal(unit))
            .map_err(|why| self.damaged(why))?
            .map_err(|error| self.decoding(&error))?;
        self.ready.extend(frames);
        Ok(())
    }

    fn damaged(&self, reason: impl ToString) -> SourceError {
        SourceError::damaged(&self.path, self.given, reason)
    }

    fn decoding(&self, error: &DecodeError) -> SourceError {
        match error {
            // Once frames are out, another decoder could not take over without a seam.
            DecodeError::Unsupported(_) if self.given == 0 => {
                SourceError::unsupported(&self.path, format!("H.264: {error}"))
            }
            _ => self.damaged(format!("H.264: {error}")),
        }
    }
}

impl FrameSource for H264 {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError> {
        self.fill()?;
        let Some(decoded) = self.ready.pop_front() else {
            if self.given != self.pictures {
                let reason = format!("{} pictures in the file", self.pictures);
                return Err(self.damaged(reason));
            }
            return Ok(false);
        };
        let (width, height) = (decoded.width as usize, decoded.height as usize);
        if (width, height) != (self.info.width, self.info.height) {
            let first = (self.info.width, self.info.height);
            return Err(SourceError::size(&self.path, first, (width, height)));
        }
        *frame = Frame::new(width, height, pixels(decoded, self.full_range, self.matrix))
            .at(&self.path)?;
        self.given += 1;
        Ok(true)
    }
}

/// The decoder's planes; 10-bit samples are rounded to 8 bits.
fn pixels(decoded: Decoded, full_range: bool, matrix: Matrix) -> Pixels {
    let step = match decoded.chroma_format {
        ChromaFormat::Yuv420 => (2, 2),
        ChromaFormat::Yuv422 => (2, 1),
    };
    let deep = decoded.bit_depth > 8;
    let plane = |samples: Vec<u8>| match deep {
        false => samples,
        true => samples.as_chunks::<2>().0.iter().map(|&low_high| to_eight(low_high)).collect(),
    };
    let (y, u, v) = (plane(decoded.y), plane(decoded.u), plane(decoded.v));
    Pixels::Yuv { y, u, v, step, full_range, matrix }
}

fn to_eight(ten_bits: [u8; 2]) -> u8 {
    ((u16::from_le_bytes(ten_bits) + 2) >> 2).min(255) as u8
}

/// Whether the length fields of a sample's units add up to its size.
fn is_whole(mut sample: &[u8], length_size: usize) -> bool {
    while !sample.is_empty() {
        let Some((field, rest)) = sample.split_at_checked(length_size) else { return false };
        let len = field.iter().fold(0usize, |len, &byte| (len << 8) | usize::from(byte));
        match rest.get(len..) {
            Some(behind) => sample = behind,
            None => return false,
        }
    }
    true
}
