//! Which moments of footage are kept, and how they are cut.

mod span;

use std::ops::Range;

use gcl_data::{Clock, WallTime};
use gcl_eval::report::VideoScores;
use gcl_eval::{Moment, MomentOptions, find_moments};

use crate::error::{Error, Result};
pub use span::{Bound, Span};

/// A moment is where scores reach this quantile of all frames.
const QUANTILE: f64 = 0.95;

const DAY: f64 = 86_400.0;

/// How many moments are kept, the highest-scoring ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// So many.
    Top(usize),
    /// So many for each day of footage by its clocks, rounded to whole moments, at least one.
    PerDay(f64),
}

/// Which moments are kept, and how they are cut. Lengths are in seconds; where one is given, the clocks of all videos
/// have to be known. The order is: merge, drop what is too short, extend, join what then overlaps, keep the highest.
///
/// ```
/// use gcl::data::Clock;
/// use gcl::eval::report::VideoScores;
/// use gcl::pick::Pick;
///
/// let mut scores = vec![0.1; 1000];
/// scores[400..410].fill(0.8);
/// let video = VideoScores {
///     video: "door".to_owned(), scores, clock: Some(Clock::Even(10.0)), ..Default::default()
/// };
/// let moments = Pick { pad: 2.0, ..Pick::top(20) }.moments(&[video])?;
/// assert_eq!((moments[0].start, moments[0].end), (380, 430));
/// # Ok::<(), gcl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// How many.
    pub limit: Limit,
    /// Moments of one video that are less than this apart are one; fewer than 50 frames if absent.
    pub merge: Option<f64>,
    /// Each is extended by this on both sides, as far as its video goes.
    pub pad: f64,
    /// Shorter ones are dropped; padding does not count.
    pub least_length: f64,
    /// Where moments are looked for. What is elsewhere is no part of any, nor of the frames among which the highest are
    /// taken.
    pub span: Span,
}

impl Default for Pick {
    /// The 20 highest.
    fn default() -> Self {
        Self::top(20)
    }
}

impl Pick {
    /// The highest moments, as they are.
    #[must_use]
    pub fn top(count: usize) -> Self {
        let span = Span::default();
        Self { limit: Limit::Top(count), merge: None, pad: 0.0, least_length: 0.0, span }
    }

    /// Refuses values out of range.
    ///
    /// # Errors
    /// [`Error::Setting`] for a budget of nothing, for times that are negative or not finite, and for a span whose bounds
    /// are of two kinds or in the wrong order.
    pub fn check(&self) -> Result<()> {
        self.span.check()?;
        let wrong = |text: String| Err(Error::Setting(text));
        if let Limit::PerDay(count) = self.limit
            && !(count.is_finite() && count > 0.0)
        {
            return wrong(format!("{count} alarms a day: the number must be above 0"));
        }
        let seconds = [
            ("the distance to merge at", self.merge.unwrap_or(0.0)),
            ("the padding", self.pad),
            ("the least length", self.least_length),
        ];
        match seconds.iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0)) {
            Some((name, value)) => wrong(format!("{name} is {value}; it must be 0 s or more")),
            None => Ok(()),
        }
    }

    /// Refuses videos without a clock, by id, where one is needed, and those without a clock time.
    ///
    /// # Errors
    /// [`Error::Setting`] with the option and the first such video.
    pub fn check_clocks<'a>(
        &self,
        videos: impl IntoIterator<Item = (&'a str, Option<Clock>, Option<WallTime>)>,
    ) -> Result<()> {
        let Some(what) = self.needs_clock() else { return Ok(()) };
        for (video, clock, recorded) in videos {
            if clock.and_then(|clock| clock.seconds(0)).is_none() {
                return Err(Error::Setting(format!(
                    "{what} is in time, but the frame rate of video `{video}` is not known"
                )));
            }
            if self.span.is_of_clock() && recorded.is_none() {
                return Err(Error::Setting(format!(
                    "the span is in clock time, but nothing tells when video `{video}` was recorded: its file's name, a \
                     manifest's column `clock`, or its header; a time within each video starts with a plus (+0:12:30)"
                )));
            }
        }
        Ok(())
    }

    fn needs_clock(&self) -> Option<&'static str> {
        match self {
            Self { limit: Limit::PerDay(_), .. } => Some("an amount per day"),
            Self { span, .. } if !span.is_all() => Some("a span"),
            Self { merge: Some(_), .. } => Some("merging"),
            Self { pad, .. } if *pad > 0.0 => Some("padding"),
            Self { least_length, .. } if *least_length > 0.0 => Some("a least length"),
            _ => None,
        }
    }

    /// The moments of scored videos, the highest first.
    ///
    /// # Errors
    /// As [`check`](Self::check) and [`check_clocks`](Self::check_clocks); if a score is not finite.
    pub fn moments(&self, videos: &[VideoScores]) -> Result<Vec<Moment>> {
        let mut moments = self.candidates(videos)?;
        moments.truncate(self.count(videos));
        Ok(moments)
    }

    /// All that could be listed, however many.
    pub(crate) fn candidates(&self, videos: &[VideoScores]) -> Result<Vec<Moment>> {
        self.check()?;
        let clocks = videos.iter().map(|v| (v.video.as_str(), v.clock.clone(), v.recorded));
        self.check_clocks(clocks)?;
        let standard = MomentOptions { quantile: QUANTILE, ..MomentOptions::default() };
        let mut options = MomentOptions { top: usize::MAX, ..standard };
        if self.merge.is_some() {
            options.min_gap = 1;
        }
        let found = self.find(videos, &options)?;
        let mut kept = Vec::new();
        match self.merge.is_some() || self.pad > 0.0 || self.least_length > 0.0 {
            false => kept = found,
            true => videos.iter().for_each(|video| {
                let own = found.iter().filter(|moment| moment.video == video.video);
                kept.extend(self.cut(own.cloned().collect(), video));
            }),
        }
        // Stable: equal scores stay in the order of videos and starts.
        kept.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(kept)
    }

    /// Why there are only so many moments, where more were asked for.
    pub fn fewer(&self, found: usize, videos: &[VideoScores]) -> Option<String> {
        let wanted = self.count(videos);
        let apart = match self.merge {
            Some(seconds) => format!("{seconds} s"),
            None => format!("{} frames", MomentOptions::default().min_gap),
        };
        let short = match self.least_length > 0.0 {
            true => format!(", and those shorter than {} s are dropped", self.least_length),
            false => String::new(),
        };
        let share = 100.0 * (1.0 - QUANTILE);
        (found < wanted).then(|| {
            format!(
                "{found} of {wanted} moments: the highest-scoring {share:.0} % of the frames make no more, as those less \
                 than {apart} apart are one moment{short}."
            )
        })
    }

    /// One video's moments, merged, without those that are too short, extended.
    fn cut(&self, mut moments: Vec<Moment>, video: &VideoScores) -> Vec<Moment> {
        let Some(clock) = &video.clock else { return moments };
        let seconds = |frame| clock.seconds(frame).unwrap_or(0.0);
        moments.sort_by_key(|moment| moment.start);
        let merge = self.merge.unwrap_or(0.0);
        moments = joined(moments, |end, start| seconds(start) - seconds(end) < merge);
        moments.retain(|moment| seconds(moment.end) - seconds(moment.start) >= self.least_length);
        if self.pad > 0.0 {
            let frames = video.scores.len();
            for moment in &mut moments {
                moment.start = clock.frame_at(seconds(moment.start) - self.pad, frames);
                moment.end = clock.frame_at(seconds(moment.end) + self.pad, frames);
            }
        }
        joined(moments, |end, start| start <= end)
    }

    /// The moments of the frames that are looked at.
    fn find(&self, videos: &[VideoScores], options: &MomentOptions) -> Result<Vec<Moment>> {
        if self.span.is_all() {
            let scores = videos.iter().map(|video| (video.video.as_str(), &video.scores));
            return Ok(find_moments(scores, options)?);
        }
        // Each piece of a video stands for a video of its own: in order of the videos and their frames.
        let pieces: Vec<(&VideoScores, Range<usize>)> = videos
            .iter()
            .flat_map(|video| {
                self.span.frames(video).into_iter().map(move |frames| (video, frames))
            })
            .collect();
        let scores = pieces.iter().enumerate().map(|(number, (video, frames))| {
            (format!("{number:09}"), video.scores.get(frames.clone()).unwrap_or_default())
        });
        let mut found = find_moments(scores, options)?;
        for moment in &mut found {
            let piece = moment.video.parse().ok().and_then(|number: usize| pieces.get(number));
            if let Some((video, frames)) = piece {
                moment.video.clone_from(&video.video);
                for frame in [&mut moment.start, &mut moment.end, &mut moment.peak_frame] {
                    *frame += frames.start;
                }
            }
        }
        Ok(found)
    }

    /// How many moments are asked for.
    pub(crate) fn count(&self, videos: &[VideoScores]) -> usize {
        match self.limit {
            Limit::Top(count) => count,
            Limit::PerDay(count) => {
                ((count * self.seconds(videos).unwrap_or(0.0) / DAY).round() as usize).max(1)
            }
        }
    }

    /// How long what is looked at is, in seconds, where the clocks of all videos are known.
    pub(crate) fn seconds(&self, videos: &[VideoScores]) -> Option<f64> {
        if self.span.is_all() {
            return videos.iter().map(VideoScores::seconds).sum();
        }
        let of_video = |video: &VideoScores| -> Option<f64> {
            let clock = video.clock.as_ref()?;
            let length = |frames: Range<usize>| {
                Some(clock.seconds(frames.end)? - clock.seconds(frames.start)?)
            };
            self.span.frames(video).into_iter().map(length).sum()
        };
        videos.iter().map(of_video).sum()
    }
}

/// Moments in order of their starts, those whose ends and starts are `near` joined to the higher one's peak.
fn joined(moments: Vec<Moment>, near: impl Fn(usize, usize) -> bool) -> Vec<Moment> {
    let mut joined: Vec<Moment> = Vec::new();
    for moment in moments {
        match joined.last_mut() {
            Some(last) if near(last.end, moment.start) => {
                last.end = last.end.max(moment.end);
                if moment.score > last.score {
                    (last.score, last.peak_frame) = (moment.score, moment.peak_frame);
                }
            }
            _ => joined.push(moment),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
