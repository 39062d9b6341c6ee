//! SVG paths from many points.

use std::fmt::Write;

/// A coordinate with at most one decimal.
pub(super) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// The points of one pixel column that have to be drawn.
struct Column {
    x: f64,
    lowest: (f64, f64),
    highest: (f64, f64),
}

/// Path data of a line through points in pixels, x not decreasing: of each pixel column only the
/// lowest and the highest point are kept. Points that are not finite leave a gap.
pub(super) fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut data = String::new();
    let mut column: Option<Column> = None;
    let mut pen: Option<(String, String)> = None;
    for point in points {
        if !(point.0.is_finite() && point.1.is_finite()) {
            flush(&mut data, &mut column, &mut pen);
            pen = None;
            continue;
        }
        match &mut column {
            Some(open) if open.x == point.0.floor() => {
                if point.1 < open.lowest.1 {
                    open.lowest = point;
                }
                if point.1 > open.highest.1 {
                    open.highest = point;
                }
            }
            _ => {
                flush(&mut data, &mut column, &mut pen);
                column = Some(Column { x: point.0.floor(), lowest: point, highest: point });
            }
        }
    }
    flush(&mut data, &mut column, &mut pen);
    data
}

fn flush(data: &mut String, column: &mut Option<Column>, pen: &mut Option<(String, String)>) {
    let Some(Column { lowest, highest, .. }) = column.take() else { return };
    let (first, last) = if lowest.0 <= highest.0 { (lowest, highest) } else { (highest, lowest) };
    let points = if first == last { &[first][..] } else { &[first, last][..] };
    for (x, y) in points {
        let (x, y) = (px(*x), px(*y));
        // Writing to a String cannot fail.
        let _ = match pen {
            None => write!(data, "M{x} {y}"),
            Some(at) if at.1 == y => write!(data, "H{x}"),
            Some(at) if at.0 == x => write!(data, "V{y}"),
            Some(_) => write!(data, "L{x} {y}"),
        };
        *pen = Some((x, y));
    }
}

/// A line through each pixel column's mean, and the band from its lowest to its highest value.
pub(super) struct ColumnSummary {
    /// Path data of the line.
    pub mean: String,
    /// Path data of the band.
    pub band: String,
}

/// Sums up points in pixels, x not decreasing, of which there are several in each column of one
/// pixel. Points that are not finite are left out; a column without any other is a gap.
pub(super) fn summary(points: impl Iterator<Item = (f64, f64)>) -> ColumnSummary {
    // Column, lowest, highest, sum, count.
    let mut columns: Vec<(f64, f64, f64, f64, u32)> = Vec::new();
    for (x, y) in points.filter(|(x, y)| x.is_finite() && y.is_finite()) {
        match columns.last_mut() {
            Some((column, low, high, sum, count)) if *column == x.floor() => {
                (*low, *high) = (low.min(y), high.max(y));
                *sum += y;
                *count += 1;
            }
            _ => columns.push((x.floor(), y, y, y, 1)),
        }
    }
    let (mut mean, mut band) = (String::new(), String::new());
    for run in columns.chunk_by(|a, b| b.0 - a.0 <= 1.0) {
        mean += &line(run.iter().map(|c| (c.0 + 0.5, c.3 / f64::from(c.4))));
        for (i, c) in run.iter().enumerate() {
            let (x, y) = (c.0, c.1.floor());
            let _ = if i == 0 { write!(band, "M{x} {y}h1") } else { write!(band, "V{y}h1") };
        }
        for c in run.iter().rev() {
            let _ = write!(band, "V{}h-1", c.2.ceil());
        }
        band.push('z');
    }
    ColumnSummary { mean, band }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_extremes_and_gaps_stay() {
        let points = [(0.0, 5.0), (0.2, 9.0), (0.4, 1.0), (0.6, 4.0), (1.0, 4.0), (2.5, 4.0)];
        assert_eq!(line(points.into_iter()), "M0.2 9L0.4 1L1 4H2.5");
        let gap = [(0.0, 1.0), (1.0, f64::NAN), (2.0, 1.0), (2.0, 3.04)];
        assert_eq!(line(gap.into_iter()), "M0 1M2 1V3");
        assert_eq!(line(std::iter::empty()), "");
        assert_eq!(px(-0.01), "0");
    }

    #[test]
    fn a_band_spans_each_column_and_breaks_at_gaps() {
        let points = [(0.0, 2.0), (0.5, 4.5), (1.0, 3.0), (2.0, f64::NAN), (3.0, 1.0)];
        let summary = summary(points.into_iter());
        assert_eq!(summary.mean, "M0.5 3.2L1.5 3M3.5 1");
        assert_eq!(summary.band, "M0 2h1V3h1V3h-1V5h-1zM3 1h1V1h-1z");
    }
}
