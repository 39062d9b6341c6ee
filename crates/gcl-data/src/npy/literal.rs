//! The one Python literal that a `.npy` header is:
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.

/// A header's dictionary, not yet judged.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub descr: Descr,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
}

/// The value of `descr`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Descr {
    Plain(String),
    /// A list of fields; nothing behind its opening bracket is read.
    Structured,
}

/// Parses a header's text: each of the three keys once, in any order, and nothing but white space
/// behind the dictionary. `None` where it is anything else.
pub(super) fn parse(text: &str) -> Option<Literal> {
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    let mut rest = text.trim_start().strip_prefix('{')?.trim_start();
    while !rest.starts_with('}') {
        let (key, value) = string(rest)?;
        let value = value.trim_start().strip_prefix(':')?.trim_start();
        let (twice, behind) = match key {
            // The fields' grammar is of no interest: such an array is refused as a whole.
            "descr" if value.starts_with('[') => {
                let descr = Descr::Structured;
                return Some(Literal { descr, fortran_order: false, shape: Vec::new() });
            }
            "descr" => {
                let (name, behind) = string(value)?;
                (descr.replace(Descr::Plain(name.to_owned())).is_some(), behind)
            }
            "fortran_order" => {
                let no = value.strip_prefix("False").map(|behind| (false, behind));
                let yes = || value.strip_prefix("True").map(|behind| (true, behind));
                let (order, behind) = no.or_else(yes)?;
                (fortran_order.replace(order).is_some(), behind)
            }
            "shape" => {
                let (inside, behind) = value.strip_prefix('(')?.split_once(')')?;
                (shape.replace(tuple(inside)?).is_some(), behind)
            }
            _ => return None,
        };
        let behind = behind.trim_start();
        rest = match behind.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None => behind,
        };
        if twice || !(rest.len() < behind.len() || rest.starts_with('}')) {
            return None;
        }
    }
    let alone = rest.strip_prefix('}')?.trim().is_empty();
    let literal = Literal { descr: descr?, fortran_order: fortran_order?, shape: shape? };
    alone.then_some(literal)
}

/// A quoted string without escapes, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (inside, behind) = text.get(1..)?.split_once(quote)?;
    let plain = inside.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\');
    plain.then_some((inside, behind))
}

/// The numbers of a tuple, of which one alone has a comma behind it. Python 2 wrote its long integers
/// with an L.
fn tuple(inside: &str) -> Option<Vec<usize>> {
    let number = |text: &str| {
        let text = text.trim();
        let digits = text.strip_suffix('L').unwrap_or(text);
        digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let inside = inside.trim();
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let listed = inside.strip_suffix(',');
    let numbers: Vec<usize> =
        listed.unwrap_or(inside).split(',').map(number).collect::<Option<_>>()?;
    (listed.is_some() || numbers.len() > 1).then_some(numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn reads_what_numpy_writes() {
        for (text, shape) in [
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n", vec![3, 4]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", vec![3]),
            ("{'shape':(),'fortran_order':False,'descr':\"<f4\"}", vec![]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L)}\n", vec![3, 4]),
        ] {
            let literal = parse(text).unwrap();
            assert_eq!(literal.shape, shape);
            assert_eq!(literal.descr, Descr::Plain("<f4".to_owned()));
            assert!(!literal.fortran_order);
        }
    }

    #[test]
    fn refuses_everything_else() {
        let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
        for (from, to) in [
            ("(3, 4)", "(3)"),
            ("(3, 4)", "(3 4)"),
            ("(3, 4)", "(-3, 4)"),
            ("(3, 4)", "(3, 4"),
            ("(3, 4)", "[3, 4]"),
            ("(3, 4)", "(,)"),
            ("(3, 4)", "(3,, 4)"),
            ("(3, 4)", "(+3, 4)"),
            (", 'shape'", " 'shape'"),
            ("(3, 4)", "(99999999999999999999,)"),
            ("False", "false"),
            ("'<f4'", "'<f\\x34'"),
            ("'descr': '<f4'", "'shape': (3, 4)"),
            ("'descr': '<f4', ", ""),
            ("'descr': '<f4'", "'descr': '<f4', 'extra': 1"),
            ("}", "} import os"),
            ("{", "["),
            ("}", ""),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_eq!(parse(&bad), None, "accepted {bad}");
        }
    }
}
