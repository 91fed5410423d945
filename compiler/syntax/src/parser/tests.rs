//! The parser on small texts: each construct, each mistake.

use super::*;
use crate::tree::{BlockLabel, ExprKind};

fn problems(text: &str) -> Vec<Problem> {
    parse(FileId(0), text).1
}

/// The code and the text that each problem's primary span covers.
fn check(text: &str, expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = problems(text)
        .iter()
        .map(|p| {
            let span = p.primary().unwrap();
            (p.code, &text[span.start as usize..span.end as usize])
        })
        .collect();
    assert_eq!(found, expected, "{text}\n{:#?}", problems(text));
}

/// The help of the first problem has this in it.
fn helps(text: &str, expected: &str) {
    let problems = problems(text);
    let help = problems[0].help.as_deref().unwrap_or_default();
    assert!(help.contains(expected), "{text}: {help:?}");
}

#[test]
fn what_is_no_hcl_is_called_by_its_name() {
    helps("{\"resource\": {}}", "JSON");
    helps("\u{feff}\n[{\"a\": 1}]", "JSON");
    helps("a = 1\n{\n}\n", "on the line of its name");
    helps("\"a\" = 1\n", "without quotes");
    helps("resource:\n", "set by `=`");
}

#[test]
fn a_carriage_return_is_half_of_an_end_of_line_or_nothing() {
    check("a = [1,\r\n2]\r\n\r\nb = 1\r\n", &[]);
    check("a = [1,\r 2]\n", &[("LF0001", "\r")]);
    check("\ra = 1\n", &[("LF0001", "\r")]);
    check("a = 1 \r \n", &[("LF0001", "\r")]);
    check("a = \"b\rc\"\nd = 1\n", &[("LF0003", "\"b\rc\"")]);
}

#[test]
fn a_forgotten_bracket_takes_no_attribute_along() {
    check(
        "a {\n  b = [1, 2\n  c = 3\n  c = 4\n}\nd {}\n",
        &[("LF0005", "["), ("LF0008", "c")],
    );
    check(
        "a {\n  b = f(1,\n  c = 3\n  c = 4\n}\n",
        &[("LF0005", "("), ("LF0008", "c")],
    );
    check(
        "a {\n  b = [f(1\n}\nc = 1\nc = 2\n",
        &[("LF0005", "("), ("LF0008", "c")],
    );
    check(
        "a {\n  b = {\n    c = [1\n    d = 2\n  }\n  e = 1\n  e = 1\n}\n",
        &[("LF0005", "["), ("LF0008", "e")],
    );
    // These are not forgotten, but of another language.
    check("a = f(\n  b = 1\n)\n", &[("LF0001", "=")]);
    check(
        "a = [\n  b = 1\n]\nc = 1\nc = 1\n",
        &[("LF0001", "="), ("LF0008", "c")],
    );
}

/// The expression in a compact form of the tests' own.
fn shape(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Number(n) => n.to_string(),
        ExprKind::Template(parts) => format!("\"{}\"", parts_shape(parts)),
        ExprKind::Tuple(items) => format!("[{}]", all(items)),
        ExprKind::Object(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|i| format!("{}={}", shape(&i.key), shape(&i.value)))
                .collect();
            format!("{{{}}}", items.join(","))
        }
        ExprKind::Name(name) => name.text.to_string(),
        ExprKind::Attribute(source, name) => format!("{}.{}", shape(source), name.text),
        ExprKind::Index(source, index) => format!("{}[{}]", shape(source), shape(index)),
        ExprKind::Splat(splat) => {
            format!(
                "{}{}",
                shape(&splat.source),
                steps(splat.full, &splat.steps)
            )
        }
        ExprKind::Unary(op, a) => format!("({op:?} {})", shape(a)),
        ExprKind::Binary(op, a, b) => format!("({op:?} {} {})", shape(a), shape(b)),
        ExprKind::Conditional(a, b, c) => {
            format!("(if {} {} {})", shape(a), shape(b), shape(c))
        }
        ExprKind::For(f) => format!(
            "(for {}{} in {} {}{}{} if {})",
            f.key
                .as_ref()
                .map(|k| format!("{},", k.text))
                .unwrap_or_default(),
            f.value.text,
            shape(&f.collection),
            f.result_key
                .as_ref()
                .map(|k| shape(k) + "=>")
                .unwrap_or_default(),
            shape(&f.result),
            if f.grouping { "..." } else { "" },
            f.condition.as_ref().map_or("-".into(), shape),
        ),
        ExprKind::Call(call) => format!(
            "{}({}{})",
            call.name.text,
            all(&call.arguments),
            if call.expand { "..." } else { "" }
        ),
        ExprKind::Parentheses(inner) => shape(inner),
    }
}

fn all(items: &[Expr]) -> String {
    items.iter().map(shape).collect::<Vec<_>>().join(",")
}

fn steps(full: bool, steps_of: &[crate::tree::SplatStep]) -> String {
    use crate::tree::SplatStep;
    let inner: String = steps_of
        .iter()
        .map(|step| match step {
            SplatStep::Attribute(name) => format!(".{}", name.text),
            SplatStep::Index(index) => format!("[{}]", shape(index)),
            SplatStep::Splat {
                full, steps: inner, ..
            } => steps(*full, inner),
        })
        .collect();
    format!("{}<{inner}>", if full { "[*]" } else { ".*" })
}

fn parts_shape(parts: &[TemplatePart]) -> String {
    parts
        .iter()
        .map(|part| match part {
            TemplatePart::Text(text) => text.to_string(),
            TemplatePart::Interpolation(e) => format!("${{{}}}", shape(e)),
            TemplatePart::If { condition, yes, no } => format!(
                "%if {}:{}:{}%",
                shape(condition),
                parts_shape(yes),
                parts_shape(no)
            ),
            TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => format!(
                "%for {}{} in {}:{}%",
                key.as_ref()
                    .map(|k| format!("{},", k.text))
                    .unwrap_or_default(),
                value.text,
                shape(collection),
                parts_shape(body)
            ),
        })
        .collect()
}

fn reads(text: &str, expected: &str) {
    let expr = parse_expr(FileId(0), text).unwrap_or_else(|p| panic!("{text}: {p:?}"));
    assert_eq!(shape(&expr), expected, "{text}");
}

#[test]
fn operators_bind_as_they_should() {
    reads("1 + 2 * 3", "(Add 1 (Multiply 2 3))");
    reads("1 - 2 - 3", "(Subtract (Subtract 1 2) 3)");
    reads(
        "a || b && c == d < e + f",
        "(Or a (And b (Equal c (Less d (Add e f)))))",
    );
    reads("-a.b + !c[0]", "(Add (Negate a.b) (Not c[0]))");
    reads("a ? b : c ? d : e", "(if a b (if c d e))");
    reads(
        "a >= 1 != b <= 2",
        "(NotEqual (GreaterOrEqual a 1) (LessOrEqual b 2))",
    );
    reads("-46+5", "(Add (Negate 46) 5)");
    reads("(\n1\n+\n2\n)", "(Add 1 2)");
    reads("7 % 3 / 2", "(Divide (Remainder 7 3) 2)");
}

#[test]
fn terms() {
    reads("1.50e3", "1.50e3");
    reads(
        "123456789012345678901234567890",
        "123456789012345678901234567890",
    );
    reads("[1, [2], ]", "[1,[2]]");
    reads("{ a = 1, (b) : 2\n \"c d\" = 3\n}", "{a=1,b=2,\"c d\"=3}");
    reads("{ true = 1, null = 2 }", "{true=1,null=2}");
    reads("f(a, b...)", "f(a,b...)");
    reads("f(\n a,\n)", "f(a)");
    reads("provider::x::f(1)", "provider::x::f(1)");
    reads("a.b.0.c[\"d\"]", "a.b[0].c[\"d\"]");
    reads("a.*.b.c[0]", "a.*<.b.c>[0]");
    reads("a[*].b[0].c", "a[*]<.b[0].c>");
    reads("a[*].b[*].c", "a[*]<.b[*]<.c>>");
    reads("[for k, v in m : v if k]", "(for k,v in m v if k)");
    reads("{for v in m : v.a => v...}", "(for v in m v.a=>v... if -)");
    reads("[format(1), for_each]", "[format(1),for_each]");
    reads("aws-x.é", "aws-x.é");
    reads("/* a */ 1 # b", "1");
}

#[test]
fn templates() {
    reads(r#""a\n\t\"\\é\U0001F600""#, "\"a\n\t\"\\é😀\"");
    reads(r#""$${a} %%{b} $c %d $""#, "\"${a} %{b} $c %d $\"");
    reads(r#""a${ b + "c${d}" }e""#, "\"a${(Add b \"c${d}\")}e\"");
    reads("\"${\n a\n}\"", "\"${a}\"");
    reads(r#""%{ if a }b\n%{ else }c%{ endif }""#, "\"%if a:b\n:c%\"");
    reads(
        r#""%{ for k, v in m }${v}%{ endfor }""#,
        "\"%for k,v in m:${v}%\"",
    );
    reads(r#""a ${~ b ~} c""#, "\"a${b}c\"");
    reads("\"\"", "\"\"");
}

fn heredoc(text: &str, expected: &str) {
    let (file, found) = parse(FileId(0), text);
    assert!(found.is_empty(), "{text}: {found:?}");
    assert_eq!(
        shape(&file.body.attributes[0].value),
        format!("\"{expected}\""),
        "{text}"
    );
}

#[test]
fn heredocs() {
    heredoc("a = <<E\n x\n\\n\"${b}\"\nE\n", " x\n\\n\"${b}\"\n");
    heredoc("a = <<-E\n    x\n      y\n\n    z\n  E\n", "x\n  y\n\nz\n");
    heredoc(
        "a = <<-E\n  %{ if b }\n    x\n  %{ endif }\n  E\n",
        "%if b:\n  x\n:%\n",
    );
    heredoc(
        "a = <<-E\n  %{ for x in y ~}\n  ${x}\n  %{ endfor ~}\n  E\n",
        "%for x in y:  ${x}\n%",
    );
    heredoc("a = <<E\r\nx\r\nE\r\nb = 1\r\n", "x\r\n");
    heredoc("a = <<E\nE\n", "");
    heredoc("a = <<E\n E x\n  E  \n", " E x\n");
    heredoc("a = <<E\nx\nE", "x\n");
    reads("[<<E\na\nE\n, <<F\nb\nF\n]", "[\"a\n\",\"b\n\"]");
}

#[test]
fn a_file_of_attributes_and_blocks() {
    let text =
        "\u{feff}# comment\na = 1\r\nresource \"x\" y {\n  b = \"c\"\n\n  z { q = 1 }\n  e {}\n}\n";
    let (file, found) = parse(FileId(3), text);
    assert!(found.is_empty(), "{found:?}");
    let slice = |s: Span| &text[s.start as usize..s.end as usize];
    assert_eq!(slice(file.body.attributes[0].name.span), "a");
    assert_eq!(slice(file.body.attributes[0].value.span), "1");
    let block = &file.body.blocks[0];
    let labels: Vec<(&str, bool)> = block
        .labels
        .iter()
        .map(|BlockLabel { text, quoted, .. }| (&**text, *quoted))
        .collect();
    assert_eq!(labels, [("x", true), ("y", false)]);
    assert_eq!(slice(block.header), "resource \"x\" y");
    assert!(slice(block.body.span).starts_with('{') && slice(block.body.span).ends_with('}'));
    assert_eq!(slice(block.labels[0].span), "\"x\"");
    assert_eq!(block.body.blocks.len(), 2);
    assert_eq!(block.body.blocks[0].header.file, FileId(3));
}

#[test]
fn each_mistake_is_found_at_its_place() {
    check("a = \"foo\nb = 1\n", &[("LF0003", "\"foo")]);
    check("a = [1, 2\nb = 3\n", &[("LF0005", "[")]);
    check("a = [1, 2\n", &[("LF0005", "[")]);
    check("a = f(1\n", &[("LF0005", "(")]);
    check("a = b.\n", &[("LF0009", ".")]);
    check("a = b.0.1\n", &[("LF0009", ".0.1")]);
    check("a = b.*.c.*.d\n", &[("LF0009", ".*")]);
    check("a = 1\na = 2\n", &[("LF0008", "a")]);
    check("a = <<E\nx\n", &[("LF0004", "<<E")]);
    check("a = \"\\q\"\n", &[("LF0007", "\\q")]);
    check("a = 12ab\n", &[("LF0010", "12ab")]);
    check("a = \"${b\"\n", &[("LF0012", "\"")]);
    check("a = \"%{ if b }c\"\n", &[("LF0013", "%{ if")]);
    check("a = \"%{ endif }\"\n", &[("LF0013", "%{ endif")]);
    check("a = \"%{ iff b }\"\n", &[("LF0013", "%{ iff")]);
    check("a \"${b}\" {\n}\n", &[("LF0014", "\"${b}\"")]);
    check("a { b = 1, c = 2 }\n", &[("LF0015", ",")]);
    check("a = { b.c = 1 }\n", &[]);
    check("/* a", &[("LF0017", "/*")]);
    check("}\na = 1\n", &[("LF0006", "}")]);
    check("a = 'b'\n", &[("LF0001", "'")]);
    check("a\n", &[("LF0002", "a")]);
    check("a = 1 b = 2\n", &[("LF0001", "b")]);
    check("a = b &  c\n", &[("LF0001", "&")]);
    check("a =\n", &[("LF0001", "\n")]);
    check("a = b ? c\n", &[("LF0001", "\n")]);
}

#[test]
fn one_broken_block_hides_no_other() {
    let text = "a {\n  b = [1,\n  c = = 2\n}\nx {\n  y = .\n  z = 1\n}\nq {\n  r = \"\n}\n";
    let (file, found) = parse(FileId(0), text);
    let kinds: Vec<&str> = file.body.blocks.iter().map(|b| &*b.kind.text).collect();
    assert_eq!(kinds, ["a", "x", "q"]);
    assert_eq!(found.len(), 4, "{found:#?}");
    let x = &file.body.blocks[1].body.attributes;
    assert_eq!(
        x.len(),
        2,
        "the broken attribute is there, so that it is not missed as well"
    );
}

#[test]
fn an_error_in_a_text_ends_with_the_text() {
    check("x {\n a = \"${b\"\n}\ny {\n}\n", &[("LF0012", "\"")]);
    check(
        "x {\n a = [\"${b c}\", 1]\n d = 1 1\n}\n",
        &[("LF0012", "c"), ("LF0001", "1")],
    );
    check(
        "x {\n a = <<E\n ${b c}\n d = {\nE\n}\ny {\n z = = 1\n}\n",
        &[("LF0012", "c"), ("LF0001", "=")],
    );
    check("x {\n a = \"\\q ${b}\"\n c = 1\n}\n", &[("LF0007", "\\q")]);
    check("x {\n a = {\n  b = \"${c\n }\n}\n", &[("LF0003", "\"${c")]);
}

#[test]
fn an_unclosed_block_ends_before_the_next() {
    let text = "a \"b\" {\n  c = 1\n\nx \"y\" {\n  z = 1\n}\n\nq {\n}\n";
    check(text, &[("LF0005", "{")]);
    let kinds: Vec<_> = parse(FileId(0), text).0.body.blocks;
    assert_eq!(
        kinds.iter().map(|b| &*b.kind.text).collect::<Vec<_>>(),
        ["a", "x", "q"]
    );
    check("a {\n  b {\n}\nc {\n}\n", &[("LF0005", "{")]);
    check(
        "a {\n  b = <<E\n  x\n}\nc {\n d = \n}\n",
        &[("LF0004", "<<E"), ("LF0001", "\n")],
    );
}

#[test]
fn duplicates_name_both_places() {
    let found = problems("a {\n  b = 1\n  b = 2\n}\n");
    let spans: Vec<u32> = found[0].labels.iter().map(|l| l.span.start).collect();
    assert_eq!(spans, [14, 6]);
    let many: String = (0..40).map(|i| format!("a{i} = 1\n")).collect();
    assert_eq!(problems(&format!("{many}a7 = 2\n")).len(), 1);
}

#[test]
fn depth_is_bounded_and_no_stack_overflows() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a=", "}"),
        ("f(", ")"),
        ("\"${", "}\""),
        ("a[", "]"),
    ] {
        let deep = |n: usize| format!("x = {}1{}\n", open.repeat(n), close.repeat(n));
        assert!(problems(&deep(MAX_NESTING / 2)).is_empty(), "{open}");
        assert!(!problems(&deep(100_000)).is_empty(), "{open}");
    }
    for text in ["!", "-", "1+", "a?", "a?1:", "a.", "a[*]."] {
        let _ = problems(&format!("x = {}1\n", text.repeat(100_000)));
    }
    let _ = problems(&format!("x = a{}\n", ".b".repeat(100_000)));
    let _ = problems(&format!("x = a{}\n", "[*].b".repeat(100_000)));
    let _ = problems(&"a {\n".repeat(100_000));
    let _ = problems(&format!("x = \"{}\"", "%{ if a }".repeat(100_000)));
    assert!(problems(&format!("x = a{}\n", " + b".repeat(MAX_CHAIN))).is_empty());
}

#[test]
fn what_is_no_expression_is_refused() {
    for text in [
        "", "a b", "a =", "(", "1 +", "a..b", "{ a }", "f(...)", "[,]", "\"a\nb\"",
    ] {
        assert!(parse_expr(FileId(0), text).is_err(), "{text}");
    }
}

#[test]
fn a_template_file_is_a_template_as_a_whole() {
    let parts = parse_template(
        FileId(0),
        "a \"b\" \\n ${c}\n%{ for x in y ~}\n x\n%{ endfor }",
    )
    .unwrap();
    assert_eq!(parts_shape(&parts), "a \"b\" \\n ${c}\n%for x in y: x\n%");
    assert!(parse_template(FileId(0), "${").is_err());
}
