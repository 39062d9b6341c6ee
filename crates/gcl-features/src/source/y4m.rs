//! YUV4MPEG2: raw video with a one-line header, as FFmpeg and most tools write it.
//!
//! It is written here because a stream that ends within a frame must be an error: the `y4m` crate reports it as the
//! end of the stream.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::pictures::{Ending, Pictures, Shown, Step};
use super::{SourceError, SourceInfo};
use crate::colour::Matrix;
use crate::frame::{Frame, Pixels, check_size};

const MAGIC: &str = "YUV4MPEG2";
/// Longest header line, in bytes; real ones have about 100.
const LONGEST_LINE: u64 = 1024;
/// Bytes of a plane that are allocated before any of it was read.
const AT_ONCE: usize = 1 << 22;

/// Reads frames from a YUV4MPEG2 stream: 8-bit mono, 4:2:0, 4:2:2 or 4:4:4.
pub(super) struct Y4m<R> {
    reader: R,
    path: PathBuf,
    info: SourceInfo,
    /// Luma pixels per chroma sample; `None` for mono.
    step: Option<(usize, usize)>,
    full_range: bool,
    given: usize,
}

gcl_data::brief_debug!(Y4m<R>; R);

impl<R: BufRead> Y4m<R> {
    /// Reads the stream's header. `path` is only named in errors.
    ///
    /// # Errors
    /// No Y4M header, a size out of bounds, or a sample format other than those above.
    pub(super) fn new(mut reader: R, path: &Path, decoder: &str) -> Result<Self, SourceError> {
        let line = read_line(&mut reader, path, 0)?.ok_or_else(|| SourceError::empty(path))?;
        let mut fields = line.split(' ');
        if fields.next() != Some(MAGIC) {
            return Err(SourceError::damaged(path, 0, "the header is not that of a Y4M file"));
        }
        let (mut width, mut height, mut fps) = (0, 0, None);
        let (mut format, mut full_range) = ("420jpeg", false);
        for field in fields {
            let Some(key) = field.chars().next() else { continue };
            let value = &field[key.len_utf8()..];
            match key {
                'W' => width = value.parse().unwrap_or(0),
                'H' => height = value.parse().unwrap_or(0),
                'F' => fps = ratio(value),
                'C' => format = value,
                'X' if value == "COLORRANGE=FULL" => full_range = true,
                _ => {}
            }
        }
        check_size(width, height).at(path)?;
        let step = match format {
            "mono" => None,
            "420" | "420jpeg" | "420mpeg2" | "420paldv" => Some((2, 2)),
            "422" => Some((2, 1)),
            "444" => Some((1, 1)),
            other => {
                let reason = format!("Y4M sample format {other:?} is not read");
                return Err(SourceError::unsupported(path, reason));
            }
        };
        let info = SourceInfo { width, height, fps, frames: None, decoder: decoder.to_owned() };
        Ok(Self { reader, path: path.to_owned(), info, step, full_range, given: 0 })
    }

    /// The next so many bytes, or none if there are fewer.
    fn plane(&mut self, len: usize) -> Result<Option<Vec<u8>>, SourceError> {
        // A header may state more than the stream has.
        let mut plane = Vec::with_capacity(len.min(AT_ONCE));
        self.reader.by_ref().take(len as u64).read_to_end(&mut plane).at(&self.path)?;
        Ok(Some(plane).filter(|plane| plane.len() == len))
    }

    /// The next frame's samples, or none if the stream ends within them.
    fn pixels(&mut self) -> Result<Option<Pixels>, SourceError> {
        let (width, height) = (self.info.width, self.info.height);
        let Some(y) = self.plane(width * height)? else { return Ok(None) };
        let Some(step) = self.step else { return Ok(Some(Pixels::Gray(y))) };
        let chroma = width.div_ceil(step.0) * height.div_ceil(step.1);
        let (Some(u), Some(v)) = (self.plane(chroma)?, self.plane(chroma)?) else {
            return Ok(None);
        };
        // The format has no field for the matrix.
        let (full_range, matrix) = (self.full_range, Matrix::default());
        Ok(Some(Pixels::Yuv { y, u, v, step, full_range, matrix }))
    }
}

impl<R: BufRead + Send> Pictures for Y4m<R> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        let early = |what: &str| Ok(Step::End(Ending::early(1, what)));
        match read_line(&mut self.reader, &self.path, self.given) {
            Ok(None) => return Ok(Step::End(Ending::default())),
            Ok(Some(line)) if line == "FRAME" || line.starts_with("FRAME ") => {}
            // Without a header nothing tells where the next frame starts.
            Ok(Some(_)) => return early("no FRAME header"),
            Err(error) if error.is_of_content() => return early("a broken FRAME header"),
            Err(error) => return Err(error),
        }
        let Some(pixels) = self.pixels()? else { return early("the file ends within a frame") };
        *frame = Frame::new(self.info.width, self.info.height, pixels).at(&self.path)?;
        self.given += 1;
        Ok(Step::Picture(Shown::default()))
    }
}

/// The next line without its end; `None` at the end of the stream.
fn read_line(
    reader: &mut impl BufRead,
    path: &Path,
    given: usize,
) -> Result<Option<String>, SourceError> {
    let mut line = Vec::new();
    let mut limited = reader.take(LONGEST_LINE);
    limited.read_until(b'\n', &mut line).at(path)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(SourceError::damaged(path, given, "a Y4M header line without an end"));
    }
    String::from_utf8(line)
        .map(Some)
        .map_err(|_| SourceError::damaged(path, given, "a Y4M header line that is not text"))
}

/// `30000:1001` to a number; `None` where unknown (`0:0`).
fn ratio(text: &str) -> Option<f64> {
    let (over, under) = text.split_once(':')?;
    let (over, under): (u32, u32) = (over.parse().ok()?, under.parse().ok()?);
    (over > 0 && under > 0).then(|| f64::from(over) / f64::from(under))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn open(bytes: &[u8]) -> Result<Y4m<&[u8]>, SourceError> {
        Y4m::new(bytes, Path::new("a.y4m"), "y4m")
    }

    fn fails(bytes: &[u8]) -> String {
        let mut frame = Frame::default();
        let mut run = || {
            let mut source = open(bytes)?;
            loop {
                if let Step::End(ending) = source.next(&mut frame)? {
                    break Ok::<_, SourceError>(ending.remarks.join(""));
                }
            }
        };
        run().unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn odd_sizes_and_frame_parameters_are_read() {
        let mut bytes = b"YUV4MPEG2 W3 H3 F30000:1001 Ip C420mpeg2 XCOLORRANGE=FULL\n".to_vec();
        for n in 0..2u8 {
            bytes.extend(if n == 0 { b"FRAME\n".to_vec() } else { b"FRAME Ip\n".to_vec() });
            bytes.extend((0..17).map(|i| i + 100 * n));
        }
        let mut source = open(&bytes).unwrap();
        let mut frame = Frame::default();
        assert!((source.info().fps.unwrap() - 29.97).abs() < 0.001);
        assert!(matches!(source.next(&mut frame).unwrap(), Step::Picture(_)));
        assert!(matches!(source.next(&mut frame).unwrap(), Step::Picture(_)));
        let Pixels::Yuv { y, u, v, step, full_range, .. } = frame.pixels() else {
            panic!("not YUV")
        };
        assert_eq!((y[8], u[0], v[3], *step, *full_range), (108, 109, 116, (2, 2), true));
        assert!(matches!(source.next(&mut frame).unwrap(), Step::End(Ending { missing: 0, .. })));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(fails(b"").contains("no frame"));
        assert!(fails(b"RIFF\n").contains("not that of a Y4M"));
        assert!(fails(b"YUV4MPEG2 W8 H8 C420p10\n").contains("420p10"));
        assert!(fails(b"YUV4MPEG2 W99999 H8\n").contains("99999x8"));
        assert!(fails(b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nabFRAME\na").contains("within a frame"));
        assert!(fails(b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nabFRA").contains("broken FRAME header"));
        assert!(fails(b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nabFRIME\nab").contains("no FRAME header"));
    }
}
