//! Text files as programs of all kinds write them: UTF-8, with or without its mark, or UTF-16.

use std::path::Path;

use crate::file::{At, FileError};

/// Reads a file of text. UTF-16 is known by its mark, which Excel and PowerShell write.
///
/// # Errors
/// [`FileError`], with the line of a byte that is no UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, FileError> {
    decode(path, std::fs::read(path).at(path)?)
}

/// A file's bytes as text.
pub(crate) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, FileError> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, odd) = rest.as_chunks::<2>();
        let text = String::from_utf16(&units.iter().map(|pair| unit(*pair)).collect::<Vec<u16>>());
        match text {
            Ok(text) if odd.is_empty() => Ok(text),
            _ => {
                Err(FileError::new(path, "its mark says UTF-16, but it is none; save it as UTF-8"))
            }
        }
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    if bytes.contains(&0) {
        let what = "zero bytes in it: no text, or UTF-16 without its mark; save it as UTF-8";
        return Err(FileError::new(path, what));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
        let byte = error.as_bytes().get(before.len()).copied().unwrap_or_default();
        let what = format!("the byte 0x{byte:02x} is no UTF-8; save the file as UTF-8");
        FileError::line(path, line, what)
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
