//! The header: types, shapes and places of the tensors, which must fill the file without a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};

use crate::file::{Contents, Storage};
use crate::region::{Bytes, Region, read_at};
use crate::view::View;
use crate::{Dtype, Fault, Scalar, limits};

/// A tensor as the header describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

#[derive(Default)]
struct Raw {
    entries: Vec<(String, Entry)>,
    metadata: BTreeMap<String, String>,
}

/// Reads the header of a file of `len` bytes.
pub(crate) fn read(file: &Bytes, len: u64) -> Result<Contents, Fault> {
    let mut size = [0; 8];
    read_at(file, &mut size, 0)?;
    let all = Region { at: 0, len };
    let header = all.part(8, u64::from_le_bytes(size), "the safetensors header")?;
    let data = all.part(header.end(), len - header.end(), "the data")?;
    let text = header.read(file, "bytes of header", limits::HEADER)?;
    let mut raw: Raw = serde_json::from_slice(&text).map_err(|e| Fault::Header(e.to_string()))?;
    drop(text);

    raw.entries.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut header = Contents::default();
    let mut names = BTreeSet::new();
    let mut next = 0;
    for (index, (name, entry)) in raw.entries.into_iter().enumerate() {
        if !names.insert(name.clone()) {
            return Err(Fault::Duplicate(name));
        }
        let Some(dtype) = Dtype::from_name(&entry.dtype) else {
            let dtype = entry.dtype.chars().take(64).collect();
            return Err(Fault::Dtype { name, dtype });
        };
        let (begin, end) = entry.data_offsets;
        let view = View::whole(index as u32, dtype, &entry.shape)
            .filter(|_| entry.shape.len() <= limits::RANK && begin == next)
            .filter(|view| begin.checked_add(view.bytes()) == Some(end) && end <= data.len);
        let Some(view) = view else {
            let mut shape = entry.shape;
            shape.truncate(limits::RANK);
            return Err(Fault::Offsets { name, shape, dtype, begin, end, len: data.len });
        };
        next = end;
        let region = data.part(begin, end - begin, "a tensor")?;
        header.storages.push(Storage::new(region));
        header.tensors.push((name, view));
    }
    if next < data.len {
        return Err(Fault::Trailing { extra: data.len - next });
    }
    header.metadata = raw.metadata.into_iter().map(|(k, v)| (k, Scalar::Text(v))).collect();
    Ok(header)
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

/// Keeps every entry: a map would silently drop the first of two with the same name.
struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut raw = Raw::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                raw.metadata.extend(map.next_value::<BTreeMap<String, String>>()?);
            } else if name.len() > limits::LINE {
                return Err(A::Error::custom("a name of more than 1024 bytes"));
            } else if raw.entries.len() >= limits::TENSORS {
                return Err(A::Error::custom("more than 65536 tensors"));
            } else {
                raw.entries.push((name, map.next_value()?));
            }
        }
        Ok(raw)
    }
}
