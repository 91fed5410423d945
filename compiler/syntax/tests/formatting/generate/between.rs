//! What stands between tokens: blanks, ends of lines, comments.

use super::Writer;

impl Writer {
    /// What may stand between two tokens: blanks, comments, and ends of lines where they mean
    /// nothing.
    pub(super) fn gap(&mut self) {
        if std::mem::take(&mut self.due) {
            self.put("\n");
        }
        for _ in 0..self.seed.below(3) {
            match self.seed.below(9) {
                0 => self.put(" "),
                1 => self.put("\t"),
                2 => self.put("    "),
                3 if self.free => self.put("\n"),
                4 if self.free => self.line_comment(),
                5 => self.block_comment(),
                _ => {}
            }
        }
    }

    pub(super) fn blanks(&mut self) {
        if std::mem::take(&mut self.due) {
            self.put("\n");
        }
        let blanks = self.pick(&["", "", "", " ", "   ", "\t"]);
        self.put(blanks);
    }

    pub(super) fn blank(&mut self) {
        if std::mem::take(&mut self.due) {
            self.put("\n");
        }
        let blank = self.pick(&[" ", "  ", "\t"]);
        self.put(blank);
    }

    pub(super) fn end_line(&mut self) {
        if std::mem::take(&mut self.due) {
            return self.put("\n");
        }
        self.blanks();
        match self.seed.below(5) {
            0 => self.line_comment(),
            _ => self.put("\n"),
        }
    }

    pub(super) fn line_comment(&mut self) {
        let sign = self.pick(&["#", "//", "# ", "#\t"]);
        self.comment(sign, "");
        self.put("\n");
    }

    pub(super) fn block_comment(&mut self) {
        let inside = self.pick(&["", " ", "\n  ", " é "]);
        self.comment(&format!("/*{inside}"), "*/");
    }

    pub(super) fn comment(&mut self, begin: &str, end: &str) {
        let word = format!("<{}>", self.made.comments.len());
        self.put(begin);
        self.put(&word);
        self.put(end);
        self.made.comments.push(word);
    }
}
