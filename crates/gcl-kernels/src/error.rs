//! The errors of graphs and plans.

/// A graph whose parts do not match each other, or its input.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum GraphError {
    /// A node id of another builder.
    #[error("node {id} does not exist; the graph has {nodes} nodes")]
    UnknownNode { id: usize, nodes: usize },
    /// Two parts of one operation that do not match.
    #[error("{node}: {what} is {found}; expected {expected}")]
    Mismatch { node: String, what: &'static str, found: String, expected: String },
    /// A kernel that is larger than its padded input.
    #[error(
        "{node}: the input {found:?} (time, height, width) is smaller than the kernel {kernel:?}"
    )]
    TooSmall { node: String, found: [usize; 3], kernel: [usize; 3] },
    /// Sizes whose product is too large.
    #[error("{node}: more than 2^40 values")]
    TooLarge { node: String },
    /// A graph without an output.
    #[error("the graph has no output")]
    NoOutput,
    /// Two outputs of one name.
    #[error("output `{name}` was named twice")]
    DuplicateOutput { name: String },
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

/// A plan that cannot be created, or clips that do not match it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum PlanError {
    /// The graph is not valid at this size.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Clips with another number of channels.
    #[error("clips of {found} channels; the graph takes {expected}")]
    Channels { found: usize, expected: usize },
    /// No clips, or no threads.
    #[error("a batch of {batch} clips on {threads} threads; expected at least one of each")]
    Nothing { batch: usize, threads: usize },
    /// Values that are not whole clips, or too many of them.
    #[error("{found} values; expected {clip} per clip, and 1 to {batch} clips")]
    Length { found: usize, clip: usize, batch: usize },
    /// The intermediate values do not fit into memory.
    #[error("no memory for {blocks} × 64 bytes of intermediate values")]
    Memory { blocks: usize },
}
