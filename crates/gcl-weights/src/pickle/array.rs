//! A NumPy array from its state.

use super::{Global, Id, Node, PickleMachine, StorageRecord, call};
use crate::view::View;
use crate::{Fault, limits};

/// Makes a tensor of an array: `(version, shape, type, columns first, bytes)`.
pub(super) fn fill(m: &mut PickleMachine<'_, '_>, array: Id, state: Id) -> Result<(), Fault> {
    let refused = |m: &_, why| call::refused(m, Global::NumpyArray, why);
    let Some(&[_, shape, dtype, columns, bytes]) = m.graph.items(state) else {
        return Err(refused(m, "a state that is not of five parts"));
    };
    let &Node::Bytes(region) = m.graph.node(bytes) else {
        return Err(refused(m, "values that are no bytes (of a pickle protocol below 3?)"));
    };
    let dtype = match m.graph.node(dtype) {
        Node::NumpyDtype(dtype) => dtype.dtype(),
        _ => None,
    };
    let dtype = dtype.ok_or_else(|| refused(m, "elements that are not read"))?;
    let shape: Vec<i128> = {
        let sizes = m.graph.items(shape).filter(|sizes| sizes.len() <= limits::RANK);
        let sizes = sizes.map(|sizes| sizes.iter().map(|n| m.graph.int(*n)).collect());
        sizes.flatten().ok_or_else(|| refused(m, "no shape"))?
    };
    if m.graph.tensors.len() >= limits::TENSORS {
        return Err(Fault::Limit { what: "tensors", max: limits::TENSORS as u64 });
    }
    let elements = region.len / dtype.size();
    let record = StorageRecord {
        key: String::new(),
        dtype,
        root_elements: elements,
        first: 0,
        elements,
        region: Some(region),
        checksum: None,
    };
    let storage = m.graph.add_storage(record)?;
    let &Node::Storage(storage) = m.graph.node(storage) else {
        return Err(m.stack_fault("storage of an array"));
    };
    let mut next = 1i128;
    let mut step = |n: &i128| {
        let step = next;
        next = next.saturating_mul((*n).max(1));
        step
    };
    let stride: Vec<i128> = if matches!(m.graph.node(columns), Node::Bool(true)) {
        shape.iter().map(step).collect()
    } else {
        let mut stride: Vec<i128> = shape.iter().rev().map(&mut step).collect();
        stride.reverse();
        stride
    };
    let view = View::new(storage, dtype, elements, 0, &shape, &stride)?;
    if view.bytes() != region.len {
        let (expected, found) = (view.bytes(), region.len);
        return Err(Fault::StorageLength { key: "a numpy array".to_owned(), expected, found });
    }
    m.graph.tensors.push(view);
    let tensor = Node::Tensor((m.graph.tensors.len() - 1) as u32);
    if let Some(node) = m.graph.nodes.get_mut(array as usize) {
        *node = tensor;
    }
    Ok(())
}
