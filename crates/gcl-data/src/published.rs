//! What published feature and mask files add to a video's name.

/// Endings that say of which network, stream or kind a file is.
const KINDS: [&str; 5] = ["_gt", "_i3d", "_c3d", "_rgb", "_flow"];

/// Extensions that names in lists may have. Other dots belong to the name: `Bad.Boys.1995__#01`.
const EXTENSIONS: [&str; 6] = ["mp4", "avi", "mkv", "mov", "webm", "npy"];

/// A name without a video's extension.
pub(crate) fn without_extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((bare, end)) if EXTENSIONS.iter().any(|known| end.eq_ignore_ascii_case(known)) => bare,
        _ => name,
    }
}

/// A file's name without what it says beside the video's: `Abuse028_x264__9_gt` and `Abuse028_x264_i3d` are
/// both `Abuse028_x264`, as is `Abuse028_x264.mp4`.
pub(crate) fn plain(name: &str) -> &str {
    let file = without_extension(name);
    let bare = KINDS.iter().find_map(|kind| file.strip_suffix(kind)).unwrap_or(file);
    let bare = crop(bare).map_or(bare, |(video, _)| video);
    if bare.is_empty() { name } else { bare }
}

/// The video and the crop of a name such as `Abuse028_x264__9`, of which there is one file a crop.
pub(crate) fn crop(name: &str) -> Option<(&str, usize)> {
    let (video, crop) = name.rsplit_once("__")?;
    let digits = (1..=2).contains(&crop.len()) && crop.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !video.is_empty()).then(|| Some((video, crop.parse().ok()?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_go_and_names_stay() {
        for (name, expected) in [
            ("Abuse028_x264__9_gt", "Abuse028_x264"),
            ("Abuse028_x264_i3d", "Abuse028_x264"),
            ("A.Mind.2001__#00-25-20_label_A__0", "A.Mind.2001__#00-25-20_label_A"),
            ("01_0014", "01_0014"),
            ("Abuse028_x264.mp4", "Abuse028_x264"),
            ("cam.2.MOV", "cam.2"),
            ("cam.2", "cam.2"),
            (".mp4", ".mp4"),
            ("__0", "__0"),
            ("_i3d", "_i3d"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }
}
