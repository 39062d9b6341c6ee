//! What this crate's own golden tests share: the cases in `tests/golden`, and the devices.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::SafeTensors;

use crate::init::uniform;
use crate::rng::{HostRng, stream};

#[path = "../tests/common/devices.rs"]
mod devices;
pub(crate) use devices::devices;

/// The tensors of one case.
pub(crate) struct Case(Named);

/// A case of the repository's `tests/golden`; one that is missing fails the test.
pub(crate) fn case(name: &str) -> Case {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let path = root.join(name).join("case.safetensors");
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        let values = view.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
        (name.to_owned(), (view.shape().to_vec(), values.collect()))
    };
    Case(file.iter().map(tensor).collect())
}

impl Case {
    pub(crate) fn values(&self, name: &str) -> &[f32] {
        &self.0.get(name).unwrap_or_else(|| panic!("no `{name}`")).1
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let (shape, values) = self.0.get(name).unwrap_or_else(|| panic!("no `{name}`"));
        Tensor::from_data(TensorData::new(values.clone(), shape.clone()), device)
    }

    /// The tensors under `prefix.`, by the rest of their name.
    pub(crate) fn part(&self, prefix: &str) -> Named {
        let prefix = format!("{prefix}.");
        let inside = |(name, tensor): (&String, &(Vec<usize>, Vec<f32>))| {
            Some((name.strip_prefix(&prefix)?.to_owned(), tensor.clone()))
        };
        self.0.iter().filter_map(inside).collect()
    }
}

pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().unwrap()
}

/// Refuses values that differ by more than `absolute + relative · |theirs|`.
pub(crate) fn close(what: &str, ours: &[f32], theirs: &[f32], absolute: f32, relative: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (o, t)) in ours.iter().zip(theirs).enumerate() {
        let allowed = absolute + relative * t.abs();
        assert!((o - t).abs() <= allowed, "{what}[{i}]: {o}, expected {t}");
    }
}

/// Tensors by name: shape and values.
pub(crate) type Named = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Puts a case's values in place of a network's, by path.
struct Fill<'a>(&'a Named, Vec<String>);

impl ModuleMapper for Fill<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.1.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.1.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (shape, values) = &self.0[&self.1.join(".")];
        assert_eq!(param.shape().to_vec(), *shape, "{:?}", self.1);
        param.map(|old| {
            let data = TensorData::new(values.clone(), shape.clone());
            let new = Tensor::from_data(data, &old.device().inner()).autodiff();
            new.set_require_grad(old.is_require_grad())
        })
    }
}

/// Every value of a network, or every gradient, by path.
struct Read<'a>(Option<&'a GradientsParams>, Vec<String>, BTreeMap<String, Vec<f32>>);

impl ModuleVisitor for Read<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.1.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.1.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = match self.0 {
            None => Some(param.val().inner()),
            Some(gradients) => gradients.get::<D>(param.id),
        };
        if let Some(value) = value {
            self.2.insert(self.1.join("."), host(value));
        }
    }
}

/// Every value of a module, or every gradient where gradients are given, by path.
pub(crate) fn module_values<M: Module>(
    module: &M,
    gradients: Option<&GradientsParams>,
) -> BTreeMap<String, Vec<f32>> {
    let mut read = Read(gradients, Vec::new(), BTreeMap::new());
    module.visit(&mut read);
    read.2
}

/// A module with a case's values, by path; every one must be there.
pub(crate) fn fill<M: Module>(module: M, values: &Named) -> M {
    module.map(&mut Fill(values, Vec::new()))
}

/// Adds noise to every value of a network.
struct Disturb(HostRng);

impl ModuleMapper for Disturb {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|old| {
            let noise = uniform(old.shape().num_elements(), 0.3, &mut self.0);
            let noise = TensorData::new(noise, old.shape());
            let inner = old.clone().inner();
            let noise = Tensor::from_data(noise, &inner.device());
            (inner + noise).autodiff().set_require_grad(old.is_require_grad())
        })
    }
}

/// A network none of whose values is a plain 0 or 1 any more; variances stay above 0.
pub(crate) fn disturb<M: Module>(module: M, seed: u64) -> M {
    module.map(&mut Disturb(stream(seed, "disturb", 0)))
}

/// Values from U(−1, 1).
pub(crate) fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let values = uniform(shape.iter().product(), 1.0, &mut stream(seed, "random", 0));
    Tensor::from_data(TensorData::new(values, shape), device)
}
