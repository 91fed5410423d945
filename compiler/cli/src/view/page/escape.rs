//! Text of unknown origin, made safe to show.

/// The text with everything shown that would move the cursor, colour the terminal, or turn the
/// direction of what follows. A tab stays where spaces count.
pub(crate) fn escape(text: &str, keep_tabs: bool) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text, keep_tabs);
    out
}

/// The same, added to what there is.
pub(super) fn push(out: &mut String, text: &str, keep_tabs: bool) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            '\t' if keep_tabs => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => out.push_str(&format!("\\u{{{:04x}}}", c as u32)),
            c => out.push(c),
        }
    }
}

/// The same for text of several lines, which it keeps apart.
pub(crate) fn escape_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| escape(line, false)).collect();
    lines.join("\n")
}

/// Whether a character acts on the terminal, or on the direction of text, where it should show.
pub(crate) fn is_unsafe(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c);
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}
