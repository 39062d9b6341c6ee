//! COCO's form of poses: pictures with numbers, and annotations that name them.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::item::Pose;
use super::table::PoseTable;
use super::values::Label;

/// The list of annotations; those of objects without key-points are left out.
pub(super) struct Annotations<'a>(pub &'a mut PoseTable);

impl<'de> DeserializeSeed<'de> for Annotations<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Annotations<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("COCO's annotations, a list of poses")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(pose) = seq.next_element::<Pose>()? {
            self.0.add_later(pose);
        }
        Ok(())
    }
}

/// The list of pictures, which must be of one video.
pub(super) struct Images<'a>(pub &'a mut PoseTable);

#[derive(Deserialize)]
struct Image {
    id: Label,
    file_name: String,
}

impl<'de> DeserializeSeed<'de> for Images<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Images<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("COCO's pictures, a list of `id` and `file_name`")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut folder: Option<String> = None;
        while let Some(Image { id: Label(id), file_name }) = seq.next_element()? {
            let (own, name) = file_name.rsplit_once(['/', '\\']).unwrap_or(("", &file_name));
            let first = folder.get_or_insert_with(|| own.to_owned());
            if first != own {
                let what = format!(
                    "pictures of several videos (`{first}`, `{own}`); a file of poses is of one video"
                );
                return Err(A::Error::custom(what));
            }
            self.0.add_image(id, name).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
