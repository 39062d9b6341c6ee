//! Whole numbers as tables have them, after other programs have read and written them.

/// The whole number that a field says, or `None` for one that says that there is none: an empty field, `NaN`, `NA`,
/// `null` or `-1`. A column with blanks comes out of pandas as floats, so `165.0` is 165 here.
///
/// `Err` for anything else: half a frame is no frame.
pub(crate) fn whole(text: &str) -> Result<Option<usize>, ()> {
    let text = text.trim();
    if text.is_empty()
        || ["nan", "na", "n/a", "null", "none"].iter().any(|no| text.eq_ignore_ascii_case(no))
    {
        return Ok(None);
    }
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte == b'0') {
        return Err(());
    }
    match digits.parse::<i64>() {
        Ok(-1) => Ok(None),
        Ok(number) => usize::try_from(number).map(Some).map_err(|_| ()),
        Err(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_are_numbers() {
        assert_eq!(["7", "165.0", " 3.000 "].map(whole), [7, 165, 3].map(|n| Ok(Some(n))));
        assert_eq!(["", "NaN", "-1", "-1.0", "NULL"].map(whole), [Ok(None); 5]);
        assert_eq!(["1.5", "-2", "1e3", "a", "1,0", "inf", "."].map(whole), [Err(()); 7]);
    }
}
