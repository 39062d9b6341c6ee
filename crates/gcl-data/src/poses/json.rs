//! AlphaPose's tracked persons: JSON of person, then frame, then `keypoints`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::error::Category;

use super::{POSE_VALUES, Track};
use crate::file::{At, FileError};
use crate::quote::shorten;
use crate::truth::MAX_FRAMES;

/// Bytes of the largest file that is read; ShanghaiTech's largest has some 50 MB.
const MAX_BYTES: u64 = 1 << 31;

type PersonFrames = BTreeMap<u32, [f32; POSE_VALUES]>;

/// The tracked persons of one video, by person, each with its frames in the order of their numbers.
///
/// The file is read as a stream: a value in it costs no more memory than it has bytes. A person's
/// frames may be one object or a list of objects. Members other than `keypoints` are ignored.
///
/// # Errors
/// [`FileError`], with the person and the frame where there is one: another number of values than 51,
/// a value that is not finite, a frame or person that appears twice or is not a number.
pub fn read_poses(path: impl AsRef<Path>) -> Result<Vec<Track>, FileError> {
    let path = path.as_ref();
    let file = File::open(path).at(path)?;
    let found = file.metadata().at(path)?.len();
    if found > MAX_BYTES {
        let problem = format!("{found} bytes of poses; at most {MAX_BYTES} are accepted");
        return Err(FileError::new(path, problem));
    }
    let mut persons = BTreeMap::new();
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    Persons(&mut persons)
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
        // One of our own, or of the form; NaN and infinities have no form in JSON.
        Category::Data => error.to_string(),
        _ => format!(
            "not tracked persons (person, then frame, then `keypoints`; JSON has no NaN or infinity): \
             {error}"
        ),
    }
}

/// The whole file: an object of persons.
struct Persons<'a>(&'a mut BTreeMap<u32, PersonFrames>);

impl<'de> DeserializeSeed<'de> for Persons<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Persons<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of persons")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let Ok(person) = name.parse::<u32>() else {
                let name = shorten(&name, 40);
                return Err(A::Error::custom(format!(
                    "person `{name}`: a person is a whole number"
                )));
            };
            let Entry::Vacant(vacant) = self.0.entry(person) else {
                return Err(A::Error::custom(format!("person {person} appears twice")));
            };
            let poses = vacant.insert(PersonFrames::new());
            map.next_value_seed(Person { poses, person })?;
        }
        Ok(())
    }
}

/// One person: an object of frames, or a list of such objects.
struct Person<'a> {
    poses: &'a mut PersonFrames,
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
        let Self { poses, person } = self;
        while seq.next_element_seed(Person { poses: &mut *poses, person })?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { poses, person } = self;
        while let Some(name) = map.next_key::<String>()? {
            let frame = name.parse::<u32>().ok().filter(|&f| (f as usize) < MAX_FRAMES);
            let Some(frame) = frame else {
                let name = shorten(&name, 40);
                return Err(A::Error::custom(format!(
                    "person {person}: frame `{name}`: a frame is a whole number below {MAX_FRAMES}"
                )));
            };
            let Pose(values, count) = map.next_value()?;
            let wrong = match (count, values.iter().position(|v| !v.is_finite())) {
                (None, _) => "no `keypoints`".to_owned(),
                (Some(found), _) if found != POSE_VALUES => format!(
                    "{found} key-point values, expected {POSE_VALUES} (17 of x, y, confidence)"
                ),
                (_, Some(value)) => format!("key-point value number {value} is not finite"),
                _ if poses.insert(frame, values).is_none() => continue,
                _ => "the frame appears twice".to_owned(),
            };
            return Err(A::Error::custom(format!("person {person}, frame {frame}: {wrong}")));
        }
        Ok(())
    }
}

/// One pose: the values of `keypoints`, and how many there were, if it has the member.
struct Pose([f32; POSE_VALUES], Option<usize>);

impl<'de> serde::Deserialize<'de> for Pose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Member;
        impl<'de> Visitor<'de> for Member {
            type Value = Pose;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pose: an object with `keypoints`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pose, A::Error> {
                let mut pose = Pose([0.0; POSE_VALUES], None);
                while let Some(name) = map.next_key::<String>()? {
                    if name != "keypoints" {
                        map.next_value::<IgnoredAny>()?;
                    } else if pose.1.is_some() {
                        return Err(A::Error::custom("`keypoints` appears twice"));
                    } else {
                        pose.1 = Some(map.next_value_seed(KeypointValues(&mut pose.0))?);
                    }
                }
                Ok(pose)
            }
        }
        deserializer.deserialize_map(Member)
    }
}

/// The list of key-point values, counted; those beyond a pose are not kept.
struct KeypointValues<'a>(&'a mut [f32; POSE_VALUES]);

impl<'de> DeserializeSeed<'de> for KeypointValues<'_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for KeypointValues<'_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(value) = seq.next_element::<f64>()? {
            if let Some(slot) = self.0.get_mut(count) {
                *slot = value as f32;
            }
            count += 1;
        }
        Ok(count)
    }
}
