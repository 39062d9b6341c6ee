//! The published clip-feature networks, each built from its checkpoint under the names that it was published with.
//!
//! A [`Network`] is an architecture with its sizes; [`Network::load`] builds its graph from a weight file, and says in a
//! report which tensors were used. An [`Executor`] runs that graph on a device. [`NetworkExtractor`] puts
//! pre-processing and network behind the [`Extractor`](crate::Extractor) trait; [`Published`] knows what each name on the
//! command line stands for.

mod c3d;
mod error;
mod executor;
mod extractor;
mod inception;
mod layers;
mod load;
mod preset;
mod published;
mod resnet50;
mod resnext;
mod source;
mod tflite;

pub use c3d::{C3d, FcLayer};
pub use error::NetworkError;
pub(crate) use executor::is_flex;
pub use executor::{Executor, Forward, MOST_CLIPS, forward};
pub use extractor::{NetworkExtractor, RunOptions, Weights};
pub use inception::InceptionI3d;
pub use layers::{Layers, Norm, kernel};
pub use load::{Loaded, Network};
pub use preset::Preset;
pub use published::Published;
pub use resnet50::I3dResNet50;
pub use resnext::{ResNeXt3d, Shortcut};
pub(crate) use tflite::Numbered;
pub use tflite::{LoadedModel, PublishedModel};
