//! Where frames come from: video files and folders of images, read one frame at a time.
//!
//! | input | decoder |
//! |---|---|
//! | H.264 in MP4 or MOV | built in ([`h264`]) |
//! | a folder of JPEG, PNG or TIFF frames | built in ([`images`]) |
//! | YUV4MPEG2 | built in ([`y4m`]) |
//! | anything else | an `ffmpeg` executable, where there is one ([`ffmpeg`]) |
//!
//! Every source yields all frames of a video in display order, or an error: it never leaves one out,
//! so a frame's index always refers to the same frame.

mod error;
pub mod ffmpeg;
pub mod h264;
pub mod images;
mod mp4;
pub mod y4m;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use gcl_data::At;

pub use error::SourceError;

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
    /// Size, rate and decoder.
    fn info(&self) -> &SourceInfo;

    /// Overwrites `frame` with the next frame, or returns `false` after the last one.
    ///
    /// # Errors
    /// The video is damaged or cannot be read further; the source must not be used again.
    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError>;
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
    open_as(path, decoder, Colour::AsCoded)
}

/// Opens a video file or a folder of frames.
///
/// A file's type is detected from its first bytes, not from its name.
///
/// # Errors
/// The file cannot be read, is damaged, or needs a decoder that is not allowed or not there.
pub fn open_as(
    path: &Path,
    decoder: Decoder,
    colour: Colour,
) -> Result<Box<dyn FrameSource>, SourceError> {
    if path.is_dir() {
        return Ok(Box::new(images::Images::open(path)?));
    }
    if decoder == Decoder::Ffmpeg {
        return Ok(Box::new(ffmpeg::Ffmpeg::open(path, "FFmpeg is asked for", colour)?));
    }
    let reason = match sniff(path)? {
        FileKind::Y4m => {
            let file = File::open(path).at(path)?;
            return Ok(Box::new(y4m::Y4m::new(BufReader::new(file), path, "y4m")?));
        }
        FileKind::Mp4 => match h264::H264::open(path) {
            Ok(source) => return Ok(Box::new(source)),
            Err(SourceError::Unsupported { reason, .. }) => reason,
            Err(error) => return Err(error),
        },
        FileKind::Other => "no built-in decoder for this kind of file".to_owned(),
    };
    match decoder {
        Decoder::Native => Err(SourceError::unsupported(path, reason)),
        _ => Ok(Box::new(ffmpeg::Ffmpeg::open(path, &reason, colour)?)),
    }
}

enum FileKind {
    Mp4,
    Y4m,
    Other,
}

/// Detects a file's type from its first bytes.
fn sniff(path: &Path) -> Result<FileKind, SourceError> {
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(12).read_to_end(&mut head)).at(path)?;
    Ok(match head.as_slice() {
        [] => return Err(SourceError::empty(path)),
        bytes if bytes.starts_with(b"YUV4MPEG2") => FileKind::Y4m,
        [_, _, _, _, b'f', b't', b'y', b'p', ..]
        | [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..] => FileKind::Mp4,
        _ => FileKind::Other,
    })
}
