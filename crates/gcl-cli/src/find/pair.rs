//! `gcl find --method interleave`: a pair of models that needs nothing but clip features.

use gcl::pair::PairChoice;
use gcl_bench::PresetChoice;
use gcl_train::TrainOptions;
use gcl_train::interleave::{InterleavePreset, OneClassKind, PairConfig, PairMethod, WeakKind};

use super::FindArgs;
use crate::error::Failure;

/// The pair: models that read clips and need no objects, and the paper's text, by which a loop is an epoch of each;
/// the authors' code trains for as long on little footage as on much.
pub fn choice(args: &FindArgs) -> PairChoice {
    PairChoice {
        method: PairMethod::Interleave,
        one_class: OneClassKind::Ae,
        weak: WeakKind::Sultani,
        preset: InterleavePreset::Paper,
        seed: args.learning.seed.unwrap_or(0),
        settings: args.learning.set.clone(),
    }
}

/// Refuses what a pair has no use for, and settings that are wrong for any features.
pub fn check(args: &FindArgs) -> Result<(), Failure> {
    let given = [
        ("--preset", args.preset != PresetChoice::Auto),
        ("--budget", args.learning.budget.is_some()),
        ("--labels", args.learning.labels.is_some()),
        ("--cross-fit", args.cross_fit.is_some()),
        // Its snippets and objects are in memory, all of them.
        ("--memory-limit", args.learning.how.memory_limit != TrainOptions::MEMORY_LIMIT),
    ];
    if let Some((option, _)) = given.iter().find(|(_, given)| *given) {
        let text = format!("{option} is for methods of features; interleave has none");
        return Err(Failure::Usage(text));
    }
    let PairChoice { one_class, weak, settings, .. } = choice(args);
    PairConfig::features(one_class, weak, 1).with(&settings)?;
    Ok(())
}
