//! A picture's name as texts and numbers.

/// A part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Text(&'a str),
    /// Digits; a number with decimals, or a date and time, is one.
    Number(&'a str),
}

impl<'a> Field<'a> {
    pub(super) fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) => None,
        }
    }

    pub(super) fn whole(&self) -> &'a str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

/// Splits a name. A number does not end where a point and further digits follow (`12.50`), nor between the parts of a
/// time: three or more numbers of two digits with one character between them, the first maybe a year, or a date of
/// eight digits and a time of six.
pub(super) fn fields(name: &str) -> Vec<Field<'_>> {
    let mut ends = Vec::new();
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let digit = bytes.get(at).is_some_and(u8::is_ascii_digit);
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit() == digit).count();
        ends.push((digit, at, at + length));
        at += length;
    }
    let mut out = Vec::new();
    let mut next = 0;
    while let Some(&(digit, start, end)) = ends.get(next) {
        let parts = if digit { joined(name, &ends, next) } else { 1 };
        let end = ends.get(next + parts - 1).map_or(end, |(.., end)| *end);
        let part = name.get(start..end).unwrap_or_default();
        out.push(if digit { Field::Number(part) } else { Field::Text(part) });
        next += parts;
    }
    out
}

/// How many runs of digits and characters from `first` on are one number.
fn joined(name: &str, runs: &[(bool, usize, usize)], first: usize) -> usize {
    let part =
        |i: usize| runs.get(i).and_then(|(_, start, end)| name.get(*start..*end)).unwrap_or("");
    // Digits in each number from the first on, as far as one character stands between them.
    let mut digits = vec![part(first).len()];
    let mut at = first;
    while part(at + 1).len() == 1 && !part(at + 2).is_empty() {
        at += 2;
        digits.push(part(at).len());
    }
    let clock = match digits.as_slice() {
        [8, 6, ..] => 2,
        [2 | 4, rest @ ..] => 1 + rest.iter().take_while(|digits| **digits == 2).count(),
        _ => 1,
    };
    let is_clock = clock >= 3 || digits.starts_with(&[8, 6]);
    let mut numbers = if is_clock { clock } else { 1 };
    let fraction = digits.get(numbers).is_some_and(|digits| (3..=6).contains(digits));
    if is_clock && fraction || !is_clock && part(first + 1) == "." && digits.len() > 1 {
        numbers += 1;
    }
    2 * numbers - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_times_and_decimals_are_one_field() {
        let shown = |name| {
            let part = |field: &Field<'_>| match field {
                Field::Text(text) => (*text).to_owned(),
                Field::Number(number) => format!("<{number}>"),
            };
            fields(name).iter().map(part).collect::<String>()
        };
        for (name, expected) in [
            ("Abuse001_x264_10", "Abuse<001>_x<264>_<10>"),
            ("00001-capture", "<00001>-capture"),
            ("2024-01-31_12-00-59", "<2024-01-31_12-00-59>"),
            ("cam1_2024-01-31 12.00.59.250", "cam<1>_<2024-01-31 12.00.59.250>"),
            ("IMG_20240131_235959", "IMG_<20240131_235959>"),
            ("12h05m59", "<12h05m59>"),
            ("1403636579.763555", "<1403636579.763555>"),
            ("01_0014_123", "<01>_<0014>_<123>"),
            ("frame", "frame"),
            ("bär7", "bär<7>"),
            ("", ""),
        ] {
            assert_eq!(shown(name), expected);
        }
    }
}
