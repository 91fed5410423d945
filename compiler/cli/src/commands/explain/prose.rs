//! Markdown of our own on a terminal: what is explained is written once, in files that one can
//! read on the web, too.

use crate::view::page::{Label, Page};

/// Paragraphs are wrapped, examples stay as they are, with what is drawn in them made to stand out.
pub(super) fn page(text: &str) -> Page {
    let mut page = Page::new();
    let mut in_example = false;
    for line in text.lines() {
        let title = || line.strip_prefix("# ").or(line.strip_prefix("## "));
        if let Some(arguments) = line.strip_prefix("```") {
            in_example = !in_example;
            if let Some(arguments) = arguments.strip_prefix("hcl ") {
                let command = format!("landfall validate {arguments}");
                page.line(4).add(Label::Muted, command);
            }
        } else if in_example {
            let drawn = line.trim_start().starts_with(['^', '!']);
            let label = if drawn { Label::Danger } else { Label::Plain };
            page.verbatim(4).add(label, line);
        } else if let Some(title) = title() {
            page.line(0).add(Label::Heading, title);
        } else if line.is_empty() {
            page.blank();
        } else if let Some(part) = line.strip_prefix("  - ") {
            page.line(2).text(format!("- {part}"));
        } else {
            page.line(0).text(line);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::look::Look;

    #[test]
    fn marks_are_taken_away_and_examples_indented() {
        let text = "# Title\n\nSome words.\n\n```hcl\n# no title\n  a = 1\n\n```\n\n## More\n\n- a: what is long\n";
        let shown =
            "Title\n\nSome words.\n\n    # no title\n      a = 1\n\nMore\n\n- a: what is\n  long\n";
        let shown_here = page(text).render(&Look::plain(14));
        assert_eq!(shown_here, shown);
    }
}
