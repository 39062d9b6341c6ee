//! A file's text within a message.

/// The first `max` characters, with those escaped that a terminal should not see.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    text.chars().take(max).flat_map(char::escape_debug).collect()
}
