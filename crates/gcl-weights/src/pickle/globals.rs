//! The names that a pickle may use. Each is data here, whatever it is in Python.

use crate::Dtype;

/// A name from the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Global {
    /// `OrderedDict`, `defaultdict`, `dict`: a dict.
    Dict,
    /// `set`, `frozenset`, `list`, `tuple`, `torch.Size`: their one argument.
    Sequence,
    /// Paths, devices: their arguments, as a tuple.
    Arguments,
    /// `argparse.Namespace`.
    Namespace,
    /// What older protocols make objects with.
    Reconstructor,
    /// Turns Latin-1 text into bytes: how older protocols write bytes.
    Encode,
    RebuildTensor,
    RebuildTensorV2,
    RebuildParameter,
    RebuildFromType,
    /// A tensor's bytes within a plain pickle.
    LoadFromBytes,
    /// `torch.FloatStorage` and the like.
    Storage(Dtype),
    NumpyScalar,
    NumpyDtype,
    /// Makes an array that its state fills.
    NumpyArray,
    /// An array whose values lie beside the pickle's other values: how protocol 5 writes it.
    NumpyBuffer,
    /// What training leaves beside the weights, of which no value is needed: histories, dates, states of
    /// generators. Whatever is made with it is one value without content.
    Opaque,
    /// A type that only occurs as a value: `torch.float32`, `int`, `torch.Tensor`.
    Inert,
}

impl Global {
    /// The name's meaning, if it is on the list.
    pub fn known(module: &str, name: &str) -> Option<Self> {
        let global = match (module, name) {
            ("collections", "OrderedDict" | "defaultdict") => Self::Dict,
            ("builtins" | "__builtin__", "dict") => Self::Dict,
            ("builtins" | "__builtin__", "set" | "frozenset" | "list" | "tuple") => Self::Sequence,
            ("builtins" | "__builtin__", "object" | "int" | "float" | "bool" | "str") => {
                Self::Inert
            }
            ("torch", "Size") => Self::Sequence,
            ("torch", "device") => Self::Arguments,
            (
                "pathlib" | "pathlib._local",
                "Path" | "PosixPath" | "WindowsPath" | "PurePosixPath" | "PureWindowsPath",
            ) => Self::Arguments,
            ("argparse", "Namespace") => Self::Namespace,
            ("copyreg" | "copy_reg", "_reconstructor") => Self::Reconstructor,
            ("_codecs", "encode") => Self::Encode,
            ("torch._utils", "_rebuild_tensor") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensorV2,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                Self::RebuildParameter
            }
            ("torch._tensor", "_rebuild_from_type_v2") => Self::RebuildFromType,
            ("torch.storage", "_load_from_bytes") => Self::LoadFromBytes,
            ("torch" | "torch.cuda", class) if class.ends_with("Storage") => {
                Self::Storage(Dtype::from_storage(class)?)
            }
            ("torch", "Tensor") | ("torch.nn.parameter", "Parameter" | "Buffer") => Self::Inert,
            ("torch", name) if is_dtype(name) => Self::Inert,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Self::NumpyScalar,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => {
                Self::NumpyArray
            }
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Self::NumpyBuffer,
            ("numpy", "dtype") => Self::NumpyDtype,
            ("numpy", "ndarray") => Self::Inert,
            _ if is_opaque(module, name) => Self::Opaque,
            _ => return None,
        };
        Some(global)
    }

    /// What the name is called in messages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Dict => "OrderedDict",
            Self::Sequence => "set",
            Self::Arguments => "torch.device",
            Self::Namespace => "argparse.Namespace",
            Self::Reconstructor => "copyreg._reconstructor",
            Self::Encode => "_codecs.encode",
            Self::RebuildTensor => "torch._utils._rebuild_tensor",
            Self::RebuildTensorV2 => "torch._utils._rebuild_tensor_v2",
            Self::RebuildParameter => "torch._utils._rebuild_parameter",
            Self::RebuildFromType => "torch._tensor._rebuild_from_type_v2",
            Self::LoadFromBytes => "torch.storage._load_from_bytes",
            Self::Storage(_) => "a torch storage",
            Self::NumpyScalar => "a numpy scalar",
            Self::NumpyDtype => "numpy.dtype",
            Self::NumpyArray | Self::NumpyBuffer => "a numpy array",
            Self::Opaque => "a value beside the weights",
            Self::Inert => "a type",
        }
    }
}

/// Names of plain values and records that stand beside weights.
fn is_opaque(module: &str, name: &str) -> bool {
    matches!(
        (module, name),
        (
            "builtins" | "__builtin__",
            "complex" | "slice" | "range" | "xrange" | "bytes" | "bytearray"
        ) | ("collections", "Counter" | "deque")
            | ("datetime", "datetime" | "date" | "time" | "timedelta" | "timezone")
            | ("decimal", "Decimal")
            | ("fractions", "Fraction")
            | ("types", "SimpleNamespace")
            | ("uuid", "UUID")
            | (
                "numpy.random._pickle",
                "__generator_ctor" | "__bit_generator_ctor" | "__randomstate_ctor"
            )
            | ("numpy.random._pcg64", "PCG64" | "PCG64DXSM")
            | ("numpy.random._mt19937", "MT19937")
            | ("numpy.random._philox", "Philox")
            | ("numpy.random._sfc64", "SFC64")
            | ("numpy.random.bit_generator", "SeedSequence" | "__pyx_unpickle_SeedSequence")
            | (
                "mmengine.logging.history_buffer" | "mmcv.runner.log_buffer",
                "HistoryBuffer" | "LogBuffer"
            )
    )
}

/// The names of PyTorch's element types.
fn is_dtype(name: &str) -> bool {
    matches!(
        name,
        "float64"
            | "float32"
            | "float16"
            | "bfloat16"
            | "int64"
            | "int32"
            | "int16"
            | "int8"
            | "uint8"
            | "bool"
    )
}
