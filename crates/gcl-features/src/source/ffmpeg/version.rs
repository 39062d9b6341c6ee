//! Which `ffmpeg` there is, and what it wants to be told.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

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

/// Options that have frames passed on as they are, neither doubled nor dropped, in the words of that version.
pub(super) fn every_frame(version: &str) -> [&'static str; 2] {
    match numbers(version) {
        // `-fps_mode` came with 5.1, and `-vsync` went with 9. A version without a number is a recent build.
        Some(found) if found < (5, 1) => ["-vsync", "passthrough"],
        _ => ["-fps_mode", "passthrough"],
    }
}

/// Major and minor number of `ffmpeg 4.2.2-static` or `ffmpeg n8.0-23-gd1f31a8`; none of builds that have none.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let version = version.strip_prefix("ffmpeg ").unwrap_or(version);
    let mut parts = version.trim_start_matches('n').split(|c: char| !c.is_ascii_digit());
    let major = parts.next()?.parse().ok()?;
    Some((major, parts.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_02_the_flag_is_chosen_by_version() {
        for (version, flag) in [
            ("ffmpeg 4.2.2-static", "-vsync"),
            ("ffmpeg 4.4.2-0ubuntu0.22.04.1", "-vsync"),
            ("ffmpeg 5.0.1", "-vsync"),
            ("ffmpeg 5.1.6-0+deb12u1", "-fps_mode"),
            ("ffmpeg 7.0.2-static", "-fps_mode"),
            ("ffmpeg n9.0.2-17-g2a571b6068-20260930", "-fps_mode"),
            ("ffmpeg N-116468-g1bcb8a7338", "-fps_mode"),
            ("ffmpeg 2024-10-02-git-358fdf3083-full", "-fps_mode"),
        ] {
            assert_eq!(every_frame(version)[0], flag, "{version}");
        }
    }
}
