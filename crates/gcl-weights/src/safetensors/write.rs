//! Writing safetensors, deterministically and atomically.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use sha2::{Digest, Sha256};

use crate::file::{TensorInfo, WeightFile};
use crate::keys::KeyMap;
use crate::values::hex;
use crate::{Dtype, WeightError};

/// A tensor in memory, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    /// A tensor of floats, row-major. [`write_safetensors`] checks the shape against the values.
    pub fn f32(shape: impl Into<Vec<usize>>, values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::F32, shape: shape.into(), bytes }
    }

    /// A tensor of half-precision floats, row-major: the values rounded to the nearest.
    pub fn f16(shape: impl Into<Vec<usize>>, values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
        Self { dtype: Dtype::F16, shape: shape.into(), bytes }
    }

    /// A tensor of integers, row-major.
    pub fn i64(shape: impl Into<Vec<usize>>, values: &[i64]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::I64, shape: shape.into(), bytes }
    }
}

/// Writes tensors to `path` and returns the file's SHA-256, 64 hex digits.
///
/// The bytes depend on names, types, shapes, values and metadata alone: tensors are ordered by
/// descending element size, so that each is aligned, then by name. The file replaces `path` atomically;
/// missing folders are created.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use gcl_weights::{Tensor, read, write_safetensors};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("model.safetensors");
/// let tensors = BTreeMap::from([("fc.bias".to_owned(), Tensor::f32([2], &[0.5, -0.5]))]);
/// let sha256 = write_safetensors(&path, &tensors, &BTreeMap::new())?;
/// let file = read(&path)?;
/// assert_eq!(file.f32("fc.bias")?, [0.5, -0.5]);
/// assert_eq!(file.sha256()?, sha256);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be written, or [`WeightError::Unwritable`] for a shape that does not fit its
/// values or a reserved name. `path` is then unchanged.
pub fn write_safetensors(
    path: impl AsRef<Path>,
    tensors: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
) -> Result<String, WeightError> {
    let path = path.as_ref();
    let mut plan = Vec::new();
    for (name, tensor) in tensors {
        let elements = tensor.shape.iter().try_fold(1usize, |n, size| n.checked_mul(*size));
        let bytes = elements.and_then(|n| n.checked_mul(tensor.dtype.size() as usize));
        if bytes != Some(tensor.bytes.len()) {
            let (shape, len) = (&tensor.shape, tensor.bytes.len());
            let why = format!("shape {shape:?} of {} does not fit {len} bytes", tensor.dtype);
            return Err(unwritable(path, name, why));
        }
        let (dtype, shape) = (tensor.dtype, tensor.shape.as_slice());
        plan.push(PlannedTensor {
            name,
            dtype,
            shape,
            bytes: tensor.bytes.len() as u64,
            from: tensor,
        });
    }
    write(path, plan, metadata, |tensor, out| {
        out.write_all(&tensor.bytes).map_err(|e| io_error(path, e))
    })
}

impl WeightFile {
    /// Writes the tensors as safetensors, with the names that `map` gives them and without those it
    /// ignores, one after the other: at most one tensor is in memory. Types are kept; views become plain
    /// tensors. Returns the new file's SHA-256. Otherwise as [`write_safetensors`].
    ///
    /// # Errors
    /// As [`write_safetensors`] and [`WeightFile::f32`]; [`WeightError::Collision`] if two tensors
    /// are mapped to the same name.
    pub fn convert(
        &self,
        path: impl AsRef<Path>,
        map: &KeyMap,
        metadata: &BTreeMap<String, String>,
    ) -> Result<String, WeightError> {
        let path = path.as_ref();
        let names = map.names(self)?;
        let plan = names.iter().map(|(name, info)| PlannedTensor {
            name,
            dtype: info.dtype(),
            shape: info.shape(),
            bytes: info.view.bytes(),
            from: *info,
        });
        write(path, plan.collect(), metadata, |info: &TensorInfo, out| {
            self.pieces(info, |piece| out.write_all(piece).map_err(|e| io_error(path, e)))
        })
    }
}

/// A tensor of the file to be, and what its bytes come from.
struct PlannedTensor<'a, T> {
    name: &'a str,
    dtype: Dtype,
    shape: &'a [usize],
    bytes: u64,
    from: &'a T,
}

fn write<T>(
    path: &Path,
    mut plan: Vec<PlannedTensor<'_, T>>,
    metadata: &BTreeMap<String, String>,
    fill: impl Fn(&T, &mut dyn Write) -> Result<(), WeightError>,
) -> Result<String, WeightError> {
    plan.sort_by(|a, b| b.dtype.size().cmp(&a.dtype.size()).then(a.name.cmp(b.name)));
    let header = header(path, &plan, metadata)?;
    let io = |source| io_error(path, source);

    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gcl-weights-").suffix(".tmp");
    // Temporary files are private by default; this one becomes an ordinary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(folder).map_err(io)?;
    let sha256 = {
        let file = BufWriter::with_capacity(1 << 16, temporary.as_file_mut());
        let mut out = Hashing { file, hasher: Sha256::new() };
        out.write_all(&(header.len() as u64).to_le_bytes()).map_err(io)?;
        out.write_all(&header).map_err(io)?;
        for planned in &plan {
            fill(planned.from, &mut out)?;
        }
        out.flush().map_err(io)?;
        hex(&out.hasher.finalize_reset())
    };
    temporary.persist(path).map_err(|e| io(e.error))?;
    Ok(sha256)
}

/// The JSON header, padded so that the data starts at a multiple of eight bytes.
fn header<T>(
    path: &Path,
    plan: &[PlannedTensor<'_, T>],
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, WeightError> {
    let mut fields = Vec::new();
    // A BTreeMap of texts always has a JSON form.
    let json = |value: serde_json::Value| value.to_string();
    if !metadata.is_empty() {
        fields.push(format!("\"__metadata__\":{}", json(serde_json::json!(metadata))));
    }
    let mut at = 0u64;
    for planned in plan {
        if planned.name == "__metadata__" {
            return Err(unwritable(path, planned.name, "the name is reserved".to_owned()));
        }
        let end = at + planned.bytes;
        let name = json(planned.name.into());
        let (dtype, shape) = (planned.dtype, json(serde_json::json!(planned.shape)));
        fields.push(format!(
            "{name}:{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{at},{end}]}}"
        ));
        at = end;
    }
    let mut header = format!("{{{}}}", fields.join(",")).into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

/// Writes through, and hashes what was written.
struct Hashing<W> {
    file: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn io_error(path: &Path, source: io::Error) -> WeightError {
    WeightError::Io { path: path.to_owned(), source }
}

fn unwritable(path: &Path, name: &str, why: String) -> WeightError {
    WeightError::Unwritable { path: path.to_owned(), name: name.to_owned(), why }
}
