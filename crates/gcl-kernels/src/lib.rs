//! Inference of 3D convolutional networks on the CPU.
//!
//! A [`Graph`] is plain data: what a network computes, with its weights, for any input size. It is put
//! together by a [`GraphBuilder`]. A [`Plan`] packs it for one size of clips and runs it; the instruction
//! set (AVX-512, AVX2, or what the compiler makes of plain code) is chosen when the program runs.
//! [`reference`](mod@reference) runs a graph slowly and plainly, for tests.

mod block;
mod error;
pub mod graph;
mod kernels;
mod memory;
mod plan;
pub mod reference;
mod steps;

pub use error::{GraphError, PlanError};
pub use graph::{
    AvgPool, BatchNorm, Conv3d, Graph, GraphBuilder, Linear, MaxPool, Node, NodeId, Op, Pad,
    PadValue, Shape,
};
#[doc(hidden)]
pub use kernels::Isa;
pub use plan::{Output, Plan, PlanOptions, StepTime};
