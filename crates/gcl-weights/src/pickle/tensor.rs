//! A tensor from its storage, offset, shape and strides.

use super::{Id, Node, PickleMachine};
use crate::view::View;
use crate::{Fault, limits};

/// `_rebuild_tensor_v2(storage, offset, shape, strides, ...)`, of which four are looked at.
pub(super) fn rebuild(m: &mut PickleMachine<'_, '_>, args: &[Id]) -> Result<Id, Fault> {
    let &[storage, offset, shape, stride, ..] = args else {
        return Err(m.stack_fault("storage, offset, shape and strides of a tensor"));
    };
    let Node::Storage(index) = *m.graph.node(storage) else {
        return Err(m.stack_fault("storage of a tensor"));
    };
    if m.graph.tensors.len() >= limits::TENSORS {
        return Err(Fault::Limit { what: "tensors", max: limits::TENSORS as u64 });
    }
    let numbers = |id: Id| -> Result<Vec<i128>, Fault> {
        let items = m.graph.items(id).ok_or_else(|| m.stack_fault("shape or strides"))?;
        if items.len() > limits::RANK {
            return Err(Fault::Limit { what: "dimensions", max: limits::RANK as u64 });
        }
        let number = |id: &Id| m.graph.int(*id).ok_or_else(|| m.stack_fault("whole number"));
        items.iter().map(number).collect()
    };
    let (shape, stride) = (numbers(shape)?, numbers(stride)?);
    let offset = m.graph.int(offset).ok_or_else(|| m.stack_fault("whole number"))?;
    let record = m.graph.storages.get(index as usize);
    let record = record.ok_or_else(|| m.stack_fault("storage of a tensor"))?;
    let view = View::new(index, record.dtype, record.elements, offset, &shape, &stride)?;
    m.graph.tensors.push(view);
    m.graph.add(Node::Tensor((m.graph.tensors.len() - 1) as u32))
}
