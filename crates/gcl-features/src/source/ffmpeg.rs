//! Any other kind of video, through an `ffmpeg` executable on the PATH.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};

use gcl_data::{At, FileError};

use super::y4m::Y4m;
use super::{Colour, FrameSource, SourceError, SourceInfo};
use crate::frame::{Frame, Pixels};

/// How much of FFmpeg's messages is kept, in bytes.
const MESSAGES: usize = 2000;

/// Sample formats that are passed on as they are; FFmpeg converts any other to the nearest of them.
const FORMATS: &str = "format=yuv420p|yuvj420p|yuv422p|yuvj422p|yuv444p|yuvj444p|gray";

/// The first video stream of a file, decoded by a child process.
pub struct Ffmpeg {
    path: PathBuf,
    process: Process,
    frames: FrameStream,
    info: SourceInfo,
    given: usize,
}

gcl_data::brief_debug!(Ffmpeg);

/// The format in which FFmpeg writes frames.
enum FrameStream {
    Planes(Y4m<BufReader<ChildStdout>>),
    Rgb(BufReader<ChildStdout>),
}

impl Ffmpeg {
    /// Starts FFmpeg. `reason` says why it is needed; the decoder's name and errors carry it.
    ///
    /// # Errors
    /// There is no `ffmpeg`, or it finds no video that it can read.
    pub fn open(path: &Path, reason: &str, colour: Colour) -> Result<Self, SourceError> {
        // FFmpeg itself reports a file that cannot be opened, but less clearly.
        std::fs::File::open(path).at(path)?;
        let Some(version) = version() else {
            let missing = "no `ffmpeg` on the PATH: install FFmpeg, or convert the video to H.264 in \
                           MP4 or to a folder of PNG or JPEG frames";
            return Err(SourceError::of(path, &format!("{reason}; {missing}")));
        };
        let decoder = format!("{version} ({reason})");
        // Raw RGB has no header: the first frame's planes tell size and rate.
        let first: &[&str] = if colour == Colour::Rgb { &["-frames:v", "1"] } else { &[] };
        let (mut process, stdout) = Process::start(path, &[&PLANES, first].concat())?;
        let planes = match Y4m::new(stdout, path, &decoder) {
            Ok(planes) => planes,
            // What FFmpeg says tells more than that it wrote no frame.
            Err(error) => match process.kill() {
                said if said.is_empty() => return Err(error),
                said => return Err(SourceError::damaged(path, 0, said)),
            },
        };
        let info = planes.info().clone();
        let frames = match colour {
            Colour::AsCoded => FrameStream::Planes(planes),
            Colour::Rgb => {
                process.kill();
                let stdout;
                (process, stdout) = Process::start(path, &RGB)?;
                FrameStream::Rgb(stdout)
            }
        };
        Ok(Self { path: path.to_owned(), process, frames, info, given: 0 })
    }

    fn next_rgb(
        path: &Path,
        stdout: &mut impl BufRead,
        info: &SourceInfo,
        given: usize,
    ) -> Result<Option<Frame>, SourceError> {
        if stdout.fill_buf().at(path)?.is_empty() {
            return Ok(None);
        }
        // The size was checked when the planes' header was read.
        let mut rgb = vec![0; info.width * info.height * 3];
        stdout.read_exact(&mut rgb).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                SourceError::damaged(path, given, "FFmpeg ended within a frame")
            }
            _ => FileError::new(path, error).into(),
        })?;
        Ok(Some(Frame::new(info.width, info.height, Pixels::Rgb(rgb)).at(path)?))
    }
}

impl FrameSource for Ffmpeg {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError> {
        let more = match &mut self.frames {
            FrameStream::Planes(planes) => planes.next(frame)?,
            FrameStream::Rgb(stdout) => {
                let next = Self::next_rgb(&self.path, stdout, &self.info, self.given)?;
                next.map(|next| *frame = next).is_some()
            }
        };
        if more {
            self.given += 1;
            return Ok(true);
        }
        self.process.finish(&self.path, self.given)?;
        Ok(false)
    }
}

/// Output as planes, and as RGB: the conversion is FFmpeg's default one.
const PLANES: [&str; 6] = ["-vf", FORMATS, "-f", "yuv4mpegpipe", "-strict", "-1"];
const RGB: [&str; 4] = ["-pix_fmt", "rgb24", "-f", "rawvideo"];

/// A running FFmpeg, ended when dropped.
struct Process {
    child: Child,
    messages: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts it on the first video stream of a file; `output` says in which form frames are written.
    fn start(path: &Path, output: &[&str]) -> Result<(Self, BufReader<ChildStdout>), SourceError> {
        // `file:` keeps a name like `-y` or `http:x` from being read as an option or an address.
        let mut input = std::ffi::OsString::from("file:");
        input.push(path);
        let mut command = Command::new("ffmpeg");
        command
            .args(["-nostdin", "-v", "error", "-xerror", "-protocol_whitelist", "file,pipe"])
            .args(["-noautorotate", "-i"])
            .arg(input)
            .args(["-map", "0:v:0", "-fps_mode", "passthrough"])
            .args(output)
            .arg("-")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().at(path)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let messages = stderr.map(|stderr| thread::spawn(move || read_messages(stderr)));
        let process = Self { child, messages };
        match stdout {
            Some(stdout) => Ok((process, BufReader::with_capacity(1 << 18, stdout))),
            None => Err(SourceError::of(path, "no pipe to FFmpeg")),
        }
    }

    /// Ends it. What it has said.
    fn kill(&mut self) -> String {
        // Both fail only where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.said()
    }

    fn said(&mut self) -> String {
        self.messages.take().map(|thread| thread.join().unwrap_or_default()).unwrap_or_default()
    }

    /// At the end of the frames: did FFmpeg reach the end of the video?
    fn finish(&mut self, path: &Path, given: usize) -> Result<(), SourceError> {
        let status = self.child.wait().at(path)?;
        if status.success() {
            return Ok(());
        }
        let reason = format!("FFmpeg ended with {status}: {}", self.said());
        Err(SourceError::damaged(path, given, reason))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// All that FFmpeg says, up to [`MESSAGES`] bytes; read to the end, since a full pipe would stop it.
fn read_messages(mut stderr: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        match stderr.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                let room = MESSAGES - kept.len();
                kept.extend(buffer.iter().take(read.min(room)));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&kept).trim().replace('\n', "; ")
}

/// Name and version of the `ffmpeg` on the PATH, as `ffmpeg 7.1`; `None` where there is none.
/// Looked up once per process.
pub fn version() -> Option<&'static str> {
    static VERSION: OnceLock<Option<String>> = OnceLock::new();
    let find = || {
        let output = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.strip_prefix("ffmpeg version ")?.split_whitespace().next()?;
        Some(format!("ffmpeg {version}"))
    };
    VERSION.get_or_init(find).as_deref()
}
