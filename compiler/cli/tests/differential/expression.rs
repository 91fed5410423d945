//! An expression as text, in which `&&` and `||` can be told from all else.

/// An expression, and the same with choices in the place of `&&` and `||`.
pub(crate) struct Expression {
    text: String,
    short_circuit: Option<String>,
}

impl Expression {
    /// One that is written out.
    pub(crate) fn of(text: &str) -> Expression {
        Expression {
            text: text.into(),
            short_circuit: None,
        }
    }

    /// One in which marks stand for `&&` and `||`, and for the parentheses around.
    pub(crate) fn marked(text: &str) -> Expression {
        let with = |meaning: fn(&Mark) -> &'static str| {
            let replace = |text: String, mark: &Mark| text.replace(mark.mark, meaning(mark));
            MARKS.iter().fold(text.to_string(), replace)
        };
        let has_marks = MARKS.iter().any(|m| text.contains(m.mark));
        Expression {
            text: with(|m| m.written),
            short_circuit: has_marks.then(|| with(|m| m.decided)),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same where the second operand counts only where the first does not decide.
    pub(crate) fn short_circuit(&self) -> Option<String> {
        self.short_circuit.clone()
    }
}

struct Mark {
    mark: char,
    written: &'static str,
    decided: &'static str,
}

/// The marks of `a && b`, before, between and behind.
pub(crate) const AND: [char; 3] = ['\u{e000}', '\u{e001}', '\u{e002}'];
/// Those of `a || b`.
pub(crate) const OR: [char; 3] = ['\u{e003}', '\u{e004}', '\u{e005}'];

const fn mark(mark: char, written: &'static str, decided: &'static str) -> Mark {
    Mark {
        mark,
        written,
        decided,
    }
}

const MARKS: &[Mark] = &[
    mark(AND[0], "(", "(tobool("),
    mark(AND[1], " && ", ") ? tobool("),
    mark(AND[2], ")", ") : false)"),
    mark(OR[0], "(", "(tobool("),
    mark(OR[1], " || ", ") ? true : tobool("),
    mark(OR[2], ")", "))"),
];
