//! The data that the stages of video anomaly detection exchange: manifests, feature files, ground truth
//! and scores, and the check that they match.
//!
//! Everything is keyed by [`VideoId`], never by its position in a list, since misordered ground
//! truth raises no error and only makes every result wrong. Readers reject a file whose contents
//! contradict its header before they allocate anything for it; their errors name the file, the video,
//! what was expected and what was found. Writers replace whole files ([`atomic`]).
//!
//! ```
//! use gcl_data::{Clips, Truth, VideoId};
//!
//! // From one score per clip to one score per frame, beside the frame labels of the same video.
//! let video = VideoId::new("test/01")?;
//! let scores = Clips::default().expand(&[0.1, 0.9], 32)?;
//! let truth = Truth::from_labels([(video.clone(), vec![false; 32])]);
//! assert_eq!((scores[15], scores[16]), (0.1, 0.9));
//! assert_eq!(truth.labels(&video, Some(scores.len()))?.len(), 32);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod atomic;
mod brief;
pub mod check;
mod claim;
pub mod clips;
pub mod clock;
pub mod cubes;
pub mod features;
pub mod file;
pub mod files;
pub mod id;
mod left_out;
mod lengths;
pub mod lists;
pub mod manifest;
pub mod npy;
mod number;
pub mod objects;
pub mod poses;
mod published;
mod quote;
pub mod resolve;
pub mod scores;
mod spelling;
mod table;
mod text;
pub mod tracks;
pub mod truth;
mod wall;

pub use check::{Check, CheckReport};
pub use claim::{Claim, ClaimError};
pub use clips::{ClipError, Clips, Span, Tail};
pub use clock::{Clock, FrameTimes, TimesBuilder};
/// Re-exported: errors contain its error.
pub use csv;
pub use cubes::{CubePlace, CubeType, CubeWriter, PackedCubes};
pub use features::{
    ExtractorIdentity, FeatureError, FeatureFile, FeatureMeta, FeatureNote, FeatureSet,
    FeatureVideo, FeatureWriter, ObjectRow, Regions, VideoNotes, is_finished, write_features,
    write_object_rows,
};
pub use file::{At, FileError};
pub use id::{IdError, VideoId};
pub use left_out::{LeftOut, read_left_out, write_left_out};
pub use lengths::read_lengths;
pub use manifest::{Manifest, ManifestEntry};
pub use npy::{Npy, NpyError, RowWriter, write_f32};
pub use objects::{
    ObjectError, ObjectIndex, ObjectPlace, ObjectVideo, SnippetRule, WeightReduce, WeightRule,
};
pub use poses::{PoseFile, PoseSet, Track, WindowError, WindowRule, Windows, read_poses};
pub use resolve::{ResolveError, resolve, resolve_all};
pub use scores::{ScoreInfo, ScoreSet, ScoreWriter};
/// Re-exported: [`ExtractorIdentity`] contains its maps, and errors its error.
pub use serde_json;
pub use table::read_columns;
pub use tracks::{BoxTrack, TrackError, TrackFile, read_tracks};
pub use truth::{Truth, TruthError, TruthFormat};
pub use wall::WallTime;
