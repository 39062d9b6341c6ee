//! How many pictures a slice refers to. The decoder makes a list of as many as the slice's header states, which in a
//! hostile file is billions, so the header is read here first.

use std::collections::BTreeMap;

use rust_h264::nal::{NalUnit, NalUnitType};
use rust_h264::pps::{Pps, parse_pps};
use rust_h264::slice::parse_slice_header;
use rust_h264::sps::{Sps, parse_sps};

/// The most that H.264 allows: 32 fields.
pub(super) const MOST_REFERENCES: u32 = 32;

/// A slice that refers to so many pictures.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany(pub u32);

/// The parameter sets that slices' headers are read by.
#[derive(Default)]
pub(super) struct References {
    sequences: BTreeMap<u32, Sps>,
    pictures: BTreeMap<u32, Pps>,
}

impl References {
    /// Remembers a parameter set; refuses a slice that refers to too many pictures. What cannot be read is left to the
    /// decoder, which reads it in the same way.
    pub fn check(&mut self, unit: &NalUnit<'_>) -> Result<(), TooMany> {
        match unit.nal_unit_type {
            NalUnitType::Sps => {
                if let Ok(set) = parse_sps(&unit.rbsp) {
                    self.sequences.insert(set.seq_parameter_set_id, set);
                }
            }
            NalUnitType::Pps => {
                let bare = parse_pps(&unit.rbsp, None).ok();
                let sequence = bare.and_then(|set| self.sequences.get(&set.seq_parameter_set_id));
                if let Ok(set) = parse_pps(&unit.rbsp, sequence) {
                    self.pictures.insert(set.pic_parameter_set_id, set);
                }
            }
            NalUnitType::Slice | NalUnitType::SliceIdr => {
                // Which set a slice names is behind two numbers; a header that only another set explains is none.
                for picture in self.pictures.values() {
                    let Some(sequence) = self.sequences.get(&picture.seq_parameter_set_id) else {
                        continue;
                    };
                    let (kind, weight) = (unit.nal_unit_type, unit.nal_ref_idc);
                    let header = parse_slice_header(&unit.rbsp, sequence, picture, kind, weight);
                    let Ok((header, _)) = header else { continue };
                    let count = header.num_ref_idx_l0_active.max(header.num_ref_idx_l1_active);
                    if header.pic_parameter_set_id == picture.pic_parameter_set_id
                        && count > MOST_REFERENCES
                    {
                        return Err(TooMany(count));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}
