//! What the known names make of their arguments.

use super::{Global, Id, Node, PickleMachine, StorageRecord, Unread};
use crate::region::read_at;
use crate::torch::legacy;
use crate::{Fault, limits, pickle::numpy};

/// `function(*arguments)`, for the names on the list.
pub(super) fn reduce(
    m: &mut PickleMachine<'_, '_>,
    function: Id,
    arguments: Id,
) -> Result<Id, Fault> {
    let Node::Global(global) = *m.graph.node(function) else {
        return Err(m.stack_fault("known function"));
    };
    if global == Global::Opaque {
        return m.graph.add(Node::Opaque(Unread::Plain));
    }
    let Node::Tuple(items) = m.graph.node(arguments) else {
        return Err(refused(m, global, "arguments that are no tuple"));
    };
    // The longest argument list that is looked at; a longer one is never right.
    let args: Vec<Id> = items.iter().copied().take(8).collect();
    let first = args.first().copied();
    match (global, args.as_slice()) {
        (Global::Dict, []) => m.graph.add(Node::Dict(Vec::new())),
        (Global::Dict, [one]) => dict(m, *one),
        (Global::Sequence, []) => m.graph.add(Node::Tuple(Vec::new())),
        // The argument itself stands for its copy: nothing is changed through either.
        (Global::Sequence, [one]) if m.graph.items(*one).is_some() => Ok(*one),
        (Global::Arguments, _) => Ok(arguments),
        (Global::Namespace, []) => m.graph.add(Node::Namespace(None)),
        (Global::Reconstructor, [class, base, state]) => {
            let is = |id: &Id, wanted| matches!(m.graph.node(*id), Node::Global(g) if *g == wanted);
            let plain = is(base, Global::Inert) && matches!(m.graph.node(*state), Node::None);
            if !plain || !is(class, Global::Namespace) {
                return Err(refused(m, global, "another class than a Namespace"));
            }
            m.graph.add(Node::Namespace(None))
        }
        (Global::Encode, [text, ..]) => encode(m, *text),
        (Global::RebuildTensor | Global::RebuildTensorV2, _) => super::tensor::rebuild(m, &args),
        (Global::RebuildParameter, _) => {
            let tensor = first.filter(|id| m.graph.tensor(*id).is_some());
            tensor.ok_or_else(|| refused(m, global, "something other than a tensor"))
        }
        (Global::RebuildFromType, [inner, class, inner_arguments, _state]) => {
            let allowed = matches!(
                (m.graph.node(*inner), m.graph.node(*class)),
                (
                    Node::Global(Global::RebuildTensorV2 | Global::RebuildParameter),
                    Node::Global(Global::Inert)
                )
            );
            if !allowed {
                return Err(refused(m, global, "something other than a tensor's parts"));
            }
            reduce(m, *inner, *inner_arguments)
        }
        (Global::LoadFromBytes, [bytes]) => load_from_bytes(m, *bytes),
        (Global::NumpyScalar, [dtype, bytes]) => numpy_scalar(m, *dtype, *bytes),
        // Whose first arguments are no array yet: its class, an empty shape and a type.
        (Global::NumpyArray, [class, ..])
            if matches!(m.graph.node(*class), Node::Global(Global::Inert)) =>
        {
            m.graph.add(Node::NumpyArray)
        }
        (Global::NumpyBuffer, _) => super::array::of_buffer(m, &args),
        (Global::NumpyDtype, [name, ..]) => {
            let Some(name) = m.graph.text(*name) else {
                return Err(refused(m, global, "a name that is no text"));
            };
            // Types of text, objects, records and dates have arrays of which nothing is kept.
            let node = match numpy::NumpyType::parse(name) {
                Some(scalar) => Node::NumpyDtype(scalar),
                None => Node::Opaque(Unread::Plain),
            };
            m.graph.add(node)
        }
        _ => Err(refused(m, global, "arguments that it does not have in weight files")),
    }
}

/// An object made without calling its class's constructor: only `Namespace` is.
pub(super) fn new_object(m: &mut PickleMachine<'_, '_>, class: Id, args: Id) -> Result<Id, Fault> {
    match (m.graph.node(class), m.graph.items(args)) {
        (Node::Global(Global::Namespace), Some([])) => m.graph.add(Node::Namespace(None)),
        (Node::Global(Global::Dict | Global::Sequence | Global::Opaque), _) => {
            reduce(m, class, args)
        }
        (Node::Global(global), _) => Err(refused(m, *global, "the making of an object")),
        _ => Err(m.stack_fault("known class")),
    }
}

/// Gives an object its state.
pub(super) fn build(m: &mut PickleMachine<'_, '_>, object: Id, state: Id) -> Result<(), Fault> {
    let state_is_dict = matches!(m.graph.node(state), Node::Dict(_));
    match m.graph.node(object) {
        Node::Namespace(None) if state_is_dict => {
            m.graph.contains(object, state)?;
            if let Some(Node::Namespace(values)) = m.graph.nodes.get_mut(object as usize) {
                *values = Some(state);
            }
            Ok(())
        }
        // A state dict's `_metadata`: versions of the modules, which are not used here.
        Node::Dict(_) if state_is_dict => Ok(()),
        Node::NumpyArray => super::array::fill(m, object, state),
        Node::Opaque(_) => Ok(()),
        // The byte order is the second of them.
        Node::NumpyDtype(_) => {
            let order = m.graph.items(state).and_then(|items| items.get(1).copied());
            let little = matches!(order.and_then(|id| m.graph.text(id)), Some("<" | "|" | "="));
            if let Some(node) = m.graph.nodes.get_mut(object as usize).filter(|_| !little) {
                *node = Node::Opaque(Unread::BigEndian);
            }
            Ok(())
        }
        _ => Err(m.stack_fault("object that takes this state")),
    }
}

/// A reference out of the pickle: `("storage", class, key, device, elements[, view])`.
pub(super) fn persistent(m: &mut PickleMachine<'_, '_>, reference: Id) -> Result<Id, Fault> {
    let fault = Fault::Persistent { at: m.at };
    let graph = &m.graph;
    let Some([kind, class, key, _device, elements, view @ ..]) = graph.items(reference) else {
        return Err(fault);
    };
    let whole = graph.int(*elements).and_then(|n| u64::try_from(n).ok());
    let (Some("storage"), Node::Global(Global::Storage(dtype)), Some(key), Some(whole)) =
        (graph.text(*kind), graph.node(*class), graph.text(*key), whole)
    else {
        return Err(fault);
    };
    let (first, elements) = match view.first().map(|id| graph.node(*id)) {
        None | Some(Node::None) => (0, whole),
        Some(Node::Tuple(parts)) => {
            let number = |i: usize| graph.int(*parts.get(i)?).and_then(|n| u64::try_from(n).ok());
            let (Some(first), Some(len)) = (number(1), number(2)) else { return Err(fault) };
            if first.checked_add(len).is_none_or(|end| end > whole) {
                return Err(fault);
            }
            (first, len)
        }
        Some(_) => return Err(fault),
    };
    if key.len() > limits::LINE {
        return Err(Fault::Limit { what: "bytes in a storage's key", max: limits::LINE as u64 });
    }
    // A text costs its bytes once, however often it is referred to; the key is copied each time.
    m.budget.bytes(key.len() as u64)?;
    let (key, dtype) = (key.to_owned(), *dtype);
    m.graph.add_storage(StorageRecord {
        key,
        dtype,
        root_elements: whole,
        first,
        elements,
        region: None,
        checksum: None,
    })
}

/// A dict of a list of pairs, or an empty one for a `defaultdict`'s factory.
fn dict(m: &mut PickleMachine<'_, '_>, argument: Id) -> Result<Id, Fault> {
    let why = "something other than pairs";
    let mut flat = Vec::new();
    match (m.graph.node(argument), m.graph.items(argument)) {
        (Node::Global(_) | Node::None, _) => {}
        (_, Some(pairs)) => {
            m.budget.operations(pairs.len())?;
            for pair in pairs {
                let Some(&[key, value]) = m.graph.items(*pair) else {
                    return Err(refused(m, Global::Dict, why));
                };
                flat.extend([key, value]);
            }
        }
        _ => return Err(refused(m, Global::Dict, why)),
    }
    let dict = m.graph.add(Node::Dict(Vec::new()))?;
    m.set_items(dict, &flat)?;
    Ok(dict)
}

fn encode(m: &mut PickleMachine<'_, '_>, text: Id) -> Result<Id, Fault> {
    let Some(text) = m.graph.text(text) else {
        return Err(refused(m, Global::Encode, "something other than text"));
    };
    m.budget.bytes(text.len() as u64)?;
    let bytes: Result<Vec<u8>, _> = text.chars().map(|c| u8::try_from(u32::from(c))).collect();
    let bytes = bytes.map_err(|_| refused(m, Global::Encode, "text that is not Latin-1"))?;
    m.graph.add_blob(&bytes)
}

fn numpy_scalar(m: &mut PickleMachine<'_, '_>, dtype: Id, bytes: Id) -> Result<Id, Fault> {
    if let Node::Opaque(_) = m.graph.node(dtype) {
        return m.graph.add(Node::Opaque(Unread::Plain));
    }
    let mut read = [0; 8];
    let value = match (m.graph.node(dtype), m.graph.node(bytes)) {
        (Node::NumpyDtype(scalar), Node::Blob(span)) => {
            let (start, len) = (span.start as usize, span.len as usize);
            m.graph.blob.get(start..start + len).and_then(|bytes| scalar.value(bytes))
        }
        (Node::NumpyDtype(scalar), Node::Bytes(region)) if region.len <= read.len() as u64 => {
            let read = read.get_mut(..region.len as usize).unwrap_or_default();
            read_at(m.cursor.file, read, region.at)?;
            scalar.value(read)
        }
        _ => None,
    };
    let why = "other bytes than its type has";
    let node = value.ok_or_else(|| refused(m, Global::NumpyScalar, why))?;
    m.graph.add(node)
}

/// A storage that was written as a file of its own into a plain pickle.
fn load_from_bytes(m: &mut PickleMachine<'_, '_>, bytes: Id) -> Result<Id, Fault> {
    let region = match m.graph.node(bytes) {
        Node::Bytes(region) if !m.nested => *region,
        Node::Bytes(_) => return Err(refused(m, Global::LoadFromBytes, "itself inside")),
        _ => {
            let why = "bytes of a pickle protocol below 3 (save with torch.save instead)";
            return Err(refused(m, Global::LoadFromBytes, why));
        }
    };
    let mut inner = legacy::read(m.cursor.file, region, m.budget, true)?;
    let Node::Storage(index) = *inner.graph.node(inner.root) else {
        return Err(refused(m, Global::LoadFromBytes, "something other than a storage"));
    };
    let mut record = inner.graph.storages.swap_remove(index as usize);
    // Keys are unique within their own file only.
    record.key = format!("{}@{}", record.key, region.at);
    m.graph.add_storage(record)
}

pub(super) fn refused(m: &PickleMachine<'_, '_>, global: Global, why: &'static str) -> Fault {
    Fault::Call { global: global.label(), why, at: m.at }
}
