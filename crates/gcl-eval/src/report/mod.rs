//! One self-contained HTML file about a run: no network, no other files but clips that are beside it, and no scripts but
//! the one by which keys go through moments.

mod html;
mod measures;
mod moments;
mod overlay;
mod page;
mod timelines;

pub use page::{Figure, Page, TextTable};

use gcl_data::{Clock, WallTime};

use crate::escape::escape;
use crate::svg::{Histogram, LineChart};
use crate::{Evaluation, Moment, Place, Rarity};

/// A number shown at the top.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tile {
    /// Its name.
    pub label: String,
    /// Its value, as text.
    pub value: String,
    /// A few words under it; may be empty.
    pub note: String,
}

/// The format of a [`Picture`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
}

/// An encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// How `bytes` are encoded.
    pub format: PictureFormat,
    /// The picture's file.
    pub bytes: Vec<u8>,
    /// Width and height of the frame in pixels; the file may be smaller, of the same shape.
    pub size: [u32; 2],
}

/// A moment with the data to show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownMoment {
    /// The moment.
    pub moment: Moment,
    /// When the video's frames are shown; frame numbers stand for times if absent.
    pub clock: Option<Clock>,
    /// A frame of it, usually the peak.
    pub picture: Option<Picture>,
    /// Where in the picture, where known.
    pub place: Option<Place>,
    /// How rare it is, where that was counted.
    pub rarity: Option<Rarity>,
    /// Whether it stands out from the footage, where that can be said.
    pub stands_out: Option<bool>,
    /// The clock time of the video's start, where the recording tells it.
    pub recorded: Option<WallTime>,
    /// A file that shows it, as a path from the page with `/` between its parts.
    pub clip: Option<String>,
}

impl ShownMoment {
    /// A moment of which no more is known than when its video's frames are shown.
    #[must_use]
    pub fn new(moment: Moment, clock: Option<Clock>) -> Self {
        let (picture, place, rarity) = (None, None, None);
        let (stands_out, recorded, clip) = (None, None, None);
        Self { moment, clock, picture, place, rarity, stands_out, recorded, clip }
    }

    /// The clock time of a frame of its video, where it is known.
    pub fn wall_time(&self, frame: usize) -> Option<WallTime> {
        Some(self.recorded?.after(self.clock.as_ref()?.seconds(frame)?))
    }
}

/// One video's scores.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VideoScores {
    /// The video's id.
    pub video: String,
    /// One score per frame.
    pub scores: Vec<f32>,
    /// One label per frame, `true` = abnormal, where known.
    pub truth: Option<Vec<bool>>,
    /// When its frames are shown; frame numbers stand for times if absent.
    pub clock: Option<Clock>,
    /// The clock time of its first frame, where the recording tells it.
    pub recorded: Option<WallTime>,
}

impl VideoScores {
    /// How long the video is, in seconds, where its clock is known.
    pub fn seconds(&self) -> Option<f64> {
        let clock = self.clock.as_ref()?;
        Some(clock.seconds(self.scores.len())? - clock.seconds(0)?)
    }
}

/// The contents of a report. Everything but the title may be empty; empty sections are left out. All texts
/// are plain text: they are escaped, so that nothing in them becomes markup.
///
/// ```
/// use gcl_eval::report::{Report, VideoScores};
///
/// let mut report = Report::new("Car park, Monday");
/// let scores = vec![0.1, 0.1, 0.9, 0.2];
/// report.videos.push(VideoScores { video: "camera-1".to_owned(), scores, ..Default::default() });
/// let html = report.render();
/// assert!(html.starts_with("<!DOCTYPE html>") && html.contains("camera-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Heading and page title.
    pub title: String,
    /// A line under the heading.
    pub subtitle: String,
    /// What came of it, in a sentence or two, said before all else; may be empty.
    pub answer: String,
    /// Numbers shown first; those of `evaluation` are added automatically.
    pub tiles: Vec<Tile>,
    /// Caveats that a reader has to know first, in sentences.
    pub warnings: Vec<String>,
    /// The most anomalous moments, in order of rank.
    pub moments: Vec<ShownMoment>,
    /// What has to be known of which moments are listed, in sentences.
    pub listed: Vec<String>,
    /// Tables that sum the moments up, shown behind them.
    pub tables: Vec<TextTable>,
    /// Every video's scores, in the order to show them.
    pub videos: Vec<VideoScores>,
    /// Agreement with the truth, where there is one.
    pub evaluation: Option<Evaluation>,
    /// Distribution of the scores.
    pub histogram: Option<Histogram>,
    /// Further charts, such as losses over epochs.
    pub training: Vec<LineChart>,
    /// Further figures.
    pub figures: Vec<Figure>,
    /// The run's settings as (name, value).
    pub config: Vec<(String, String)>,
    /// Videos left out, as (id, reason).
    pub skipped: Vec<(String, String)>,
    /// Videos of which something was lost, as (id, what).
    pub damaged: Vec<(String, String)>,
}

impl Report {
    /// An empty report.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The HTML file. It stays below about 20 MB: pictures and timelines that would take it further
    /// are left out, and the page says so.
    pub fn render(&self) -> String {
        let mut sections: Vec<html::Section> = Vec::new();
        sections.extend(html::notes(&self.warnings));
        sections.extend(moments::section(self));
        sections.extend(self.tables.iter().map(page::table));
        sections.extend(timelines::section(self));
        sections.extend(measures::section(self));
        sections.extend(measures::training(&self.training));
        sections.extend(self.figures.iter().map(page::figure));
        let (config, skipped) = (&self.config, &self.skipped);
        sections.extend(html::pairs("config", "Configuration", ["setting", "value"], config));
        sections.extend(html::pairs("skipped", "Videos left out", ["video", "reason"], skipped));
        let what = ["video", "what was lost or odd"];
        sections.extend(html::pairs("damaged", "Videos with damage", what, &self.damaged));
        let answer = match self.answer.is_empty() {
            true => String::new(),
            false => format!("<p class=\"answer\">{}</p>\n", escape(&self.answer)),
        };
        let first = answer + &self.tile_list();
        let (script, allowed) = match self.moments.is_empty() {
            true => Default::default(),
            false => html::script(),
        };
        html::document(&self.title, &self.subtitle, &first, &sections, (&script, &allowed))
    }

    fn tile_list(&self) -> String {
        let own = self.evaluation.as_ref().map(measures::tiles).unwrap_or_default();
        let tiles: String = self
            .tiles
            .iter()
            .chain(&own)
            .map(|t| {
                let (label, value, note) = (escape(&t.label), escape(&t.value), escape(&t.note));
                format!("<div><dt>{label}</dt><dd>{value}<small>{note}</small></dd></div>\n")
            })
            .collect();
        if tiles.is_empty() { tiles } else { format!("<dl class=\"tiles\">\n{tiles}</dl>\n") }
    }
}
