//! A running FFmpeg.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use gcl_data::At;

use super::said::{Listener, Said};
use super::version::every_frame;
use crate::source::{Colour, SourceError};

/// Prints a line of each frame's time, and passes on sample formats as they are; FFmpeg converts any other to the
/// nearest of them.
const FILTERS: &str = "showinfo=checksum=0,\
                       format=yuv420p|yuvj420p|yuv422p|yuvj422p|yuv444p|yuvj444p|gray";

/// Output as planes, and as RGB: the conversion is FFmpeg's default one.
const PLANES: [&str; 6] = ["-vf", FILTERS, "-f", "yuv4mpegpipe", "-strict", "-1"];
const RGB: [&str; 6] = ["-vf", "showinfo=checksum=0", "-pix_fmt", "rgb24", "-f", "rawvideo"];

/// A running FFmpeg, ended when dropped.
pub(super) struct Process {
    child: Child,
    pub listener: Listener,
}

impl Process {
    /// Starts it on the best video stream of a file.
    pub(super) fn start(
        path: &Path,
        version: &str,
        colour: Colour,
    ) -> Result<(Self, BufReader<ChildStdout>), SourceError> {
        // `file:` keeps a name like `-y` or `http:x` from being read as an option or an address.
        let mut input = std::ffi::OsString::from("file:");
        input.push(path);
        let mut command = Command::new("ffmpeg");
        command
            .args(["-nostdin", "-hide_banner", "-nostats", "-v", "level+info"])
            .args(["-protocol_whitelist", "file,pipe", "-i"])
            .arg(input)
            // Without a map it takes the largest picture, and no cover.
            .args(["-an", "-sn", "-dn"])
            .args(every_frame(version))
            .args(if colour == Colour::Rgb { RGB } else { PLANES })
            .arg("-")
            // Static builds crash on MPEG-TS where they load a converter of text of another libc.
            .env("GCONV_PATH", "/nonexistent")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().at(path)?;
        match (child.stdout.take(), child.stderr.take()) {
            (Some(stdout), Some(stderr)) => {
                let process = Self { child, listener: Listener::new(stderr) };
                Ok((process, BufReader::with_capacity(1 << 18, stdout)))
            }
            _ => Err(SourceError::of(path, "no pipe to FFmpeg")),
        }
    }

    /// Ends it. What it has said.
    pub(super) fn kill(&mut self) -> &Said {
        // Both fail only where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.listener.end()
    }

    /// At the end of the frames: what it said, unless it was ended from outside or crashed, which tells nothing of the
    /// video.
    pub(super) fn finish(&mut self, path: &Path) -> Result<&Said, SourceError> {
        let status = self.child.wait().at(path)?;
        if status.code().is_none() {
            return Err(SourceError::of(path, &format!("FFmpeg was ended by {status}")));
        }
        Ok(self.listener.end())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
