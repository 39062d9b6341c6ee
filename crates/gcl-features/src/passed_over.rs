//! Files in folders of footage that are not read, for a user to know of.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::discover::has_extension;
use crate::source::images::is_image;

/// The least size of a file in a folder that is named as passed over, in bytes: smaller ones, mostly notes and
/// previews, are counted.
const LARGE: u64 = 1 << 20;

/// Endings of small files that are named; the others are counted with them.
const NAMED: usize = 6;

/// What [`discover`](crate::discover()) passes over in named folders, and a user may have meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Large files that are no videos by their names, no pictures, and nothing that usually lies beside footage; sorted.
    pub large: Vec<PathBuf>,
    /// How many other files there are of each extension, in small letters.
    pub other: BTreeMap<String, usize>,
}

impl PassedOver {
    /// The other files in a few words, such as `12 other files (.txt, .json)`; `None` if there is none.
    pub fn others(&self) -> Option<String> {
        let count: usize = self.other.values().sum();
        let mut endings: Vec<(&String, &usize)> = self.other.iter().collect();
        endings.sort_by_key(|(ending, count)| (std::cmp::Reverse(**count), *ending));
        let more = if endings.len() > NAMED { ", ..." } else { "" };
        let shown = |ending: &str| match ending {
            "" => "no extension".to_owned(),
            ending => format!(".{}", ending.escape_debug()),
        };
        let named: Vec<String> = endings.iter().take(NAMED).map(|(e, _)| shown(e)).collect();
        let files = if count == 1 { "file" } else { "files" };
        (count > 0).then(|| format!("{count} other {files} ({}{more})", named.join(", ")))
    }
}

/// The files under `paths`, in folders and below, that are neither videos by their names nor pictures. Hidden files and
/// those that cannot be looked at are left out.
pub fn passed_over(paths: &[PathBuf]) -> PassedOver {
    let mut found = PassedOver::default();
    for path in paths.iter().filter(|path| path.is_dir()) {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        look_over(path, &mut vec![real], &mut found);
    }
    found.large.sort();
    found
}

fn look_over(folder: &Path, above: &mut Vec<PathBuf>, found: &mut PassedOver) {
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
        let data = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
        let Some(data) = data.filter(|_| !has_extension(&path) && !is_image(&path)) else {
            continue;
        };
        let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
        let extension = extension.unwrap_or_default();
        match data.len() >= LARGE && !is_result(&extension) {
            true => found.large.push(path),
            false => *found.other.entry(extension).or_default() += 1,
        }
    }
}

/// Whether a file is by its extension one of this program's, or of those that lie beside footage.
fn is_result(extension: &str) -> bool {
    ["npy", "npz", "json", "csv", "txt", "html", "xml", "srt", "md", "mat", "zip", "gz"]
        .contains(&extension)
}
