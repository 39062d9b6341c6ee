//! `Display` and `FromStr` of enums in the spelling of configuration files, derived from serde's.

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
