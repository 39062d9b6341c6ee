//! An array's values without a copy.

use memmap2::Mmap;

use super::dtype::Kind;
use super::read::Npy;

impl Npy {
    /// The values without a copy, mapped into memory: for a C-ordered `f4` file in the machine's
    /// own byte order whose values are all finite. `None` otherwise; [`Npy::read_rows`] then reads the
    /// file or returns the error.
    ///
    /// The file may not be cut short while the slice is in use: the system would end the process.
    #[must_use]
    pub fn as_f32_slice(&self) -> Option<&[f32]> {
        let native = self.header.dtype.big_endian == cfg!(target_endian = "big");
        let c_order = !self.header.fortran_order || self.header.shape.len() <= 1;
        if self.header.dtype.kind != Kind::F4 || !native || !c_order {
            return None;
        }
        let map = self.map.get_or_init(|| {
            self.check_length().ok()?;
            // SAFETY: the map is read-only and lives as long as `self`. That no one shortens or
            // rewrites the file meanwhile is asked of the caller above, as mapping requires.
            let map = unsafe { Mmap::map(&self.file) }.ok()?;
            let finite = floats(&map, self.header.offset)?.iter().all(|v| v.is_finite());
            finite.then_some(map)
        });
        floats(map.as_ref()?, self.header.offset)
    }
}

/// The floats from `offset` on, if they are aligned.
fn floats(map: &Mmap, offset: u64) -> Option<&[f32]> {
    let bytes = map.get(usize::try_from(offset).ok()?..)?;
    // SAFETY: every bit pattern is an `f32`; `align_to` takes care of alignment and length.
    let (before, floats, after) = unsafe { bytes.align_to::<f32>() };
    (before.is_empty() && after.is_empty()).then_some(floats)
}
