//! In which order the fields of a text of boxes are.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::text::{MAX_LINE, fields};
use crate::file::{At, FileError};

/// Lines that are looked at.
const LINES: u64 = 256;

/// The order of a line's fields.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum LineForm {
    /// `frame person state x1 y1 x2 y2`
    DeepSort,
    /// `frame,person,left,top,width,height,confidence`
    Mot,
    /// The same with flag, class and visibility in the place of the confidence.
    MotTruth,
}

/// How many of the first lines fit each form.
#[derive(Default)]
struct Seen {
    deep_sort: usize,
    mot: usize,
    truth: usize,
    /// Those of MOTChallenge that end with its three -1.
    marked: usize,
    /// Those of MOTChallenge whose width and height could be a second corner.
    corners: usize,
    first: u64,
    /// The first line of five numbers or more, if it fits none.
    odd: Option<(u64, Vec<f32>)>,
}

impl LineForm {
    /// The form of a file by its first lines.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be read, or its numbers are in an order that is neither.
    pub(super) fn of(path: &Path) -> Result<Self, FileError> {
        let mut reader = BufReader::new(File::open(path).at(path)?);
        let (mut seen, mut text) = (Seen::default(), Vec::new());
        for number in 1..=LINES {
            text.clear();
            if reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut text).at(path)? == 0 {
                break;
            }
            seen.add(number, String::from_utf8_lossy(&text).trim_start_matches('\u{feff}'));
        }
        match seen {
            Seen { deep_sort: 0, mot: 0, odd: Some((line, numbers)), .. } => {
                Err(FileError::line(path, line, neither(&numbers)))
            }
            // A box at the picture's upper edge may fit both.
            Seen { deep_sort, mot, .. } if deep_sort >= mot => Ok(Self::DeepSort),
            Seen { mot, truth, .. } if truth == mot => Ok(Self::MotTruth),
            Seen { mot, corners, marked: 0, first, .. } if corners == mot => {
                Err(FileError::line(path, first, CORNERS))
            }
            _ => Ok(Self::Mot),
        }
    }

    /// The number of the first frame.
    pub(super) fn base(self) -> u32 {
        u32::from(self != Self::DeepSort)
    }
}

impl Seen {
    fn add(&mut self, number: u64, line: &str) {
        let all = fields(line).count();
        let found: Vec<f32> = fields(line).take(10).map_while(|field| field.parse().ok()).collect();
        match *found.as_slice() {
            [_, _, state, x1, y1, x2, y2, ..] => {
                // Both may be so; states are 1 to 3, and others number theirs from 0.
                let is_state = state.fract() == 0.0 && (0.0..=9.0).contains(&state);
                let deep_sort = is_state && x1 < x2 && y1 < y2;
                let (width, height, sure) = (y1, x2, y2);
                let mot = (-1.0..=1.0).contains(&sure) && width > 0.0 && height > 0.0;
                let flag = sure == 0.0 || sure == 1.0;
                let truth =
                    mot && flag && all == 9 && found.last().is_some_and(|seen| *seen <= 1.0);
                self.deep_sort += usize::from(deep_sort);
                self.mot += usize::from(mot);
                self.truth += usize::from(truth);
                self.marked += usize::from(mot && all == 10 && found.ends_with(&[-1.0, -1.0]));
                self.corners += usize::from(mot && width > state && height > x1);
                if mot && self.mot == 1 {
                    self.first = number;
                }
                if !deep_sort && !mot && !is_state {
                    self.odd.get_or_insert((number, found));
                }
            }
            [_, ref part @ ..]
                if matches!(all, 5 | 6) && part.iter().all(|v| (0.0..=1.0).contains(v)) =>
            {
                self.odd.get_or_insert((number, found));
            }
            [_, _, _, _, _, _] if all == 6 => {
                self.odd.get_or_insert((number, found));
            }
            _ => {}
        }
    }
}

/// What is said of a file all of whose boxes may be of two orders.
const CORNERS: &str = "frame,person and four numbers before a confidence, which in every line may be left, top, width and \
                       height, or two corners: put `,-1,-1,-1` behind lines of MOTChallenge's order, or write frame person \
                       state x1 y1 x2 y2";

/// What is said of a file that is of no form.
fn neither(numbers: &[f32]) -> String {
    match *numbers {
        [_, _, third, _, _, _, seventh, ..] => format!(
            "the third number is {third} and the seventh {seventh}: in MOTChallenge's order \
             (frame,person,left,top,width,height,confidence) the seventh is a confidence of at most 1, in DeepSORT's \
             (frame person state x1 y1 x2 y2) the third is a state of 0 to 9; put the fields in one of these orders"
        ),
        [_, ref part @ ..] if part.iter().all(|v| (0.0..=1.0).contains(v)) => {
            "a class and shares of the picture, as YOLO writes boxes: they name no frame and no person; run a tracker on \
             them and write frame,person,left,top,width,height,confidence in pixels"
                .to_owned()
        }
        _ => "six numbers: MOTChallenge's order (frame,person,left,top,width,height,confidence) lacks its confidence, \
              or DeepSORT's (frame person state x1 y1 x2 y2) its state; add it (1 for either)"
            .to_owned(),
    }
}
