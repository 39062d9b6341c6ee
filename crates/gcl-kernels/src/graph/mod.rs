//! A network's computation: nodes in the order of their evaluation, and named outputs.

mod builder;
mod op;
mod shape;

pub use builder::GraphBuilder;
pub use op::{AvgPool, BatchNorm, Conv3d, Linear, MaxPool, Op, Pad, PadValue};
pub use shape::Shape;

/// A node's place in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) usize);

impl NodeId {
    /// Position in [`Graph::nodes`].
    pub fn index(self) -> usize {
        self.0
    }
}

/// One operation and where its operands come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The name in messages and profiles: from [`GraphBuilder::named`], otherwise the operation and index.
    pub name: String,
    /// The operation.
    pub op: Op,
    /// The operands; all of them precede this node.
    pub inputs: Vec<NodeId>,
}

/// A network with its weights, for clips of any size. Every node's inputs precede it.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) outputs: Vec<(String, NodeId)>,
}

impl Graph {
    /// All nodes; node 0 is the input.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Name and node of every output, in the order in which they were named.
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }

    /// Channels of the input.
    pub fn input_channels(&self) -> usize {
        match self.nodes.first().map(|node| &node.op) {
            Some(Op::Input { channels }) => *channels,
            _ => 0,
        }
    }

    /// Number of weights and biases.
    pub fn parameters(&self) -> usize {
        let count = |node: &Node| match &node.op {
            Op::Conv3d(conv) => conv.weight.len() + conv.bias.as_ref().map_or(0, Vec::len),
            Op::Linear(linear) => linear.weight.len() + linear.bias.as_ref().map_or(0, Vec::len),
            _ => 0,
        };
        self.nodes.iter().map(count).sum()
    }
}
