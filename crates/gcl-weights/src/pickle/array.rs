//! A NumPy array from its state.

use super::{Global, Id, Node, PickleMachine, StorageRecord, Unread, call};
use crate::view::View;
use crate::{Fault, limits};

/// Makes a tensor of an array: `(version, shape, type, columns first, bytes)`.
pub(super) fn fill(m: &mut PickleMachine<'_, '_>, array: Id, state: Id) -> Result<(), Fault> {
    let Some(&[_, shape, dtype, columns, bytes]) = m.graph.items(state) else {
        return Err(refused(m, "a state that is not of five parts"));
    };
    let columns = matches!(m.graph.node(columns), Node::Bool(true));
    let made = make(m, shape, dtype, columns, bytes)?;
    if let Some(node) = m.graph.nodes.get_mut(array as usize) {
        *node = made;
    }
    Ok(())
}

/// Makes a tensor of an array's parts as protocol 5 has them: `(bytes, type, shape, order)`.
pub(super) fn of_buffer(m: &mut PickleMachine<'_, '_>, args: &[Id]) -> Result<Id, Fault> {
    let &[bytes, dtype, shape, order] = args else {
        return Err(refused(m, "arguments that are not four"));
    };
    let columns = m.graph.text(order) == Some("F");
    let made = make(m, shape, dtype, columns, bytes)?;
    m.graph.add(made)
}

fn refused(m: &PickleMachine<'_, '_>, why: &'static str) -> Fault {
    call::refused(m, Global::NumpyArray, why)
}

/// The tensor of an array, or a value without content: of text and objects, and of numbers that are not read.
fn make(
    m: &mut PickleMachine<'_, '_>,
    shape: Id,
    dtype: Id,
    columns: bool,
    bytes: Id,
) -> Result<Node, Fault> {
    let dtype = match *m.graph.node(dtype) {
        Node::NumpyDtype(dtype) => dtype.dtype(),
        Node::Opaque(unread) => return Ok(Node::Opaque(unread)),
        _ => return Err(refused(m, "a type that is none")),
    };
    let Some(dtype) = dtype else { return Ok(Node::Opaque(Unread::Plain)) };
    let region = match *m.graph.node(bytes) {
        Node::Bytes(region) => region,
        // A short text of bytes stays in the pool; older protocols have all their bytes so.
        Node::Blob(_) | Node::Text(_) | Node::Opaque(_) => {
            return Ok(Node::Opaque(Unread::Old(m.at)));
        }
        _ => return Err(refused(m, "values that are no bytes")),
    };
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
    let stride: Vec<i128> = if columns {
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
    Ok(Node::Tensor((m.graph.tensors.len() - 1) as u32))
}
