//! One pose in AlphaPose's JSON: its key-points and, in lists of poses, whose it is and of which picture.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};

use super::values::{Element, Label};
use super::{COCO_JOINTS, POSE_VALUES};
use crate::number::whole;
use crate::quote::shorten;
use crate::truth::MAX_FRAMES;

/// Values of poses whose first 17 points are COCO's: COCO's own, Halpe's 26 and 136, and the whole body's 133.
const FORMS: [usize; 4] = [POSE_VALUES, 26 * 3, 133 * 3, 136 * 3];

/// A pose as it was read.
pub(super) struct Pose {
    values: [f32; POSE_VALUES],
    /// Values of `keypoints`, if there is such a member.
    count: Option<usize>,
    /// `keypoints` is `null`.
    null: bool,
    /// The first value that is no number, or no finite one.
    bad: Option<usize>,
    pub person: Option<Result<Option<u32>, String>>,
    /// The picture's name or number.
    pub image: Option<String>,
}

impl Pose {
    /// Takes the next value of `keypoints`.
    fn put(&mut self, count: &mut usize, value: Option<f64>) {
        // Every third value is a confidence, which may be missing.
        let value = match value {
            None if *count % 3 == 2 => 0.0,
            other => other.unwrap_or(f64::NAN) as f32,
        };
        if let Some(slot) = self.values.get_mut(*count) {
            *slot = value;
            if !value.is_finite() {
                self.bad.get_or_insert(*count);
            }
        }
        *count += 1;
    }

    /// The 17 key-points, or what is wrong with them; `None` where they are `null`. A confidence that is missing is 0.
    pub(super) fn keypoints(&self) -> Result<Option<[f32; POSE_VALUES]>, String> {
        match (self.count, self.bad) {
            _ if self.null => Ok(None),
            (None, _) => Err("no `keypoints`".to_owned()),
            (Some(found), _) if !FORMS.contains(&found) => Err(format!(
                "{found} key-point values, expected {POSE_VALUES} ({COCO_JOINTS} of x, y, confidence), or those \
                 of Halpe (78, 408) or the whole body (399), which start with the same"
            )),
            (_, Some(value)) => Err(format!("key-point value number {value} is not finite")),
            _ => Ok(Some(self.values)),
        }
    }
}

/// The number of a person: `1`, or as converters write AlphaPose's `idx`: `1.0`, `[1.0]`, `[[0.0], [0.0]]`. `None` for
/// `-1`, `null` and `[]`: a pose that its tracker gave to nobody.
pub(super) fn person_of(text: &str) -> Result<Option<u32>, String> {
    let inner = text.replace(['[', ']'], "");
    let wrong = || format!("person `{}`: a person is a whole number", shorten(text, 40));
    let mut numbers = inner.split(',').map(whole);
    let first = numbers.next().and_then(Result::ok).ok_or_else(wrong)?;
    match first.map(u32::try_from).transpose() {
        Ok(person) if numbers.all(|other| other == Ok(first)) => Ok(person),
        _ => Err(wrong()),
    }
}

/// The number of a frame: `12`, or a picture's name that ends with it: `000012.jpg`.
pub(super) fn frame_of(text: &str) -> Result<u32, String> {
    let stem = ["jpg", "jpeg", "png"]
        .iter()
        .find_map(|extension| text.strip_suffix(extension).and_then(|stem| stem.strip_suffix('.')));
    let digits = stem.map_or(text, |stem| {
        let before = stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        stem.get(before..).unwrap_or_default()
    });
    let frame = whole(digits).ok().flatten().filter(|&frame| frame < MAX_FRAMES);
    frame.and_then(|frame| u32::try_from(frame).ok()).ok_or_else(|| {
        format!(
            "frame `{}`: a frame is a whole number below {MAX_FRAMES}, or a picture's name with one",
            shorten(text, 40)
        )
    })
}

impl<'de> Deserialize<'de> for Pose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Member;
        impl<'de> Visitor<'de> for Member {
            type Value = Pose;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pose: an object with `keypoints`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pose, A::Error> {
                let values = [0.0; POSE_VALUES];
                let mut pose =
                    Pose { values, count: None, null: false, bad: None, person: None, image: None };
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "keypoints" if pose.count.is_some() => {
                            return Err(A::Error::custom("`keypoints` appears twice"));
                        }
                        "keypoints" => map.next_value_seed(Keypoints(&mut pose))?,
                        "idx" | "track_id" => {
                            pose.person = Some(person_of(&map.next_value::<Label>()?.0));
                        }
                        "image_id" => pose.image = Some(map.next_value::<Label>()?.0),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(pose)
            }
        }
        deserializer.deserialize_map(Member)
    }
}

/// The list of key-point values, counted; those beyond a pose are not kept.
struct Keypoints<'a>(&'a mut Pose);

impl<'de> DeserializeSeed<'de> for Keypoints<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keypoints<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.null = true;
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(element) = seq.next_element::<Element>()? {
            match element {
                Element::Value(value) => self.0.put(&mut count, value),
                Element::Point(point) => point.into_iter().for_each(|v| self.0.put(&mut count, v)),
            }
        }
        self.0.count = Some(count);
        Ok(())
    }
}
