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

/// Implements `ALL`, `name`, `Display` and `FromStr` for enums without fields by the names given; with
/// none given, only the last two, from the first two.
#[doc(hidden)]
#[macro_export]
macro_rules! named {
    ($type:ident: $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            /// All of them.
            pub const ALL: [$type; [$($name),+].len()] = [$($type::$variant),+];

            /// Its name, as options and files have it.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }

        $crate::named!($type);
    };
    ($type:ident) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(name: &str) -> std::result::Result<$type, String> {
                $type::ALL.iter().copied().find(|known| known.name() == name).ok_or_else(|| {
                    let known = $type::ALL.iter().map(|known| known.name()).collect::<Vec<_>>();
                    format!("`{name}` is not one of {}", known.join(", "))
                })
            }
        }
    };
}
