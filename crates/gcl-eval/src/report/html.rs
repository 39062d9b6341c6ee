//! Pieces of the page that several sections use.

use crate::escape::escape;
use crate::table::grouped;
use crate::timestamp;

/// Most rows that a table of texts shows.
const MOST_ROWS: usize = 2000;

/// A titled part of the page.
pub(super) struct Section {
    id: &'static str,
    title: &'static str,
    body: String,
}

impl Section {
    /// `body` is HTML.
    pub fn new(id: &'static str, title: &'static str, body: String) -> Self {
        Self { id, title, body }
    }

    /// Its entry in the page's navigation.
    pub fn link(&self) -> String {
        format!("<a href=\"#{}\">{}</a>", self.id, self.title)
    }

    /// The part itself.
    pub fn html(&self) -> String {
        let Self { id, title, body } = self;
        format!("<section id=\"{id}\">\n<h2>{title}</h2>\n{body}</section>\n")
    }
}

/// A table of two columns of texts.
pub(super) fn pairs(
    id: &'static str,
    title: &'static str,
    head: [&str; 2],
    rows: &[(String, String)],
) -> Option<Section> {
    if rows.is_empty() {
        return None;
    }
    let mut body = format!(
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
        head[0], head[1]
    );
    for (name, value) in rows.iter().take(MOST_ROWS) {
        let (name, value) = (escape(name), escape(value));
        body.push_str(&format!(
            "<tr><th scope=\"row\"><bdi>{name}</bdi></th><td><bdi>{value}</bdi></td></tr>\n"
        ));
    }
    body.push_str("</tbody></table></div>\n");
    if rows.len() > MOST_ROWS {
        body.push_str(&format!("<p class=\"note\">and {} more.</p>\n", rows.len() - MOST_ROWS));
    }
    Some(Section::new(id, title, body))
}

/// A frame as a time where the frame rate is known, or else by its number.
pub(super) fn place(frame: usize, fps: Option<f64>) -> String {
    match fps.and_then(|fps| timestamp(frame, fps)) {
        Some(time) => time,
        None => format!("frame {}", grouped(frame as u64)),
    }
}

/// A stretch of frames, as [`place`].
pub(super) fn span(start: usize, end: usize, fps: Option<f64>) -> String {
    match fps.and_then(|fps| Some((timestamp(start, fps)?, timestamp(end, fps)?))) {
        Some((start, end)) => format!("{start} – {end}"),
        None => {
            let last = grouped(end.saturating_sub(1) as u64);
            format!("frames {} – {last}", grouped(start as u64))
        }
    }
}
