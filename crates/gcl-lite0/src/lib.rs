//! EfficientNet-Lite0, trained on ImageNet, without its classifier: weights as bytes, and nothing else.
//!
//! [`WEIGHTS`] is a safetensors file of 98 tensors, which `gcl-features` runs as `--net lite0`. Each
//! batch-norm is folded into the convolution before it; weights are in half precision, biases in single.
//! Names are those of the published checkpoint, with `.weight` and `.bias` of each convolution:
//! `_conv_stem`, `_blocks.N._expand_conv`, `_blocks.N._depthwise_conv`, `_blocks.N._project_conv` and
//! `_conv_head`. The network takes RGB as `(level - 127) / 128`, pads as TensorFlow's SAME, and ends with
//! 1280 channels at a thirty-second of the picture's size.
//!
//! README.md says where they come from and under which licence; `examples/rebuild.rs` makes the same bytes
//! from the published file.
//!
//! ```
//! assert_eq!(gcl_lite0::WEIGHTS.len(), 6_751_576);
//! assert_eq!(&gcl_lite0::SHA256[..8], "529a0a69");
//! ```

/// The safetensors file.
pub static WEIGHTS: &[u8] = include_bytes!("../weights/efficientnet-lite0.safetensors");

/// SHA-256 of [`WEIGHTS`], 64 hex digits.
pub const SHA256: &str = "529a0a69e1bd4c92d609879e0149aadecc2229f67430ef2e3b75e76cefd8e8a4";

/// SHA-256 of the published checkpoint that they were made from, `efficientnet-lite0-57934424.pth`.
pub const CHECKPOINT_SHA256: &str =
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db";

/// The name under which the network is known.
pub const NAME: &str = "EfficientNet-Lite0";

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    #[test]
    fn the_bytes_are_those_of_the_sum() {
        let found: String =
            Sha256::digest(super::WEIGHTS).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, super::SHA256);
    }

    /// A registry takes no crate of more than 10 MiB.
    #[test]
    fn the_crate_can_be_published() {
        assert!(super::WEIGHTS.len() < 9 << 20);
    }
}
