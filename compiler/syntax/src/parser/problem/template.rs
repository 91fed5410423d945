//! What can be wrong in strings, heredocs and templates.

use crate::parser::Parser;
use diagnostics::{Problem, Span};

type Boxed = Box<Problem>;

impl Parser<'_> {
    pub(in crate::parser) fn unclosed_string(&self, open: usize) -> Boxed {
        let line = self.text[open..].lines().next().unwrap_or("");
        let end = open + line.trim_end().len();
        Box::new(
            Problem::error("LF0003", "a string is not closed on its line")
                .at(self.span(open, end), "the closing `\"` is missing")
                .help("close it, or write a text of several lines as a heredoc: <<EOT … EOT"),
        )
    }

    pub(in crate::parser) fn unclosed_heredoc(&mut self, head: Span) -> Boxed {
        self.lost_the_end = true;
        self.pos = head.end as usize;
        let marker =
            self.text[head.start as usize..head.end as usize].trim_start_matches(['<', '-']);
        Box::new(
            Problem::error(
                "LF0004",
                format!("a heredoc is never closed by a line `{marker}`"),
            )
            .at(head, "it begins here")
            .help(format!(
                "put `{marker}` on a line of its own behind the text, with nothing after it"
            )),
        )
    }

    pub(in crate::parser) fn bad_escape(&self, start: usize) -> Boxed {
        let length: usize = self.text[start..].chars().take(2).map(char::len_utf8).sum();
        let shown = &self.text[start..start + length];
        Box::new(
            Problem::error(
                "LF0007",
                format!("`{}` is no escape sequence", shown.escape_debug()),
            )
            .at(self.span(start, start + length), "not known in a string")
            .help(
                r#"there are \n, \r, \t, \", \\, \uNNNN and \UNNNNNNNN; a backslash itself is \\"#,
            ),
        )
    }

    pub(in crate::parser) fn unclosed_sequence(&self, start: usize) -> Boxed {
        let opener = &self.text[start..start + 2];
        let (span, found) = self.found();
        let problem = Problem::error(
            "LF0012",
            format!("expected `}}` at the end of `{opener}`, found {found}"),
        );
        Box::new(
            problem
                .at(span, "expected `}`")
                .and(self.span(start, start + 2), "it begins here")
                .help(format!(
                    "for the characters `{opener}` themselves write `{}{opener}`",
                    &opener[..1]
                )),
        )
    }

    pub(in crate::parser) fn expected_directive(&self) -> Boxed {
        let problem = self.expected("if, else, endif, for or endfor");
        Box::new(problem.help("for the characters `%{` themselves write `%%{`"))
    }

    pub(in crate::parser) fn unknown_directive(&self, word: &str, span: Span) -> Boxed {
        let known = ["if", "else", "endif", "for", "endfor"];
        let help = match diagnostics::did_you_mean(word, known) {
            Some(name) => format!("did you mean `%{{ {name} }}`?"),
            None => {
                "there are if, else, endif, for and endfor; the characters `%{` are `%%{`".into()
            }
        };
        Box::new(
            Problem::error("LF0013", format!("there is no directive `{word}`"))
                .at(span, "not known in a template")
                .help(help),
        )
    }

    pub(in crate::parser) fn unexpected_directive(
        &self,
        word: &str,
        span: Span,
        open: Option<(&'static str, Span)>,
    ) -> Boxed {
        let problem = match open {
            Some((opener, at)) => Problem::error(
                "LF0013",
                format!("`%{{ {word} }}` does not fit `%{{ {opener} … }}`"),
            )
            .and(at, format!("this `{opener}` is open")),
            None => Problem::error("LF0013", format!("`%{{ {word} }}` without its beginning")),
        };
        let opener = if word == "endfor" { "for" } else { "if" };
        Box::new(
            problem
                .at(span, "not expected here")
                .help(format!("it belongs to a `%{{ {opener} … }}` before it")),
        )
    }

    pub(in crate::parser) fn unclosed_directive(&self, word: &str, span: Span) -> Boxed {
        Box::new(
            Problem::error("LF0013", format!("`%{{ {word} … }}` is never closed"))
                .at(span, "it begins here")
                .help(format!("add `%{{ end{word} }}`")),
        )
    }

    pub(in crate::parser) fn template_in_label(&self, span: Span) -> Boxed {
        Box::new(
            Problem::error("LF0014", "a label is fixed text, without `${ … }`")
                .at(span, "expected plain text between the quotes")
                .help("use `for_each` to make several of one block"),
        )
    }
}
