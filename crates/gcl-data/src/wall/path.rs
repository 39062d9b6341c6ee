//! Dates in the names of folders, and times in those of files.

use std::path::Path;

use super::WallTime;

impl WallTime {
    /// The time in a file's name ([`of_name`](Self::of_name)), or in its name and its folders' together, as recorders lay
    /// them out: `2024-01-31/001/dav/23/23.59.59-00.04.59[M].mp4`, `2024-01-31/23-59-59.mp4`,
    /// `2024-01-31/23/gate/59.59.mp4`, `20240131/23/59.mp4`.
    ///
    /// ```
    /// use gcl_data::WallTime;
    ///
    /// let start = WallTime::of_path("nvr/2024-01-31/23/gate/59.58.mp4").ok_or("no time")?;
    /// assert_eq!(start.to_string(), "2024-01-31 23:59:58");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn of_path(path: impl AsRef<Path>) -> Option<Self> {
        let path = path.as_ref();
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let (name, folders) = parts.split_last()?;
        if let Some(found) = Self::of_name(name) {
            return Some(found);
        }
        let (at, date) =
            folders.iter().enumerate().rev().find_map(|(at, name)| Some((at, date(name)?)))?;
        let (time, rest) = numbers(name);
        let hour = || {
            let below = folders.iter().skip(at + 1).map(|name| numbers(name));
            below
                .filter(|(found, rest)| found.len() == 1 && rest.is_empty())
                .find_map(|(found, _)| found.first().copied())
        };
        // `59.mp4` has an extension, `59.59[M].mp4` a remark.
        let whole = rest.is_empty() || rest.starts_with('.');
        let [hour, minute, second] = match *time.as_slice() {
            [hour, minute, second, ..] => [hour, minute, second],
            [minute, second] if whole => [hour()?, minute, second],
            [minute] if whole => [hour()?, minute, 0],
            _ => return None,
        };
        let [year, month, day] = date;
        Self::new([year, month, day, hour, minute, second])
    }
}

/// A folder's name that is a date and nothing else.
fn date(name: &str) -> Option<[i64; 3]> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let parts: Vec<&str> = match name.len() {
        8 if name.is_ascii() => vec![name.get(..4)?, name.get(4..6)?, name.get(6..)?],
        10 => name.split(['-', '_', '.']).collect(),
        _ => return None,
    };
    match parts.as_slice() {
        [year, month, day] if [year.len(), month.len(), day.len()] == [4, 2, 2] => {
            Some([number(year)?, number(month)?, number(day)?])
        }
        _ => None,
    }
}

/// The numbers of two digits that a name begins with, at most three and with one of `-_.:` between them, and what follows.
fn numbers(name: &str) -> (Vec<i64>, &str) {
    let (mut found, mut rest) = (Vec::new(), name);
    while found.len() < 3 {
        let next = match found.is_empty() {
            true => rest,
            false => match rest.strip_prefix(['-', '_', '.', ':']) {
                Some(next) => next,
                None => break,
            },
        };
        let digits = next.bytes().take_while(u8::is_ascii_digit).count();
        let Some(number) =
            next.get(..digits).filter(|_| digits == 2).and_then(|text| text.parse().ok())
        else {
            break;
        };
        found.push(number);
        rest = &next[digits..];
    }
    (found, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_recorders() {
        for (path, time) in [
            ("/nvr/2024-01-31/001/dav/23/23.59.58-00.04.59[M][0@0][0].mp4", "23:59:58"),
            ("2024-01-31/23-59-58.mp4", "23:59:58"),
            ("recordings/2024-01-31/23/gate/59.58.mp4", "23:59:58"),
            ("record/20240131/23/59.mp4", "23:59:00"),
            ("2023-12-24/gate_20240131_235958.mp4", "23:59:58"),
        ] {
            let found = WallTime::of_path(path).map(|found| found.to_string());
            assert_eq!(found, Some(format!("2024-01-31 {time}")), "{path}");
        }
    }

    #[test]
    fn other_numbers_are_no_times() {
        for path in [
            "2024-01-31/gate.mp4",
            "2024-01-31/59.mp4",
            "2024-01-31/59.58.mp4",
            "2024-01-31/23/0059.mp4",
            "2024-01-31/23/25.61.mp4",
            "2024-13-31/23-59-58.mp4",
            "2024-01-31x/23-59-58.mp4",
            "23-59-58.mp4",
            "12345678/gate/1.mp4",
            "00-01.mp4",
            "",
        ] {
            assert_eq!(WallTime::of_path(path), None, "{path}");
        }
    }
}
