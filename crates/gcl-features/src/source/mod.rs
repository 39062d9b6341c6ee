//! Where frames come from: video files and folders of images, read one frame at a time.
//!
//! | input | decoder |
//! |---|---|
//! | H.264 or HEVC in MP4, MOV, Matroska, MPEG-TS or AVI, or by itself | built in |
//! | Motion JPEG in AVI, MP4, MOV or Matroska, or by itself | built in |
//! | a folder of JPEG, PNG, TIFF or BMP frames, or one of several sequences in it (`folder/Abuse001_x264_*`) | built in |
//! | YUV4MPEG2 | built in |
//! | anything else, and what the built-in ones cannot read | an `ffmpeg` executable, where there is one ([`ffmpeg`]) |
//!
//! Every source yields all frames of a video in display order. One policy holds for damaged footage, whatever the
//! container and the decoder: what decodes stands at its true place; a picture that cannot be decoded is filled with the
//! one before, so that a frame's index always refers to the same frame; a file that ends early is used up to there; and
//! [`FrameSource::notes`] counts what was lost. Pictures stand upright, and have the size of the first one.

mod annexb;
mod avi;
mod bits;
mod coded;
mod cut;
mod error;
pub mod excerpt;
pub mod ffmpeg;
mod fit;
mod gaps;
mod h264;
mod hevc;
pub(crate) mod images;
mod jpeg;
pub(crate) mod levels;
mod mended;
mod mjpeg;
mod mkv;
mod motion;
mod mp4;
mod nal;
mod names;
mod pictures;
pub(crate) mod sequences;
mod tiff;
mod ts;
mod y4m;
mod yielding;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use gcl_data::{At, VideoNotes};

use coded::{Coded, Coding};
pub use error::SourceError;
use mended::Mended;
use nal::ahead::{Ahead, Parallel};
use pictures::Pictures;
use yielding::Yielding;

use crate::frame::Frame;

/// The properties of a video that are known before its frames are decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceInfo {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Frames per second, on average, where the file has it.
    pub fps: Option<f64>,
    /// Number of frames, where the file has it.
    pub frames: Option<usize>,
    /// The decoder, with its version.
    pub decoder: String,
}

/// A video that is being decoded.
pub trait FrameSource: Send {
    /// Size, rate and decoder; after the last frame the rate is the mean of all times, where the video has them.
    fn info(&self) -> &SourceInfo;

    /// Overwrites `frame` with the next frame, or returns `false` after the last one. Give it the same `frame` each
    /// time: where a picture is lost, the one before is left in it.
    ///
    /// # Errors
    /// Nothing in the video can be decoded, or it cannot be read further; the source must not be used again.
    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError>;

    /// What is known of the pictures so far: their size, the times of those that are not evenly spaced, and what was
    /// lost. Whole after the last frame.
    fn notes(&self) -> VideoNotes;
}

/// Which decoders may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decoder {
    /// The built-in ones for the formats that they support, else `ffmpeg`.
    #[default]
    Auto,
    /// The built-in ones only.
    Native,
    /// `ffmpeg` for every file (folders of images are still read by the built-in reader).
    Ffmpeg,
}

gcl_data::named!(Decoder: Auto = "auto", Native = "native", Ffmpeg = "ffmpeg");

/// The colour format of decoded frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// The planes as coded, as far as the decoder provides them.
    #[default]
    AsCoded,
    /// Frames of which [`Frame::to_rgb`] gives what FFmpeg's `rgb24` is. Only the `ffmpeg` source works differently
    /// for it: it lets FFmpeg convert, which handles the colour formats of every codec.
    Rgb,
}

/// Opens a video file or a folder of frames, for the planes as coded. See [`open_as`].
///
/// # Errors
/// Those of [`open_as`].
pub fn open(path: &Path, decoder: Decoder) -> Result<Box<dyn FrameSource>, SourceError> {
    open_as(path, decoder, Colour::AsCoded, 1)
}

/// Opens a video file or a folder of frames.
///
/// A file's type is detected from its first bytes, not from its name. H.264 and HEVC are decoded on up to so many
/// `threads`, at least 1; the frames do not depend on it.
///
/// # Errors
/// The file cannot be read, is damaged, or needs a decoder that is not allowed or not there.
pub fn open_as(
    path: &Path,
    decoder: Decoder,
    colour: Colour,
    threads: usize,
) -> Result<Box<dyn FrameSource>, SourceError> {
    let pictures: Box<dyn Pictures> = match path.is_dir() || images::is_pattern(path) {
        true => Box::new(images::Images::open(path)?),
        false => open_file(path, decoder, colour, threads)?,
    };
    Ok(Box::new(Mended::new(path, pictures)))
}

fn open_file(
    path: &Path,
    decoder: Decoder,
    colour: Colour,
    threads: usize,
) -> Result<Box<dyn Pictures>, SourceError> {
    if decoder == Decoder::Ffmpeg {
        return Ok(Box::new(ffmpeg::Ffmpeg::open(path, "FFmpeg is asked for", colour)?));
    }
    let reason = match open_native(path, threads) {
        Ok(native) if decoder == Decoder::Native => return Ok(native),
        Ok(native) => return Ok(Box::new(Yielding::new(path, colour, native))),
        Err(error) if decoder == Decoder::Native || !error.is_of_content() => return Err(error),
        Err(error) => error,
    };
    let why = match &reason {
        SourceError::Unsupported { reason, .. } => reason.clone(),
        SourceError::File(error) => error.source.to_string(),
    };
    match ffmpeg::Ffmpeg::open(path, &why, colour) {
        Ok(source) => Ok(Box::new(source)),
        // What the built-in one found damaged it knows better than FFmpeg.
        Err(error) if ffmpeg::version().is_some() && error.is_of_content() => match reason {
            SourceError::Unsupported { reason, .. } => Err(error.after(path, &reason)),
            damaged @ SourceError::File(_) => Err(damaged),
        },
        Err(error) => Err(error),
    }
}

/// When a file says that it was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    /// In seconds after the start of 1970; UTC, if its maker kept to the format.
    pub at: i64,
    /// How long it is, in seconds.
    pub seconds: f64,
}

/// What the header of an MP4 or MOV file says of when it was made, which may be the recording's start or end, or when it
/// was exported. `None` for all other files, and where the header says nothing.
#[must_use]
pub fn made(path: &Path) -> Option<Made> {
    match path.is_file() && matches!(sniff(path), Ok(FileKind::Mp4)) {
        true => mp4::made(&mut File::open(path).ok()?),
        false => None,
    }
}

/// Opens a file that a built-in decoder reads.
fn open_native(path: &Path, threads: usize) -> Result<Box<dyn Pictures>, SourceError> {
    let kind = sniff(path)?;
    if let FileKind::Y4m = kind {
        let file = BufReader::new(File::open(path).at(path)?);
        return Ok(Box::new(y4m::Y4m::new(file, path, "y4m")?));
    }
    let coded = || container(path, &kind);
    let first = coded()?;
    Ok(match first.stream().coding {
        Coding::H264 => video::<h264::parallel::Threaded>(path, first, coded, threads)?,
        Coding::Hevc => video::<hevc::parallel::Threaded>(path, first, coded, threads)?,
        Coding::Jpeg => Box::new(motion::MotionJpeg::open(path, first)?),
    })
}

/// A file's coded pictures.
fn container(path: &Path, kind: &FileKind) -> Result<Box<dyn Coded>, SourceError> {
    Ok(match *kind {
        FileKind::Mp4 => Box::new(mp4::Mp4::open(path)?),
        FileKind::AnnexB(coding) => Box::new(annexb::AnnexB::open(path, coding)?),
        FileKind::Avi => Box::new(avi::Avi::open(path)?),
        FileKind::Jpeg => Box::new(mjpeg::Stream::open(path)?),
        FileKind::Mkv => Box::new(mkv::Mkv::open(path)?),
        FileKind::Ts(layout) => Box::new(ts::Ts::open(path, layout)?),
        FileKind::Y4m | FileKind::Other => {
            let reason = "no built-in decoder for this kind of file";
            return Err(SourceError::unsupported(path, reason));
        }
    })
}

/// The decoder of coded pictures, which `again` opens once more.
fn video<P: Parallel + 'static>(
    path: &Path,
    first: Box<dyn Coded>,
    again: impl Fn() -> Result<Box<dyn Coded>, SourceError>,
    threads: usize,
) -> Result<Box<dyn Pictures>, SourceError> {
    let careful = nal::Video::<P::Codec>::open(path, first)?;
    Ok(match threads {
        0 | 1 => Box::new(careful),
        _ => Box::new(Ahead::<P>::new(careful, again()?, threads)),
    })
}

enum FileKind {
    /// Units behind start codes.
    AnnexB(Coding),
    Avi,
    /// JPEG pictures one behind the other.
    Jpeg,
    Mkv,
    Ts(ts::Layout),
    Mp4,
    Y4m,
    Other,
}

/// Detects a file's type from its first bytes.
fn sniff(path: &Path) -> Result<FileKind, SourceError> {
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(2048).read_to_end(&mut head)).at(path)?;
    Ok(match head.as_slice() {
        [] => return Err(SourceError::empty(path)),
        bytes if bytes.starts_with(b"YUV4MPEG2") => FileKind::Y4m,
        [_, _, _, _, b'f', b't', b'y', b'p', ..]
        | [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..] => FileKind::Mp4,
        [0x1a, 0x45, 0xdf, 0xa3, ..] => FileKind::Mkv,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => FileKind::Avi,
        bytes if bytes.starts_with(&jpeg::START) => FileKind::Jpeg,
        [0, 0, 1, header @ ..] | [0, 0, 0, 1, header @ ..] if units(header).is_some() => {
            units(header).map_or(FileKind::Other, FileKind::AnnexB)
        }
        bytes => ts::layout(bytes).map_or(FileKind::Other, FileKind::Ts),
    })
}

/// The coding of a stream that starts with a unit of this header: a parameter set, a delimiter or a message.
fn units(header: &[u8]) -> Option<Coding> {
    match header {
        [0x27 | 0x47 | 0x67 | 0x28 | 0x48 | 0x68 | 0x09 | 0x06, ..] => Some(Coding::H264),
        [0x40 | 0x42 | 0x44 | 0x46 | 0x4e, 1, ..] => Some(Coding::Hevc),
        _ => None,
    }
}
