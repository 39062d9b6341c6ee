//! Damaged and hostile plans, configurations and saved states: see `tests/fuzz` of the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../../tests/fuzz/mod.rs"]
mod fuzz;

use gcl_bench::Plan;
use gcl_core::State;
use gcl_train::config::{DataFacts, from_toml, to_toml};
use gcl_train::{Method, Preset, RunConfig};

use fuzz::Target;

const WORDS: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    "\"",
    "'''",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "0x10",
    "1979-05-27",
    "true",
    "\n",
    "#",
    "kind = \"pair\"\n",
    "0..18446744073709551615",
    "0..5",
    "[[[[[[[[",
    ".",
    ",",
];

#[test]
fn plans() {
    let corpus = vec![
        br#"methods = ["ae", "gcl-b"]
presets = ["any"]
seeds = "0..5"
[set]
"training.batch" = [128, 256]
[[variant]]
name = "printed budget"
set = ["training.budget.min_steps=0"]
[[data]]
name = "shanghaitech"
train = "features/train"
test = "features/test"
truth = "masks"
clip-length = 16
"#
        .to_vec(),
    ];
    // `seeds = "0..n"` and the values of `[set]` multiply; see the limits in docs/trust.md.
    let target = Target {
        name: "plan",
        corpus,
        words: WORDS,
        factor: 64,
        base: 64 << 20,
        ..Target::default()
    };
    target.run(|path| Plan::read(path).map(drop));
}

#[test]
fn configurations() {
    let data = DataFacts { dim: 64, segments: 1000 };
    let text =
        |method| to_toml(&RunConfig::new(method, Preset::Any, 1, data)).unwrap().into_bytes();
    let corpus = vec![text(Method::GclPt), text(Method::Knn)];
    let target = Target { name: "config", corpus, words: WORDS, factor: 64, ..Target::default() };
    target.run(|path| {
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        from_toml::<RunConfig>(&text).map(drop).map_err(|e| e.to_string())
    });
}

#[test]
fn states() {
    let mut state = State::default();
    state.put("a", vec![1, 2, 3]);
    state.put_f32s("weights", &[1.0, 2.0]);
    state.put_json("step", &7).unwrap();
    let corpus = vec![state.to_bytes().unwrap()];
    let words = &["{", "}", "\"U8\"", "\"shape\":", "\"data_offsets\":", "[[[[[[[["];
    let target = Target { name: "state", corpus, words, factor: 64, ..Target::default() };
    target.run(|path| {
        let state = State::from_bytes(&std::fs::read(path).unwrap()).map_err(|e| e.to_string())?;
        drop((state.get_f32s("weights"), state.get_json::<usize>("step")));
        Ok::<(), String>(())
    });
}
