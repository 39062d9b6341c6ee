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

/// What a slice's header tells of its picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    /// Whether it is the first of its picture.
    pub first: bool,
    pub order: Order,
}

/// How the order of display is coded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// The coded part of it, modulo a number, and how far the bottom field is from it.
    Part {
        part: i32,
        modulo: i32,
        bottom: i32,
    },
    /// As pictures are decoded.
    AsDecoded,
    Other,
}

/// The parameter sets that slices' headers are read by.
#[derive(Default)]
pub(super) struct References {
    sequences: BTreeMap<u32, Sps>,
    pictures: BTreeMap<u32, Pps>,
}

impl References {
    /// Remembers a parameter set; refuses a slice that refers to too many pictures, and tells of any other. What cannot be
    /// read is left to the decoder, which reads it in the same way.
    pub fn check(&mut self, unit: &NalUnit<'_>) -> Result<Option<Slice>, TooMany> {
        let mut slice = None;
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
                    if header.pic_parameter_set_id != picture.pic_parameter_set_id {
                        continue;
                    }
                    if count > MOST_REFERENCES {
                        return Err(TooMany(count));
                    }
                    let order = match sequence.pic_order_cnt_type {
                        // An operation of this kind starts the count anew.
                        _ if header.mmco_ops.iter().any(|(operation, _)| *operation == 5) => {
                            Order::Other
                        }
                        0 => Order::Part {
                            part: header.pic_order_cnt_lsb.cast_signed(),
                            modulo: 1 << (sequence.log2_max_pic_order_cnt_lsb_minus4.min(12) + 4),
                            bottom: header.delta_pic_order_cnt_bottom,
                        },
                        2 => Order::AsDecoded,
                        _ => Order::Other,
                    };
                    slice = Some(Slice { first: header.first_mb_in_slice == 0, order });
                }
            }
            _ => {}
        }
        Ok(slice)
    }
}
