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

/// A plan that cannot be made, or clips that do not fit it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// The graph does not fit together at this size.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Clips of other channels.
    #[error("clips of {found} channels; the graph takes {expected}")]
    Channels {
        /// Channels found.
        found: usize,
        /// Channels of the graph's input.
        expected: usize,
    },
    /// Nothing to run, or nothing to run it on.
    #[error("a batch of {batch} clips on {threads} threads; expected at least one of each")]
    Nothing {
        /// Clips asked for.
        batch: usize,
        /// Threads asked for.
        threads: usize,
    },
    /// Values that are not whole clips, or too many.
    #[error("{found} values; expected {clip} a clip, and 1 to {batch} clips")]
    Length {
        /// Values found.
        found: usize,
        /// Values of a clip.
        clip: usize,
        /// The most clips.
        batch: usize,
    },
    /// More memory than there is.
    #[error("no memory for {blocks} × 64 bytes of intermediate values")]
    Memory {
        /// Units of 64 bytes.
        blocks: usize,
    },
}
