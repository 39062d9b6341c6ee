//! What a page consists of.

/// A part of a page, without its fences.
#[derive(Debug, PartialEq)]
pub enum Block {
    /// To be run.
    Shell(String),
    /// What the block before it prints.
    Text(String),
    /// Code that is not run: indented, or of no language.
    Code(String),
    /// All else. Blocks of other languages are left out.
    Prose(String),
}

/// The parts with the line, from 1, at which each starts.
pub fn blocks(page: &str) -> Vec<(usize, Block)> {
    let mut found = Vec::new();
    let mut lines = (1..).zip(page.lines()).peekable();
    while let Some((at, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body = until(&mut lines, "```");
            match language {
                "sh" => found.push((at + 1, Block::Shell(body))),
                "text" => found.push((at + 1, Block::Text(body))),
                "" => found.push((at + 1, Block::Code(body))),
                _ => {}
            }
        } else if line == "<!-- sh" {
            found.push((at + 1, Block::Shell(until(&mut lines, "-->"))));
        } else {
            let kind = |line: &str| line.starts_with("    ");
            let code = kind(line);
            let mut body = format!("{line}\n");
            // An empty line ends a paragraph, and leaves code as it is.
            while let Some((_, next)) = lines.next_if(|(_, next)| {
                let other = next.starts_with("```") || *next == "<!-- sh";
                !other && kind(next) == code && !next.is_empty()
            }) {
                body += next;
                body.push('\n');
            }
            found.push((at, if code { Block::Code(body) } else { Block::Prose(body) }));
        }
    }
    found
}

fn until<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, end: &str) -> String {
    let mut body = String::new();
    for (_, line) in lines.take_while(|(_, line)| *line != end) {
        body += line;
        body.push('\n');
    }
    body
}

#[test]
fn a_page_is_taken_apart() {
    let page = "# A\n\n<!-- sh\nls\n-->\n\n    gcl a \\\n      --b\ntext\n```sh\ngcl c\n```\n\n```text\nyes\n```\n";
    let code = |text: &str| Block::Code(text.to_owned());
    let prose = |text: &str| Block::Prose(text.to_owned());
    let found: Vec<_> =
        blocks(page).into_iter().filter(|(_, block)| *block != prose("\n")).collect();
    let expected = [
        (1, prose("# A\n")),
        (4, Block::Shell("ls\n".to_owned())),
        (7, code("    gcl a \\\n      --b\n")),
        (9, prose("text\n")),
        (11, Block::Shell("gcl c\n".to_owned())),
        (15, Block::Text("yes\n".to_owned())),
    ];
    assert_eq!(found, expected);
}
