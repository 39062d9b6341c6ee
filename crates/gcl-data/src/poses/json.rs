//! AlphaPose's tracked persons as JSON: of person, then frame, then `keypoints`, and its own lists of poses.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::error::Category;

use super::Track;
use super::coco::{Annotations, Images};
use super::item::{Pose, frame_of, person_of};
use super::nan::NanAsNull;
use super::table::PoseTable;
use crate::file::{At, FileError};

/// Bytes of the largest file that is read; ShanghaiTech's largest has some 50 MB.
const MAX_BYTES: u64 = 1 << 31;

/// The persons of one video's file of poses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PoseFile {
    /// The persons, by number, each with their frames in order.
    pub tracks: Vec<Track>,
    /// Whether no pose of the file has a person's number: those that overlap from frame to frame were taken as one
    /// person.
    pub linked: bool,
    /// Poses that were left out: those without key-points, and those of nobody where others have numbers.
    pub dropped: usize,
}

impl PoseFile {
    /// Reads the poses of one video.
    ///
    /// The file is read as a stream: a value in it costs no more memory than it has bytes. It may be
    ///
    /// - `{person: {frame: {"keypoints": [...]}}}`; a person's frames may be a list of such objects;
    /// - AlphaPose's list, `[{"image_id": "12.jpg", "idx": 1, "keypoints": [...]}, ...]`, which is also COCO's of results;
    /// - the same by picture, `{"12.jpg": [{"idx": 1, "keypoints": [...]}, ...]}`;
    /// - COCO's annotations, `{"images": [{"id": 1, "file_name": "12.jpg"}, ...], "annotations": [...]}`.
    ///
    /// A person is a whole number, also written `1.0` or `[1.0]`; a frame is one, or a picture's name that ends with
    /// one. A person of -1, or none, is nobody: such poses are left out and counted, or linked by overlap if the file has
    /// no others. `keypoints` are COCO's 17 points of x, y and confidence; of the 26 or 136 of Halpe and the 133 of the
    /// whole body, the first 17 are the same and are taken. A confidence that is `NaN` or `null` is missing: 0.
    /// Other members are ignored.
    ///
    /// # Errors
    /// [`FileError`], with the person and the frame where there is one: another number of values,
    /// a coordinate that is not finite, a frame or person that appears twice or is not a number, a pose in a list
    /// that does not say of which picture it is.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let file = File::open(path).at(path)?;
        let found = file.metadata().at(path)?.len();
        if found > MAX_BYTES {
            let problem = format!("{found} bytes of poses; at most {MAX_BYTES} are accepted");
            return Err(FileError::new(path, problem));
        }
        let mut table = PoseTable::default();
        let text = NanAsNull::new(BufReader::with_capacity(1 << 16, file));
        let mut json =
            serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, text));
        WholeFile(&mut table)
            .deserialize(&mut json)
            .and_then(|()| json.end())
            .map_err(refused)
            .at(path)?;
        table.finish().at(path)
    }
}

/// The persons of one video, by person ([`PoseFile::read`]).
///
/// # Errors
/// As [`PoseFile::read`].
pub fn read_poses(path: impl AsRef<Path>) -> Result<Vec<Track>, FileError> {
    Ok(PoseFile::read(path)?.tracks)
}

/// Says what the file should be, where it is another JSON or none.
fn refused(error: serde_json::Error) -> String {
    match error.classify() {
        // One of our own, or of the form; infinities have no form in JSON.
        Category::Data => error.to_string(),
        _ => format!(
            "not tracked persons (person, then frame, then `keypoints`, or AlphaPose's lists; JSON has no infinity): \
             {error}"
        ),
    }
}

/// The whole file: an object of persons or of pictures, or a list of poses.
struct WholeFile<'a>(&'a mut PoseTable);

impl<'de> DeserializeSeed<'de> for WholeFile<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for WholeFile<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of persons or of pictures, or a list of poses")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if is_picture(&name) {
                let frame = frame_of(&name).map_err(A::Error::custom)?;
                map.next_value_seed(Poses { table: self.0, frame: Some(frame) })?;
                continue;
            }
            match name.as_str() {
                "annotations" => {
                    map.next_value_seed(Annotations(self.0))?;
                    continue;
                }
                "images" => {
                    map.next_value_seed(Images(self.0))?;
                    continue;
                }
                "info" | "licenses" | "categories" => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                "people" | "version" => return Err(A::Error::custom(OPENPOSE)),
                _ => {}
            }
            let person = person_of(&name).map_err(A::Error::custom)?;
            if let Some(person) = person.filter(|person| !seen.insert(*person)) {
                return Err(A::Error::custom(format!("person {person} appears twice")));
            }
            map.next_value_seed(Person { table: self.0, person })?;
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Poses { table: self.0, frame: None }.visit_seq(seq)
    }
}

/// Whether the name of a member is a picture's, and not a person's number.
fn is_picture(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end.starts_with(|c: char| c.is_alphabetic()))
}

/// What is said of OpenPose's output.
const OPENPOSE: &str = "OpenPose's output, a file for each picture, which is not read; join a video's pictures in one \
                        file, {person: {frame: {\"keypoints\": [x, y, confidence of COCO's 17 points]}}}";

/// A list of poses that say whose they are, of one picture or each of its own.
struct Poses<'a> {
    table: &'a mut PoseTable,
    frame: Option<u32>,
}

impl<'de> DeserializeSeed<'de> for Poses<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Poses<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of poses, each with `keypoints` and `idx`")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(pose) = seq.next_element::<Pose>()? {
            self.table.add_own(self.frame, &pose).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// One person: an object of frames, or a list of such objects.
struct Person<'a> {
    table: &'a mut PoseTable,
    person: Option<u32>,
}

impl<'de> DeserializeSeed<'de> for Person<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Person<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of frames, or a list of them")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { table, person } = self;
        while seq.next_element_seed(Person { table: &mut *table, person })?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { table, person } = self;
        let who = person.map_or_else(|| "-1".to_owned(), |person| person.to_string());
        while let Some(name) = map.next_key::<String>()? {
            let frame = frame_of(&name).map_err(|what| format!("person {who}: {what}"));
            let frame = frame.map_err(A::Error::custom)?;
            let pose: Pose = map.next_value()?;
            table.add(person, frame, &pose).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
