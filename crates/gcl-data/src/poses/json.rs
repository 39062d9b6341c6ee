//! AlphaPose's tracked persons as JSON: of person, then frame, then `keypoints`, and its own lists of poses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::item::{Pose, frame_of, person_of};
use super::nan::NanAsNull;
use super::{POSE_VALUES, Track};
use crate::file::{At, FileError};

/// Bytes of the largest file that is read; ShanghaiTech's largest has some 50 MB.
const MAX_BYTES: u64 = 1 << 31;

type PersonFrames = BTreeMap<u32, [f32; POSE_VALUES]>;
type PersonTable = BTreeMap<u32, PersonFrames>;

/// The tracked persons of one video, by person, each with its frames in the order of their numbers.
///
/// The file is read as a stream: a value in it costs no more memory than it has bytes. It may be
///
/// - `{person: {frame: {"keypoints": [...]}}}`; a person's frames may be a list of such objects;
/// - AlphaPose's list, `[{"image_id": "12.jpg", "idx": 1, "keypoints": [...]}, ...]`;
/// - the same by picture, `{"12.jpg": [{"idx": 1, "keypoints": [...]}, ...]}`.
///
/// A person is a whole number, also written `1.0` or `[1.0]`; a frame is one, or a picture's name that ends with
/// one. `keypoints` are COCO's 17 points of x, y and confidence; of the 26 or 136 of Halpe and the 133 of the
/// whole body, the first 17 are the same and are taken. A confidence that is `NaN` or `null` is missing: 0.
/// Other members are ignored.
///
/// # Errors
/// [`FileError`], with the person and the frame where there is one: another number of values,
/// a coordinate that is not finite, a frame or person that appears twice or is not a number, a pose in a list
/// that does not say whose it is.
pub fn read_poses(path: impl AsRef<Path>) -> Result<Vec<Track>, FileError> {
    let path = path.as_ref();
    let file = File::open(path).at(path)?;
    let found = file.metadata().at(path)?.len();
    if found > MAX_BYTES {
        let problem = format!("{found} bytes of poses; at most {MAX_BYTES} are accepted");
        return Err(FileError::new(path, problem));
    }
    let mut persons = BTreeMap::new();
    let text = NanAsNull::new(BufReader::with_capacity(1 << 16, file));
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, text));
    WholeFile(&mut persons)
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(refused)
        .at(path)?;
    let track = |(id, poses): (u32, PersonFrames)| Track {
        id,
        frames: poses.keys().copied().collect(),
        keypoints: poses.into_values().flatten().collect(),
    };
    Ok(persons.into_iter().filter(|(_, poses)| !poses.is_empty()).map(track).collect())
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

/// Adds one pose.
fn add(persons: &mut PersonTable, person: u32, frame: u32, pose: &Pose) -> Result<(), String> {
    let what = match pose.keypoints() {
        Err(what) => what,
        Ok(values) => match persons.entry(person).or_default().insert(frame, values) {
            None => return Ok(()),
            Some(_) => "the frame appears twice".to_owned(),
        },
    };
    Err(format!("person {person}, frame {frame}: {what}"))
}

/// Adds a pose that says whose it is.
fn add_own(persons: &mut PersonTable, frame: Option<u32>, pose: &Pose) -> Result<(), String> {
    let of = |what: &str| format!("a pose without `{what}`: these are no tracked persons");
    let frame = match frame {
        Some(frame) => frame,
        None => pose.frame.clone().ok_or_else(|| of("image_id"))??,
    };
    let person = pose.person.clone().ok_or_else(|| format!("frame {frame}: {}", of("idx")))??;
    add(persons, person, frame, pose)
}

/// The whole file: an object of persons or of pictures, or a list of poses.
struct WholeFile<'a>(&'a mut PersonTable);

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
                map.next_value_seed(Poses { persons: self.0, frame: Some(frame) })?;
                continue;
            }
            let person = person_of(&name).map_err(A::Error::custom)?;
            if !seen.insert(person) {
                return Err(A::Error::custom(format!("person {person} appears twice")));
            }
            map.next_value_seed(Person { persons: self.0, person })?;
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Poses { persons: self.0, frame: None }.visit_seq(seq)
    }
}

/// Whether the name of a member is a picture's, and not a person's number.
fn is_picture(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end.starts_with(|c: char| c.is_alphabetic()))
}

/// A list of poses that say whose they are, of one picture or each of its own.
struct Poses<'a> {
    persons: &'a mut PersonTable,
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
            add_own(self.persons, self.frame, &pose).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// One person: an object of frames, or a list of such objects.
struct Person<'a> {
    persons: &'a mut PersonTable,
    person: u32,
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
        let Self { persons, person } = self;
        while seq.next_element_seed(Person { persons: &mut *persons, person })?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { persons, person } = self;
        while let Some(name) = map.next_key::<String>()? {
            let frame = frame_of(&name).map_err(|what| format!("person {person}: {what}"));
            let frame = frame.map_err(A::Error::custom)?;
            let pose: Pose = map.next_value()?;
            add(persons, person, frame, &pose).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
