//! Resuming behind an error: where the next attribute or block begins.

use super::Parser;

impl Parser<'_> {
    /// Goes behind the item in which an error was met: to the end of its line, or, where brackets
    /// were open, to the end of the line that closes them; never over a brace that closes the
    /// body, nor over the header of a block in the first column.
    pub(super) fn resume_behind_error(&mut self, start: usize) {
        self.unclosed = None;
        let mut open: Vec<u8> = self.open.drain(..).map(|(b, _)| b).collect();
        if self.lost_the_end {
            return self.resume_at_header();
        }
        while !self.at_end() {
            match self.peek() {
                b'\n' => {
                    self.pos += 1;
                    if open.is_empty() {
                        break;
                    }
                    if self.at_header_in_first_column() {
                        self.by_column = true;
                        self.lost_the_end = self.nesting > 0;
                        break;
                    }
                    continue;
                }
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'#' => {
                    self.skip_line();
                    continue;
                }
                b'/' if self.peek_at(1) == b'/' => {
                    self.skip_line();
                    continue;
                }
                b @ (b'{' | b'[' | b'(') => open.push(b),
                b'}' if !open.contains(&b'{') => {
                    // A stray one in a body that is open is taken for its end.
                    break;
                }
                b @ (b'}' | b']' | b')') => close(&mut open, b),
                _ => {}
            }
            self.pos += 1;
        }
        // Whatever happens, the same item is not read again.
        if self.pos <= start {
            self.pos = start + 1;
            while !self.text.is_char_boundary(self.pos) {
                self.pos += 1;
            }
        }
    }

    /// Whether a `(` or `[` is open on a line before, and this line, which stands in no further,
    /// sets an attribute or closes a block: then the bracket was forgotten. Goes back to before
    /// this line, as though it were closed there.
    pub(super) fn at_next_item(&mut self, open: usize) -> bool {
        let before = &self.text[..self.pos];
        let Some(line) = before.rfind('\n').map(|at| at + 1).filter(|at| *at > open) else {
            return false;
        };
        let of_open = before[..open].rfind('\n').map_or(0, |at| at + 1);
        let indentation = |from: usize| {
            let text = &self.text.as_bytes()[from..];
            text.iter()
                .take_while(|b| matches!(b, b' ' | b'\t'))
                .count()
        };
        let text = &self.text[line + indentation(line)..];
        let name = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        let behind = name.trim_start_matches([' ', '\t']);
        let sets = name.len() < text.len()
            && behind.starts_with('=')
            && !behind.starts_with("==")
            && !behind.starts_with("=>");
        let shallow = indentation(line) <= indentation(of_open);
        let in_braces = self.text.as_bytes()[open] == b'{';
        if in_braces || !shallow || !(sets || text.starts_with('}')) {
            return false;
        }
        let open = self.open.iter().position(|(_, at)| *at == open);
        self.open.truncate(open.unwrap_or(0));
        self.pos = line - 1;
        true
    }

    /// Goes to the next header of a block in the first column, or to the end.
    pub(super) fn resume_at_header(&mut self) {
        self.by_column = true;
        loop {
            self.skip_line();
            if self.at_end() {
                return;
            }
            self.pos += 1;
            if self.at_header_in_first_column() {
                return;
            }
        }
    }

    /// Whether the line that begins here looks like `word … {`.
    pub(super) fn at_header_in_first_column(&self) -> bool {
        let bytes = self.text.as_bytes();
        let first = self.pos == 0 || bytes.get(self.pos - 1) == Some(&b'\n');
        if !first || self.at_end() || !self.at_name() {
            return false;
        }
        let line = self.text[self.name_end()..].lines().next().unwrap_or("");
        let line = line.trim_start_matches([' ', '\t']);
        let labels = line.split_once('{').map(|(labels, _)| labels.trim());
        labels.is_some_and(|l| l.is_empty() || (l.starts_with('"') && l.ends_with('"')))
    }

    /// Behind an error between quotes: what was open in there is no matter any more.
    pub(super) fn leave_quoted(&mut self, brackets: usize) {
        self.open.truncate(brackets);
        let rest = &self.text.as_bytes()[self.pos..];
        let end = rest
            .iter()
            .position(|b| matches!(b, b'"' | b'\n'))
            .unwrap_or(rest.len());
        self.pos += end + usize::from(rest.get(end) == Some(&b'"'));
    }

    /// Behind an error in a heredoc: its other lines are no attributes.
    pub(super) fn leave_heredoc(&mut self, marker: &str, body: usize, brackets: usize) {
        self.open.truncate(brackets);
        let mut at = body;
        for line in self.text[body..].split_inclusive('\n') {
            if line.trim() == marker {
                self.pos = at + line.trim_end_matches(['\r', '\n']).len();
                return;
            }
            at += line.len();
        }
    }

    /// Goes over a string, at most to the end of its line.
    fn skip_string(&mut self) {
        self.pos += 1;
        loop {
            match self.peek() {
                b'"' => {
                    self.pos += 1;
                    return;
                }
                b'\\' if !matches!(self.peek_at(1), b'\n' | 0) => self.pos += 2,
                b'\n' => return,
                _ if self.at_end() => return,
                _ => self.pos += 1,
            }
        }
    }
}

fn close(open: &mut Vec<u8>, closer: u8) {
    let opener = match closer {
        b'}' => b'{',
        b']' => b'[',
        _ => b'(',
    };
    if let Some(at) = open.iter().rposition(|b| *b == opener) {
        open.truncate(at);
    }
}
