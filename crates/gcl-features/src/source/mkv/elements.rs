//! Elements of Matroska: identities, sizes and numbers (RFC 8794).

/// The elements in a content: identity and content of each, up to one that does not fit.
pub(super) struct Elements<'a>(pub &'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, rest) = vint(self.0, false)?;
        let (size, rest) = vint(rest, true)?;
        let (content, behind) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        self.0 = behind;
        Some((u32::try_from(id).ok()?, content))
    }
}

/// A number whose leading zero bits tell its length, and what is behind it; an identity keeps the mark of its length.
pub(super) fn vint(bytes: &[u8], unmark: bool) -> Option<(u64, &[u8])> {
    let width = bytes.first()?.leading_zeros() as usize + 1;
    let (field, rest) = bytes.split_at_checked(width).filter(|_| width <= 8)?;
    let number = unsigned(field);
    Some((if unmark { number & ((1u64 << (7 * width)) - 1) } else { number }, rest))
}

pub(super) fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
}

pub(super) fn float(bytes: &[u8]) -> Option<f64> {
    let number = match bytes.len() {
        4 => f64::from(f32::from_be_bytes(*bytes.first_chunk()?)),
        _ => f64::from_be_bytes(*bytes.first_chunk()?),
    };
    number.is_finite().then_some(number)
}
