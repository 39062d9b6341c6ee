//! Pieces of the page that several sections use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gcl_data::Clock;
use sha2::{Digest, Sha256};

use crate::clock_time;
use crate::escape::escape;
use crate::table::grouped;

/// Style of the page; that of the charts is beside it.
const STYLE: &str = include_str!("report.css");

/// Most rows that a table of texts shows.
const MOST_ROWS: usize = 2000;

/// A titled part of the page.
pub(super) struct Section {
    id: String,
    /// HTML.
    title: String,
    body: String,
}

impl Section {
    /// `body` is HTML.
    pub fn new(id: &'static str, title: &'static str, body: String) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), body }
    }

    /// A part whose title is any text; its id follows from it.
    pub fn titled(title: &str, body: String) -> Self {
        let id: String = title
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        Self { id: format!("part-{id}"), title: escape(title), body }
    }

    /// Its entry in the page's navigation.
    pub fn link(&self) -> String {
        format!("<a href=\"#{}\">{}</a>", self.id, self.title)
    }

    /// The part itself.
    pub fn html(&self) -> String {
        let Self { id, title, body } = self;
        if title.is_empty() {
            return format!("<section>\n{body}</section>\n");
        }
        format!("<section id=\"{id}\">\n<h2>{title}</h2>\n{body}</section>\n")
    }
}

/// A paragraph in small print; nothing for an empty text.
pub(super) fn note(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("<p class=\"note\">{}</p>\n", escape(text))
}

/// What a reader has to know first.
pub(super) fn notes(texts: &[String]) -> Option<Section> {
    let items: String = texts.iter().map(|w| format!("<li>{}</li>\n", escape(w))).collect();
    let body = format!("<ul class=\"warnings\">\n{items}</ul>\n");
    (!items.is_empty()).then(|| Section::new("warnings", "Please note", body))
}

/// The page's own script, for its moments.
const SCRIPT: &str = include_str!("report.js");

/// The script as it stands in a page, and what allows it and no other one.
pub(super) fn script() -> (String, String) {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    (format!("<script>{SCRIPT}</script>\n"), format!("; script-src 'sha256-{hash}'"))
}

/// The whole file; `first` is HTML that comes before the sections, `script` a script with what allows it.
pub(super) fn document(
    title: &str,
    subtitle: &str,
    first: &str,
    sections: &[Section],
    (script, allowed): (&str, &str),
) -> String {
    let titled: Vec<&Section> = sections.iter().filter(|s| !s.title.is_empty()).collect();
    let links: String = titled.iter().map(|section| section.link()).collect();
    let nav = match titled.len() {
        0 | 1 => String::new(),
        _ => format!("<nav aria-label=\"Sections\">{links}</nav>\n"),
    };
    let bodies: String = sections.iter().map(Section::html).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; img-src data:; media-src 'self' file:{allowed}\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{chart}</style>\n</head>\n<body>\n\
         <header><h1>{title}</h1><p>{subtitle}</p></header>\n\
         {nav}<main>\n{first}{bodies}</main>\n\
         <footer>Made by gcl-eval {version}. A higher score means a more anomalous frame; \
         a score is a hint for a person, not a finding.</footer>\n{script}</body>\n</html>\n",
        title = escape(title),
        chart = crate::svg::STYLE,
        subtitle = escape(subtitle),
        version = env!("CARGO_PKG_VERSION"),
    )
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

/// A frame's time, where there is a clock.
fn time(frame: usize, clock: Option<&Clock>) -> Option<String> {
    clock.and_then(|clock| clock.seconds(frame)).and_then(clock_time)
}

/// A frame as a time where the clock is known, or else by its number.
pub(super) fn place(frame: usize, clock: Option<&Clock>) -> String {
    match time(frame, clock) {
        Some(time) => time,
        None => format!("frame {}", grouped(frame as u64)),
    }
}

/// A stretch of frames, as [`place`].
pub(super) fn span(start: usize, end: usize, clock: Option<&Clock>) -> String {
    match time(start, clock).zip(time(end, clock)) {
        Some((start, end)) => format!("{start} – {end}"),
        None => {
            let last = grouped(end.saturating_sub(1) as u64);
            format!("frames {} – {last}", grouped(start as u64))
        }
    }
}
