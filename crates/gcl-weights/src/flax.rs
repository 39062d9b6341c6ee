//! Checkpoints of Flax: a pickle of two dicts, `params` and `batch_stats`, of NumPy arrays.

use crate::file::Storage;
use crate::view::View;

/// Brings a Flax checkpoint's tensors into PyTorch's shapes, and adds the scales of batch-norms that it leaves out
/// where they are 1: a `scale` for every `mean` that has none. Names stay.
pub(crate) fn adapt(tensors: &mut Vec<(String, View)>, storages: &mut Vec<Storage>) {
    if !tensors.iter().any(|(name, _)| name.starts_with("batch_stats.")) {
        return;
    }
    let mut scales = Vec::new();
    for (name, view) in tensors.iter_mut() {
        if let Some(norm) = name.strip_prefix("batch_stats.") {
            view.squeeze();
            if let Some(norm) = norm.strip_suffix(".mean") {
                scales.push((format!("params.{norm}.scale"), view.clone()));
            }
        } else if name.ends_with(".kernel") {
            view.outputs_first();
        }
    }
    scales.retain(|(name, _)| tensors.iter().all(|(known, _)| known != name));
    if scales.is_empty() {
        return;
    }
    let one = storages.len() as u32;
    storages.push(Storage::one());
    for (name, mean) in scales {
        tensors.push((name, mean.ones(one)));
    }
}
