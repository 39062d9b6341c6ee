//! Inference of 3D convolutional networks on the CPU.
//!
//! A [`Graph`] is plain data: what a network computes, with its weights, for any input size. It is put
//! together by a [`GraphBuilder`]. [`reference`](mod@reference) runs it slowly and plainly.

mod error;
pub mod graph;
pub mod reference;

pub use error::GraphError;
pub use graph::{
    AvgPool, BatchNorm, Conv3d, Graph, GraphBuilder, Linear, MaxPool, Node, NodeId, Op, Pad,
    PadValue, Shape,
};
