//! The most anomalous moments, as cards.

use std::collections::HashMap;

use super::html::{Section, note, place, span};
use super::overlay::shot;
use super::{Report, ShownMoment};
use crate::escape::{address, escape};

/// Most bytes that all pictures together may add to the page.
const PICTURE_BYTES: usize = 10_000_000;

pub(super) fn section(report: &Report) -> Option<Section> {
    if report.moments.is_empty() {
        return None;
    }
    let anchors: HashMap<&str, usize> =
        report.videos.iter().enumerate().map(|(i, v)| (v.video.as_str(), i)).collect();
    let mut room = PICTURE_BYTES;
    let mut left_out = 0usize;
    let mut body = match report.moments.iter().any(|m| m.place.is_some() && m.picture.is_some()) {
        true => note("A box shows where in the picture the score comes from."),
        false => String::new(),
    };
    let plays = report.moments.iter().any(|m| m.clip.is_some());
    let plays = if plays { ", p plays" } else { "" };
    body.push_str(&note(&format!(
        "Keys: j and k, or the arrows, go on and back{plays}, c copies the line for not-interesting.csv."
    )));
    report.listed.iter().for_each(|text| body.push_str(&note(text)));
    body.push_str("<ol class=\"moments\">\n");
    for (i, shown) in report.moments.iter().enumerate() {
        let mut image = String::new();
        if let Some(picture) = &shown.picture {
            // Base64 takes four bytes for three.
            let bytes = picture.bytes.len().div_ceil(3).saturating_mul(4);
            if bytes <= room {
                room -= bytes;
                image = shot(picture, shown, i + 1);
            } else {
                left_out += 1;
            }
        }
        body.push_str(&card(shown, i + 1, &image, anchors.get(shown.moment.video.as_str())));
    }
    body.push_str("</ol>\n");
    if left_out > 0 {
        body.push_str(&format!(
            "<p class=\"note\">{left_out} pictures were left out to keep this file small.</p>\n"
        ));
    }
    Some(Section::new("moments", "Most anomalous moments", body))
}

fn card(shown: &ShownMoment, rank: usize, image: &str, anchor: Option<&usize>) -> String {
    let moment = &shown.moment;
    let id = format!("<bdi>{}</bdi>", escape(&moment.video));
    let video = match anchor {
        Some(index) => format!("<a href=\"#video-{index}\">{id}</a>"),
        None => id,
    };
    let rarity = shown.rarity.map(|rarity| format!("{rarity} · ")).unwrap_or_default();
    let recorded = shown.wall_time(moment.start).map(|at| format!(" · {at}")).unwrap_or_default();
    let mark = if shown.stands_out == Some(true) { " · <b>stands out</b>" } else { "" };
    // Selected by one click, for a list of what is not interesting.
    let row = match shown.rarity {
        Some(_) => format!(
            "<p class=\"row\">{},{},{},{}</p>",
            escape(&field(&moment.video)),
            moment.start,
            moment.end,
            moment.peak_frame
        ),
        None => String::new(),
    };
    let clip = shown.clip.as_deref().map(player).unwrap_or_default();
    format!(
        "<li tabindex=\"-1\">{image}{clip}<div><b class=\"rank\">{rank}</b><p class=\"video\">{video}</p>\
         <p class=\"time\">{}{recorded}</p><p class=\"note\">{rarity}score {:.4} · peak {}{mark}</p>{row}</div></li>\n",
        span(moment.start, moment.end, shown.clock.as_ref()),
        moment.score,
        place(moment.peak_frame, shown.clock.as_ref()),
    )
}

/// What plays a file, once it is asked to.
fn player(path: &str) -> String {
    let address = address(path);
    format!("<video controls muted preload=\"none\" src=\"{address}\"></video>")
}

/// A text as a field of CSV.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r', '#']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
