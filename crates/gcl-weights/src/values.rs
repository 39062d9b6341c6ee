//! A tensor's values, read from the file on demand.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::file::{TensorInfo, WeightFile};
use crate::region::Region;
use crate::torch::archive::verify;
use crate::{Fault, WeightError};

impl WeightFile {
    /// The values of a tensor in row-major order. Floats of another type are rounded to the nearest
    /// `f32`; integers must be exact in `f32`.
    ///
    /// # Errors
    /// If there is no such tensor, the file cannot be read or its checksum is wrong, or an integer
    /// does not fit ([`WeightError::Inexact`]).
    pub fn f32(&self, name: &str) -> Result<Vec<f32>, WeightError> {
        let info = self.find(name)?;
        let mut values = self.room::<f32>(info)?;
        self.pieces(info, |bytes| {
            let result = info.dtype().f32s(bytes, &mut values);
            result.map_err(|value| self.inexact(info, value.to_string(), "exact f32"))
        })?;
        Ok(values)
    }

    /// The values of an integer or truth tensor in row-major order.
    ///
    /// # Errors
    /// As [`WeightFile::f32`]; [`WeightError::Inexact`] for a tensor of floats.
    pub fn i64(&self, name: &str) -> Result<Vec<i64>, WeightError> {
        let info = self.find(name)?;
        let mut values = self.room::<i64>(info)?;
        self.pieces(info, |bytes| {
            let result = info.dtype().i64s(bytes, &mut values);
            result.map_err(|()| self.inexact(info, "floats".to_owned(), "integer"))
        })?;
        Ok(values)
    }

    /// The SHA-256 of the whole file, 64 hex digits.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sha256(&self) -> Result<String, WeightError> {
        let mut hasher = Sha256::new();
        let all = Region { at: 0, len: self.bytes };
        all.pieces(&self.file, |piece| {
            hasher.update(piece);
            Ok::<(), Fault>(())
        })
        .map_err(|fault| self.fault(fault))?;
        Ok(hex(&hasher.finalize()))
    }

    /// Hands over a tensor's bytes in row-major order, in pieces of whole elements.
    pub(crate) fn pieces(
        &self,
        info: &TensorInfo,
        take: impl FnMut(&[u8]) -> Result<(), WeightError>,
    ) -> Result<(), WeightError> {
        let Some(storage) = self.storages.get(info.view.storage as usize) else {
            return Err(self.fault(Fault::NoStorage { key: info.name().to_owned() }));
        };
        if let (Some(checksum), None) = (storage.checksum, storage.verified.get()) {
            verify(&self.file, storage.region, checksum, info.name()).map_err(|f| self.fault(f))?;
            // Another thread may have been first.
            let _ = storage.verified.set(());
        }
        info.view.pieces(&self.file, storage.region, take, |fault| self.fault(fault))
    }

    pub(crate) fn find(&self, name: &str) -> Result<&TensorInfo, WeightError> {
        self.get(name).ok_or_else(|| {
            let first: Vec<&str> = self.tensors.iter().take(3).map(TensorInfo::name).collect();
            WeightError::NoTensor {
                path: self.path.clone(),
                name: name.to_owned(),
                count: self.len(),
                first: first.join(", "),
            }
        })
    }

    fn room<T>(&self, info: &TensorInfo) -> Result<Vec<T>, WeightError> {
        let mut values = Vec::new();
        values.try_reserve_exact(info.elements() as usize).map_err(|_| WeightError::Memory {
            path: self.path.clone(),
            name: info.name().to_owned(),
            bytes: info.elements().saturating_mul(size_of::<T>() as u64),
        })?;
        Ok(values)
    }

    fn inexact(&self, info: &TensorInfo, value: String, wanted: &'static str) -> WeightError {
        let (path, name, dtype) = (self.path.clone(), info.name().to_owned(), info.dtype());
        WeightError::Inexact { path, name, dtype, value, wanted }
    }

    fn fault(&self, fault: Fault) -> WeightError {
        WeightError::Content { path: self.path.clone(), fault }
    }
}

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
