//! Text made safe for HTML and SVG.

/// Escapes text for element content and quoted attributes, in HTML and XML alike. Characters that
/// XML does not allow become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(character),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ if character.is_control() => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

/// A path, its parts divided by `/`, as it stands in an address: what would have a meaning there is written out.
///
/// ```
/// assert_eq!(gcl_eval::address("clips/a b#1.mp4"), "clips/a%20b%231.mp4");
/// ```
#[must_use]
pub fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte.is_ascii_alphanumeric() || b"-_.~/:".contains(&byte) {
            true => address.push(char::from(byte)),
            false => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            escape("<a href=\"x\" y='z'>&\u{0}\u{1b}é"),
            "&lt;a href=&quot;x&quot; y=&#39;z&#39;&gt;&amp;\u{fffd}\u{fffd}é"
        );
    }
}
