//! Any other kind of video, through an `ffmpeg` executable on the PATH.

use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};

use super::y4m::Y4m;
use super::{FrameSource, SourceError, SourceInfo};
use crate::frame::Frame;

/// How much of FFmpeg's messages is kept, in bytes.
const MESSAGES: usize = 2000;

/// Sample formats that are passed on as they are; FFmpeg converts any other to the nearest of them.
const FORMATS: &str = "format=yuv420p|yuvj420p|yuv422p|yuvj422p|yuv444p|yuvj444p|gray";

/// The first video stream of a file, decoded by a child process.
pub struct Ffmpeg {
    path: PathBuf,
    child: Child,
    messages: Option<JoinHandle<String>>,
    frames: Y4m<BufReader<ChildStdout>>,
    given: usize,
}

impl Ffmpeg {
    /// Starts FFmpeg. `reason` says why it is needed; the decoder's name and errors carry it.
    ///
    /// # Errors
    /// There is no `ffmpeg`, or it finds no video that it can read.
    pub fn open(path: &Path, reason: &str) -> Result<Self, SourceError> {
        // FFmpeg itself reports a file that cannot be opened, but less clearly.
        std::fs::File::open(path).map_err(|error| SourceError::io(path, error))?;
        let Some(version) = version() else {
            return Err(SourceError::NoFfmpeg { path: path.to_owned(), reason: reason.to_owned() });
        };
        let mut child = command(path).spawn().map_err(|error| SourceError::io(path, error))?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(SourceError::io(path, io::Error::other("no pipe to FFmpeg")));
        };
        let messages = thread::spawn(move || read_messages(stderr));
        let decoder = format!("{version} ({reason})");
        match Y4m::new(BufReader::with_capacity(1 << 18, stdout), path, &decoder) {
            Ok(frames) => Ok(Self {
                path: path.to_owned(),
                child,
                messages: Some(messages),
                frames,
                given: 0,
            }),
            Err(error) => {
                // What FFmpeg says tells more than that it wrote no frame.
                let _ = child.kill();
                let _ = child.wait();
                let said = messages.join().unwrap_or_default();
                if said.is_empty() { Err(error) } else { Err(SourceError::damaged(path, 0, said)) }
            }
        }
    }

    /// At the end of the frames: did FFmpeg reach the end of the video?
    fn finish(&mut self) -> Result<(), SourceError> {
        let status = self.child.wait().map_err(|error| SourceError::io(&self.path, error))?;
        let said = self.messages.take().map(|thread| thread.join().unwrap_or_default());
        if status.success() {
            return Ok(());
        }
        let reason = format!("FFmpeg ended with {status}: {}", said.unwrap_or_default());
        Err(SourceError::damaged(&self.path, self.given, reason))
    }
}

impl FrameSource for Ffmpeg {
    fn info(&self) -> &SourceInfo {
        self.frames.info()
    }

    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError> {
        if self.frames.next(frame)? {
            self.given += 1;
            return Ok(true);
        }
        self.finish()?;
        Ok(false)
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        // Both fail only where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(path: &Path) -> Command {
    // `file:` keeps a name like `-y` or `http:x` from being read as an option or an address.
    let mut input = std::ffi::OsString::from("file:");
    input.push(path);
    let mut command = Command::new("ffmpeg");
    command
        .args(["-nostdin", "-v", "error", "-xerror", "-protocol_whitelist", "file,pipe"])
        .args(["-noautorotate", "-i"])
        .arg(input)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", FORMATS])
        .args(["-f", "yuv4mpegpipe", "-strict", "-1", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
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
/// Looked up once a process.
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
