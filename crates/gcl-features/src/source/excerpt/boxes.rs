//! Boxes of MP4 (ISO/IEC 14496-12), written.

/// A box with this payload.
pub(super) fn boxed(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    // Boxes of one movie's tables; its pictures are behind a header of their own.
    let size = u32::try_from(payload.len() + 8).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], name, &payload].concat()
}

/// A box whose payload starts with a version and flags.
pub(super) fn full(name: &[u8; 4], flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    boxed(name, &[&[&flags.to_be_bytes()[..]], parts].concat())
}

/// Numbers of 32 bits in a row.
pub(super) fn numbers(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_be_bytes).collect()
}

/// A table: how many entries, and the entries.
pub(super) fn table<const N: usize>(name: &[u8; 4], entries: &[[u32; N]]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    full(name, 0, &[&numbers([count]), &numbers(entries.iter().flatten().copied())])
}

/// Equal values in a row as how many and what.
pub(super) fn runs(values: impl IntoIterator<Item = u32>) -> Vec<[u32; 2]> {
    let mut runs: Vec<[u32; 2]> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some([count, last]) if *last == value => *count += 1,
            _ => runs.push([1, value]),
        }
    }
    runs
}
