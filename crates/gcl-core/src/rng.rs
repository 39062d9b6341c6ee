//! The one source of randomness: seeded ChaCha streams on the host.
//!
//! A stream is named by its purpose and a counter (say, `"shuffle"` and the epoch). Nothing has to
//! be remembered to resume: asking for the same stream again gives the same numbers. A backend's
//! own generator is never used, so a seed means the same on every device.

use rand::SeedableRng;

/// The generator behind every random decision: [`rand`]'s ChaCha8.
pub type HostRng = rand::rngs::ChaCha8Rng;

/// The stream of random numbers for `purpose` and `index` under `seed`.
///
/// Streams of different purpose, index or seed are independent.
///
/// ```
/// use gcl_core::rand::RngExt;
/// use gcl_core::rng::stream;
///
/// let first: f32 = stream(7, "shuffle", 0).random();
/// assert_eq!(stream(7, "shuffle", 0).random::<f32>(), first);
/// assert_ne!(stream(7, "shuffle", 1).random::<f32>(), first);
/// ```
pub fn stream(seed: u64, purpose: &str, index: u64) -> HostRng {
    let mut rng = HostRng::seed_from_u64(seed);
    rng.set_stream(fnv1a(fnv1a(FNV_START, purpose.as_bytes()), &index.to_le_bytes()));
    rng
}

/// Where an FNV-1a hash starts.
pub const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Takes bytes into an FNV-1a hash: stable across versions and machines, unlike `std`'s hashers.
pub fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    let add = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(hash, add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, purpose, index| stream(seed, purpose, index).random::<u64>();
        assert_eq!(draw(1, "shuffle", 3), draw(1, "shuffle", 3));
        assert_ne!(draw(1, "shuffle", 3), draw(1, "shuffle", 4));
        assert_ne!(draw(1, "shuffle", 3), draw(1, "noise", 3));
        assert_ne!(draw(1, "shuffle", 3), draw(2, "shuffle", 3));
    }
}
