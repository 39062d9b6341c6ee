//! What travels between the stages of video anomaly detection: manifests, feature files, ground
//! truth and scores, and the check that they line up.
//!
//! Everything is keyed by [`VideoId`], never by its position in a list, since misordered ground
//! truth raises no error and only makes every result wrong. Readers refuse a file that lies about
//! itself before they allocate anything for it, and name the file, the video, what was expected
//! and what was found. Writers replace whole files ([`atomic`]).

pub mod atomic;
pub mod check;
pub mod clips;
pub mod cubes;
pub mod features;
pub mod files;
pub mod id;
pub mod lists;
pub mod manifest;
pub mod npy;
pub mod objects;
pub mod poses;
mod quote;
pub mod resolve;
pub mod scores;
mod table;
pub mod tracks;
pub mod truth;

pub use check::{Check, CheckReport};
pub use clips::{ClipError, Clips, Span, Tail};
pub use cubes::{CubePlace, CubeType, CubeWriter, PackedCubes};
pub use features::{
    ExtractorIdentity, FeatureError, FeatureFile, FeatureMeta, FeatureSet, FeatureVideo,
    FeatureWriter, is_finished, write_features,
};
pub use files::FilesError;
pub use id::{IdError, VideoId};
pub use manifest::{Manifest, ManifestEntry, ManifestError};
pub use npy::{Npy, NpyError, RowWriter, write_f32};
pub use objects::{
    ObjectError, ObjectIndex, ObjectPlace, ObjectVideo, SnippetRule, WeightReduce, WeightRule,
};
pub use poses::{PoseError, PoseSet, Track, WindowError, WindowRule, Windows, read_poses};
pub use resolve::{ResolveError, resolve, resolve_all};
pub use scores::{ScoreError, ScoreInfo, ScoreSet, ScoreWriter};
pub use tracks::{BoxTrack, TrackError, TrackFile, read_tracks};
pub use truth::{Truth, TruthError, TruthFormat};
