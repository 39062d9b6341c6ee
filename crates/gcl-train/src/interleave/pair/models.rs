//! The models that a pair can be made of: one line each. A line without the model's settings, or
//! settings without what a model must give, do not compile.

use gcl_core::jigsaw::JigsawConfig;
use gcl_core::{Device, RtfmConfig, SultaniConfig, WeaklySupervised};
use serde::{Deserialize, Serialize};

use super::Choice;
use super::ae::AeSettings;
use super::stg_nf::StgNfSettings;
use crate::error::Result;
use crate::interleave::alone::AloneSettings;
use crate::interleave::files::{Left, ObjectSource};
use crate::interleave::side::OneClassSide;

/// What a pair must know of a one-class model: its settings are the value.
pub trait OneClassSettings {
    /// The published settings.
    fn published(choice: &Choice) -> Self
    where
        Self: Sized;

    /// How it trains alone where its own paper says more than [`AloneSettings::default`].
    fn alone(_settings: &mut AloneSettings)
    where
        Self: Sized,
    {
    }

    /// Refuses settings that make no network or optimizer.
    ///
    /// # Errors
    /// [`TrainError::Config`](crate::TrainError::Config) naming the setting.
    fn validate(&self) -> Result<()>;

    /// The setting that must be the dimension of the snippets, with its value, if there is one.
    fn input(&self) -> Option<(&'static str, usize)> {
        None
    }

    /// The model at its start, with its objects, and what was left out of these.
    ///
    /// # Errors
    /// If the objects are missing or cannot be read.
    fn open(
        &self,
        source: &ObjectSource<'_>,
        seed: u64,
        device: &Device,
    ) -> Result<(Box<dyn OneClassSide>, Left)>;
}

/// What a pair must know of a weakly-supervised model: its settings are the value.
pub trait WeakSettings {
    /// The published settings.
    fn published(choice: &Choice) -> Self
    where
        Self: Sized;

    /// As [`OneClassSettings::alone`].
    fn alone(_settings: &mut AloneSettings)
    where
        Self: Sized,
    {
    }

    /// As [`OneClassSettings::validate`].
    ///
    /// # Errors
    /// As there.
    fn validate(&self) -> Result<()>;

    /// Dimension of the snippets.
    fn input(&self) -> usize;

    /// The model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    fn model(&self, seed: u64, device: &Device) -> Result<Box<dyn WeaklySupervised>>;
}

/// Makes, of one line a model, the enum of kinds with names and descriptions, and the enum of
/// settings with the calls that go to whichever they are.
macro_rules! models {
    (
        $(#[$kinds:meta])* $kind:ident, $(#[$all:meta])* $config:ident, $settings:ident,
        $($variant:ident($type:ty), $name:literal, $about:literal;)*
    ) => {
        $(#[$kinds])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind {
            $(#[doc = $about] $variant,)*
        }

        impl $kind {
            /// All of them.
            pub const ALL: &'static [$kind] = &[$($kind::$variant),*];

            /// Its name, as configurations and commands have it.
            pub fn name(self) -> &'static str {
                match self { $($kind::$variant => $name,)* }
            }

            /// What it is, in a line.
            pub fn about(self) -> &'static str {
                match self { $($kind::$variant => $about,)* }
            }

            /// The published settings, and how it trains alone.
            pub fn published(self, choice: &Choice, alone: &mut AloneSettings) -> $config {
                match self {
                    $($kind::$variant => {
                        <$type as $settings>::alone(alone);
                        $config::$variant(<$type as $settings>::published(choice))
                    })*
                }
            }
        }

        gcl_data::named!($kind);

        $(#[$all])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum $config {
            $(#[doc = $about] #[serde(rename = $name)] $variant($type),)*
        }

        impl $config {
            /// Which model the settings are of.
            pub fn kind(&self) -> $kind {
                match self { $($config::$variant(_) => $kind::$variant,)* }
            }

            /// The settings, whichever model they are of.
            pub fn settings(&self) -> &dyn $settings {
                match self { $($config::$variant(own) => own,)* }
            }
        }
    };
}

models! {
    /// The one-class models that ship.
    OneClassKind,
    /// The one-class model's settings.
    OneClassConfig, OneClassSettings,
    Ae(AeSettings), "ae", "an autoencoder of snippets";
    StgNf(StgNfSettings), "stg-nf", "a normalizing flow on windows of poses or boxes";
    Jigsaw(JigsawConfig), "jigsaw", "jigsaw puzzles on object cubes";
}

models! {
    /// The weakly-supervised models that ship.
    WeakKind,
    /// The weakly-supervised model's settings.
    WeakConfig, WeakSettings,
    Rtfm(RtfmConfig), "rtfm", "robust temporal feature magnitude learning";
    Sultani(SultaniConfig), "sultani", "multiple-instance ranking";
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use gcl_core::StgNfConfig;

    use super::super::stg_nf::WindowSettings;
    use super::*;

    #[test]
    fn each_kind_of_model_has_its_settings_checked() {
        let windows = WindowSettings::default();
        let flow = |model| OneClassConfig::StgNf(StgNfSettings { windows: windows.clone(), model });
        assert!(flow(StgNfConfig::new(24)).settings().validate().is_ok());
        let puzzles = JigsawConfig::new(9);
        assert!(OneClassConfig::Jigsaw(puzzles.clone()).settings().validate().is_ok());
        let mut optimizer = StgNfConfig::new(24);
        optimizer.optimizer.learning_rate = f64::NAN;
        for (wrong, what) in [
            (flow(StgNfConfig { steps: 0, ..StgNfConfig::new(24) }), "steps"),
            (flow(optimizer), "learning_rate"),
            (OneClassConfig::Jigsaw(JigsawConfig { side: 60, ..puzzles }), "side"),
        ] {
            let text = wrong.settings().validate().unwrap_err().to_string();
            assert!(text.starts_with("one_class: ") && text.contains(what), "{text}");
        }
    }
}
