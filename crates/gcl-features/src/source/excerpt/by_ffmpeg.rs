//! Excerpts by an `ffmpeg` executable.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use gcl_data::At;
use gcl_data::atomic::write_bytes_atomic;

use super::ExcerptError;
use crate::source::ffmpeg::{REMEDIES, version};

/// Has FFmpeg write the part of a video between two times, in seconds, as MP4: its coded pictures as they are where MP4 can
/// hold them, from the key picture before on, else coded anew. Sound is left out.
///
/// # Errors
/// [`ExcerptError::Unsupported`] if there is no FFmpeg, or it fails.
pub fn excerpt_by_ffmpeg(
    path: &Path,
    (start, end): (f64, f64),
    file: &Path,
) -> Result<(), ExcerptError> {
    let failed = |reason: &str| {
        let (path, reason) = (path.to_owned(), reason.to_owned());
        ExcerptError::Unsupported { path, reason }
    };
    if version().is_none() {
        return Err(failed(REMEDIES));
    }
    // `file:` keeps a name like `-y` or `http:x` from being read as an option or an address.
    let named = |path: &Path| {
        let mut name = OsString::from("file:");
        name.push(path);
        name
    };
    let folder = tempfile::tempdir().at(file)?;
    let written = folder.path().join("excerpt.mp4");
    let mut said = String::new();
    for how in [&["-c:v", "copy"][..], &["-pix_fmt", "yuv420p"]] {
        let output = Command::new("ffmpeg")
            .args(["-nostdin", "-hide_banner", "-v", "error", "-y"])
            .args(["-protocol_whitelist", "file,pipe"])
            .args(["-ss", &format!("{start:.6}"), "-i"])
            .arg(named(path))
            .args(["-t", &format!("{:.6}", end - start), "-map", "0:v:0", "-an"])
            .args(how)
            .args(["-movflags", "+faststart", "-f", "mp4"])
            .arg(named(&written))
            .env("GCONV_PATH", "/nonexistent")
            .stdin(Stdio::null())
            .output()
            .at(path)?;
        if output.status.success() {
            write_bytes_atomic(file, &fs::read(&written).at(&written)?)?;
            return Ok(());
        }
        said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    }
    Err(failed(&format!("FFmpeg says: {said}")))
}
