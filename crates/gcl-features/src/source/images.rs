//! A folder of images, one per frame: the form in which many data sets are published.

use std::fs;
use std::path::{Path, PathBuf};

use gcl_data::At;
use image::{DynamicImage, ImageReader, Limits};

use super::pictures::{Ending, Pictures, Shown, Step};
use super::{SourceError, SourceInfo};
use crate::frame::{Frame, MAX_SIDE, Pixels};
use crate::guard::guarded;
use crate::natural;

/// Extensions of frames, compared without regard to case.
pub const EXTENSIONS: [&str; 5] = ["jpg", "jpeg", "png", "tif", "tiff"];

/// The images that lie directly in a folder, in natural order (`frame2` before `frame10`).
pub(super) struct Images {
    files: Vec<PathBuf>,
    info: SourceInfo,
    given: usize,
}

gcl_data::brief_debug!(Images);

impl Images {
    /// Lists the folder and reads the size of the first image.
    ///
    /// # Errors
    /// The folder cannot be listed, holds no image, or the first image is damaged.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let mut files = Vec::new();
        for entry in fs::read_dir(path).at(path)? {
            let file = entry.at(path)?.path();
            if is_image(&file) {
                files.push(file);
            }
        }
        files.sort_by(|a, b| natural::compare(&a.to_string_lossy(), &b.to_string_lossy()));
        let Some(first) = files.first() else {
            return Err(SourceError::empty(path));
        };
        // The first one whose size can be told: one that cannot is lost when it comes to it.
        let size = |file: &PathBuf| reader(file).ok()?.into_dimensions().ok();
        let Some((width, height)) = files.iter().find_map(size) else {
            return Err(SourceError::damaged(first, 0, "no image here can be read"));
        };
        let info = SourceInfo {
            width: width as usize,
            height: height as usize,
            fps: None,
            frames: Some(files.len()),
            decoder: "image 0.25".to_owned(),
        };
        Ok(Self { files, info, given: 0 })
    }
}

impl Pictures for Images {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        let Some(file) = self.files.get(self.given) else {
            return Ok(Step::End(Ending::default()));
        };
        self.given += 1;
        let decoded = reader(file).map_err(|error| error.to_string()).and_then(|reader| {
            let named = |why: String| format!("{}: {why}", file.display());
            let image = guarded(|| reader.decode()).map_err(&named)?;
            image.map_err(|error| named(error.to_string()))
        });
        let image = match decoded {
            Ok(image) => image,
            Err(reason) => return Ok(Step::Lost { seconds: None, reason: reason.into() }),
        };
        let (width, height) = (image.width() as usize, image.height() as usize);
        let pixels = match image {
            DynamicImage::ImageLuma8(gray) => Pixels::Gray(gray.into_raw()),
            DynamicImage::ImageLuma16(_)
            | DynamicImage::ImageLumaA8(_)
            | DynamicImage::ImageLumaA16(_) => Pixels::Gray(image.into_luma8().into_raw()),
            other => Pixels::Rgb(other.into_rgb8().into_raw()),
        };
        *frame = Frame::new(width, height, pixels).at(file)?;
        Ok(Step::Picture(Shown::default()))
    }
}

/// Whether a path names a visible image file.
pub(crate) fn is_image(file: &Path) -> bool {
    let hidden = file.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let extension = file.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    !hidden && extension.is_some_and(|text| EXTENSIONS.contains(&text.as_str())) && file.is_file()
}

/// A reader that tells the format by content, and refuses sizes that no frame may have.
fn reader(file: &Path) -> Result<ImageReader<std::io::BufReader<fs::File>>, SourceError> {
    let mut reader = ImageReader::open(file).and_then(ImageReader::with_guessed_format).at(file)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    reader.limits(limits);
    Ok(reader)
}
