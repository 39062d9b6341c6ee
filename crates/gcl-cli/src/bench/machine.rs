//! The machine, as far as the system tells.

use std::fmt;

use serde::Serialize;

/// What ran the measurements.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The processor's name.
    processor: String,
    /// Cores that this process may use, and threads that it computes with.
    pub cores: usize,
    /// Bytes of memory; absent where the system does not tell.
    memory: Option<u64>,
    /// Operating system.
    system: &'static str,
    /// Instruction set.
    architecture: &'static str,
}

impl Machine {
    /// This one.
    pub fn here() -> Machine {
        let architecture = std::env::consts::ARCH;
        let name = value("/proc/cpuinfo", "model name").unwrap_or_else(|| architecture.to_owned());
        let kib = value("/proc/meminfo", "MemTotal");
        let kib = kib.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        Machine {
            processor: name,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: kib.map(|kib| kib.saturating_mul(1024)),
            system: std::env::consts::OS,
            architecture,
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} cores", self.processor, self.cores)?;
        if let Some(bytes) = self.memory {
            write!(f, ", {:.0} GB", bytes as f64 / 1e9)?;
        }
        write!(f, ", {} {}", self.system, self.architecture)
    }
}

/// The first `key : value` of a file of such lines.
fn value(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().to_owned())
}
