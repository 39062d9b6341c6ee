//! Values on the command line that are more than a number.

use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gcl_data::TruthFormat;

/// Values that options take by these names.
pub fn named<T: FromStr<Err = String> + Clone + Send + Sync + 'static>(
    names: impl IntoIterator<Item = impl Into<PossibleValue>>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>())
}

/// The formats of ground truth.
pub fn truth_formats() -> impl TypedValueParser<Value = TruthFormat> {
    named(TruthFormat::ALL.map(TruthFormat::name))
}

/// A number of seconds.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}

/// A number of bytes, as `1073741824`, `512MiB` or `1.5 GB`.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err("expected bytes, or a unit of B, kB, MB, GB, KiB, MiB or GiB".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| "expected a number of bytes".to_owned())?;
    Ok((number * unit) as u64) // saturates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let sizes =
            [("0", 0), ("1048576", 1 << 20), ("512MiB", 512 << 20), ("1.5 GB", 1_500_000_000)];
        for (text, bytes) in sizes {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "GiB", "1 parsec", "-1", "1.2.3"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
        assert_eq!(parse_bytes("999999999999GiB"), Ok(u64::MAX));
        assert!(parse_seconds("-1").is_err() && parse_seconds("0.5").is_ok());
    }
}
