//! AlphaPose's tracked persons: JSON of person, then frame, then `keypoints`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::{POSE_VALUES, PoseError, Track};
use crate::file::At;
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
/// [`PoseError`], with the person and the frame where there is one: another number of values than 51,
/// a value that is not finite, a frame or person that appears twice or is not a number.
pub fn read_poses(path: impl AsRef<Path>) -> Result<Vec<Track>, PoseError> {
    let path = path.as_ref();
    let file = File::open(path).at(path)?;
    let found = file.metadata().at(path)?.len();
    if found > MAX_BYTES {
        return Err(PoseError::TooLarge { path: path.to_owned(), found, max: MAX_BYTES });
    }
    let mut reader = Reader { path, persons: BTreeMap::new(), wrong: None };
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    let read = Persons(&mut reader).deserialize(&mut json).and_then(|()| json.end());
    if let Err(source) = read {
        let json = |source| PoseError::Json { path: path.to_owned(), source };
        return Err(reader.wrong.take().unwrap_or_else(|| json(source)));
    }
    let track = |(id, poses): (u32, PersonFrames)| Track {
        id,
        frames: poses.keys().copied().collect(),
        keypoints: poses.into_values().flatten().collect(),
    };
    Ok(reader.persons.into_iter().filter(|(_, poses)| !poses.is_empty()).map(track).collect())
}

struct Reader<'a> {
    path: &'a Path,
    persons: BTreeMap<u32, PersonFrames>,
    /// What is wrong in our own terms, where the JSON itself is sound.
    wrong: Option<PoseError>,
}

impl Reader<'_> {
    /// Keeps the error, and gives the one that ends the reading.
    fn refuse<E: serde::de::Error>(&mut self, wrong: PoseError) -> E {
        let text = E::custom(&wrong);
        self.wrong = Some(wrong);
        text
    }
}

/// The whole file: an object of persons.
struct Persons<'a, 'b>(&'a mut Reader<'b>);

impl<'de> DeserializeSeed<'de> for Persons<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Persons<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of persons")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reader = self.0;
        while let Some(name) = map.next_key::<String>()? {
            let path = reader.path.to_owned();
            let Ok(person) = name.parse::<u32>() else {
                return Err(reader.refuse(PoseError::Person { path, found: shorten(&name, 40) }));
            };
            if reader.persons.insert(person, PersonFrames::new()).is_some() {
                return Err(reader.refuse(PoseError::Duplicate { path, person, frame: None }));
            }
            map.next_value_seed(Person { reader: &mut *reader, person })?;
        }
        Ok(())
    }
}

/// One person: an object of frames, or a list of such objects.
struct Person<'a, 'b> {
    reader: &'a mut Reader<'b>,
    person: u32,
}

impl<'de> DeserializeSeed<'de> for Person<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Person<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of frames, or a list of them")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { reader, person } = self;
        while seq.next_element_seed(Person { reader: &mut *reader, person })?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, person } = self;
        let path = || reader.path.to_owned();
        while let Some(name) = map.next_key::<String>()? {
            let frame = name.parse::<u32>().ok().filter(|&f| (f as usize) < MAX_FRAMES);
            let Some(frame) = frame else {
                let wrong = PoseError::Frame { path: path(), person, found: shorten(&name, 40) };
                return Err(reader.refuse(wrong));
            };
            let Pose(values, count) = map.next_value()?;
            let wrong = match count {
                None => PoseError::NoKeypoints { path: path(), person, frame },
                Some(found) if found != POSE_VALUES => {
                    PoseError::Values { path: path(), person, frame, found }
                }
                Some(_) => match values.iter().position(|v| !v.is_finite()) {
                    Some(value) => PoseError::NotFinite { path: path(), person, frame, value },
                    None => {
                        let poses = reader.persons.entry(person).or_default();
                        if poses.insert(frame, values).is_none() {
                            continue;
                        }
                        PoseError::Duplicate { path: path(), person, frame: Some(frame) }
                    }
                },
            };
            return Err(reader.refuse(wrong));
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
