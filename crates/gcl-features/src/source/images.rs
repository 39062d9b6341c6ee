//! A folder of images, one per frame: the form in which many data sets are published.

use std::borrow::Cow;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use gcl_data::{At, FileError};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::levels::{Levels, is_grey};
use super::pictures::{Ending, Pictures, Shown, Step};
use super::sequences::{Sorted, only, sort};
use super::{SourceError, SourceInfo, jpeg, tiff};
use crate::frame::{Frame, MAX_SIDE, Pixels};
use crate::guard::guarded;

/// Extensions of frames, compared without regard to case.
pub const EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "tif", "tiff", "bmp"];

/// Images that lie directly in a folder, in natural order (`frame2` before `frame10`).
pub(super) struct Images {
    files: Vec<PathBuf>,
    info: SourceInfo,
    levels: Option<Levels>,
    given: usize,
}

gcl_data::brief_debug!(Images);

impl Images {
    /// Lists the images of a folder, or of one sequence in it (`folder/Abuse001_x264_*`), and reads the size of the
    /// first one.
    ///
    /// # Errors
    /// The folder cannot be listed, holds no image or several sequences, or no image can be read.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let files = files_of(path)?;
        let Some(first) = files.first() else {
            return Err(SourceError::empty(path));
        };
        // The first one whose size can be told: one that cannot is lost when it comes to it.
        let size = |file: &PathBuf| {
            let bytes = fs::read(file).ok()?;
            let Ok(mut decoder) = reader(bytes.clone()).ok()?.into_decoder() else {
                return upright(bytes.into()).ok().map(|image| (image.width(), image.height()));
            };
            let (width, height) = decoder.dimensions();
            Some(match is_on_its_side(orientation(&mut decoder)) {
                true => (height, width),
                false => (width, height),
            })
        };
        let Some((width, height)) = files.iter().find_map(size) else {
            let why = decoded(first).err().unwrap_or_default();
            return Err(SourceError::damaged(
                first,
                0,
                format!("no image here can be read: {why}"),
            ));
        };
        let levels = Levels::of(path, &files)?;
        let info = SourceInfo {
            width: width as usize,
            height: height as usize,
            fps: None,
            frames: Some(files.len()),
            decoder: "image 0.25".to_owned(),
        };
        Ok(Self { files, info, levels, given: 0 })
    }
}

impl Pictures for Images {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Step, SourceError> {
        let Some(file) = self.files.get(self.given) else {
            let remarks = self.levels.iter().map(ToString::to_string).collect();
            return Ok(Step::End(Ending { remarks, ..Ending::default() }));
        };
        self.given += 1;
        let lost = |why: String| {
            let reason = format!("{}: {why}", file.display()).into();
            Ok(Step::Lost { seconds: None, reason })
        };
        let image = match decoded(file) {
            Ok(image) => image,
            Err(why) => return lost(why),
        };
        let (width, height) = (image.width() as usize, image.height() as usize);
        let grey = is_grey(&image);
        let deep = image.color().bytes_per_pixel() / image.color().channel_count() > 1;
        let pixels = match (deep, self.levels) {
            (true, Some(levels)) => match levels.scaled(&image) {
                Some(samples) if grey => Pixels::Gray(samples),
                Some(samples) => Pixels::Rgb(samples),
                None => return lost("samples that are no whole numbers".to_owned()),
            },
            (true, None) => {
                return lost("samples of more than 8 bits, unlike the first pictures".to_owned());
            }
            (false, _) if grey => Pixels::Gray(image.into_luma8().into_raw()),
            (false, _) => Pixels::Rgb(image.into_rgb8().into_raw()),
        };
        *frame = Frame::new(width, height, pixels).at(file)?;
        Ok(Step::Picture(Shown::default()))
    }
}

/// How a picture's own file says that it is to be turned; one that says it badly is not.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    decoder.orientation().unwrap_or(Orientation::NoTransforms)
}

fn is_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Decodes a whole picture, and turns it upright.
pub(super) fn decoded(file: &Path) -> Result<DynamicImage, String> {
    upright(fs::read(file).map_err(|error| error.to_string())?.into())
}

/// The same of the bytes of a picture.
pub(super) fn upright(bytes: Cow<'_, [u8]>) -> Result<DynamicImage, String> {
    if bytes.starts_with(&[0xff, 0xd8]) && !jpeg::is_whole(&bytes) {
        return Err("the JPEG picture ends early".to_owned());
    }
    let floats = tiff::is_tiff(&bytes).then(|| bytes.to_vec());
    if floats.as_deref().is_some_and(tiff::is_stack) {
        return Err("a TIFF of several pages; a picture a file is read, so save each page as one"
            .to_owned());
    }
    let reader = reader(bytes.into_owned()).map_err(|error| error.to_string())?;
    let upright = || {
        let mut decoder = reader.into_decoder()?;
        let orientation = orientation(&mut decoder);
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok::<_, ImageError>(image)
    };
    match (guarded(upright)?, floats) {
        (Err(ImageError::Unsupported(_)), Some(bytes)) => guarded(|| tiff::decode(&bytes))?,
        (image, _) => image.map_err(|error| error.to_string()),
    }
}

/// Whether a path names a visible image file.
pub(crate) fn is_image(file: &Path) -> bool {
    let hidden = file.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    !hidden && has_extension(file) && file.is_file()
}

fn has_extension(file: &Path) -> bool {
    let extension = file.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|text| EXTENSIONS.contains(&text.as_str()))
}

/// The pictures in a folder, sorted out.
pub(crate) fn sequences(folder: &Path) -> Result<Sorted, FileError> {
    Ok(sort(pictures(folder)?))
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).at(folder)? {
        let file = entry.at(folder)?.path();
        if is_image(&file) {
            files.push(file);
        }
    }
    Ok(files)
}

/// Whether a path names one of several sequences in a folder.
pub(crate) fn is_pattern(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.contains('*')) && !path.exists()
}

/// The frames that a path names: of a folder with one sequence, or of one among several.
///
/// # Errors
/// The folder cannot be listed, or has several sequences or none of this name.
pub(crate) fn files_of(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    if is_pattern(path) {
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let around = name.as_deref().and_then(|name| name.split_once('*'));
        let (before, behind) = around.unwrap_or_default();
        // By names alone, since a folder may hold a million pictures of a thousand sequences.
        let listed = fs::read_dir(folder).at(folder)?.flatten().map(|entry| entry.path());
        let own = only(listed.filter(|path| has_extension(path)), [before, behind]);
        let own: Vec<PathBuf> = own.into_iter().filter(|path| is_image(path)).collect();
        return match own.is_empty() {
            false => Ok(own),
            true => Err(FileError::new(path, "no such frames")),
        };
    }
    let mut sequences = sequences(path)?.sequences;
    match sequences.len() {
        0 | 1 => Ok(sequences.pop().map(|sequence| sequence.files).unwrap_or_default()),
        several => {
            let names: Vec<String> =
                sequences.iter().take(4).map(super::sequences::Sequence::pattern).collect();
            let what = format!("frames of {several} sequences in one folder: {}", names.join(", "));
            Err(FileError::new(path, what))
        }
    }
}

/// A reader that tells the format by content, and refuses sizes that no frame may have.
fn reader(bytes: Vec<u8>) -> std::io::Result<ImageReader<Cursor<Vec<u8>>>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    reader.limits(limits);
    Ok(reader)
}
