//! What a file says, without where it says it.

use diagnostics::FileId;
use landfall_syntax::parse;
use landfall_syntax::tree::{Body, Expr, ExprKind, TemplatePart};

/// The tree as text, without spans, and without what the formatter may write in other words.
pub(crate) fn meaning(text: &str) -> String {
    let mut out = String::new();
    let (file, problems) = parse(FileId(0), text);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    body(&file.body, &[], &mut out);
    out
}

fn body(it: &Body, around: &[&str], out: &mut String) {
    for attribute in &it.attributes {
        // Types of long ago are written as today; the cases for that are beside the formatter.
        if around != ["variable"] || &*attribute.name.text != "type" {
            let value = without_spans(&format!("{:?}", bare(&attribute.value)));
            out.push_str(&format!("{} = {value}\n", attribute.name.text));
        }
    }
    for block in &it.blocks {
        let labels: Vec<_> = block.labels.iter().map(|l| &*l.text).collect();
        out.push_str(&format!("{} {labels:?} {{\n", block.kind.text));
        body(&block.body, &[around, &[&block.kind.text]].concat(), out);
        out.push_str("}\n");
    }
}

/// Without the quotes or parentheses that enclose all of it.
fn bare(expr: &Expr) -> &ExprKind {
    match &expr.kind {
        ExprKind::Parentheses(inner) => bare(inner),
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Interpolation(inner)] => bare(inner),
            _ => &expr.kind,
        },
        kind => kind,
    }
}

fn without_spans(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("span: 0:") {
        out.push_str(before);
        rest = behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    out + rest
}
