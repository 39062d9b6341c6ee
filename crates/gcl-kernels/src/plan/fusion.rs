//! Which nodes become one step.

use crate::graph::{Graph, NodeId, Op};
use crate::kernels::Clamp;

/// A step to be: the node that it starts with, and the one whose value it makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draft {
    /// A convolution, a pool, ... or a lone sum or cut-off.
    pub node: usize,
    /// The same, or the sum or cut-off that it takes over.
    pub value: usize,
    /// What is added at the end.
    pub residual: Option<usize>,
    /// What comes last.
    pub clamp: Clamp,
}

/// Steps in an order in which each has its inputs. A convolution or linear layer is fused with the sum and
/// the ReLU after it, and a sum with the ReLU, where nothing else uses the value in between.
pub(super) fn fuse(graph: &Graph) -> Vec<Draft> {
    let nodes = graph.nodes();
    let mut readers: Vec<Vec<Option<usize>>> = vec![Vec::new(); nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        node.inputs.iter().for_each(|x| readers[x.0].push(Some(i)));
    }
    graph.outputs().iter().for_each(|(_, x)| readers[x.0].push(None));
    let only_reader = |x: usize| match readers[x][..] {
        [Some(reader)] => Some(reader),
        _ => None,
    };
    let multiplies = |x: usize| matches!(nodes[x].op, Op::Conv3d(_) | Op::Linear(_));
    let mut taken = vec![false; nodes.len()];
    let mut drafts = Vec::new();
    for node in 1..nodes.len() {
        if taken[node] {
            continue;
        }
        let mut draft =
            Draft { node, value: node, residual: None, clamp: clamp_of(&nodes[node].op) };
        if multiplies(node)
            && let Some(sum) = only_reader(node)
            && let (Op::Add, [NodeId(a), NodeId(b)]) = (&nodes[sum].op, &nodes[sum].inputs[..])
        {
            let other = if *a == node { *b } else { *a };
            // Of two convolutions that are added, the later takes the sum over.
            let later = multiplies(other) && only_reader(other) == Some(sum) && other > node;
            if !later {
                (draft.value, draft.residual) = (sum, Some(other));
                taken[sum] = true;
            }
        }
        if (multiplies(node) || matches!(nodes[node].op, Op::Add))
            && let Some(cut) = only_reader(draft.value)
            && matches!(nodes[cut].op, Op::Relu | Op::Relu6)
        {
            (draft.value, draft.clamp) = (cut, clamp_of(&nodes[cut].op));
            taken[cut] = true;
        }
        drafts.push(draft);
    }
    drafts.sort_by_key(|draft| draft.value);
    drafts
}

/// What an operation does to its values, if it is a cut-off.
fn clamp_of(op: &Op) -> Clamp {
    match op {
        Op::Relu => Clamp::RELU,
        Op::Relu6 => Clamp::RELU6,
        _ => Clamp::NONE,
    }
}
