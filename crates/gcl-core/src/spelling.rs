//! `Display` and `FromStr` of enums in the spelling of configuration files, derived from serde's.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// Implements `Display` and `FromStr` for enums without fields by their serde names.
#[doc(hidden)]
#[macro_export]
macro_rules! spelled_by_serde {
    ($($name:ty),+ $(,)?) => {$(
        impl std::fmt::Display for $name {
            /// The value as configuration files spell it.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = serde::de::value::Error;

            /// The value that configuration files spell so; the error lists all of them.
            fn from_str(name: &str) -> std::result::Result<Self, Self::Err> {
                serde::Deserialize::deserialize(serde::de::IntoDeserializer::into_deserializer(name))
            }
        }
    )+};
}

/// Implements `Display` for enums with fields: `{ kind = "ones", value = 1.0 }`.
macro_rules! spelled_as_table {
    ($($name:ty),+ $(,)?) => {$(
        impl std::fmt::Display for $name {
            /// The value as an inline table of a configuration file.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::spelling::table(self, f)
            }
        }
    )+};
}
pub(crate) use spelled_as_table;

/// Writes a value as TOML's inline table.
pub(crate) fn table(value: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let value = serde_json::to_value(value).map_err(|_| fmt::Error)?;
    write(&value, f)
}

fn write(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Value::Object(entries) = value else {
        return match value {
            // JSON has no number that is not finite.
            Value::Null => f.write_str("nan"),
            other => write!(f, "{other}"),
        };
    };
    for (i, (key, value)) in entries.iter().enumerate() {
        write!(f, "{}{key} = ", if i == 0 { "{ " } else { ", " })?;
        write(value, f)?;
    }
    f.write_str(" }")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::scaler::ScalerKind;
    use crate::soft_label::LabelRule;
    use crate::target::NegativeTarget;
    use crate::threshold::Threshold;

    #[test]
    fn names_are_those_of_configuration_files_and_read_back() {
        assert_eq!(ScalerKind::HalfWhiten.to_string(), "half-whiten");
        assert_eq!(format!("{:>6}", ScalerKind::Raw), "   raw");
        assert_eq!("z-score".parse::<ScalerKind>().unwrap(), ScalerKind::ZScore);
        let error = "zscore".parse::<ScalerKind>().unwrap_err().to_string();
        assert!(error.contains("zscore") && error.contains("`center-scalar`"), "{error}");
    }

    #[test]
    fn enums_with_fields_are_inline_tables() {
        let ones = NegativeTarget::Ones { value: 1.0 };
        assert_eq!(ones.to_string(), "{ kind = \"ones\", value = 1.0 }");
        assert_eq!(NegativeTarget::Replace.to_string(), "{ kind = \"replace\" }");
        let hard = LabelRule::Hard { threshold: Threshold::Top { share: 0.25 } };
        let threshold = "{ rule = \"top\", share = 0.25 }";
        assert_eq!(hard.to_string(), format!("{{ labels = \"hard\", threshold = {threshold} }}"));
    }
}
