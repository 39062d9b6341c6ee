//! What follows from the table of methods in `method.rs`.

/// Makes [`Method`](super::Method) and [`DetectorConfig`](super::DetectorConfig) of one table: a row
/// is a name, one line about it, and how its values differ from `gcl-b`'s, or a detector's settings
/// for the data.
macro_rules! methods {
    (
        networks {
            $($(#[$doc:meta])* $network:ident = $name:literal, $about:literal, $change:expr;)*
        }
        detectors {
            $($(#[$says:meta])* $detector:ident($settings:ty) = $named:literal, $is:literal,
              $default:expr;)*
        }
    ) => {
        /// A method that can be trained: a row of the paper's tables, or a plain detector. What each
        /// means is a set of values, see [`RunConfig::new`](super::RunConfig::new).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Method {
            $($(#[$doc])* #[serde(rename = $name)] $network,)*
            $($(#[$says])* #[serde(rename = $named)] $detector,)*
            /// A detector of another crate, see [`Gcl::with_detector`](crate::Gcl::with_detector).
            #[serde(rename = "external")]
            External,
        }

        /// A plain detector and its settings. `docs/method.md` says why the presets choose theirs.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "name", deny_unknown_fields)]
        pub enum DetectorConfig {
            $($(#[$says])* #[serde(rename = $named)] $detector($settings),)*
            /// A detector of another crate, which has its settings.
            #[serde(rename = "external")]
            External,
        }

        impl Method {
            /// All methods that a name is enough for: all but [`Method::External`].
            pub const ALL: [Method; [$($name,)* $($named),*].len()] =
                [$(Method::$network,)* $(Method::$detector),*];

            /// The name on the command line and in files.
            pub fn name(self) -> &'static str {
                match self {
                    $(Method::$network => $name,)*
                    $(Method::$detector => $named,)*
                    Method::External => "external",
                }
            }

            /// One line about it.
            pub fn about(self) -> &'static str {
                match self {
                    $(Method::$network => $about,)*
                    $(Method::$detector => concat!($is, " (a plain baseline)"),)*
                    Method::External => "a detector of another crate",
                }
            }

            /// Makes this method's values of those of `gcl-b`.
            pub(super) fn apply(self, config: &mut RunConfig, data: DataFacts) {
                config.detector = match self {
                    $(Method::$network => {
                        let change: fn(&mut RunConfig) = $change;
                        return change(config);
                    })*
                    $(Method::$detector => {
                        let settings: fn(DataFacts) -> $settings = $default;
                        Some(DetectorConfig::$detector(settings(data)))
                    })*
                    Method::External => Some(DetectorConfig::External),
                };
                config.score = ScoreSource::Detector;
            }
        }

        impl DetectorConfig {
            pub(super) fn settings(&self) -> Option<&dyn Settings> {
                match self {
                    $(DetectorConfig::$detector(settings) => Some(settings),)*
                    DetectorConfig::External => None,
                }
            }
        }
    };
}

pub(super) use methods;
