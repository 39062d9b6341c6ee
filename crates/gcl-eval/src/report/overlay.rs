//! A moment's picture, and over it where in the picture the moment is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Picture, PictureFormat, ShownMoment};
use crate::Place;
use crate::escape::escape;

/// Cells with less heat than this are not drawn.
const FAINT: f32 = 0.1;
/// The opacity of the hottest cell: the picture stays visible below it.
const HOTTEST: f32 = 0.35;

/// The picture, with the place drawn over it and not into it.
pub(super) fn shot(picture: &Picture, shown: &ShownMoment, rank: usize) -> String {
    let kind = match picture.format {
        PictureFormat::Jpeg => "jpeg",
        PictureFormat::Png => "png",
    };
    let (video, data) = (escape(&shown.moment.video), STANDARD.encode(&picture.bytes));
    let drawn = shown.place.as_ref().map(|place| overlay(place, picture.size)).unwrap_or_default();
    format!(
        "<span class=\"shot\"><img loading=\"lazy\" alt=\"Moment {rank}, {video}\" \
         src=\"data:image/{kind};base64,{data}\">{drawn}</span>"
    )
}

/// Drawn in the picture's shape, so that it is fitted into the card as the picture is.
fn overlay(place: &Place, [width, height]: [u32; 2]) -> String {
    let mut rects = String::new();
    let rows = place.heat_map.len() as f32;
    for (row, cells) in place.heat_map.iter().enumerate() {
        let columns = cells.len() as f32;
        for (column, heat) in cells.iter().enumerate().filter(|(_, heat)| **heat >= FAINT) {
            let (x, y) = (column as f32 / columns, row as f32 / rows);
            let at = rect([x, y, x + 1.0 / columns, y + 1.0 / rows]);
            rects.push_str(&format!("<rect {at} fill-opacity=\"{:.2}\"/>", HOTTEST * heat));
        }
    }
    let at = rect(place.sides());
    let holds = match place.heat_map.is_empty() {
        true => "the highest-scoring object",
        false => "the cells with the largest shares of it",
    };
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\">\
         <title>Where the score comes from: the box holds {holds}</title>\
         {rects}<rect class=\"edge\" {at}/><rect class=\"box\" {at}/></svg>"
    )
}

/// Position and size, in percent of the picture.
fn rect([x1, y1, x2, y2]: [f32; 4]) -> String {
    let [x, y, width, height] = [x1, y1, x2 - x1, y2 - y1].map(|side| 100.0 * side);
    format!("x=\"{x:.2}%\" y=\"{y:.2}%\" width=\"{width:.2}%\" height=\"{height:.2}%\"")
}
