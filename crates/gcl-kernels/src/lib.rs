//! Inference of 3D convolutional networks on the CPU.
//!
//! A [`Graph`] is plain data: a network's operations and weights, for any input size. It is built by a
//! [`GraphBuilder`]. A [`Plan`] packs it for one size of clips and runs it; the instruction set (AVX-512,
//! AVX2, or portable code that the compiler vectorises) is chosen at run time.
//!
//! ```
//! use gcl_kernels::{Conv3d, GraphBuilder, Pad, Plan};
//!
//! let mut builder = GraphBuilder::new(3);
//! let clip = builder.input();
//! let conv = Conv3d::new([8, 3, 3, 3, 3], vec![0.1; 8 * 81]).padding(Pad::both([1; 3]));
//! let x = builder.named("stem").conv(clip, conv)?;
//! let x = builder.relu(x)?;
//! let x = builder.global_avg_pool(x)?;
//! builder.output("features", x)?;
//! let graph = builder.finish()?;
//!
//! let mut plan = Plan::new(&graph, [2, 3, 4, 8, 8])?; // up to two clips of 4 frames of 8 × 8
//! let features = plan.run(&vec![1.0; 2 * 3 * 4 * 8 * 8])?;
//! assert_eq!(features[0].name, "features");
//! assert_eq!(features[0].shape, [2, 8, 1, 1, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod error;
pub mod graph;
mod kernels;
mod memory;
mod plan;
mod steps;

pub use error::{GraphError, PlanError};
pub use graph::{
    AvgPool, BatchNorm, Conv3d, Graph, GraphBuilder, Linear, MaxPool, Node, NodeId, Op, Pad,
    PadValue, Shape,
};
#[doc(hidden)]
pub use kernels::Isa;
pub use plan::{Output, Plan, PlanOptions, StepTime};
