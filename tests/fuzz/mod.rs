//! A small deterministic fuzzer, shared by the suites `fuzz` of several crates.
//!
//! A target is a parser, some honest files, and what reading one may cost. Execution `n` of a target is always the
//! same: changed files are drawn from a generator seeded by the target's name. A target runs for `GCL_FUZZ_SECONDS`
//! seconds, one unless given, or with `GCL_FUZZ` for so many executions; `GCL_FUZZ_SEED` draws other files.
//!
//! An execution fails if it panics, has more memory at once than the target allows, or takes longer than it allows;
//! the file that did it is then kept under the name that the message has.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod meter;
mod mutate;

use std::collections::BTreeSet;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::Mutator;

/// A parser under test.
pub struct Target<'a> {
    pub name: &'a str,
    /// The name of the file that it reads; a folder around it is its own.
    pub file: &'a str,
    /// Honest files.
    pub corpus: Vec<Vec<u8>>,
    /// Words of the format, put in at random.
    pub words: &'a [&'a str],
    /// Bytes at once that an execution may have for each byte of the file.
    pub factor: usize,
    /// Bytes beside.
    pub base: usize,
    /// The time an execution may take.
    pub time: Duration,
}

impl Default for Target<'_> {
    fn default() -> Self {
        let (corpus, words) = (Vec::new(), [].as_slice());
        let time = Duration::from_millis(500);
        Self { name: "", file: "file", corpus, words, factor: 32, base: 1 << 20, time }
    }
}

/// Inputs that are kept beside the corpus, since they made the parser say something new.
const MOST_KEPT: usize = 256;

impl Target<'_> {
    /// Reads the honest files, which `parse` must accept, and then changed ones.
    pub fn run<E: Display>(self, parse: impl Fn(&Path) -> Result<(), E>) {
        let folder = folder();
        let path = folder.path().join(self.file);
        for (i, bytes) in self.corpus.iter().enumerate() {
            std::fs::write(&path, bytes).unwrap();
            if let Err(error) = parse(&path) {
                panic!("{}: honest file {i} is refused: {error}", self.name);
            }
        }
        let executions: Option<u64> = number("GCL_FUZZ");
        let seconds = number("GCL_FUZZ_SECONDS").unwrap_or(1);
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut mutator = Mutator::new(self.name, number("GCL_FUZZ_SEED").unwrap_or(0), self.words);
        let (mut inputs, mut said) = (self.corpus.clone(), BTreeSet::new());
        let (mut count, mut accepted) = (0u64, 0u64);
        while executions.map_or_else(|| Instant::now() < end, |all| count < all) {
            let bytes = mutator.draw(&inputs, self.corpus.len());
            std::fs::write(&path, &bytes).unwrap();
            let answer = self.execute(&path, &bytes, &parse);
            count += 1;
            accepted += u64::from(answer.is_none());
            if inputs.len() < self.corpus.len() + MOST_KEPT
                && said.insert(words(&answer.unwrap_or_default(), &path))
            {
                inputs.push(bytes);
            }
        }
        eprintln!("{}: {count} executions, {accepted} accepted", self.name);
    }

    /// One execution; what it was refused for.
    fn execute<E: Display>(
        &self,
        path: &Path,
        bytes: &[u8],
        parse: &impl Fn(&Path) -> Result<(), E>,
    ) -> Option<String> {
        let once = || {
            let start = Instant::now();
            let (answer, peak) = meter::weighed(|| catch_unwind(AssertUnwindSafe(|| parse(path))));
            (answer, peak, start.elapsed())
        };
        let (answer, peak, mut time) = once();
        // Another process may have had the processor.
        for _ in 0..3 {
            if time > self.time {
                time = time.min(once().2);
            }
        }
        let Ok(answer) = answer else { self.fail(bytes, "a panic") };
        let most = self.base + self.factor * bytes.len();
        if peak > most {
            self.fail(bytes, &format!("{peak} bytes at once for {} of the file", bytes.len()));
        }
        if time > self.time {
            self.fail(bytes, &format!("{time:?}"));
        }
        answer.err().map(|error| error.to_string())
    }

    /// Keeps the file, and fails the test.
    fn fail(&self, bytes: &[u8], what: &str) -> ! {
        let kept = std::env::temp_dir().join(format!("gcl-fuzz-{}.bin", self.name));
        std::fs::write(&kept, bytes).unwrap();
        panic!("{}: {what}; the file is kept as {}", self.name, kept.display());
    }
}

/// A folder in memory, where there is one.
fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let within = if memory.is_dir() { memory } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("gcl-fuzz-").tempdir_in(within).unwrap()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The letters of a message without its path: what kind of answer it is.
fn words(message: &str, path: &Path) -> String {
    let message = message.replace(&path.display().to_string(), "");
    message.chars().filter(char::is_ascii_alphabetic).take(48).collect()
}
