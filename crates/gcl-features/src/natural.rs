//! The order in which people number files: `frame2` before `frame10`.

use std::cmp::Ordering;

/// Compares two names, runs of ASCII digits by their value and everything else byte by byte.
/// Names that are equal so far (`1` and `01`) are told apart by their bytes, so the order is total.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let (digits_left, digits_right) = (digits(left), digits(right));
        let step = if digits_left.is_empty() || digits_right.is_empty() {
            match (left.split_first(), right.split_first()) {
                (Some((x, rest_left)), Some((y, rest_right))) => {
                    (left, right) = (rest_left, rest_right);
                    x.cmp(y)
                }
                (None, None) => return a.cmp(b),
                (x, y) => return x.is_some().cmp(&y.is_some()),
            }
        } else {
            left = &left[digits_left.len()..];
            right = &right[digits_right.len()..];
            let (x, y) = (value(digits_left), value(digits_right));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        };
        if step.is_ne() {
            return step;
        }
    }
}

fn digits(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// Digits without leading zeros: a number of any length compares by length, then by bytes.
fn value(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|&b| b != b'0').unwrap_or(digits.len());
    &digits[start..]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn numbers_order_by_value() {
        let mut names = ["f10", "f2", "f02", "f1", "a", "f", "f2b", "f99999999999999999999999", ""];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            ["", "a", "f", "f1", "f02", "f2", "f2b", "f10", "f99999999999999999999999"]
        );
    }
}
