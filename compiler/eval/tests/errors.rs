//! What is wrong is said at its place, with what to write instead.

mod support;

/// The code, the text under the primary span, and the help.
fn check(text: &str, code: &str, at: &str, help: Option<&str>) {
    let problem = support::run(text).err().unwrap_or_else(|| panic!("{text}"));
    let span = problem
        .primary()
        .unwrap_or_else(|| panic!("{text}: {problem:?}"));
    let found = &text[span.start as usize..span.end as usize];
    assert_eq!((problem.code, found), (code, at), "{text}: {problem:?}");
    if let Some(help) = help {
        assert_eq!(problem.help.as_deref(), Some(help), "{text}");
    }
}

#[test]
fn each_mistake_has_its_place() {
    check(
        "{ name = 1 }.nam",
        "LF0205",
        "{ name = 1 }.nam",
        Some("did you mean `name`?"),
    );
    check(
        "uper(\"a\")",
        "LF0220",
        "uper",
        Some("did you mean `upper`?"),
    );
    check(
        "upper()",
        "LF0221",
        "upper",
        Some("it is written `upper(text)`"),
    );
    check("join(\",\", [\"a\"], 5)", "LF0222", "5", None);
    check("1 + [2]", "LF0201", "[2]", None);
    check("1 + null", "LF0201", "null", None);
    check("1 / 0", "LF0202", "1 / 0", None);
    check("[1] ? 2 : 3", "LF0203", "[1]", None);
    check(
        "plain == \"text\" ? [1] : { a = 1 }",
        "LF0204",
        "plain == \"text\" ? [1] : { a = 1 }",
        None,
    );
    check("[1, 2][5]", "LF0207", "5", None);
    check("[for x in 5 : x]", "LF0208", "5", None);
    check("{ for x in [1, 1] : x => x }", "LF0209", "x", None);
    check("\"a${[1]}\"", "LF0210", "[1]", None);
    check("parseint(\"zz\", 10)", "LF0223", "\"zz\"", None);
    check("max(5...)", "LF0224", "5", None);
    check("try([][0], {}.a)", "LF0225", "try([][0], {}.a)", None);
    check("upper(null)", "LF0222", "null", None);
    check("[{ a = 1 }].a", "LF0206", "[{ a = 1 }].a", None);
}
