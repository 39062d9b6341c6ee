//! Decoding a video, as `gcl extract` does beside the network.

use std::path::Path;
use std::time::Instant;

use gcl_features::{Decoder, Frame, source};

use super::MeasureError;

/// A camera's picture for those who have no video at hand: 48 frames of 320×240 at 30 frames a second,
/// H.264 High, about 0.5 Mbit/s. It is the first test video of `gcl demo`, enlarged and made noisy by FFmpeg:
/// `-frames:v 48 -vf scale=320:240:flags=bicubic,noise=alls=16:allf=t,format=yuv420p -r 30 -c:v libx264
/// -profile:v high -crf 27 -threads 1 -bitexact -movflags +faststart`.
pub const CAMERA: &[u8] = include_bytes!("camera.mp4");

/// What a pass over a video saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Frames.
    pub frames: usize,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// What decoded it.
    pub decoder: String,
    /// Seconds, the opening included.
    pub seconds: f64,
}

/// Decodes a video on one thread, to its end or, after `most` seconds, to a frame on the way (the first at least).
///
/// # Errors
/// [`MeasureError::Source`] if it cannot be read or is damaged.
pub fn decode(path: &Path, decoder: Decoder, most: f64) -> Result<Decoded, MeasureError> {
    let start = Instant::now();
    let mut source = source::open(path, decoder)?;
    let (mut frame, mut frames) = (Frame::default(), 0);
    while source.next(&mut frame)? {
        frames += 1;
        if start.elapsed().as_secs_f64() >= most {
            break;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let info = source.info();
    let (width, height, decoder) = (info.width, info.height, info.decoder.clone());
    Ok(Decoded { frames, width, height, decoder, seconds })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_camera_is_decoded_to_its_end_or_cut_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("camera.mp4");
        std::fs::write(&path, CAMERA).unwrap();
        let whole = decode(&path, Decoder::Native, 600.0).unwrap();
        assert_eq!((whole.frames, whole.width, whole.height), (48, 320, 240));
        assert_eq!(decode(&path, Decoder::Native, 0.0).unwrap().frames, 1);
        assert!(decode(&folder.path().join("none.mp4"), Decoder::Native, 1.0).is_err());
    }
}
