//! The videos below one folder, and what below it is none.

use std::fs;
use std::path::{Path, PathBuf};

use gcl_data::files::is_kept_by_system;
use gcl_data::{At, FileError, VideoId};

use crate::discover::{NOT_A_FILE, VideoInput, has_extension, reason};
use crate::source::images::{EXTENSIONS, is_image, sequences};
use crate::source::sequences::Sorted;

/// Adds the videos of the folder `root` and of all folders in it to `videos`, and what is refused.
///
/// # Errors
/// The folder itself cannot be read.
pub(crate) fn walk(root: &Path, videos: &mut Vec<VideoInput>) -> Result<(), FileError> {
    let entries = entries(root).at(root)?;
    let mut walker = Walker { root, above: vec![root.to_owned()], videos };
    walker.folder(root, &entries);
    Ok(())
}

/// The entries of a folder that are not hidden, in order.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}

struct Walker<'a> {
    root: &'a Path,
    /// The real paths of the folders from the root down to the present one.
    above: Vec<PathBuf>,
    videos: &'a mut Vec<VideoInput>,
}

impl Walker<'_> {
    fn folder(&mut self, folder: &Path, entries: &[PathBuf]) {
        let mut files = 0;
        for path in entries.iter().filter(|path| !path.is_dir()) {
            if has_extension(path) && path.is_file() {
                files += 1;
                self.add(path, VideoId::from_path(self.root, path));
            } else if let Some(what) = unreadable(path) {
                self.refuse(path, what);
            }
        }
        let images: Vec<&PathBuf> = entries.iter().filter(|path| is_image(path)).collect();
        match images.first() {
            Some(first) if files > 0 => {
                let what = format!(
                    "{} images beside videos are not read; frames need a folder of their own",
                    images.len()
                );
                self.refuse(first, what);
            }
            Some(_) => self.frames(folder),
            None => {}
        }
        for path in entries.iter().filter(|path| path.is_dir()) {
            self.below(path);
        }
    }

    /// The frames in a folder.
    fn frames(&mut self, folder: &Path) {
        let Sorted { sequences, foreign } = match sequences(folder) {
            Ok(sorted) => sorted,
            Err(error) => return self.refuse(folder, error.source.to_string()),
        };
        for (path, what) in foreign {
            self.refuse(&path, what);
        }
        let base = match folder == self.root {
            true => self.root.parent().unwrap_or(self.root),
            false => self.root,
        };
        let several = sequences.len() > 1;
        for sequence in sequences {
            match sequence.name().filter(|_| several) {
                None if several => {
                    self.add(&folder.join(sequence.pattern()), VideoId::from_folder(base, folder));
                }
                None => self.add(folder, VideoId::from_folder(base, folder)),
                Some(name) => {
                    let id = VideoId::from_folder(self.root, &folder.join(name));
                    self.add(&folder.join(sequence.pattern()), id);
                }
            }
        }
    }

    /// A folder below another one.
    fn below(&mut self, folder: &Path) {
        let found = entries(folder);
        if folder.file_name().is_some_and(is_kept_by_system) {
            if !matches!(found.as_deref(), Ok([])) {
                self.refuse(folder, "a folder that the file system or a NAS keeps for itself");
            }
            return;
        }
        match folder.canonicalize().and_then(|real| Ok((real, found?))) {
            Ok((real, _)) if self.above.contains(&real) => {}
            Ok((real, entries)) => {
                self.above.push(real);
                self.folder(folder, &entries);
                self.above.pop();
            }
            Err(error) => self.refuse(folder, error.to_string()),
        }
    }

    fn add(&mut self, path: &Path, id: Result<VideoId, gcl_data::IdError>) {
        match id {
            Ok(id) => self.videos.push(VideoInput::new(id, path)),
            Err(error) => self.refuse(path, reason(&error)),
        }
    }

    fn refuse(&mut self, path: &Path, what: impl Into<String>) {
        self.videos.push(VideoInput::refused(self.root, path, what));
    }
}

/// What is wrong with something that is no folder and has a video's or an image's name, or none that says what it is, if
/// it is no file that can be opened.
fn unreadable(path: &Path) -> Option<String> {
    let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    let wanted = has_extension(path)
        || extension.is_none_or(|extension| EXTENSIONS.contains(&extension.as_str()));
    match fs::metadata(path) {
        _ if !wanted => None,
        Ok(data) if data.is_file() => None,
        Ok(_) if extension_is_none(path) => None,
        Ok(_) => Some(NOT_A_FILE.to_owned()),
        Err(_) if path.is_symlink() => Some("a link to nowhere".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// Pipes and sockets have no extension, and are nobody's video.
fn extension_is_none(path: &Path) -> bool {
    path.extension().is_none()
}
