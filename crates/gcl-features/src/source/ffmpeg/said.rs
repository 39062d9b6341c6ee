//! What FFmpeg says while it decodes: frames' times, complaints, and what it found in the file.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// How much of its complaints is kept, in bytes.
const COMPLAINTS: usize = 2000;
/// How long a line may be; longer ones are cut.
const LINE: usize = 4096;
/// How long the line of a frame may take that has already come.
const PATIENCE: Duration = Duration::from_secs(20);

/// One frame, before it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct FrameLine {
    /// Its time in seconds, where it has one.
    pub seconds: Option<f64>,
    pub size: Option<(usize, usize)>,
    /// What was complained of since the frame before.
    pub trouble: Trouble,
    /// Frames per second as the file states.
    pub fps: Option<f64>,
    /// Degrees clockwise by which it turns pictures.
    pub turned: u32,
}

/// Who complained, the worst of them last.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub(super) enum Trouble {
    #[default]
    None,
    /// The reader of the file: bytes are lost.
    Reader,
    /// The decoder: a picture is not whole.
    Decoder,
}

/// What FFmpeg said of the file as a whole.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Warnings and errors.
    pub complaints: String,
    fps: Option<f64>,
    /// Length in seconds as the file states.
    pub length: Option<f64>,
    turned: u32,
    /// Pictures that it says it made up in part.
    pub concealed: usize,
    /// Whether it says that the file is cut off.
    pub cut: bool,
}

enum Heard {
    Frame(FrameLine),
    End(Said),
}

/// Reads what FFmpeg says, on a thread of its own, since a full pipe would stop it.
pub(super) struct Listener {
    heard: Receiver<Heard>,
    /// What was said in all, once it has ended.
    said: Option<Said>,
}

impl Listener {
    pub(super) fn new(stderr: impl Read + Send + 'static) -> Self {
        let (sender, heard) = mpsc::channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(stderr);
            let (mut said, mut trouble) = (Said::default(), Trouble::None);
            let mut line = Vec::new();
            while let Ok(true) = next_line(&mut reader, &mut line) {
                let text = String::from_utf8_lossy(&line);
                match frame_line(&text) {
                    Some(frame) => {
                        // A complaint of another thread may stand in the same line.
                        let heard = said.hear(&text);
                        if heard > trouble {
                            trouble = heard;
                        }
                        let (fps, turned) = (said.fps, said.turned);
                        let trouble = std::mem::take(&mut trouble);
                        let frame = FrameLine { trouble, fps, turned, ..frame };
                        // Nobody waits for the frames of a video that was given up.
                        let _ = sender.send(Heard::Frame(frame));
                    }
                    None => {
                        let heard = said.hear(&text);
                        if heard > trouble {
                            trouble = heard;
                        }
                    }
                }
            }
            let _ = sender.send(Heard::End(said));
        });
        Self { heard, said: None }
    }

    /// The line of the next frame: it is said before the frame is written.
    pub(super) fn frame(&mut self) -> Option<FrameLine> {
        if self.said.is_some() {
            return None;
        }
        match self.heard.recv_timeout(PATIENCE).ok()? {
            Heard::Frame(line) => Some(line),
            Heard::End(said) => {
                self.said = Some(said);
                None
            }
        }
    }

    /// All that was said, once FFmpeg has ended.
    pub(super) fn end(&mut self) -> &Said {
        while self.said.is_none() && self.frame().is_some() {}
        self.said.get_or_insert_default()
    }
}

/// Reads a line without its end, as much of it as may be kept; `false` at the end.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let mut some = false;
    loop {
        let bytes = match reader.fill_buf() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(some);
        }
        some = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        line.extend(part.iter().take(LINE.saturating_sub(line.len())));
        let used = end.map_or(bytes.len(), |end| end + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The line that the filter `showinfo` prints for each frame. What other threads say may stand before and behind it.
fn frame_line(text: &str) -> Option<FrameLine> {
    let (head, _) = text.split_once(" pts_time:")?;
    let said = text.get(head.rfind("n:")?..).filter(|said| said.contains(" fmt:"))?;
    let field = |name: &str| {
        let rest = said.split_once(name)?.1.trim_start();
        rest.split_whitespace().next()
    };
    let seconds = field(" pts_time:").and_then(|time| time.parse().ok());
    let size = field(" s:").and_then(|size| size.split_once('x'));
    let size = size.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let seconds = seconds.filter(|seconds: &f64| seconds.is_finite());
    Some(FrameLine { seconds, size, ..FrameLine::default() })
}

impl Said {
    fn complain(&mut self, said: &str) {
        let said = said.trim();
        if !self.complaints.contains(said) && self.complaints.len() + said.len() < COMPLAINTS {
            let gap = if self.complaints.is_empty() { "" } else { "; " };
            self.complaints.extend([gap, said]);
        }
    }

    /// Takes note of a line; whose complaint it is, if it is one.
    fn hear(&mut self, text: &str) -> Trouble {
        let level = ["[warning] ", "[error] ", "[fatal] ", "[panic] "];
        if let Some((context, said)) = level.iter().find_map(|level| text.split_once(level)) {
            let output =
                ["[out#", "[vost#", "[vf#", "[yuv4mpegpipe", "[rawvideo", "[wrapped_avframe"];
            let severe = !text.contains("[warning] ") || said.contains("corrupt");
            if !severe || output.iter().any(|name| context.contains(name)) {
                return Trouble::None;
            }
            let cut = said.contains("ended prematurely") || said.contains("partial file");
            self.cut |= cut;
            self.concealed += usize::from(said.contains("corrupt decoded frame"));
            self.complain(said);
            // `[h264 @ 0x…]` is a decoder; `[in#0/avi @ 0x…]`, `[mov,mp4,… @ 0x…]` and these are not.
            let readers =
                ["[in#", ",", "[mpegts", "[mpeg ", "[avi", "[flv", "[asf", "[mxf", "[NULL"];
            let reader = context.is_empty() || readers.iter().any(|name| context.contains(name));
            let reader = reader || of_packets(said);
            return if reader || cut { Trouble::Reader } else { Trouble::Decoder };
        }
        let Some((context, said)) = text.split_once("[info] ") else { return Trouble::None };
        let said = said.trim_start();
        let words = ["error", "invalid", "corrupt", "missing", "overread"];
        let lower = said.to_ascii_lowercase();
        if context.starts_with("[Parsed_showinfo") && words.iter().any(|word| lower.contains(word))
        {
            // What a decoder said while the filter's line was not at its end.
            let word = words.iter().filter_map(|word| lower.find(word)).min().unwrap_or(0);
            self.complain(said.get(word..).unwrap_or(said));
            return if of_packets(said) { Trouble::Reader } else { Trouble::Decoder };
        }
        self.concealed += usize::from(said.starts_with("concealing "));
        if let Some(rest) = said.strip_prefix("Duration: ") {
            self.length = self.length.or_else(|| clock(rest.split(',').next()?));
        } else if let Some((_, degrees)) = said.split_once("rotation of ") {
            let degrees = degrees.split_whitespace().next().and_then(|d| d.parse::<f64>().ok());
            if self.turned == 0 {
                self.turned = degrees.map_or(0, |d| (-d.round()).rem_euclid(360.0) as u32);
            }
        } else if let Some((_, rate)) = said.split_once("frame_rate: ") {
            self.fps = self.fps.or_else(|| {
                let (over, under) = rate.split_once('/')?;
                let (over, under): (f64, f64) =
                    (over.trim().parse().ok()?, under.trim().parse().ok()?);
                (over > 0.0 && under > 0.0).then(|| over / under)
            });
        }
        Trouble::None
    }
}

/// Whether a complaint is of packets that came damaged, and not of their decoding.
fn of_packets(said: &str) -> bool {
    said.contains("corrupt (stream") || said.contains("corrupt input") || said.contains("DTS")
}

/// `00:01:02.50` in seconds.
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.trim().split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_versions_say_is_understood() {
        let lines = "\
[info]   Duration: 00:00:02.50, start: 0.000000, bitrate: 106 kb/s
[info]       displaymatrix: rotation of 90.00 degrees
[Parsed_showinfo_0 @ 0x1] [info] config in time_base: 1/90000, frame_rate: 30000/1001
[Parsed_showinfo_0 @ 0x1] [info] n:   0 pts:      0 pts_time:0       pos:     48 fmt:yuv420p sar:1/1 s:120x160 i:P
[h264 @ 0x2] [error] error while decoding MB 1 2, bytestream -5
[h264 @ 0x2] [info] concealing 60 DC, 60 AC, 60 MV errors in P frame
[matroska,webm @ 0x3] [error] File ended prematurely
[Parsed_showinfo_0 @ 0x1] [info] color_range:pc color_space:bt470bghuffman table decode error
[Parsed_showinfo_0 @ 0x1] [info] n:   1 pts:   3003 pts_time:0.0333667 duration: 3003 fmt:yuv420p s:120x160 i:P
[mjpeg @ 0x2] n:   2 pts:NOPTS pts_time:NOPTS fmt:yuv420p s:120x160 i:P
";
        let mut listener = Listener::new(lines.as_bytes());
        let (size, fps) = (Some((120, 160)), Some(30_000.0 / 1001.0));
        let line = |seconds, trouble| Some(FrameLine { seconds, size, trouble, fps, turned: 270 });
        assert_eq!(listener.frame(), line(Some(0.0), Trouble::None));
        assert_eq!(listener.frame(), line(Some(0.0333667), Trouble::Decoder));
        assert_eq!(listener.frame(), line(None, Trouble::None));
        let said = listener.end();
        assert_eq!((said.length, said.concealed, said.cut), (Some(2.5), 1, true));
        assert!(
            said.complaints.starts_with("error while decoding MB 1 2, bytestream -5; File ended")
        );
    }
}
