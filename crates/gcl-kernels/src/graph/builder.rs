//! Building a graph, with the checks that need no input size.

use super::{AvgPool, BatchNorm, Conv3d, Graph, Linear, MaxPool, Node, NodeId, Op};
use crate::GraphError;

/// Builds a [`Graph`] node by node. Every method returns the new node's id, or an error naming what does
/// not fit.
///
/// ```
/// use gcl_kernels::{Conv3d, GraphBuilder, GraphError};
///
/// let mut builder = GraphBuilder::new(3);
/// let clip = builder.input();
/// // 8 × 3 × 1 × 1 × 1 weights are 24, not 23.
/// let error = builder.named("stem").conv(clip, Conv3d::new([8, 3, 1, 1, 1], vec![0.0; 23]));
/// assert!(error.is_err_and(|error| error.to_string().starts_with("stem:")));
///
/// let conv = builder.conv(clip, Conv3d::new([8, 3, 1, 1, 1], vec![0.0; 24]))?;
/// builder.output("features", conv)?;
/// let graph = builder.finish()?;
/// assert_eq!(graph.shapes([4, 16, 16])?[conv.index()].dims(), [8, 4, 16, 16]);
/// # Ok::<(), GraphError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GraphBuilder {
    graph: Graph,
    next_name: Option<String>,
}

impl GraphBuilder {
    /// A graph with one input of `channels` channels.
    pub fn new(channels: usize) -> Self {
        let input =
            Node { name: "input".to_owned(), op: Op::Input { channels }, inputs: Vec::new() };
        Self { graph: Graph { nodes: vec![input], outputs: Vec::new() }, next_name: None }
    }

    /// The clip.
    pub fn input(&self) -> NodeId {
        NodeId(0)
    }

    /// Names the next node, for messages and profiles.
    pub fn named(&mut self, name: impl Into<String>) -> &mut Self {
        self.next_name = Some(name.into());
        self
    }

    /// A convolution.
    ///
    /// # Errors
    /// An unknown input; a weight or bias of another length than the shape says; a zero among sizes,
    /// strides and groups; channels out that do not divide into the groups.
    pub fn conv(&mut self, x: NodeId, conv: Conv3d) -> Result<NodeId, GraphError> {
        let name = self.name_of("conv");
        let [out, _, _, _, _] = conv.shape;
        nonzero(&name, "weight shape", &conv.shape)?;
        nonzero(&name, "stride", &conv.stride)?;
        nonzero(&name, "groups", &[conv.groups])?;
        length(&name, "number of weights", conv.weight.len(), &conv.shape)?;
        if let Some(bias) = &conv.bias {
            length(&name, "number of biases", bias.len(), &[out])?;
        }
        if !out.is_multiple_of(conv.groups) {
            let expected = format!("a multiple of {} groups", conv.groups);
            return Err(GraphError::mismatch(&name, "channels out", out, expected));
        }
        self.push(name, Op::Conv3d(conv), &[x])
    }

    /// A convolution and the batch-norm after it, folded in f64 into one convolution with a bias.
    ///
    /// # Errors
    /// Those of [`GraphBuilder::conv`]; a norm whose vectors are not of the channels' number.
    pub fn conv_bn(
        &mut self,
        x: NodeId,
        mut conv: Conv3d,
        norm: &BatchNorm,
    ) -> Result<NodeId, GraphError> {
        let name = self.name_of("conv");
        let out = conv.shape[0];
        nonzero(&name, "weight shape", &conv.shape)?;
        length(&name, "number of weights", conv.weight.len(), &conv.shape)?;
        for (what, values) in [
            ("length of gamma", &norm.gamma),
            ("length of beta", &norm.beta),
            ("length of mean", &norm.mean),
            ("length of var", &norm.var),
        ] {
            length(&name, what, values.len(), &[out])?;
        }
        let bias = conv.bias.take().unwrap_or_else(|| vec![0.0; out]);
        length(&name, "number of biases", bias.len(), &[out])?;
        let per_channel = conv.weight.len() / out;
        let mut folded = Vec::with_capacity(out);
        for (o, weights) in conv.weight.chunks_exact_mut(per_channel).enumerate() {
            let scale = f64::from(norm.gamma[o]) / (f64::from(norm.var[o]) + norm.eps).sqrt();
            for w in weights {
                *w = (f64::from(*w) * scale) as f32;
            }
            let centred = f64::from(bias[o]) - f64::from(norm.mean[o]);
            folded.push((centred * scale + f64::from(norm.beta[o])) as f32);
        }
        self.next_name = Some(name);
        self.conv(x, conv.bias(folded))
    }

    /// A max-pool.
    ///
    /// # Errors
    /// An unknown input; a zero in the kernel or stride.
    pub fn max_pool(&mut self, x: NodeId, pool: MaxPool) -> Result<NodeId, GraphError> {
        let name = self.name_of("max_pool");
        nonzero(&name, "kernel", &pool.kernel)?;
        nonzero(&name, "stride", &pool.stride)?;
        self.push(name, Op::MaxPool(pool), &[x])
    }

    /// A mean pool.
    ///
    /// # Errors
    /// An unknown input; a zero in the kernel or stride.
    pub fn avg_pool(&mut self, x: NodeId, pool: AvgPool) -> Result<NodeId, GraphError> {
        let name = self.name_of("avg_pool");
        nonzero(&name, "kernel", &pool.kernel)?;
        nonzero(&name, "stride", &pool.stride)?;
        self.push(name, Op::AvgPool(pool), &[x])
    }

    /// Mean of each channel.
    ///
    /// # Errors
    /// An unknown input.
    pub fn global_avg_pool(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let name = self.name_of("global_avg_pool");
        self.push(name, Op::GlobalAvgPool, &[x])
    }

    /// A fully connected layer.
    ///
    /// # Errors
    /// An unknown input; a zero size; a weight or bias of another length than the shape says.
    pub fn linear(&mut self, x: NodeId, linear: Linear) -> Result<NodeId, GraphError> {
        let name = self.name_of("linear");
        nonzero(&name, "weight shape", &linear.shape)?;
        length(&name, "number of weights", linear.weight.len(), &linear.shape)?;
        if let Some(bias) = &linear.bias {
            length(&name, "number of biases", bias.len(), &linear.shape[..1])?;
        }
        self.push(name, Op::Linear(linear), &[x])
    }

    /// max(x, 0).
    ///
    /// # Errors
    /// An unknown input.
    pub fn relu(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let name = self.name_of("relu");
        self.push(name, Op::Relu, &[x])
    }

    /// min(max(x, 0), 6), as in MobileNets.
    ///
    /// # Errors
    /// An unknown input.
    pub fn relu6(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let name = self.name_of("relu6");
        self.push(name, Op::Relu6, &[x])
    }

    /// a + b.
    ///
    /// # Errors
    /// An unknown input.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        let name = self.name_of("add");
        self.push(name, Op::Add, &[a, b])
    }

    /// Volumes concatenated along the channels.
    ///
    /// # Errors
    /// An unknown input, or none.
    pub fn concat(&mut self, parts: &[NodeId]) -> Result<NodeId, GraphError> {
        let name = self.name_of("concat");
        nonzero(&name, "number of parts", &[parts.len()])?;
        self.push(name, Op::Concat, parts)
    }

    /// A volume as a vector in the order channel, time, height, width.
    ///
    /// # Errors
    /// An unknown input.
    pub fn flatten(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let name = self.name_of("flatten");
        self.push(name, Op::Flatten, &[x])
    }

    /// Names an output.
    ///
    /// # Errors
    /// An unknown node; a name that is taken.
    pub fn output(&mut self, name: impl Into<String>, x: NodeId) -> Result<(), GraphError> {
        let name = name.into();
        self.known(x)?;
        if self.graph.outputs.iter().any(|(taken, _)| *taken == name) {
            return Err(GraphError::DuplicateOutput { name });
        }
        self.graph.outputs.push((name, x));
        Ok(())
    }

    /// The graph.
    ///
    /// # Errors
    /// No output was named.
    pub fn finish(self) -> Result<Graph, GraphError> {
        if self.graph.outputs.is_empty() { Err(GraphError::NoOutput) } else { Ok(self.graph) }
    }

    fn name_of(&mut self, op: &str) -> String {
        self.next_name.take().unwrap_or_else(|| format!("{op} (node {})", self.graph.nodes.len()))
    }

    fn known(&self, x: NodeId) -> Result<(), GraphError> {
        let nodes = self.graph.nodes.len();
        if x.0 < nodes { Ok(()) } else { Err(GraphError::UnknownNode { id: x.0, nodes }) }
    }

    fn push(&mut self, name: String, op: Op, inputs: &[NodeId]) -> Result<NodeId, GraphError> {
        for x in inputs {
            self.known(*x)?;
        }
        self.graph.nodes.push(Node { name, op, inputs: inputs.to_vec() });
        Ok(NodeId(self.graph.nodes.len() - 1))
    }
}

fn nonzero(node: &str, what: &'static str, values: &[usize]) -> Result<(), GraphError> {
    if values.contains(&0) {
        return Err(GraphError::mismatch(node, what, format!("{values:?}"), "no zero"));
    }
    Ok(())
}

fn length(node: &str, what: &'static str, found: usize, shape: &[usize]) -> Result<(), GraphError> {
    let expected = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    if expected == Some(found) {
        return Ok(());
    }
    Err(GraphError::mismatch(node, what, found, format!("the product of {shape:?}")))
}
