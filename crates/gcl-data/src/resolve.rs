//! Matching a video's id with the name that a truth file has for it.

use thiserror::Error;

use crate::id::VideoId;
use crate::published::plain;

/// Why a video has no counterpart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum ResolveError {
    /// No entry matches.
    #[error("no entry for video {wanted}{}", near_text(near))]
    NotFound { wanted: VideoId, near: Vec<VideoId> },
    /// More than one entry matches equally well.
    #[error("video {wanted} matches several entries: {}", list(candidates))]
    Ambiguous { wanted: VideoId, candidates: Vec<VideoId> },
    /// Two videos match the same entry.
    #[error(
        "videos {first} and {second} both match the entry {entry}; \
         choose one of them, or name the entry in full"
    )]
    Shared { first: VideoId, second: VideoId, entry: VideoId },
}

fn list(ids: &[VideoId]) -> String {
    ids.iter().map(VideoId::as_str).collect::<Vec<_>>().join(", ")
}

fn near_text(near: &[VideoId]) -> String {
    if near.is_empty() { String::new() } else { format!("; the nearest are {}", list(near)) }
}

/// The one entry of `have` that denotes the video `wanted`. The first rule that matches decides:
///
/// 1. the same id;
/// 2. one id is the end of the other, by whole components: `Abuse028_x264` and
///    `Abuse/Abuse028_x264`, but never `train/01` and `test/01`;
/// 3. as 2, with last components that are the same number: `1` and `test/01`;
/// 4. as 2, without what published files add to a name: `Abuse028_x264_i3d`, `Abuse028_x264__9_gt` and
///    `Abuse028_x264.mp4`.
///
/// ```
/// use gcl_data::{VideoId, resolve};
///
/// let truth = [VideoId::new("Abuse/Abuse028_x264")?, VideoId::new("Arrest/Arrest001_x264")?];
/// assert_eq!(resolve(&VideoId::new("Abuse028_x264")?, &truth)?, &truth[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ResolveError::NotFound`], with similar entries, or [`ResolveError::Ambiguous`] if a rule matches
/// more than one.
pub fn resolve<'a>(
    wanted: &VideoId,
    have: impl IntoIterator<Item = &'a VideoId> + Clone,
) -> Result<&'a VideoId, ResolveError> {
    let rules: [fn(&VideoId, &VideoId) -> bool; 4] = [
        |a, b| a == b,
        |a, b| ends_alike(a, b, |x, y| x == y),
        |a, b| ends_alike(a, b, same_number),
        |a, b| ends_alike(a, b, |x, y| plain(x) == plain(y)),
    ];
    for rule in rules {
        let mut fits = have.clone().into_iter().filter(|id| rule(wanted, id));
        let Some(first) = fits.next() else { continue };
        let candidates: Vec<VideoId> = std::iter::once(first).chain(fits).cloned().collect();
        if candidates.len() == 1 {
            return Ok(first);
        }
        return Err(ResolveError::Ambiguous { wanted: wanted.clone(), candidates });
    }
    let mut near: Vec<(usize, &VideoId)> = have
        .into_iter()
        .map(|id| (likeness(wanted.name(), id.name()), id))
        .filter(|(likeness, _)| 2 * likeness >= wanted.name().len())
        .collect();
    near.sort_by(|a, b| b.cmp(a));
    let near = near.into_iter().take(3).map(|(_, id)| id.clone()).collect();
    Err(ResolveError::NotFound { wanted: wanted.clone(), near })
}

/// [`resolve`] for many videos at once; two that match the same entry are an error. A video without an
/// entry gets `None`.
///
/// # Errors
/// [`ResolveError::Ambiguous`] and [`ResolveError::Shared`].
pub fn resolve_all<'a>(
    wanted: &[VideoId],
    have: impl IntoIterator<Item = &'a VideoId> + Clone,
) -> Result<Vec<Option<&'a VideoId>>, ResolveError> {
    let mut taken = std::collections::BTreeMap::new();
    let mut found = Vec::with_capacity(wanted.len());
    for id in wanted {
        let entry = match resolve(id, have.clone()) {
            Ok(entry) => entry,
            Err(ResolveError::NotFound { .. }) => {
                found.push(None);
                continue;
            }
            Err(e) => return Err(e),
        };
        if let Some(first) = taken.insert(entry, id) {
            let (first, second) = (first.clone(), id.clone());
            return Err(ResolveError::Shared { first, second, entry: entry.clone() });
        }
        found.push(Some(entry));
    }
    Ok(found)
}

/// Whether the shorter id is the end of the longer one, where `same` judges the last components.
fn ends_alike(a: &VideoId, b: &VideoId, same: fn(&str, &str) -> bool) -> bool {
    let (mut a, mut b) = (a.as_str().rsplit('/'), b.as_str().rsplit('/'));
    a.next().zip(b.next()).is_some_and(|(x, y)| same(x, y)) && a.zip(b).all(|(x, y)| x == y)
}

/// Whether both are the same number, leading zeros aside.
fn same_number(a: &str, b: &str) -> bool {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    digits(a) && digits(b) && a.trim_start_matches('0') == b.trim_start_matches('0')
}

/// Bytes that two names have in common at their start, and at their end, whatever their case.
fn likeness(a: &str, b: &str) -> usize {
    let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let start = a.bytes().zip(b.bytes()).take_while(same).count();
    start + a.bytes().rev().zip(b.bytes().rev()).take_while(same).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn ids(names: &[&str]) -> Vec<VideoId> {
        names.iter().map(|name| VideoId::new(name).unwrap()).collect()
    }

    fn one(wanted: &str, have: &[&str]) -> Result<String, ResolveError> {
        resolve(&VideoId::new(wanted).unwrap(), &ids(have)).map(ToString::to_string)
    }

    #[test]
    fn exact_then_end_then_number() {
        assert_eq!(one("test/01", &["1", "01", "test/01"]).unwrap(), "test/01");
        assert_eq!(one("test/01", &["1", "01"]).unwrap(), "01");
        assert_eq!(one("test/01", &["1", "10"]).unwrap(), "1");
        assert_eq!(one("Abuse028", &["Abuse/Abuse028", "b"]).unwrap(), "Abuse/Abuse028");
    }

    #[test]
    fn case_25_published_suffixes() {
        let masks = ["Abuse028_x264__9_gt", "Abuse029_x264__9_gt"];
        assert_eq!(one("Abuse/Abuse028_x264", &masks).unwrap(), masks[0]);
        assert_eq!(
            one("Abuse029_x264_i3d", &["Abuse/Abuse029_x264"]).unwrap(),
            "Abuse/Abuse029_x264"
        );
        assert_eq!(one("Abuse029_x264_i3d", &masks).unwrap(), masks[1]);
        // Two files of one video are told apart by nobody here.
        let crops = ["a__0", "a__1"];
        assert!(matches!(one("a", &crops), Err(ResolveError::Ambiguous { .. })));
        assert_eq!(one("a__1", &crops).unwrap(), "a__1");
    }

    #[test]
    fn another_folder_is_another_video() {
        assert!(matches!(one("test/01", &["train/01"]), Err(ResolveError::NotFound { .. })));
        assert!(matches!(one("test/1", &["train/01"]), Err(ResolveError::NotFound { .. })));
    }

    #[test]
    fn more_than_one_is_an_error_that_names_them() {
        let error = one("01", &["a/01", "b/01"]).unwrap_err();
        assert_eq!(error.to_string(), "video 01 matches several entries: a/01, b/01");
        let error = one("Abuse27_x264", &["Abuse28_x264", "Arrest01_y"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no entry for video Abuse27_x264; the nearest are Abuse28_x264"
        );
    }

    #[test]
    fn two_videos_never_share_an_entry() {
        let have = ids(&["1", "2"]);
        let found = resolve_all(&ids(&["test/02", "test/09"]), &have).unwrap();
        assert_eq!(found, [Some(&have[1]), None]);
        let error = resolve_all(&ids(&["test/01", "train/01"]), &have).unwrap_err();
        assert!(error.to_string().contains("test/01 and train/01 both match the entry 1"));
    }
}
