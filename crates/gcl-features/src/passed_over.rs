//! Files in folders of footage that are not read, for a user to know of.

use std::fs;
use std::path::{Path, PathBuf};

use crate::discover::has_extension;
use crate::source::images::is_image;

/// The least size of a file in a folder that is listed as passed over, in bytes: smaller ones are notes and previews.
const LARGE: u64 = 1 << 20;

/// Large files under `paths`, in folders and below, that are no videos by their names and no pictures: what
/// [`discover`](crate::discover()) passes over and a user may have meant. Sorted; files that cannot be read are left out.
pub fn passed_over(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| path.is_dir()) {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        look_over(path, &mut vec![real], &mut found);
    }
    found.sort();
    found
}

fn look_over(folder: &Path, above: &mut Vec<PathBuf>, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if let (true, Ok(real)) = (path.is_dir(), path.canonicalize()) {
            if !above.contains(&real) {
                above.push(real);
                look_over(&path, above, found);
                above.pop();
            }
            continue;
        }
        let large = fs::metadata(&path).is_ok_and(|data| data.is_file() && data.len() >= LARGE);
        if large && !has_extension(&path) && !is_image(&path) && !is_result(&path) {
            found.push(path);
        }
    }
}

/// Whether a file is by its name one of this program's, or of those that lie beside footage.
fn is_result(path: &Path) -> bool {
    let known =
        ["npy", "npz", "json", "csv", "txt", "html", "xml", "srt", "md", "mat", "zip", "gz"];
    let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|text| known.contains(&text.as_str()))
}
