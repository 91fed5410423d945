//! Whatever is written, the parser answers, and it takes what another parser of HCL takes.

use diagnostics::FileId;
use landfall_syntax::{parse, parse_expr, parse_template};
use proptest::prelude::*;

/// A soup of what files are made of.
fn soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "b",
        "for",
        "in",
        "if",
        "else",
        "null",
        "true",
        "12",
        "1.5",
        "=",
        "==",
        "=>",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ".",
        "...",
        ":",
        "::",
        "?",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "&&",
        "||",
        "<",
        ">",
        "\"",
        "\"a\"",
        "${",
        "%{",
        "~}",
        "}",
        "<<E\n",
        "<<-E\n",
        "\nE\n",
        "\n",
        "\n",
        "\r\n",
        " ",
        " ",
        "#",
        "//",
        "/*",
        "*/",
        "\\",
        "\\n",
        "é",
        "😀",
        "\u{0}",
        "\u{feff}",
        "a = 1\n",
        "a {\n",
        "}\n",
        "a \"b\" {\n",
        "[*]",
        ".*",
        ".0",
        "%{ if a }",
        "%{ endif }",
        "$${",
        "'",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|p| p.concat())
}

/// Expressions that are right for the most part.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "1",
        "1.5",
        "\"x\"",
        "null",
        "a.b",
        "a[0]",
        "a[*].b",
        "a.*.b",
        "\"${a}\"",
        "f()",
        "{}",
        "[]",
        "\"%{ if a }b%{ endif }\"",
        "-1",
        "!a",
        "a.0",
    ])
    .prop_map(String::from);
    leaf.prop_recursive(4, 32, 3, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "*", "==", "&&", " - ", "<=", "/", "%"]),
                inner.clone()
            )
                .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("{a} ? {b} : {c}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b},\n]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{ k = {a}, (x) = {b}\n }}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("f({a}...)")),
            inner.clone().prop_map(|a| format!("\"<${{ {a} }}>\"")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[for x in {a} : {b} if x]")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("{{for k, x in {a} : k => {b}}}")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("(<<E\n{a} ${{{b}}}\nE\n)")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8 * ProptestConfig::default().cases, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        let _ = parse(FileId(0), &text);
        let _ = parse_expr(FileId(0), &text);
        let _ = parse_template(FileId(0), &text);
    }

    #[test]
    fn any_soup_is_answered_within_its_bounds(text in soup()) {
        let (file, problems) = parse(FileId(0), &text);
        prop_assert!(file.body.span.end as usize <= text.len());
        for problem in problems {
            for label in &problem.labels {
                let (start, end) = (label.span.start as usize, label.span.end as usize);
                prop_assert!(start <= end && end <= text.len() + 1, "{problem:?}");
                prop_assert!(text.is_char_boundary(start), "{problem:?}");
            }
        }
        let _ = parse_expr(FileId(0), &text);
        let _ = parse_template(FileId(0), &text);
    }

    #[test]
    fn what_another_parser_takes_is_taken(text in expression()) {
        let file = format!("a = {text}\n");
        let theirs = hcl_edit::parser::parse_body(&file).is_ok();
        let (_, ours) = parse(FileId(0), &file);
        prop_assert_eq!(theirs, ours.is_empty(), "{}\n{:?}", file, ours);
    }

    #[test]
    fn a_soup_that_another_parser_takes_is_taken(text in soup()) {
        if hcl_edit::parser::parse_body(&text).is_ok() {
            let (_, ours) = parse(FileId(0), &text);
            // Strings over lines and dotted indexes are refused on purpose.
            let meant = ["LF0003", "LF0009"];
            prop_assert!(ours.iter().all(|p| meant.contains(&p.code)), "{}\n{:?}", text, ours);
        }
    }
}
