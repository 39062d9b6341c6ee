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
}
