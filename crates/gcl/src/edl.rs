//! Moments for video editors: an edit decision list, CMX 3600.

use std::fmt::Write;
use std::path::Path;

use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::report::ShownMoment;

use crate::error::Result;

/// Frames a second of lists of footage whose frames are not evenly spaced.
const FPS: u64 = 25;
/// Where the list's own time begins, as editors expect.
const START: f64 = 3600.0;
/// The events that the format can number.
const MOST: usize = 999;

/// The moments in their order as the cuts of one film, at most 999; those without a clock are left out. The
/// format counts whole frames a second and no drop frames: all times are at the first moment's rate, rounded. Sources are
/// named in comments, as reels have but eight letters.
///
/// ```
/// use gcl::data::Clock;
/// use gcl::edl::edl;
/// use gcl::eval::{Moment, report::ShownMoment};
///
/// let moment = Moment { video: "door".into(), start: 50, end: 75, peak_frame: 60, score: 2.5 };
/// let shown = ShownMoment::new(moment, Some(Clock::Even(25.0)));
/// let text = edl(&[shown], "Night shift");
/// assert!(text.contains("AX       V     C        00:00:02:00 00:00:03:00 01:00:00:00 01:00:01:00\n"));
/// ```
#[must_use]
pub fn edl(moments: &[ShownMoment], title: &str) -> String {
    let rate = moments.iter().find_map(|shown| shown.clock.as_ref()?.fps());
    let fps = rate.map_or(FPS, |fps| (fps.round() as u64).clamp(1, 99));
    let mut text = format!("TITLE: {}\nFCM: NON-DROP FRAME\n", one_line(title));
    let mut record = frames(START, fps);
    let seconds = |shown: &ShownMoment| {
        let clock = shown.clock.as_ref()?;
        Some((clock.seconds(shown.moment.start)?, clock.seconds(shown.moment.end)?))
    };
    let timed = moments.iter().filter_map(|shown| Some((shown, seconds(shown)?)));
    for (number, (shown, (start, end))) in (1..=MOST).zip(timed) {
        let start = frames(start, fps);
        let end = frames(end, fps).max(start + 1);
        let times = [start, end, record, record + end - start].map(|at| timecode(at, fps));
        let _ = write!(
            text,
            "\n{number:03}  AX       V     C        {}\n* FROM CLIP NAME: {}\n* COMMENT: SCORE {}\n",
            times.join(" "),
            one_line(&shown.moment.video),
            shown.moment.score
        );
        record += end - start;
    }
    text
}

/// Writes [`edl`] to a file.
///
/// # Errors
/// If it cannot be written.
pub fn write_edl(moments: &[ShownMoment], title: &str, path: &Path) -> Result<()> {
    Ok(write_bytes_atomic(path, edl(moments, title).as_bytes())?)
}

fn frames(seconds: f64, fps: u64) -> u64 {
    (seconds * fps as f64).round() as u64
}

/// Hours begin again after a day, as on tape.
fn timecode(frame: u64, fps: u64) -> String {
    let (seconds, frame) = (frame / fps, frame % fps);
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}:{frame:02}", seconds % 60)
}

/// Text that stays on its line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use gcl_data::Clock;
    use gcl_eval::Moment;

    use super::*;

    fn shown(video: &str, start: usize, end: usize, clock: Option<Clock>) -> ShownMoment {
        let moment = Moment { video: video.into(), start, end, peak_frame: start, score: 1.5 };
        ShownMoment::new(moment, clock)
    }

    #[test]
    fn cuts_follow_each_other_in_one_rate() {
        let even = |fps| Some(Clock::Even(fps));
        let moments = [
            shown("a\nb", 30, 75, even(29.97)),
            shown("still", 0, 9, None),
            shown("c", 90_000, 90_001, even(100.0)),
        ];
        let text = edl(&moments, "two\r\nlines");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["TITLE: two  lines", "FCM: NON-DROP FRAME", ""]);
        let first = "001  AX       V     C        00:00:01:00 00:00:02:15 01:00:00:00 01:00:01:15";
        assert_eq!(lines[3..6], [first, "* FROM CLIP NAME: a b", "* COMMENT: SCORE 1.5"]);
        let second = "002  AX       V     C        00:15:00:00 00:15:00:01 01:00:01:15 01:00:01:16";
        assert_eq!(lines[7..9], [second, "* FROM CLIP NAME: c"], "at least one frame");
        assert_eq!(lines.len(), 10);
    }

    #[test]
    fn a_list_ends_where_its_numbers_do() {
        let moments: Vec<_> =
            (0..1200).map(|i| shown("a", i, i + 1, Some(Clock::Even(5.0)))).collect();
        let text = edl(&moments, "");
        assert_eq!(text.lines().filter(|line| line.contains("  AX  ")).count(), 999);
        assert_eq!(edl(&[], "").lines().count(), 2);
    }
}
