//! Which footage a run is of, kept in its folder: that it is other footage is told before hours of extraction.

use std::collections::BTreeMap;
use std::path::Path;

use gcl_data::VideoId;
use gcl_data::file::{find_json, write_json};
use gcl_features::VideoInput;

use crate::error::Result;

const NAME: &str = "footage.json";

/// Each video with a hash of its footage, where that can be read.
pub(crate) type Footage = BTreeMap<VideoId, Option<String>>;

/// That of videos.
pub(crate) fn of(inputs: &[VideoInput]) -> Footage {
    inputs.iter().map(|input| (input.id.clone(), input.fingerprint())).collect()
}

/// That of the run in a folder; none where it does not say.
pub(crate) fn read(folder: &Path) -> Result<Option<Footage>> {
    Ok(find_json(&folder.join(NAME), "a list of footage")?)
}

/// Keeps it in a folder.
pub(crate) fn write(folder: &Path, footage: &Footage) -> Result<()> {
    Ok(write_json(&folder.join(NAME), footage)?)
}
