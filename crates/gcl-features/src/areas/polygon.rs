//! A polygon over the picture, and how users write it down.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use gcl_data::file::read_json;
use gcl_data::{At, FileError};
use serde::{Deserialize, Serialize};

/// Coordinates are kept in ten-thousandths of the picture, so that what is written is what is read.
const UNIT: f64 = 10_000.0;

/// Why there is no area.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum AreaError {
    /// The text is no polygon.
    #[error(
        "`{text}` is no polygon: {problem}; expected at least three points in fractions of the picture, as `0,0 0.5,0 0.5,0.2`"
    )]
    Text { text: String, problem: String },
    /// A file with a line that is no polygon.
    #[error("{path}, line {line}: {source}")]
    Line { path: PathBuf, line: usize, source: Box<AreaError> },
    /// A file that cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Features whose description has other areas than polygons.
    #[error("the areas in the features' description: {0}")]
    Described(#[from] serde_json::Error),
    /// All of the picture is hidden.
    #[error("nothing of the picture is left to look at")]
    Nothing,
}

/// A polygon in fractions of the picture's width and height, from its upper left corner. As text it is its corners,
/// `0,0 0.5,0 0.5,0.2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Polygon {
    /// In ten-thousandths.
    corners: Vec<[u16; 2]>,
}

impl Polygon {
    /// A polygon of at least three corners within the picture.
    fn new(corners: &[[f64; 2]]) -> Result<Self, String> {
        if corners.len() < 3 {
            return Err(format!("{} corners", corners.len()));
        }
        if let Some(wrong) = corners.iter().flatten().find(|side| !(0.0..=1.0).contains(*side)) {
            return Err(format!("{wrong} is not in 0 to 1"));
        }
        let kept = |side: f64| (side * UNIT).round() as u16;
        Ok(Self { corners: corners.iter().map(|corner| corner.map(kept)).collect() })
    }

    /// Whether a place is inside, by the even-odd rule.
    pub(super) fn holds(&self, x: f64, y: f64) -> bool {
        let (x, y) = (x * UNIT, y * UNIT);
        let ends = self.corners.iter().zip(self.corners.iter().cycle().skip(1));
        let crosses = |(a, b): (&[u16; 2], &[u16; 2])| {
            let [[ax, ay], [bx, by]] = [a, b].map(|corner| corner.map(f64::from));
            (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
        };
        ends.filter(|ends| crosses(*ends)).count() % 2 == 1
    }

    /// The polygons that a user names: written down, or those of a file, which has one in each line (empty lines and lines
    /// that begin with `#` aside), or as JSON `[[[0, 0], [0.5, 0], [0.5, 0.2]], ...]`.
    ///
    /// # Errors
    /// [`AreaError`] with the file and line.
    pub fn read(named: &str) -> Result<Vec<Self>, AreaError> {
        let path = Path::new(named);
        if !path.is_file() {
            return named.parse().map(|polygon| vec![polygon]).map_err(|error| match error {
                AreaError::Text { text, problem } => AreaError::Text {
                    text,
                    problem: format!("there is no such file, and {problem}"),
                },
                error => error,
            });
        }
        let text = std::fs::read_to_string(path).at(path)?;
        if text.trim_start().starts_with('[') {
            let polygons: Vec<Vec<[f64; 2]>> = read_json(path, "a list of polygons")?;
            let made = polygons.iter().map(|corners| Self::new(corners));
            return Ok(made.collect::<Result<_, String>>().map_err(|e| FileError::new(path, e))?);
        }
        let lines = (1..).zip(text.lines().map(str::trim));
        let own = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let polygons = own.map(|(line, text)| {
            let located = |source| AreaError::Line { path: path.to_owned(), line, source };
            text.parse().map_err(|error| located(Box::new(error)))
        });
        polygons.collect()
    }
}

impl TryFrom<String> for Polygon {
    type Error = AreaError;

    fn try_from(text: String) -> Result<Self, AreaError> {
        text.parse()
    }
}

impl From<Polygon> for String {
    fn from(polygon: Polygon) -> Self {
        polygon.to_string()
    }
}

impl FromStr for Polygon {
    type Err = AreaError;

    fn from_str(text: &str) -> Result<Self, AreaError> {
        let wrong = |problem: String| AreaError::Text { text: text.to_owned(), problem };
        let number = |text: &str| {
            let read = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            read.ok_or_else(|| wrong(format!("`{text}` is no number")))
        };
        let corner = |text: &str| match text.split_once(',') {
            Some((x, y)) => Ok([number(x)?, number(y)?]),
            None => Err(wrong(format!("`{text}` is no point x,y"))),
        };
        let corners: Vec<[f64; 2]> =
            text.split_whitespace().map(corner).collect::<Result<_, _>>()?;
        Self::new(&corners).map_err(wrong)
    }
}

impl fmt::Display for Polygon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, corner) in self.corners.iter().enumerate() {
            let [x, y] = corner.map(|side| f64::from(side) / UNIT);
            write!(f, "{}{x},{y}", if number > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_polygon_with_a_notch_holds_what_is_in_it() {
        let notched: Polygon = "0,0 1,0 1,1 0.5,0.25 0,1".parse().unwrap();
        assert!(notched.holds(0.5, 0.1) && notched.holds(0.1, 0.7) && notched.holds(0.9, 0.7));
        assert!(!notched.holds(0.5, 0.7) && !notched.holds(0.5, 0.3));
        assert_eq!(notched.to_string(), "0,0 1,0 1,1 0.5,0.25 0,1");
        assert_eq!(notched.to_string().parse::<Polygon>().unwrap(), notched);
    }

    #[test]
    fn files_and_texts_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            Polygon::read(path.to_str().unwrap())
        };
        let both = ["0,0 0.5,0 0.5,0.2", "0.25,1 1,1 1,0.9"].map(|text| text.parse().unwrap());
        let lines = "# the street\n0,0  0.5,0 0.5,0.2\r\n\n0.25,1 1,1 1,0.9\n";
        assert_eq!(put("a.txt", lines).unwrap(), both);
        let json = "[[[0, 0], [0.5, 0], [0.5, 0.2]], [[0.25, 1], [1, 1], [1, 0.9]]]";
        assert_eq!(put("a.json", json).unwrap(), both);
        assert_eq!(Polygon::read("0,0 0.5,0 0.5,0.2").unwrap(), both[..1]);
        let said = |found: Result<Vec<Polygon>, AreaError>| found.unwrap_err().to_string();
        assert!(said(put("b.txt", "0,0 1,0 1,1\n0,0 2,0 1,1\n")).contains("b.txt, line 2: "));
        assert!(said(put("c.json", "[[[0, 0], [1, 0]]]")).contains("c.json: 2 corners"));
        assert!(said(put("d.json", "[5]")).contains("d.json"));
        for (text, what) in [
            ("street.txt", "there is no such file, and `street.txt` is no point x,y"),
            ("0,0 1,0", "2 corners"),
            ("0,0 1,0 1,x", "`x` is no number"),
            ("0,0 1,0 1,-0.1", "-0.1 is not in 0 to 1"),
            ("0,0 1,0 1,NaN", "`NaN` is no number"),
            ("", "0 corners"),
        ] {
            assert!(said(Polygon::read(text)).contains(what), "{text}");
        }
    }
}
