//! What can be wrong with a graph.

/// A network that does not fit together, or an input that does not fit it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// A node id that this builder has not given out.
    #[error("node {id} does not exist; the graph has {nodes} nodes")]
    UnknownNode {
        /// The id found.
        id: usize,
        /// How many nodes there are.
        nodes: usize,
    },
    /// Two parts of one operation that contradict each other.
    #[error("{node}: {what} is {found}; expected {expected}")]
    Mismatch {
        /// The node's name.
        node: String,
        /// Which quantity.
        what: &'static str,
        /// The value found.
        found: String,
        /// The value, or range, that would do.
        expected: String,
    },
    /// A kernel that is larger than its padded input.
    #[error(
        "{node}: the input {found:?} (time, height, width) is smaller than the kernel {kernel:?}"
    )]
    TooSmall {
        /// The node's name.
        node: String,
        /// The padded input's size.
        found: [usize; 3],
        /// The kernel's size.
        kernel: [usize; 3],
    },
    /// Sizes whose product no machine could hold.
    #[error("{node}: more than 2^40 values")]
    TooLarge {
        /// The node's name.
        node: String,
    },
    /// A graph that gives nothing.
    #[error("the graph has no output")]
    NoOutput,
    /// Two outputs of one name.
    #[error("output `{name}` was named twice")]
    DuplicateOutput {
        /// The repeated name.
        name: String,
    },
}

impl GraphError {
    pub(crate) fn mismatch(
        node: &str,
        what: &'static str,
        found: impl ToString,
        expected: impl ToString,
    ) -> Self {
        Self::Mismatch {
            node: node.to_owned(),
            what,
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }
}
